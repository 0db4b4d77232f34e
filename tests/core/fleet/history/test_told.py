"""When each single reading of a mower was last told."""

from datetime import timedelta

from core.clock import MovableClock
from core.db import Database
from core.fleet.history import HistoryDesk
from core.fleet.model import Confidence, MowerState
from core.fleet.telemetry import TelemetryStore
from tests.core.fleet.cast import NOON
from tests.core.fleet.sessions.cast import reading

S = MowerState


async def test_a_reading_is_as_old_as_the_report_that_told_it(database: Database, clock: MovableClock) -> None:
    store = TelemetryStore(database, clock)
    store.append(1, reading(0, battery_percent=80, firmware="1.2"), S.MOWING, Confidence.PROVEN)
    store.append(1, reading(10, battery_percent=79), S.MOWING, Confidence.PROVEN)
    store.append(1, reading(20, north=3), S.MOWING, Confidence.PROVEN)
    await store.flush()
    told = await HistoryDesk(database).told_at(1)
    seconds = {name: (at - NOON) / timedelta(seconds=1) for name, at in told.items()}
    assert (seconds["battery_percent"], seconds["position"], seconds["firmware"]) == (10, 20, 0)
    assert "blade_on" not in told


async def test_a_mower_never_heard_told_nothing(sqlite_database: Database) -> None:
    assert await HistoryDesk(sqlite_database).told_at(1) == {}
