"""What people do about an alarm, who may, and what its timeline and the audit keep of it."""

from dataclasses import replace

import pytest

from core.accounts import Role, Viewer
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.fleet import Severity
from core.fleet.alarms import (
    AlarmDetail,
    AlarmKind,
    AlarmView,
    Key,
    MemberView,
    Step,
    Subject,
    SubjectKind,
    TimelineLine,
    narrowed,
)
from core.fleet.model import FleetEventKind
from core.ids import new_id
from core.sight import ALL, Sight
from tests.core.fleet.alarms.conftest import Watchroom, alarm_service
from tests.core.fleet.cast import LUBA, NOON, YUKA


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One database is enough here: `test_keeper` runs on both."""
    return sqlite_database


async def lifted(room: Watchroom, name: str = LUBA) -> AlarmView:
    room.happens(FleetEventKind.LIFTED, name)
    await room.passes(1)
    return next(alarm for alarm in room.alarms.book.open if alarm.mower == name)


async def test_an_alarm_lives_from_raised_to_cleared_and_every_step_has_its_name_and_time(room: Watchroom) -> None:
    alarm, desk = await lifted(room), room.alarms.desk
    await desk.acknowledge(alarm.id, by=room.dana)
    room.clock.move(60)
    await desk.assign(alarm.id, room.tess.person_id, by=room.dana)
    await desk.comment(alarm.id, " The neighbour saw a boy. ", by=room.tess)
    after = await desk.clear(alarm.id, "Put down again", by=room.tess)
    assert (after.acknowledged_by, after.owner, after.cleared_by) == ("Dana", "Tess", "Tess")
    assert room.alarms.book.open == []
    told = [(line.kind, line.actor, line.words) for line in (await room.alarms.book.detail(alarm.id)).timeline]
    assert told == [
        ("raised", "", ""),
        ("acknowledged", "Dana", ""),
        ("assigned", "Dana", "Tess"),
        ("comment", "Tess", "The neighbour saw a boy."),
        ("cleared", "Tess", "Put down again"),
    ]
    lines = await room.people.audit.lines(action="alarm.")
    assert [line.action for line in lines] == ["alarm.clear", "alarm.comment", "alarm.assign", "alarm.acknowledge"]


async def test_who_takes_an_alarm_has_acknowledged_it(room: Watchroom) -> None:
    alarm = await lifted(room)
    after = await room.alarms.desk.assign(alarm.id, room.tess.person_id, by=room.tess)
    assert (after.acknowledged_by, after.owner) == ("Tess", "Tess")


async def test_who_is_given_an_alarm_is_told_of_it(room: Watchroom) -> None:
    alarm = await lifted(room)
    await room.outbox.flush()
    await room.notices.mark_read(room.tess.person_id)
    await room.alarms.desk.assign(alarm.id, room.tess.person_id, by=room.dana)
    assert await room.notices.unread(room.tess.person_id) == 1
    newest = (await room.notices.notices(room.tess.person_id))[0]
    assert newest.title == f"Dana gave you: {LUBA} was lifted"


async def test_who_works_in_other_areas_is_told_of_no_alarm_there_and_is_given_none(room: Watchroom) -> None:
    room.works_in["Tess"] = Sight(key="oak", mowers=frozenset({YUKA}))
    alarm = await lifted(room)
    await lifted(room, YUKA)
    await room.outbox.flush()
    assert [one.title for one in await room.notices.notices(room.tess.person_id)] == [f"{YUKA} was lifted"]
    assert len(await room.notices.notices(room.dana.person_id)) == 2
    with pytest.raises(Conflict, match="Tess works in other areas"):
        await room.alarms.desk.assign(alarm.id, room.tess.person_id, by=room.dana)
    seen = room.alarms.book.seen(room.works_in["Tess"])
    assert [one.mower for one in seen] == [YUKA]


def test_a_common_alarm_names_the_mowers_in_sight_alone() -> None:
    lines = (TimelineLine(NOON, "joined", "", LUBA), TimelineLine(NOON, "joined", "", YUKA))
    members = [MemberView(SubjectKind.MOWER, name, NOON, None) for name in (LUBA, YUKA)]
    alarm = AlarmView(
        id=new_id(), key=Key("offline", Subject(SubjectKind.VENDOR, "")), kind=AlarmKind.OFFLINE,
        severity=Severity.WARNING, subject=Subject(SubjectKind.VENDOR, ""), account=None, code=None, member_count=2,
        since=NOON, raised_at=NOON, acknowledged_at=None, acknowledged_by="", owner_id=None, owner="", cleared_at=None,
        cleared_by="", clear_reason="", climbed=0,
    )  # fmt: skip
    detail = AlarmDetail(alarm, lines, members)
    assert narrowed(detail, ALL) is detail
    seen = narrowed(detail, Sight(key="oak", mowers=frozenset({YUKA})))
    assert ([one.name for one in seen.members], [line.words for line in seen.timeline]) == ([YUKA], [YUKA])
    assert seen.alarm.member_count == 1


async def test_a_cleared_alarm_stays_quiet_until_its_cause_is_over_even_through_a_restart(room: Watchroom) -> None:
    alarm = await lifted(room)
    await room.alarms.desk.clear(alarm.id, "The boy brought it back", by=room.dana)
    await room.passes(60, 5)
    await room.alarms.keeper.stop()
    room.alarms = alarm_service(room.database, room.clock, room.fleet, room.people, room.outbox, room.asked)
    await room.alarms.keeper.load()
    await room.passes(60, 5)
    assert room.alarms.book.open == []
    room.alarms.keeper._signals.by_mower.clear()
    await room.passes(5)
    again = await lifted(room)
    assert again.id != alarm.id


async def test_nobody_acknowledges_twice_or_touches_what_is_over(room: Watchroom) -> None:
    alarm, desk = await lifted(room), room.alarms.desk
    await desk.acknowledge(alarm.id, by=room.dana)
    with pytest.raises(Conflict, match="Dana acknowledged it already"):
        await desk.acknowledge(alarm.id, by=room.tess)
    await desk.clear(alarm.id, "done", by=room.dana)
    with pytest.raises(Conflict, match="over already"):
        await desk.assign(alarm.id, room.tess.person_id, by=room.dana)
    assert (await desk.comment(alarm.id, "late word", by=room.tess)).cleared_at is not None


async def test_a_reason_a_comment_and_an_owner_are_asked_for(room: Watchroom) -> None:
    alarm, desk = await lifted(room), room.alarms.desk
    with pytest.raises(Invalid, match="needs a reason"):
        await desk.clear(alarm.id, "  ", by=room.dana)
    with pytest.raises(Invalid, match="a comment has"):
        await desk.comment(alarm.id, "", by=room.dana)
    with pytest.raises(NotFound, match="nobody who handles alarms"):
        await desk.assign(alarm.id, new_id(), by=room.dana)
    assert room.alarms.book.open[0].cleared_at is None


async def test_who_may_not_handle_alarms_changes_nothing(room: Watchroom) -> None:
    alarm = await lifted(room)
    hugo: Viewer = replace(room.dana, role=Role.HOMEOWNER)
    for act in (
        room.alarms.desk.acknowledge(alarm.id, by=hugo),
        room.alarms.desk.clear(alarm.id, "x", by=hugo),
        room.alarms.desk.comment(alarm.id, "x", by=hugo),
    ):
        with pytest.raises(NotAllowed):
            await act
    assert len((await room.alarms.book.detail(alarm.id)).timeline) == 1


async def test_an_alarm_nobody_touches_climbs_the_rota_step_by_step(room: Watchroom) -> None:
    steps = [Step(5, (room.tess.person_id,)), Step(15, (room.dana.person_id,))]
    admin = replace(room.dana, role=Role.ADMIN)
    await room.alarms.rules.set_rota(steps, by=admin)
    alarm = await lifted(room)
    await room.passes(290, 10)
    assert room.alarms.book.open[0].climbed == 0
    await room.passes(20, 10)
    assert room.alarms.book.open[0].climbed == 1
    await room.passes(600, 10)
    assert room.alarms.book.open[0].climbed == 2
    told = [line.words for line in (await room.alarms.book.detail(alarm.id)).timeline if line.kind == "climbed"]
    assert told == ["Step 1 of the rota: Tess was told.", "Step 2 of the rota: Dana was told."]
    titles = [notice.title for notice in await room.notices.notices(room.tess.person_id)]
    assert f"Nobody has touched it yet: {LUBA} was lifted" in titles


async def test_an_acknowledged_alarm_climbs_no_further(room: Watchroom) -> None:
    admin = replace(room.dana, role=Role.ADMIN)
    await room.alarms.rules.set_rota([Step(5, (room.tess.person_id,))], by=admin)
    alarm = await lifted(room)
    await room.alarms.desk.acknowledge(alarm.id, by=room.dana)
    await room.passes(900, 30)
    assert room.alarms.book.open[0].climbed == 0


async def test_past_alarms_of_a_mower_are_found_newest_first(room: Watchroom) -> None:
    one, other = await lifted(room), await lifted(room, YUKA)
    await room.alarms.desk.clear(one.id, "a", by=room.dana)
    room.clock.move(1)
    await room.alarms.desk.clear(other.id, "b", by=room.dana)
    assert [alarm.id for alarm in await room.alarms.book.past()] == [other.id, one.id]
    assert [alarm.id for alarm in await room.alarms.book.past(mower=LUBA)] == [one.id]
