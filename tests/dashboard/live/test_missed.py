"""Missed patches: of the last session that ended, counted once for all who ask, anew when something changed."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from core.clock import MovableClock
from core.fleet import EndReason, MowingSession
from core.fleet.coverage import Coverage, Strokes, covered
from core.fleet.model import DeviceMap, MapZone
from core.geo import LocalFrame, Point
from dashboard.live.missed import MissedGround, last_finished
from tests.dashboard.live.cast import NOW

FRAME = LocalFrame(Point(-92.5, 44.0))
NOW_MS = int(NOW.timestamp() * 1000)


def degrees(*places: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    lon, lat = FRAME.to_lonlat(np.array([x for x, _ in places], float), np.array([y for _, y in places], float))
    return tuple(zip(lon.tolist(), lat.tolist(), strict=True))


LAWN = DeviceMap(
    device_name="A", synced_at=NOW, areas=(MapZone(7, "Front", degrees((0, 0), (10, 0), (10, 10), (0, 10))),)
)


def session(started_ms: int, *, ended: bool = True) -> MowingSession:
    reason = EndReason.DONE if ended else None
    return MowingSession(number=1, started_ms=started_ms, ended_ms=started_ms + 60_000, end_reason=reason)


class Sessions:
    """Every session drove once up the middle of the lawn."""

    def __init__(self, *found: MowingSession) -> None:
        self.found = list(found)
        self.counted = 0

    async def sessions(self, number: int, since: datetime, until: datetime) -> list[MowingSession]:
        return [one for one in self.found if one.number == number and since <= one.started_at < until]

    async def coverage(self, session: MowingSession, device_map: DeviceMap, *, width_m: float) -> Coverage:
        self.counted += 1
        lon, lat = FRAME.to_lonlat(np.full(21, 5.0), np.linspace(0, 10, 21))
        times = session.started_ms + np.arange(21, dtype=np.int64) * 1000
        return covered(device_map, [Strokes(lon, lat, times, np.ones(21, np.bool_))], width_m=width_m)


async def ask(ground: MissedGround) -> Any:
    return json.loads((await ground.of("A", 1, "Luba 2 AWD")).body)


async def test_the_last_finished_session_tells_its_patches_largest_first() -> None:
    sessions = Sessions(session(NOW_MS - 600_000, ended=False), session(NOW_MS - 4_000_000))
    told = await ask(MissedGround(sessions, lambda _name: LAWN, MovableClock(NOW)))
    assert told["session"]["started"] == (NOW_MS - 4_000_000) / 1000
    assert told["count"] == len(told["patches"]) == 2
    assert told["area_m2"] == pytest.approx(96, abs=3)
    assert told["percent"] == pytest.approx(4, abs=2)
    assert told["patches"][0]["area_m2"] >= told["patches"][1]["area_m2"]
    west, south, east, north = *degrees((-0.1, -0.1))[0], *degrees((10.1, 10.1))[0]
    for patch in told["patches"]:
        assert patch["outline"][0] == patch["outline"][-1]
        assert all(west < lon < east and south < lat < north for lon, lat in [*patch["outline"], patch["middle"]])


async def test_it_is_counted_once_until_a_session_ends_or_the_lawn_map_changes() -> None:
    sessions, maps = Sessions(session(NOW_MS - 4_000_000)), [LAWN]
    ground = MissedGround(sessions, lambda _name: maps[-1], MovableClock(NOW))
    first = await ground.of("A", 1, "Luba 2 AWD")
    assert await ground.of("A", 1, "Luba 2 AWD") is first
    assert sessions.counted == 1
    sessions.found.insert(0, session(NOW_MS - 900_000))
    assert await ground.of("A", 1, "Luba 2 AWD") is not first
    maps.append(replace(LAWN, synced_at=NOW.replace(hour=13)))
    await ground.of("A", 1, "Luba 2 AWD")
    assert sessions.counted == 3


@pytest.mark.parametrize(
    ("found", "lawn"), [((), LAWN), ((session(NOW_MS - 60_000, ended=False),), LAWN), ((session(NOW_MS),), None)]
)
async def test_without_a_finished_session_or_a_lawn_map_nothing_is_called_missed(
    found: tuple[MowingSession, ...], lawn: DeviceMap | None
) -> None:
    sessions = Sessions(*found)
    told = await ask(MissedGround(sessions, lambda _name: lawn, MovableClock(NOW)))
    assert (told["session"], told["count"], told["patches"], sessions.counted) == (None, 0, [], 0)


def test_the_newest_that_ended_is_the_last_finished_one() -> None:
    newest, older, oldest = session(3, ended=False), session(2), session(1)
    assert last_finished([newest, older, oldest]) is older
    assert last_finished([newest]) is None
