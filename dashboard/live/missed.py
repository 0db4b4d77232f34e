"""What a mower's last finished session left uncut, for the layer that shows it: counted once, told to everybody."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from core.clock import Clock
from core.fleet import MowingSession
from core.fleet.coverage import Coverage, blade_width_m
from core.fleet.model import DeviceMap
from dashboard.live.payload import Payload

BACK = timedelta(days=90)
"""A session older than this says nothing of the lawn today."""
MOST_PATCHES = 200
DIGITS = 7
"""A centimetre."""

type Key = tuple[int, int, datetime, float]


class SessionReads(Protocol):
    """`core.fleet.SessionDesk` is one."""

    async def sessions(self, number: int, since: datetime, until: datetime) -> list[MowingSession]: ...

    async def coverage(self, session: MowingSession, device_map: DeviceMap, *, width_m: float) -> Coverage: ...


class MissedGround:
    """Keeps the last answer of each mower: counting cells takes up to a second, and the same is asked again."""

    def __init__(self, sessions: SessionReads, latest_map: Callable[[str], DeviceMap | None], clock: Clock) -> None:
        self._sessions = sessions
        self._latest_map = latest_map
        self._clock = clock
        self._kept: dict[str, tuple[Key, Payload]] = {}
        self._counting: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, device_name: str, number: int, model: str) -> Payload:
        """What was missed; ``session`` is ``null`` without a finished session or without a lawn map."""
        now = self._clock.now()
        session = last_finished(await self._sessions.sessions(number, now - BACK, now + timedelta(minutes=1)))
        device_map = self._latest_map(device_name)
        if session is None or device_map is None or not device_map.areas:
            return Payload.of(missed_told(device_name, None, None))
        width_m = blade_width_m(model)
        key = (session.started_ms, session.ended_ms, device_map.synced_at, width_m)
        async with self._counting[device_name]:
            kept = self._kept.get(device_name)
            if kept is None or kept[0] != key:
                found = await self._sessions.coverage(session, device_map, width_m=width_m)
                kept = self._kept[device_name] = (key, Payload.of(missed_told(device_name, session, found)))
        return kept[1]


def last_finished(sessions: Sequence[MowingSession]) -> MowingSession | None:
    """The newest that has ended, of sessions newest first."""
    return next((one for one in sessions if not one.open), None)


def missed_told(device_name: str, session: MowingSession | None, found: Coverage | None) -> dict[str, Any]:
    """Patches with area (m²) and outline (degrees), the largest first; ``count`` and ``area_m2`` are of all of them."""
    missed = () if found is None else found.missed
    return {
        "name": device_name,
        "session": None
        if session is None
        else {"started": session.started_ms / 1000, "ended": session.ended_ms / 1000},
        "percent": None if found is None else round(found.percent, 1),
        "count": len(missed),
        "area_m2": round(sum(patch.area_m2 for patch in missed), 1),
        "patches": [
            {
                "area_m2": round(patch.area_m2, 1),
                "middle": [round(patch.middle.longitude, DIGITS), round(patch.middle.latitude, DIGITS)],
                "outline": [[round(lon, DIGITS), round(lat, DIGITS)] for lon, lat in patch.outline],
            }
            for patch in missed[:MOST_PATCHES]
        ],
    }
