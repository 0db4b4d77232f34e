"""Who is to own which vendor account: an even share for everybody present."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.fleet.holding import Held, HoldRules, share

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(seconds=8)


def lease(account: str, owner: str, until: datetime = LATER) -> Held:
    return Held(account, owner, 1, until)


def test_whoever_is_alone_takes_everything() -> None:
    assert share("anna", ["elm", "oak"], [], ["anna"], NOON).take == ("elm", "oak")


def test_the_first_of_two_gives_half_of_it_to_the_second() -> None:
    leases = [lease(name, "anna") for name in ("ash", "elm", "fir", "oak")]
    assert share("anna", ["ash", "elm", "fir", "oak"], leases, ["anna", "ben"], NOON).give_back == ("fir", "oak")
    assert share("ben", ["ash", "elm", "fir", "oak"], leases, ["anna", "ben"], NOON).take == ()


def test_the_accounts_of_one_who_died_are_taken_once_they_have_run_out() -> None:
    leases = [lease("elm", "anna", NOON), lease("oak", "ben")]
    assert share("ben", ["elm", "oak"], leases, ["ben"], NOON).take == ("elm",)
    assert share("ben", ["elm", "oak"], [lease("elm", "anna"), lease("oak", "ben")], ["ben"], NOON).take == ()


def test_an_account_that_is_unlinked_is_given_back() -> None:
    assert share("anna", [], [lease("elm", "anna")], ["anna"], NOON).give_back == ("elm",)


@given(
    accounts=st.integers(0, 40),
    owners=st.integers(1, 6),
    start=st.lists(st.integers(-1, 7), min_size=40, max_size=40),
)
def test_from_any_start_all_are_owned_and_evenly_and_then_nothing_moves(
    accounts: int, owners: int, start: list[int]
) -> None:
    names = [f"a{number:02}" for number in range(accounts)]
    present = [f"p{number}" for number in range(owners)]
    held = {name: present[who] if who < owners else "dead" for name, who in zip(names, start, strict=False) if who >= 0}
    dead_since = {name for name, owner in held.items() if owner == "dead"}
    for turn in range(2 * owners + 4):
        if turn == 1:  # leases of the dead have run out
            held = {name: owner for name, owner in held.items() if name not in dead_since}
        for me in present:
            due = share(me, names, [lease(name, owner) for name, owner in held.items()], present, NOON)
            for name in due.give_back:
                assert held.pop(name) == me
            for name in due.take:
                assert name not in held
                held[name] = me
    loads = [sum(owner == one for owner in held.values()) for one in present]
    assert sum(loads) == accounts
    assert max(loads) - min(loads) <= 1
    for me in present:
        due = share(me, names, [lease(name, owner) for name, owner in held.items()], present, NOON)
        assert (due.take, due.give_back) == ((), ())


def test_a_lease_that_could_not_survive_two_failed_renewals_is_refused() -> None:
    with pytest.raises(Invalid):
        HoldRules(lasts_s=8, renew_s=4)
