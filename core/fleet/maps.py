"""Lawn maps: every version a device ever showed, and the newest of each mower in memory."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select, update

from core.db import Database
from core.errors import NotFound
from core.events import Event
from core.fleet.model import DeviceMap, MapZone
from core.fleet.tables import Mower, MowerMap
from core.geo import Point
from core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MapVersion:
    """One lawn that a device has had. ``shown``: it is restored for display although the device has another."""

    id: UUID
    first_at: datetime
    last_at: datetime
    device_map: DeviceMap
    newest: bool
    shown: bool


class MapLibrary:
    """The lawn maps of the fleet: what each device has (`latest`), and what screens draw of it (`shown`)."""

    def __init__(self, database: Database) -> None:
        self.map_changed: Event[DeviceMap] = Event("map_changed")
        self._database = database
        self._latest: dict[str, DeviceMap] = {}
        self._restored: dict[str, DeviceMap] = {}
        self._putting = asyncio.Lock()

    def latest(self, device_name: str) -> DeviceMap | None:
        """The newest map of a mower; ``None`` when none was ever synced."""
        return self._latest.get(device_name)

    def all(self) -> Sequence[DeviceMap]:
        """The newest map of every mower that has one."""
        return tuple(self._latest.values())

    def shown(self, device_name: str) -> DeviceMap | None:
        """The map that screens draw: the newest, unless an older one is restored for display."""
        return self._restored.get(device_name) or self._latest.get(device_name)

    def all_shown(self) -> Sequence[DeviceMap]:
        """The map that screens draw of every mower that has one."""
        return tuple(self._restored.get(name, newest) for name, newest in self._latest.items())

    async def load(self) -> None:
        """Read the newest map of every mower, and those restored for display."""
        query = (
            select(Mower.device_name, MowerMap)
            .join(Mower, col(Mower.id) == col(MowerMap.mower_id))
            .order_by(col(MowerMap.synced_at))
        )
        async with self._database.session() as session:
            for device_name, row in (await session.exec(query)).all():
                self._latest[device_name] = map_from_content(device_name, row.synced_at, row.content)
                if row.shown_since is not None:
                    self._restored[device_name] = self._latest[device_name]

    async def put(self, device_map: DeviceMap) -> bool:
        """Keep a map; true when its lawn (not only its planned path) is a version not stored before.

        The same lawn again only moves its version's date; going back to an earlier lawn makes that one newest again.
        ``NotFound`` when the mower is unknown.
        """
        async with self._putting:  # the device pushes its map while we fetch it
            return await self._put(device_map)

    async def _put(self, device_map: DeviceMap) -> bool:
        content, fingerprint = content_of(device_map), fingerprint_of(device_map)
        async with self._database.session() as session:
            mower = (await session.exec(select(Mower).where(Mower.device_name == device_map.device_name))).first()
            if mower is None:
                raise NotFound(Text("no mower named {device_name!r}", device_name=device_map.device_name))
            query = select(MowerMap).where(MowerMap.mower_id == mower.id, MowerMap.fingerprint == fingerprint)
            row = (await session.exec(query)).first()
            new = row is None
            if row is None:
                row = MowerMap(
                    mower_id=mower.id,
                    synced_at=device_map.synced_at,
                    first_at=device_map.synced_at,
                    fingerprint=fingerprint,
                    content=content,
                )
                mine = update(MowerMap).where(col(MowerMap.mower_id) == mower.id)
                await session.exec(mine.values(shown_since=None))  # what is new on the device is seen at once
            row.synced_at, row.content = max(row.synced_at, device_map.synced_at), content
            session.add(row)
        if new:
            self._restored.pop(device_map.device_name, None)
        before = self._latest.get(device_map.device_name)
        if before is None or device_map.synced_at >= before.synced_at:
            self._latest[device_map.device_name] = device_map
            if before is None or content_of(before) != content:
                self.map_changed.emit(device_map)
        return new

    async def versions(self, device_name: str) -> Sequence[DeviceMap]:
        """Every version of a mower's lawn, newest first."""
        return [version.device_map for version in await self.history(device_name)]

    async def history(self, device_name: str) -> Sequence[MapVersion]:
        """The same with their dates and ids."""
        query = (
            select(MowerMap)
            .join(Mower, col(Mower.id) == col(MowerMap.mower_id))
            .where(Mower.device_name == device_name)
            .order_by(col(MowerMap.synced_at).desc())
        )
        async with self._database.session() as session:
            rows = (await session.exec(query)).all()
        return [
            MapVersion(
                id=row.id,
                first_at=row.first_at or row.synced_at,
                last_at=row.synced_at,
                device_map=map_from_content(device_name, row.synced_at, row.content),
                newest=number == 0,
                shown=row.shown_since is not None,
            )
            for number, row in enumerate(rows)
        ]

    async def restore(self, device_name: str, version_id: UUID | None, now: datetime) -> MapVersion:
        """Draw an older version on every screen until the device has another lawn; ``None`` draws the newest again.

        Nothing is sent to the device. ``NotFound`` when the mower has no such version, or none at all.
        """
        versions = await self.history(device_name)
        chosen = next((one for one in versions if one.id == version_id or (version_id is None and one.newest)), None)
        if chosen is None:
            raise NotFound(Text("{device_name} has no such version of its map", device_name=device_name))
        theirs = col(MowerMap.id).in_([version.id for version in versions])
        async with self._database.session() as session:
            await session.exec(update(MowerMap).where(theirs).values(shown_since=None))
            if not chosen.newest:
                await session.exec(update(MowerMap).where(col(MowerMap.id) == chosen.id).values(shown_since=now))
        self._restored.pop(device_name, None)
        if not chosen.newest:
            self._restored[device_name] = chosen.device_map
        self.map_changed.emit(self._latest[device_name])
        return chosen


