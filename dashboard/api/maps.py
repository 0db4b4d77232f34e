"""Device maps over REST: the map, its versions and what changed, syncs; zones and their lots; temporary no-go areas."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from core.accounts import Audit, Right, Viewer
from core.clock import Clock
from core.errors import NotFound
from core.lawnmaps import TieStatus, map_diff
from dashboard.api.bearer import Bearer
from dashboard.api.map_models import (
    DiffOut,
    MapOut,
    NoGoIn,
    NoGoOut,
    RestoreIn,
    SyncOut,
    TieChangeOut,
    TieIn,
    TieOut,
    VersionOut,
    diff_out,
    map_out,
    no_go_out,
    sync_out,
    tie_out,
    version_out,
)
from dashboard.api.mowers import DeviceName
from dashboard.api.problems import problems
from dashboard.lawn_desks import LawnDesks
from dashboard.map_versions import chosen_version, restore_version

type ZoneHash = Annotated[
    str, Path(pattern="^[0-9]{1,20}$", description="The vendor's 64-bit name of the zone", examples=["4711"])
]


def maps_router(*, bearer: Bearer, desks: LawnDesks, audit: Audit, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["device maps"])
    sees = bearer.caller(Right.SEE_FLEET)
    edits = bearer.caller(Right.EDIT_DEVICE_MAPS)
    one = "/mowers/{name}"

    @router.get(f"{one}/map", responses=problems(403, 404, 422), summary="The map the device has, with its path")
    async def lawn(name: DeviceName, _viewer: Annotated[Viewer, sees]) -> MapOut:
        found = desks.maps.latest(name)
        if found is None:
            raise NotFound(f"no map of {name!r} was fetched yet")
        return map_out(found)

    @router.get(f"{one}/map/versions", responses=problems(403, 404, 422), summary="Every version, newest first")
    async def versions(name: DeviceName, _viewer: Annotated[Viewer, sees]) -> list[VersionOut]:
        return [version_out(version) for version in await desks.maps.history(name)]

    @router.get(f"{one}/map/versions/{{version_id}}", responses=problems(403, 404, 422), summary="One version's map")
    async def version(name: DeviceName, version_id: UUID, _viewer: Annotated[Viewer, sees]) -> MapOut:
        return map_out((await chosen_version(desks.maps, name, version_id)).device_map)

    @router.get(
        f"{one}/map/diff",
        responses=problems(403, 404, 422),
        summary="Zones added, removed, renamed, reshaped; without ids from the last version but one to the newest",
    )
    async def diff(
        name: DeviceName,
        _viewer: Annotated[Viewer, sees],
        before: Annotated[UUID | None, Query(description="A version's id")] = None,
        after: Annotated[UUID | None, Query(description="A version's id; the newest without one")] = None,
    ) -> DiffOut:
        newer = await chosen_version(desks.maps, name, after)
        older = await chosen_version(desks.maps, name, before, earlier_than=newer)
        return diff_out(map_diff(older.device_map, newer.device_map))

    @router.post(
        f"{one}/map/sync",
        status_code=202,
        responses=problems(403, 404, 409, 422, 503),
        summary="Fetch the map from the device; follow it with GET",
    )
    async def sync(name: DeviceName, viewer: Annotated[Viewer, edits]) -> SyncOut:
        return sync_out(await desks.sync.begin(device_name=name, by=viewer, source="api"))

    @router.get(f"{one}/map/sync", responses=problems(403, 404, 422), summary="The sync under way, or the last one")
    async def syncing(name: DeviceName, _viewer: Annotated[Viewer, sees]) -> SyncOut:
        state = desks.sync.state(name)
        if state is None:
            raise NotFound(f"no sync of {name!r} was asked for since the start")
        return sync_out(state)

    @router.put(
        f"{one}/map/shown",
        responses=problems(403, 404, 422),
        summary="Draw an older version on every map until the device has another; nothing is sent to the device",
    )
    async def shown(name: DeviceName, wanted: RestoreIn, viewer: Annotated[Viewer, edits]) -> VersionOut:
        restored = await restore_version(
            maps=desks.maps, audit=audit, clock=clock, device_name=name, version_id=wanted.version_id, by=viewer,
            source="api",
        )  # fmt: skip
        return version_out(restored)

    @router.get(f"{one}/zones", responses=problems(403, 404, 422), summary="The zones of a map and whose they are")
    async def zones(name: DeviceName, _viewer: Annotated[Viewer, sees]) -> list[TieOut]:
        return [tie_out(tie) for tie in await desks.ties.of_mower(name)]

    @router.put(
        f"{one}/zones/{{zone_hash}}/tie",
        responses=problems(403, 404, 422),
        summary="Say whose a zone is; kept over re-syncs by the zone's hash",
    )
    async def tie(name: DeviceName, zone_hash: ZoneHash, given: TieIn, viewer: Annotated[Viewer, edits]) -> TieOut:
        tied = await desks.ties.tie(
            device_name=name, zone_hash=int(zone_hash), lot_id=given.lot_id, by=viewer, reason=given.reason,
            source="api",
        )  # fmt: skip
        return tie_out(tied)

    @router.get(
        f"{one}/zones/{{zone_hash}}/history",
        responses=problems(403, 404, 422),
        summary="Every change of a zone's tie, newest first",
    )
    async def history(name: DeviceName, zone_hash: ZoneHash, _viewer: Annotated[Viewer, sees]) -> list[TieChangeOut]:
        return [TieChangeOut.model_validate(change) for change in await desks.ties.history(name, int(zone_hash))]

    @router.get("/zones", responses=problems(403, 422), summary="Zones of the whole fleet: what blocks billing")
    async def all_zones(
        viewer: Annotated[Viewer, sees],
        status: Annotated[list[TieStatus], Query()] = [TieStatus.UNMAPPED, TieStatus.OVERLAPPING],  # noqa: B006 - read only
    ) -> list[TieOut]:
        found = await desks.ties.with_status(status)
        return [tie_out(tie) for tie in found if viewer.sight.mower(tie.device_name)]

    @router.get(f"{one}/no-go", responses=problems(403, 404, 422), summary="Temporary no-go areas that concern a mower")
    async def no_go(name: DeviceName, _viewer: Annotated[Viewer, sees]) -> list[NoGoOut]:
        now = clock.now()
        return [no_go_out(found, now) for found in await desks.no_go.of_mower(name)]

    @router.post(
        f"{one}/no-go",
        status_code=201,
        responses=problems(403, 404, 422),
        summary="Draw one. The vendor's cloud takes none: the mower is paused by us when it enters, not turned away",
    )
    async def draw(name: DeviceName, given: NoGoIn, viewer: Annotated[Viewer, edits]) -> NoGoOut:
        drawn = await desks.no_go.draw(
            device_name=name, name=given.name, ring=given.ring, starts_at=given.starts_at, ends_at=given.ends_at,
            by=viewer, source="api",
        )  # fmt: skip
        return no_go_out(drawn, clock.now())

    @router.delete(
        "/no-go/{no_go_id}", responses=problems(403, 404, 409, 422), summary="End one now; it stays on record"
    )
    async def cancel(no_go_id: UUID, viewer: Annotated[Viewer, edits]) -> NoGoOut:
        return no_go_out(await desks.no_go.cancel(no_go_id, by=viewer, source="api"), clock.now())

    return router
