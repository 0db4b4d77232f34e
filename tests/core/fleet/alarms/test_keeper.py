"""Alarms in the database: raised once, survived by restarts, told in the bell, and cleared by evidence."""

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from core.fleet.alarms import ChangeKind
from core.fleet.alarms.tables import AlarmRow
from core.fleet.model import FleetEventKind, MowerState
from tests.core.fleet.alarms.conftest import Watchroom, alarm_service, since_noon
from tests.core.fleet.cast import LUBA, docked, mowing, report


async def rows(room: Watchroom) -> list[AlarmRow]:
    async with room.database.session() as session:
        return list((await session.exec(select(AlarmRow).order_by(AlarmRow.raised_at))).all())


async def silent_luba(room: Watchroom) -> None:
    """Luba mows for a minute and then says nothing for five."""
    for second in range(0, 60, 5):
        room.hears(mowing(since_noon(room.clock), north=second))
        await room.passes(5, 5)
    await room.passes(310, 5)


async def test_silence_raises_one_alarm_after_the_mower_was_asked(room: Watchroom) -> None:
    await silent_luba(room)
    await room.passes(100, 5)
    assert [(row.kind, row.subject, row.severity) for row in await rows(room)] == [("silent", LUBA, "critical")]
    assert room.asked == [LUBA]


async def test_everybody_who_handles_alarms_finds_it_in_the_bell_once(room: Watchroom) -> None:
    await silent_luba(room)
    for person in (room.dana, room.tess):
        assert await room.notices.unread(person.person_id) == 1
        (group,) = (await room.notices.bell(person.person_id)).groups
        assert group[0].title == f"{LUBA} fell silent while at work"
        assert group[0].link == f"/alarms?alarm={(await rows(room))[0].id}"


async def test_a_restart_doubles_no_alarm_and_loses_none(room: Watchroom) -> None:
    await silent_luba(room)
    again = alarm_service(room.database, room.clock, room.fleet, room.people, room.outbox, room.asked)
    await room.alarms.keeper.stop()
    room.alarms = again
    await again.keeper.load()
    assert [alarm.mower for alarm in again.book.open] == [LUBA]
    await room.passes(400, 5)
    assert len(await rows(room)) == 1
    room.hears(docked(since_noon(room.clock)))
    await room.passes(20)
    assert [row.cleared_at is not None for row in await rows(room)] == [True]
    assert again.book.open == []


async def test_evidence_clears_it_and_the_timeline_says_so(room: Watchroom) -> None:
    room.hears(report(since_noon(room.clock), mode=MowerState.FAULT, fault_code=1201))
    await room.passes(2)
    (alarm,) = room.alarms.book.open
    assert (alarm.code, alarm.severity) == (1201, "critical")
    await room.passes(60, 5)
    room.hears(docked(since_noon(room.clock)))
    await room.passes(12)
    detail = await room.alarms.book.detail(alarm.id)
    assert [(line.kind, line.actor) for line in detail.timeline] == [("raised", ""), ("cleared", "")]
    assert detail.alarm.cleared_by == ""


async def test_events_of_the_guard_become_alarms_and_coming_back_clears_them(room: Watchroom) -> None:
    room.hears(mowing(since_noon(room.clock)))
    room.happens(FleetEventKind.LEFT_GROUND)
    await room.passes(1)
    assert [alarm.kind for alarm in room.alarms.book.open] == ["left_ground"]
    room.happens(FleetEventKind.CAME_BACK)
    await room.passes(31)
    assert room.alarms.book.open == []


async def test_lifted_ends_when_the_mower_is_in_its_dock_again(room: Watchroom) -> None:
    room.happens(FleetEventKind.LIFTED)
    await room.passes(1)
    assert [alarm.kind for alarm in room.alarms.book.open] == ["lifted"]
    room.hears(docked(since_noon(room.clock)))
    await room.passes(31)
    assert room.alarms.book.open == []


async def test_what_an_event_told_is_known_after_a_restart(room: Watchroom) -> None:
    room.happens(FleetEventKind.TAKEN)
    await room.passes(1)
    await room.alarms.keeper.stop()
    room.alarms = alarm_service(room.database, room.clock, room.fleet, room.people, room.outbox, room.asked)
    await room.alarms.keeper.load()
    await room.passes(120)
    assert [alarm.kind for alarm in room.alarms.book.open] == ["taken"]


async def test_a_look_whose_transaction_fails_is_repeated_and_nothing_is_lost(
    room: Watchroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.happens(FleetEventKind.LIFTED)
    store = room.alarms.keeper._store

    async def fails(*_given: object) -> None:
        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr(room.alarms.keeper, "_store", fails)
    with pytest.raises(OperationalError):
        await room.alarms.keeper.tick()
    assert room.alarms.keeper.state.watches == {}
    monkeypatch.setattr(room.alarms.keeper, "_store", store)
    changes = await room.alarms.keeper.tick()
    assert [change.kind for change in changes] == [ChangeKind.RAISED]
    assert len(await rows(room)) == 1


async def test_the_database_itself_refuses_a_second_open_alarm_of_a_rule_and_subject(room: Watchroom) -> None:
    from sqlalchemy.exc import IntegrityError

    def row() -> AlarmRow:
        now = room.clock.now()
        return AlarmRow(
            rule_key="fault",
            kind="fault",
            severity="warning",
            subject_kind="mower",
            subject=LUBA,
            since=now,
            raised_at=now,
        )

    async with room.database.session() as session:
        session.add(row())
    with pytest.raises(IntegrityError):
        async with room.database.session() as session:
            session.add(row())
