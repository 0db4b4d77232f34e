"""The lockout rule itself, on made-up histories of tries."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.accounts.lockout import Attempts, SignInRules, next_attempt

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
gaps = st.lists(st.integers(0, 3600), max_size=60)


@given(gaps=gaps, limit=st.integers(1, 8), minutes=st.integers(1, 60))
def test_failures_alone_never_get_more_looks_than_the_limit_within_a_lockout_period(
    gaps: list[int], limit: int, minutes: int
) -> None:
    rules = SignInRules(attempts=limit, lockout_minutes=minutes)
    now, attempts, looks = NOON, Attempts(), []
    for gap in gaps:
        now += timedelta(seconds=gap)
        attempts, allowed = next_attempt(attempts, now, rules)
        if allowed:
            looks.append(now)
    for start in looks:
        # a lock can begin right after a quiet start, so two bursts may touch: never more than two limits' worth
        within = [look for look in looks if start <= look < start + timedelta(minutes=minutes)]
        assert len(within) <= 2 * limit - 1


@given(gaps=gaps, limit=st.integers(1, 8))
def test_a_lock_is_never_moved_by_the_tries_it_refuses(gaps: list[int], limit: int) -> None:
    rules = SignInRules(attempts=limit)
    now, attempts = NOON, Attempts()
    for gap in gaps:
        now += timedelta(seconds=gap)
        before = attempts
        attempts, allowed = next_attempt(before, now, rules)
        if not allowed:
            assert attempts == before


@given(gaps=gaps)
def test_whoever_waits_out_the_lock_is_heard_again(gaps: list[int]) -> None:
    rules = SignInRules()
    now, attempts = NOON, Attempts()
    for gap in gaps:
        now += timedelta(seconds=gap)
        attempts, _allowed = next_attempt(attempts, now, rules)
    later = now + timedelta(minutes=rules.lockout_minutes)
    assert next_attempt(attempts, later, rules)[1]


def test_the_try_that_reaches_the_limit_is_still_looked_at_and_locks() -> None:
    attempts = Attempts(count=4, last_at=NOON)
    attempts, allowed = next_attempt(attempts, NOON + timedelta(seconds=1), SignInRules(attempts=5))
    assert allowed
    assert attempts.locked_until == NOON + timedelta(minutes=15, seconds=1)


def test_a_quiet_quarter_of_an_hour_starts_the_count_anew() -> None:
    attempts = Attempts(count=4, last_at=NOON)
    attempts, allowed = next_attempt(attempts, NOON + timedelta(minutes=15), SignInRules(attempts=5))
    assert allowed
    assert (attempts.count, attempts.locked_until) == (1, None)
