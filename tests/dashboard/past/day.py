"""A day of one mower at one reading a second, of others at one a minute: lanes, charging, rain, a fault."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from core.clock import SystemClock
from core.db import Database
from core.fleet import SessionKeeper, TelemetryStore
from core.fleet.model import Confidence, MowerState, PositionType, Reading
from core.geo import Point

CENTRE = (-92.5, 44.01)
SIDE_DEG = 2e-4
"""Side of the square lawn: 16 m by 22 m."""
LANE_DEG = 4.6e-6  # 0.37 m
STEP_DEG = 3.6e-6  # 0.4 m a second, northwards
DAY_S = 86_400
S = MowerState
HOURS: tuple[tuple[float, MowerState], ...] = (
    (6.0, S.DOCKED), (6.3, S.MOWING), (6.4, S.PAUSED), (6.5, S.MOWING), (6.55, S.RETURNING), (9.0, S.CHARGING),
    (10.2, S.MOWING), (10.3, S.FAULT), (11.0, S.MOWING), (11.05, S.RETURNING), (13.0, S.CHARGING),
    (14.5, S.MOWING), (14.55, S.RETURNING), (24.0, S.DOCKED),
)  # fmt: skip
"""Until which hour of the day which state holds."""


def readings(name: str, began: datetime, *, number: int = 0, every_s: int = 1) -> Iterator[tuple[Reading, MowerState]]:
    """The readings of one mower from ``began`` on, a day long; mowers of other numbers stand further east."""
    battery, mowed, hours = 100.0, 0, iter(HOURS)
    until, state = next(hours)
    for second in range(0, DAY_S, every_s):
        while second >= until * 3_600:
            until, state = next(hours)
        if state is S.MOWING:
            mowed += every_s
        battery += {S.MOWING: -0.008, S.CHARGING: 0.012}.get(state, -0.0005) * every_s
        battery = min(100.0, max(12.0, battery))
        yield reading(name, began + timedelta(seconds=second), state, number, mowed, battery, second), state


def reading(
    name: str, at: datetime, state: MowerState, number: int, mowed: int, battery: float, second: int
) -> Reading:
    lane, along = divmod(mowed * STEP_DEG, SIDE_DEG)
    north = along if lane % 2 == 0 else SIDE_DEG - along
    east = (lane * LANE_DEG) % SIDE_DEG
    at_dock = state in (S.DOCKED, S.CHARGING)
    place = Point(CENTRE[0] + (0 if at_dock else east) + number * 3e-4, CENTRE[1] + (0 if at_dock else north))
    return Reading(
        device_name=name,
        device_time=at,
        received_at=at,
        mode=state,
        battery_percent=round(battery),
        charging=state is S.CHARGING,
        blade_on=state is S.MOWING,
        rain=True if 11.0 <= second / 3_600 < 11.05 else None,
        fault_code=1004 if state is S.FAULT else 0,
        position=place,
        heading_deg=0.0 if lane % 2 == 0 else 180.0,
        position_type=PositionType.RTK_FIXED,
        satellites=24 + second // 600 % 9,
        signal_dbm=-58 - second // 900 % 17,
        correction_age_s=1.0,
        progress_percent=min(99, mowed * 100 // 11_000),
        area_m2=356.0,
        zone_hash=7,
        speed_m_s=0.4 if state in (S.MOWING, S.RETURNING) else 0.0,
        blade_height_mm=50,
        minutes_left=max(0, 180 - mowed // 60),
    )


async def store_day(database: Database, names: list[str], began: datetime) -> None:
    """The first mower every second, the others every minute; and the sessions that follow from it."""
    clock = SystemClock()
    store = TelemetryStore(database, clock)
    keeper = SessionKeeper(database, store, clock)
    for number, name in enumerate(names):
        for one, state in readings(name, began, number=number, every_s=60 if number else 1):
            store.append(number, one, state, Confidence.PROVEN)
    await store.flush()
    for _turn in range(1 + len(names) // 10):
        await keeper.turn()
    await store.close()
