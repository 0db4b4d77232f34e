"""A year of any plan over both clock changes: never a visit in a forbidden span, none doubled, none lost."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.control import QuietWindow
from core.ids import new_id
from core.scheduling import (
    Choice,
    Lot,
    Pause,
    PauseKind,
    SchedulingRules,
    ServicePlan,
    Span,
    Visit,
    VisitReason,
    VisitState,
    bans_of,
    changes_of,
    visit_days,
    wanted_visits,
)
from core.scheduling.bans import forbidden
from core.scheduling.generation import Changes, Wanted
from core.scheduling.spans import within
from tests.core.scheduling.cast import ELM_LOT, NOON, SITES, plan, plans, quiet_windows, site, version
from tests.proofs import counted

RULES = SchedulingRules()
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
BEFORE = datetime(2025, 12, 1, tzinfo=UTC)


def made(wanted: Wanted) -> Visit:
    """A wanted visit as it is kept."""
    state, reason = wanted.state()
    return Visit(
        id=new_id(), lot_id=ELM_LOT, due_on=wanted.due_on, plan_version=wanted.plan_version, state=state, reason=reason,
        begins_at=wanted.span.begins, ends_at=wanted.span.ends,
    )  # fmt: skip


def applied(lot: Lot, changes: Changes) -> Lot:
    after = {before.id: visit for before, visit in changes.changed}
    return replace(lot, visits=[*(after.get(one.id, one) for one in lot.visits), *map(made, changes.new)])


def pause(kind: PauseKind, first: date, restarts: date) -> Pause:
    return Pause(
        id=new_id(), lot_id=ELM_LOT, kind=kind, from_on=first, restarts_on=restarts, reason="", made_by="eve",
        made_at=NOON,
    )  # fmt: skip


@counted(sample=60, full=1_000)
@given(zone=st.sampled_from(sorted(SITES)), one=plans(), quiet=st.lists(quiet_windows, max_size=3))
def test_a_year_of_any_plan_is_never_in_a_forbidden_span_none_doubled_none_lost(
    zone: str, one: ServicePlan, quiet: list[QuietWindow]
) -> None:
    lot = Lot(site(zone, quiet=tuple(quiet), quiet_zone=zone), [version(one)])
    visits = list(map(made, wanted_visits(lot, FIRST, LAST, RULES)))
    assert [visit.due_on for visit in visits] == list(visit_days(one, FIRST, LAST))
    place = lot.site.place
    for visit in visits:
        assert visit.minutes == one.minutes
        if visit.state is VisitState.SKIPPED:
            assert visit.reason in {VisitReason.NO_ALLOWED_TIME, VisitReason.BLACKOUT}
            continue
        day = visit.begins_at.astimezone(place.zone).date()
        assert not any(visit.span.meets(span) for span in forbidden(bans_of(place, day)))
        preferred = within(day, one.window_begins, one.window_ends, place.zone)
        assert preferred is not None and preferred.holds(visit.span)
        assert visit.due_on <= day <= visit.due_on + timedelta(days=RULES.days_later)
        assert day not in one.blackouts
    planned = sorted(visit.span for visit in visits if visit.state is VisitState.PLANNED)
    assert not any(before.meets(after) for before, after in pairwise(planned))


@counted(sample=40, full=400)
@given(
    zone=st.sampled_from(sorted(SITES)), one=plans(), other=plans(), change=st.dates(FIRST, LAST),
    times=st.lists(st.integers(0, 40), min_size=1, max_size=8),
)  # fmt: skip
def test_generating_again_and_over_a_changed_plan_changes_nothing_that_stands_right(
    zone: str, one: ServicePlan, other: ServicePlan, change: date, times: list[int]
) -> None:
    lot, now = Lot(site(zone), [version(one)]), BEFORE
    for days in times:
        now += timedelta(days=days)
        first = now.astimezone(lot.site.zone).date()
        last = first + timedelta(days=28)
        lot = applied(lot, changes_of(lot, first, last, now, RULES))
        again = changes_of(lot, first, last, now, RULES)
        assert again == Changes((), ())
        assert len({visit.due_on for visit in lot.visits}) == len(lot.visits)
    lot = replace(lot, versions=[version(one), version(other, 2, change)])
    first = now.astimezone(lot.site.zone).date()
    lot = applied(lot, changes_of(lot, first, first + timedelta(days=28), now, RULES))
    wanted = {one.due_on for one in wanted_visits(lot, first, first + timedelta(days=28), RULES)}
    for visit in lot.visits:
        if visit.begins_at > now and visit.due_on >= first:
            assert (visit.state is VisitState.CANCELLED) == (visit.due_on not in wanted)


def elm(*pauses: Pause, **fields: object) -> Lot:
    """A weekly Tuesday plan."""
    lot = Lot(site(), [version(plan(**fields))], pauses)  # type: ignore[arg-type]
    return applied(lot, changes_of(lot, date(2026, 6, 1), date(2026, 6, 28), NOON, RULES))


def test_a_holiday_that_closes_a_day_gives_its_visit_to_the_next() -> None:
    lot = Lot(site("Europe/Berlin"), [version(plan(weekdays=frozenset({3})))])
    visits = list(map(made, wanted_visits(lot, date(2026, 6, 4), date(2026, 6, 4), RULES)))  # Corpus Christi
    assert [(one.due_on, one.begins_at.date(), one.reason) for one in visits] == [
        (date(2026, 6, 4), date(2026, 6, 5), VisitReason.OTHER_DAY)
    ]


def test_a_day_without_any_allowed_hour_is_skipped_and_says_why() -> None:
    lot = elm(window_begins=time(2), window_ends=time(5))
    assert {(one.state, one.reason) for one in lot.visits} == {(VisitState.SKIPPED, VisitReason.NO_ALLOWED_TIME)}
    assert len(lot.visits) == 4


def test_a_vacation_skips_its_days_and_the_day_of_restart_is_served() -> None:
    lot = elm(pause(PauseKind.VACATION, date(2026, 6, 9), date(2026, 6, 16)))
    assert [(one.due_on.day, one.state, one.reason) for one in lot.visits] == [
        (2, VisitState.PLANNED, VisitReason.NONE),
        (9, VisitState.SKIPPED, VisitReason.VACATION),
        (16, VisitState.PLANNED, VisitReason.NONE),
        (23, VisitState.PLANNED, VisitReason.NONE),
    ]


def test_the_end_of_a_pause_restores_what_it_skipped_but_not_what_a_person_skipped() -> None:
    away = pause(PauseKind.VACATION, date(2026, 6, 9), date(2026, 6, 24))
    lot = elm(away)
    by_hand = replace(
        lot.visits[1], choice=Choice.SKIP, state=VisitState.SKIPPED, reason=VisitReason.SKIPPED_BY_HOUSEHOLD
    )
    lot = replace(lot, visits=[lot.visits[0], by_hand, *lot.visits[2:]], pauses=[replace(away, ended_at=NOON)])
    lot = applied(lot, changes_of(lot, date(2026, 6, 1), date(2026, 6, 28), NOON, RULES))
    assert [one.state for one in lot.visits] == [
        VisitState.PLANNED, VisitState.SKIPPED, VisitState.PLANNED, VisitState.PLANNED,
    ]  # fmt: skip


def test_one_that_is_to_be_kept_takes_place_within_a_vacation() -> None:
    lot = elm(pause(PauseKind.VACATION, date(2026, 6, 1), date(2026, 7, 1)))
    kept = replace(lot.visits[1], choice=Choice.KEEP)
    lot = replace(lot, visits=[lot.visits[0], kept, *lot.visits[2:]])
    changes = changes_of(lot, date(2026, 6, 1), date(2026, 6, 28), NOON, RULES)
    assert [(after.due_on.day, after.state) for _before, after in changes.changed] == [(9, VisitState.PLANNED)]


def test_a_new_version_for_all_future_retimes_leaves_alone_and_cancels() -> None:
    lot = elm()
    moved = replace(
        lot.visits[2], state=VisitState.MOVED, pinned=True, moved_from=lot.visits[2].begins_at,
        begins_at=lot.visits[2].begins_at + timedelta(hours=2), ends_at=lot.visits[2].ends_at + timedelta(hours=2),
    )  # fmt: skip
    later = version(plan(window_begins=time(13)), 2, date(2026, 6, 9))
    lot = replace(lot, visits=[*lot.visits[:2], moved, lot.visits[3]], versions=[*lot.versions, later])
    after = applied(lot, changes_of(lot, date(2026, 6, 1), date(2026, 6, 28), NOON, RULES))
    assert after.visits[0] == lot.visits[0]
    assert after.visits[1].begins_at == lot.visits[1].begins_at + timedelta(hours=4)
    assert after.visits[2].span == moved.span
    wednesdays = version(plan(weekdays=frozenset({2})), 3, date(2026, 6, 15))
    lot = replace(after, versions=[*after.versions, wednesdays])
    end = applied(lot, changes_of(lot, date(2026, 6, 1), date(2026, 6, 28), NOON, RULES))
    assert [(one.due_on.day, one.state) for one in sorted(end.visits, key=lambda one: one.due_on)] == [
        (2, VisitState.PLANNED), (9, VisitState.PLANNED), (16, VisitState.CANCELLED), (17, VisitState.PLANNED),
        (23, VisitState.CANCELLED), (24, VisitState.PLANNED),
    ]  # fmt: skip


def test_what_stands_keeps_its_time_until_a_ban_forbids_it() -> None:
    lot = elm()
    quiet = QuietWindow(days=frozenset({1}), begins=time(9), ends=time(10))
    same = changes_of(replace(lot, busy=[lot.visits[0].span]), date(2026, 6, 1), date(2026, 6, 28), NOON, RULES)
    assert same.changed == ()
    now_quiet = replace(lot, site=site(quiet=(quiet,), quiet_zone="America/Chicago"))
    changes = changes_of(now_quiet, date(2026, 6, 1), date(2026, 6, 28), NOON, RULES)
    assert {after.begins_at - before.begins_at for before, after in changes.changed} == {timedelta(hours=1)}
    assert len(changes.changed) == 4


def test_a_new_visit_keeps_clear_of_where_its_mower_is_wanted_already() -> None:
    lot = Lot(site(), [version(plan())])
    (alone,) = wanted_visits(lot, date(2026, 6, 2), date(2026, 6, 2), RULES)
    (beside,) = wanted_visits(replace(lot, busy=[alone.span]), date(2026, 6, 2), date(2026, 6, 2), RULES)
    assert beside.span == Span(alone.span.ends, alone.span.ends + alone.span.lasts)


@pytest.mark.parametrize(
    "state", [VisitState.DUE, VisitState.STARTED, VisitState.DONE, VisitState.SHORT, VisitState.FAILED]
)
def test_one_that_has_begun_is_left_alone(state: VisitState) -> None:
    lot = elm()
    lot = replace(lot, visits=[replace(one, state=state) for one in lot.visits], versions=[])
    assert changes_of(lot, date(2026, 6, 1), date(2026, 6, 28), NOON, RULES).changed == ()
