"""Fetching a mower's map because a person asked: with progress, and with what is different afterwards.

1. `begin`: a link that is up, and no other sync of this mower under way.
2. The adapter fetches, telling how far it is; the state lives here, so a page may come and go meanwhile.
3. `MapLibrary.put`, then the zones are judged; the difference to the version before is the outcome.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.errors import Conflict, MowthosError, Unavailable
from core.events import Event
from core.fleet import MapLibrary
from core.fleet.model import MapProgress, MapStage
from core.lawnmaps.diff import MapDiff, map_diff
from core.lawnmaps.ports import MapLink, Mowers
from core.lawnmaps.ties import ZoneTies
from core.texts import N_, Text

log = structlog.get_logger(__name__)

STAGE_SHARE = {MapStage.PLACE: 0.0, MapStage.LIST: 0.1, MapStage.ZONES: 0.2, MapStage.PATH: 0.9}
"""How far a sync is when a stage begins, 0 to 1; zones take most of the time."""

BEGINNING = MapProgress(MapStage.PLACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """A sync under way or over. ``error`` says why it failed; ``diff`` is ``None`` for a mower's first map."""

    device_name: str
    asked_by: str
    started_at: datetime
    progress: MapProgress = BEGINNING
    ended_at: datetime | None = None
    error: str = ""
    first: bool = False
    diff: MapDiff | None = None

    @property
    def running(self) -> bool:
        return self.ended_at is None

    @property
    def share(self) -> float:
        """How far it is, 0 to 1."""
        if not self.running:
            return 1.0
        begins = STAGE_SHARE[self.progress.stage]
        if self.progress.stage is not MapStage.ZONES or not self.progress.total:
            return begins
        return begins + (STAGE_SHARE[MapStage.PATH] - begins) * self.progress.done / self.progress.total


class MapSync:
    """The syncs that people asked for, one a mower at a time."""

    def __init__(
        self,
        *,
        clock: Clock,
        maps: MapLibrary,
        mowers: Mowers,
        ties: ZoneTies,
        link_of: Callable[[str], MapLink | None],
        audit: Audit,
    ) -> None:
        self.changed: Event[SyncState] = Event("map_sync_changed")
        self._clock, self._maps, self._mowers, self._ties = clock, maps, mowers, ties
        self._link_of, self._audit = link_of, audit
        self._states: dict[str, SyncState] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def state(self, device_name: str) -> SyncState | None:
        """The sync under way, or the last one since the start; ``None`` when there was none."""
        return self._states.get(device_name)

    async def begin(self, *, device_name: str, by: Viewer, source: str = "web") -> SyncState:
        """Begin a sync and return at once. ``NotFound`` for an unknown mower, ``Conflict`` while one is under way,
        ``Unavailable`` without a link to the vendor's cloud."""
        self._mowers.identity(device_name)
        known, link = self._states.get(device_name), self._link_of(device_name)
        if known is not None and known.running:
            raise Conflict(Text("the map of {device_name} is being fetched already", device_name=device_name))
        if link is None:
            raise Unavailable(N_("there is no connection to the vendor's cloud"))
        state = SyncState(device_name=device_name, asked_by=by.email, started_at=self._clock.now())
        self._tell(state)
        task = asyncio.create_task(self._run(device_name, link), name=f"maps.sync.{device_name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await self._audit.record(
            actor=by.email,
            person_id=by.person_id,
            action="map.sync",
            object_type="mower",
            object_id=device_name,
            source=source,
        )
        return state

    async def stop(self) -> None:
        """Break off what is under way and leave no task."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, device_name: str, link: MapLink) -> None:
        before = self._maps.latest(device_name)
        try:
            fetched = await link.sync_map(device_name, progress=lambda progress: self._progress(device_name, progress))
            await self._maps.put(fetched)
            await self._ties.judge(device_name)
        except MowthosError as error:
            log.info("maps.sync_failed", device_name=device_name, error=error.message)
            self._end(device_name, error=error.message)
        except asyncio.CancelledError:
            self._end(device_name, error=N_("the fetch was broken off"))
            raise
        except Exception as error:  # a fault of ours: the page must not wait for ever
            log.exception("maps.sync_broke", device_name=device_name)
            self._end(device_name, error=Text("unexpected {error}", error=type(error).__name__))
        else:
            diff = None if before is None else map_diff(before, fetched)
            self._end(device_name, first=before is None, diff=diff)

    def _progress(self, device_name: str, progress: MapProgress) -> None:
        state = self._states[device_name]
        if state.running and progress != state.progress:
            self._tell(replace(state, progress=progress))

    def _end(self, device_name: str, *, error: str = "", first: bool = False, diff: MapDiff | None = None) -> None:
        state = self._states[device_name]
        self._tell(replace(state, ended_at=self._clock.now(), error=error, first=first, diff=diff))

    def _tell(self, state: SyncState) -> None:
        self._states[state.device_name] = state
        self.changed.emit(state)
