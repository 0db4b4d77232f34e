"""The live map's marks: the worst open alarm of each mower, members of a common one too, and nothing for households."""

import pytest

from core.db import Database
from core.fleet.model import FleetEventKind, MowerState
from dashboard.live.alarm_marks import AlarmMarks, marks
from dashboard.live.channel import LiveChannel
from dashboard.live.scope import Scope
from tests.core.fleet.alarms.conftest import Watchroom, since_noon, watchroom
from tests.core.fleet.cast import LUBA, YUKA, report
from tests.core.fleet.conftest import cloud, fleet, linked

__all__ = ["cloud", "fleet", "linked", "watchroom"]


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


class Told(LiveChannel):
    """A channel that keeps what it was asked to tell."""

    def __init__(self) -> None:
        self.kept: list[dict[str, object]] = []
        self.meant: list[bool] = []

    def keep_telling(self, key, message, *, meant_for, within) -> None:  # type: ignore[no-untyped-def]
        self.kept.append(message["mowers"])
        self.of_luba = within(frozenset({LUBA}))["mowers"]
        self.meant = [meant_for(Scope("all")), meant_for(Scope("own", grounds={}))]


async def test_each_mower_has_the_mark_of_its_worst_alarm_and_loses_it_with_the_last(room: Watchroom) -> None:
    told = Told()
    AlarmMarks(told, room.alarms)
    room.hears(report(since_noon(room.clock), device_name=YUKA, mode=MowerState.FAULT, fault_code=5))
    room.happens(FleetEventKind.LIFTED)
    await room.passes(1)
    assert marks(room.alarms.book) == {LUBA: "critical", YUKA: "warning"}
    assert told.kept[0] == {}
    assert told.kept[-1] == {LUBA: "critical", YUKA: "warning"}
    assert told.meant == [True, False]
    assert told.of_luba == {LUBA: "critical"}
    for alarm in room.alarms.book.open:
        await room.alarms.desk.clear(alarm.id, "done", by=room.dana)
    assert told.kept[-1] == {}