def fingerprint_of(device_map: DeviceMap) -> str:
    """A name for the lawn itself: areas, zones, channels, dock and base; not the date, not the path of a task."""
    content = content_of(device_map)
    lawn = {key: value for key, value in content.items() if key not in ("planned_path", "path_hash")}
    return hashlib.sha256(json.dumps(lawn, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def content_of(device_map: DeviceMap) -> dict[str, Any]:
    """The map as JSON content; 64-bit hashes as text, because JSON numbers lose their last digits in browsers."""
    content = asdict(device_map)
    del content["device_name"], content["synced_at"]
    for kind in ("areas", "no_go", "channels"):
        content[kind] = [
            {"hash": str(zone["hash"]), "name": zone["name"], "line": [list(pair) for pair in zone["line"]]}
            for zone in content[kind]
        ]
    content["planned_path"] = [[list(pair) for pair in line] for line in device_map.planned_path]
    content["path_hash"] = None if device_map.path_hash is None else str(device_map.path_hash)
    return content


def map_from_content(device_name: str, synced_at: datetime, content: dict[str, Any]) -> DeviceMap:
    """The inverse of :func:`content_of`."""
    return DeviceMap(
        device_name=device_name,
        synced_at=synced_at,
        areas=_zones(content["areas"]),
        no_go=_zones(content["no_go"]),
        channels=_zones(content["channels"]),
        dock=_point(content["dock"]),
        dock_heading_deg=content["dock_heading_deg"],
        base=_point(content["base"]),
        base_yaw_deg=content["base_yaw_deg"],
        planned_path=tuple(tuple((x, y) for x, y in line) for line in content["planned_path"]),
        path_hash=None if content["path_hash"] is None else int(content["path_hash"]),
    )


def _zones(zones: list[dict[str, Any]]) -> tuple[MapZone, ...]:
    return tuple(MapZone(int(zone["hash"]), zone["name"], tuple((x, y) for x, y in zone["line"])) for zone in zones)


def _point(point: dict[str, float] | None) -> Point | None:
    return None if point is None else Point(point["longitude"], point["latitude"])
