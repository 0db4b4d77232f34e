"""Rain in the middle of a visit: it is held, and goes on in allowed hours only, at both changes of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.control import QuietWindow
from core.scheduling.planner_spans import Span, left_of, quiet_spans, rest_of_week
from core.scheduling.weather import decide
from core.scheduling.weather_data import Hour, Place, PlaceWeather
from core.scheduling.weather_hold import Begun, Step, hold_step, next_start
from core.scheduling.weather_limits import DEFAULT_LIMITS
from core.scheduling.weather_model import Asked, Decision

CHICAGO = ZoneInfo("America/Chicago")
NIGHT = QuietWindow(days=frozenset(range(7)), begins=time(20), ends=time(8))
MONDAY = datetime(2026, 6, 1, 5, tzinfo=UTC)  # midnight in Chicago
NOON = MONDAY + timedelta(hours=12)
HOUR = timedelta(hours=1)


def spans(since: datetime = MONDAY, days: int = 3) -> tuple[Span, ...]:
    whole = Span(since, since + timedelta(days=days))
    return left_of(whole, quiet_spans([NIGHT], CHICAGO, whole))


def decided(now: datetime, wet: range = range(0)) -> Decision:
    """Rain in the hours that end so many hours after the next full one."""
    full = now.replace(minute=0)
    hours = tuple(
        Hour(full + number * HOUR, 0.9 if number in wet else 0.0, 5, 15, 3) for number in range(-90, 60)
    )  # little water: the ground is not what is tested
    return decide(
        PlaceWeather(Place(44.02, -92.48), now, "elm", hours),
        DEFAULT_LIMITS,
        Asked(now, now, now + timedelta(hours=24), HOUR),
    )


def begun(held: bool, left: timedelta = HOUR) -> Begun:
    return Begun(held, left, MONDAY + timedelta(days=2))


def test_a_dry_visit_carries_on_and_rain_holds_it() -> None:
    assert hold_step(begun(False), decided(NOON), spans(), NOON).step is Step.CARRY_ON
    held = hold_step(begun(False), decided(NOON, range(1, 3)), spans(), NOON)
    assert (held.step, held.at) == (Step.HOLD, NOON + 2 * HOUR)


def test_it_resumes_once_it_is_dry_within_allowed_hours() -> None:
    assert hold_step(begun(True), decided(NOON), spans(), NOON).step is Step.RESUME


def test_dry_at_night_it_stays_until_the_morning() -> None:
    ten_at_night = MONDAY + timedelta(hours=22)
    step = hold_step(begun(True), decided(ten_at_night), spans(), ten_at_night)
    assert (step.step, step.at) == (Step.STAY, MONDAY + timedelta(hours=32))


def test_dry_too_late_for_its_rest_it_stays_until_the_morning() -> None:
    half_past_seven = MONDAY + timedelta(hours=19, minutes=30)
    step = hold_step(begun(True), decided(half_past_seven), spans(), half_past_seven)
    assert (step.step, step.at) == (Step.STAY, MONDAY + timedelta(hours=32))


def test_what_no_allowed_hour_has_room_for_is_caught_up() -> None:
    step = hold_step(begun(True, timedelta(hours=13)), decided(NOON), spans(), NOON)
    assert (step.step, step.at) == (Step.CATCH_UP, None)


def test_a_visit_that_is_out_when_quiet_begins_is_held() -> None:
    eight = MONDAY + timedelta(hours=20)
    assert hold_step(begun(False), decided(eight), spans(), eight).step is Step.HOLD


@pytest.mark.parametrize("change", [datetime(2026, 3, 7, 6, tzinfo=UTC), datetime(2026, 10, 31, 5, tzinfo=UTC)])
def test_over_a_change_of_the_clocks_the_day_still_begins_at_eight_of_the_site(change: datetime) -> None:
    for span in spans(change, days=4)[1:-1]:
        assert (span.begins.astimezone(CHICAGO).hour, span.ends.astimezone(CHICAGO).hour) == (8, 20)


@given(st.integers(0, 72 * 60), st.booleans(), st.integers(1, 14 * 60), st.sets(st.integers(0, 30), max_size=10))
def test_whatever_happens_nothing_runs_outside_allowed_hours(minute: int, held: bool, left: int, wet: set[int]) -> None:
    now = MONDAY + timedelta(minutes=minute)
    allowed, rest = spans(days=5), timedelta(minutes=left)
    full = now.replace(minute=0)
    hours = tuple(Hour(full + number * HOUR, 2.0 if number in wet else 0.0, 5, 15, 3) for number in range(-90, 60))
    decision = decide(
        PlaceWeather(Place(44.02, -92.48), now, "elm", hours), DEFAULT_LIMITS, Asked(now, now, now + 20 * HOUR, HOUR)
    )
    step = hold_step(begun(held, rest), decision, allowed, now)
    if step.step in {Step.CARRY_ON, Step.RESUME}:
        assert any(span.begins <= now < span.ends for span in allowed)
    if step.step is Step.RESUME:
        assert any(span.begins <= now and now + rest <= span.ends for span in allowed)
    if step.at is not None:
        assert step.at >= now and any(span.begins <= step.at and step.at + rest <= span.ends for span in allowed)


def test_spans_are_what_is_left_between_overlapping_bans() -> None:
    whole = Span(MONDAY, MONDAY + 10 * HOUR)
    bans = [Span(MONDAY + 2 * HOUR, MONDAY + 4 * HOUR), Span(MONDAY + 3 * HOUR, MONDAY + 5 * HOUR)]
    assert left_of(whole, bans) == (Span(MONDAY, MONDAY + 2 * HOUR), Span(MONDAY + 5 * HOUR, MONDAY + 10 * HOUR))
    assert left_of(whole, [whole]) == ()
    assert next_start(spans(), MONDAY, 13 * HOUR) is None


def test_the_week_ends_with_the_sites_own_sunday() -> None:
    week = rest_of_week(NOON, CHICAGO)
    assert week.ends.astimezone(CHICAGO) == datetime(2026, 6, 8, tzinfo=CHICAGO)
    assert rest_of_week(datetime(2026, 6, 8, 4, 59, tzinfo=UTC), CHICAGO).length == timedelta(minutes=1)
