"""Which backups stay: all of two days, one a day after that, the newest always."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.backups import kept

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
MOMENTS = st.lists(st.integers(0, 100 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes)), max_size=60)


def every_six_hours(days: int) -> list[datetime]:
    return [NOW - timedelta(hours=6 * number) for number in range(days * 4)]


def test_sixty_days_of_four_a_day_leave_two_days_whole_and_one_a_day_of_the_month() -> None:
    stay = kept(every_six_hours(60), now=NOW, keep_days=30)
    assert sum(NOW - one < timedelta(days=2) for one in stay) == 8
    assert len({one.date() for one in stay}) in {30, 31}
    assert len(stay) <= 8 + 30
    assert min(stay) >= NOW - timedelta(days=30)


@given(MOMENTS, st.integers(1, 90))
def test_the_newest_stays_however_old_and_nothing_comes_to_be(moments: list[datetime], days: int) -> None:
    stay = kept(moments, now=NOW, keep_days=days)
    assert stay <= set(moments)
    assert not moments or max(moments) in stay


@given(MOMENTS, st.integers(1, 90))
def test_tidying_twice_is_tidying_once(moments: list[datetime], days: int) -> None:
    stay = kept(moments, now=NOW, keep_days=days)
    assert kept(stay, now=NOW, keep_days=days) == stay


@given(MOMENTS)
def test_every_day_within_the_time_that_had_a_backup_still_has_one(moments: list[datetime]) -> None:
    stay = {one.date() for one in kept(moments, now=NOW, keep_days=30)}
    assert {one.date() for one in moments if NOW - one <= timedelta(days=30)} <= stay
