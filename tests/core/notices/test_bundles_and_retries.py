"""What was held back goes as one; attempts come ever later and end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import new_id
from core.notices import Due, RetryRules, Weight, bundles, wait_after
from tests.proofs import counted

NOON = datetime(2026, 6, 3, 17, tzinfo=UTC)


def due(minute: int, weight: Weight = Weight.INFO, *, held: bool = False, attempts: int = 0) -> Due:
    return Due(new_id(), weight, NOON + timedelta(minutes=minute), held, attempts)


def test_what_was_held_is_one_message_the_loudest_in_front_and_then_by_age() -> None:
    old, loud, young = due(0, held=True), due(5, Weight.WARNING, held=True), due(9, held=True)
    (bundle,) = bundles([young, old, loud])
    assert (bundle.first, bundle.others) == (loud, (old, young))


def test_critical_ones_go_alone_and_first_and_what_was_never_held_goes_by_itself() -> None:
    fresh, held, critical = due(0), due(1, held=True), due(2, Weight.CRITICAL, held=True)
    assert [(one.first, one.others) for one in bundles([fresh, held, critical])] == [
        (critical, ()),
        (held, ()),
        (fresh, ()),
    ]


def test_one_that_was_sent_before_takes_nothing_new_along() -> None:
    tried, held = due(0, held=True, attempts=1), due(1, held=True)
    assert sorted(len(one.others) for one in bundles([tried, held])) == [0, 0]


dues = st.lists(
    st.builds(
        due, st.integers(0, 600), st.sampled_from(list(Weight)), held=st.booleans(), attempts=st.integers(0, 2)
    ),
    max_size=20,
)  # fmt: skip


@counted(sample=200, full=10_000)
@given(dues)
def test_every_delivery_is_in_exactly_one_message(given_dues: list[Due]) -> None:
    together = bundles(given_dues)
    told = [one for bundle in together for one in (bundle.first, *bundle.others)]
    assert sorted(one.id for one in told) == sorted(one.id for one in given_dues)
    assert all(one.weight is not Weight.CRITICAL for bundle in together for one in bundle.others)


def test_the_wait_doubles_up_to_an_hour_and_then_it_ends() -> None:
    waits = [wait_after(attempts) for attempts in range(1, 15)]
    assert [wait.total_seconds() for wait in waits if wait][:4] == [10, 20, 40, 80]
    assert waits[12] == timedelta(hours=1)
    assert waits[13] is None


@counted(sample=100, full=2_000)
@given(st.integers(1, 3_600), st.integers(1, 100), st.integers(1, 60))
def test_no_wait_is_shorter_than_the_one_before_and_every_message_ends(first: int, factor: int, most: int) -> None:
    rules = RetryRules(first=timedelta(seconds=first), most=timedelta(seconds=first * factor), attempts=most)
    waits = [wait_after(attempts, rules) for attempts in range(1, most + 1)]
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert len(known) == most - 1
    assert known == sorted(known)
    assert all(rules.first <= wait <= rules.most for wait in known)


@pytest.mark.parametrize("wrong", [{"first": timedelta()}, {"attempts": 0}, {"most": timedelta(seconds=1)}])
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        RetryRules(**wrong)  # type: ignore[arg-type]
