"""Households are told of visits that come: ahead, by day, once for each time, and of nobody else's."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from core.notices.tables import NoticeOutbox
from core.scheduling import Visit
from core.scheduling.ahead import AheadRules, told_from
from core.texts import recalled
from tests.core.scheduling.cast import SITES, plan
from tests.core.scheduling.conftest import Row
from tests.proofs import counted

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("begins", "from_"),
    [
        ("2026-06-02T09:00", "2026-06-01T18:00"),  # twelve hours before is night
        ("2026-06-02T06:30", "2026-06-01T18:30"),
        ("2026-06-02T20:30", "2026-06-02T08:30"),
        ("2026-11-02T13:00", "2026-11-01T18:00"),  # clocks went back that morning
    ],
)
def test_by_night_it_is_told_the_evening_before(begins: str, from_: str) -> None:
    at = datetime.fromisoformat(begins).replace(tzinfo=CHICAGO)
    told = told_from(at, CHICAGO, AheadRules()).astimezone(CHICAGO)
    assert f"{told:%Y-%m-%dT%H:%M}" == from_


@counted(sample=100, full=2_000)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)), st.integers(1, 72),
       st.sampled_from(sorted(SITES)))  # fmt: skip
def test_it_is_always_told_by_day_early_enough_and_never_a_day_too_early(
    begins: datetime, hours: int, zone: str
) -> None:
    rules, here = AheadRules(hours=hours), ZoneInfo(zone)
    told = told_from(begins, here, rules)
    assert begins - rules.longest <= told <= begins - timedelta(hours=hours)
    assert time(8) <= told.astimezone(here).time() < time(20)


@pytest.mark.parametrize("wrong", [{"hours": 0}, {"hours": 73}, {"evening": time(21)}])
def test_rules_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        AheadRules(**wrong)  # type: ignore[arg-type]


async def told(row: Row) -> list[tuple[str, str, str]]:
    """(kind, title, whom) of every notice, oldest first."""
    emails = {viewer.person_id: viewer.email for viewer in row.viewers.values()}
    async with row.database.session() as session:
        rows = (await session.exec(select(NoticeOutbox).order_by(NoticeOutbox.id))).all()  # type: ignore[arg-type]
    return [(one.kind, recalled(one.title), emails[one.person_id]) for one in rows]


async def first_of(row: Row, address: str = "12 ELM ST") -> Visit:
    """Tuesday's at 08:00 in Le Sueur; the clock stands at Monday, 07:00."""
    return (await row.visits(address))[0]


async def until(row: Row, at: datetime) -> None:
    row.clock.move((at - row.clock.now()).total_seconds())


async def test_a_household_is_told_the_evening_before_once_and_its_neighbours_are_not(row: Row) -> None:
    await row.agree()
    visit = await first_of(row)
    evening = datetime(2026, 6, 1, 23, tzinfo=UTC)  # 18:00
    await until(row, evening - timedelta(minutes=1))
    assert await row.desk.ahead.tell_ahead() == 0
    await until(row, evening)
    assert await row.desk.ahead.tell_ahead() == 1
    assert await row.desk.ahead.tell_ahead() == 0
    ((kind, title, whom),) = await told(row)
    assert (kind, whom) == ("visit.coming", row.household.email)
    assert title == f"The mower comes {visit.begins_at:%a %d %b %Y, %H:%M} UTC"


async def test_it_is_told_anew_when_it_moves_and_not_when_it_does_not(row: Row) -> None:
    await row.agree()
    visit = await first_of(row)
    await until(row, datetime(2026, 6, 1, 23, tzinfo=UTC))
    await row.desk.ahead.tell_ahead()
    await row.desk.visits.pin(visit.id, pinned=True, by=row.dispatcher)
    assert await row.desk.ahead.tell_ahead() == 0
    later = visit.begins_at + timedelta(hours=2)
    await row.desk.visits.move_visit(visit.id, begins_at=later, by=row.dispatcher)
    assert await row.desk.ahead.tell_ahead() == 1
    titles = [title for _kind, title, _whom in await told(row)]
    assert titles[-1] == f"The mower comes {later:%a %d %b %Y, %H:%M} UTC"
    assert len(titles) == 3  # coming, moved, coming
    assert (await first_of(row)).version == visit.version + 2  # telling is no change of a visit


async def test_what_is_skipped_or_has_begun_is_not_told_as_coming(row: Row) -> None:
    await row.agree()
    await row.agree("14 ELM ST", of=plan(window_begins=time(9), window_ends=time(12)))
    first, second = await first_of(row), await first_of(row, "14 ELM ST")
    await row.desk.visits.skip(first.id, by=row.household)
    await until(row, second.begins_at)
    assert await row.desk.ahead.tell_ahead() == 0
    assert await told(row) == []
    assert first.due_on == date(2026, 6, 2)
