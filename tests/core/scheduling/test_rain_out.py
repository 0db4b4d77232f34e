"""Rain-out of a day: every open visit moves to the next allowed time, nothing clashes, one message a household."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.control import QuietWindow
from core.errors import Invalid
from core.scheduling.planner_spans import Span, left_of, midnight, quiet_spans
from core.scheduling.weather_rainout import BEGUN, NO_ROOM, PINNED, DayVisit, RainOut, rain_out

CHICAGO = ZoneInfo("America/Chicago")
THURSDAY = date(2026, 6, 4)
NIGHT = QuietWindow(days=frozenset(range(7)), begins=time(18), ends=time(8))
MAYA, OLSEN = UUID(int=1), UUID(int=2)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHICAGO).astimezone(UTC)


def visit(hour: int, *, day: date = THURSDAY, hours: int = 2, mower: str = "Luba-ELM", **more: object) -> DayVisit:
    begins = at(day, hour)
    given = {"household_id": MAYA, "lawn": "1 ELM ST", "id": uuid4()} | more
    return DayVisit(mower=mower, span=Span(begins, begins + timedelta(hours=hours)), **given)  # type: ignore[arg-type]


def allowed(day: date = THURSDAY, days: int = 5) -> tuple[Span, ...]:
    whole = Span(midnight(day, CHICAGO), midnight(day + timedelta(days=days), CHICAGO))
    return left_of(whole, quiet_spans([NIGHT], CHICAGO, whole))


def previewed(*visits: DayVisit, day: date = THURSDAY, days: int = 5, **more: timedelta) -> RainOut:
    spans = allowed(day, days)
    until = midnight(day + timedelta(days=days), CHICAGO)
    mowers = {one.mower: spans for one in visits}
    return rain_out(visits, day=day, zone=CHICAGO, allowed=mowers, until=until, **more)


def test_a_visit_moves_to_the_first_allowed_hour_after_the_day() -> None:
    preview = previewed(visit(9))
    (move,) = preview.moves
    assert move.to == Span(at(date(2026, 6, 5), 8), at(date(2026, 6, 5), 10)) and preview.clashes == ()


def test_visits_of_other_days_stay_and_are_gone_round() -> None:
    friday = date(2026, 6, 5)
    preview = previewed(visit(9), visit(8, day=friday), visit(11, day=friday, hours=7), visit(14))
    assert [move.to.begins for move in preview.moves] == [at(date(2026, 6, 6), 8), at(date(2026, 6, 6), 10)]


def test_who_waited_longest_since_the_last_cut_chooses_first() -> None:
    recent = visit(9, since=at(date(2026, 6, 1), 9), lawn="recent")
    long = visit(11, since=at(date(2026, 5, 20), 9), lawn="long")
    never = visit(13, lawn="never")
    to = {move.visit.lawn: move.to.begins for move in previewed(recent, long, never).moves}
    assert to["never"] < to["long"] < to["recent"]


def test_pinned_and_begun_visits_are_told_and_left_alone() -> None:
    pinned, begun = visit(9, pinned=True), visit(12, open=False)
    preview = previewed(pinned, begun)
    assert preview.moves == ()
    assert [(clash.visit, clash.words) for clash in preview.clashes] == [(pinned, PINNED), (begun, BEGUN)]
    (message,) = preview.messages
    assert [clash.visit for clash in message.clashes] == [pinned]  # of what is over nobody is told


def test_where_no_time_is_free_it_is_said() -> None:
    preview = previewed(visit(9), visit(8, day=date(2026, 6, 5), hours=9), days=2)
    assert [clash.words for clash in preview.clashes] == [NO_ROOM]


def test_each_household_has_one_message_with_all_its_visits() -> None:
    preview = previewed(visit(8), visit(10, household_id=OLSEN), visit(12), visit(14, household_id=None))
    assert [(one.household_id, len(one.moves)) for one in preview.messages] == [(MAYA, 2), (OLSEN, 1)]
    assert len(preview.moves) == 4


def test_between_two_visits_of_a_mower_the_way_is_kept() -> None:
    moves = previewed(visit(9), visit(11), turn=timedelta(minutes=15)).moves
    assert sorted(move.to.begins for move in moves)[1] - min(move.to.ends for move in moves) == timedelta(minutes=15)


def test_mowers_do_not_wait_for_one_another() -> None:
    moves = previewed(visit(9), visit(9, mower="Luba-OAK")).moves
    assert moves[0].to == moves[1].to


def test_a_mower_without_hours_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as refused:
        rain_out([visit(9)], day=THURSDAY, zone=CHICAGO, allowed={}, until=at(date(2026, 6, 9), 0))
    assert refused.value.reasons == ("Luba-ELM",)


@pytest.mark.parametrize("day", [date(2026, 3, 7), date(2026, 10, 31)])
def test_over_a_change_of_the_clocks_the_next_day_begins_at_eight_of_the_site(day: date) -> None:
    (move,) = previewed(visit(9, day=day), day=day).moves
    local = move.to.begins.astimezone(CHICAGO)
    assert (local.date(), local.hour) == (day + timedelta(days=1), 8)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(8, 15), st.integers(1, 3), st.sampled_from(["a", "b"]), st.booleans(),
            st.sampled_from([MAYA, OLSEN, None]),
        ),
        max_size=12,
    ),
    st.integers(1, 5),
)  # fmt: skip
def test_whatever_the_day_holds_nothing_is_lost_doubled_forbidden_or_overlapping(
    rows: list[tuple[int, int, int, str, bool, UUID | None]], days: int
) -> None:
    taken: dict[str, list[Span]] = {"a": [], "b": []}
    visits = []
    for off, hour, hours, mower, pinned, household in rows:
        one = visit(
            hour, day=THURSDAY + timedelta(days=off), hours=hours, mower=mower, pinned=pinned, household_id=household
        )
        if not any(one.span.cut(other) for other in taken[mower]):
            taken[mower].append(one.span)
            visits.append(one)
    preview = previewed(*visits, days=days)
    of_day = [one.id for one in visits if one.span.begins.astimezone(CHICAGO).date() == THURSDAY]
    told = [move.visit.id for move in preview.moves] + [clash.visit.id for clash in preview.clashes]
    assert sorted(told) == sorted(of_day)
    moved = {move.visit.id for move in preview.moves}
    for mower in taken:
        spans = sorted(
            [one.span for one in visits if one.mower == mower and one.id not in moved]
            + [move.to for move in preview.moves if move.visit.mower == mower]
        )
        assert all(one.ends <= following.begins for one, following in pairwise(spans))
    for move in preview.moves:
        assert move.to.length == move.visit.span.length and move.to.begins.astimezone(CHICAGO).date() > THURSDAY
        assert any(span.begins <= move.to.begins and move.to.ends <= span.ends for span in allowed(days=days))
    households = Counter(message.household_id for message in preview.messages)
    assert all(count == 1 for count in households.values())
    assert set(households) == {one.household_id for one in visits if one.id in told and one.household_id}
