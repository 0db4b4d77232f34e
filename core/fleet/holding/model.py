"""Leases of vendor accounts: their rules, and who is to take or give back what. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Invalid
from core.texts import N_

HOUSE = "house"
"""Owner's name of a process that is alone: started again after a kill, it is the same owner and waits for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRules:
    """Seconds a lease lasts without renewal, and between renewals.

    After a kill an account stands still for ``lasts_s`` and a renewal at most. The machines' clocks may differ by less
    than ``lasts_s - renew_s``: beyond it an account changes hands early, which costs a reconnect and nothing else,
    because a write with the older token is refused.
    """

    lasts_s: float = 12.0  # 2 to 300
    renew_s: float = 3.0  # at most a third of lasts_s, so that two renewals may fail

    def __post_init__(self) -> None:
        if not 2 <= self.lasts_s <= 300 or not 0 < self.renew_s <= self.lasts_s / 3:
            raise Invalid(N_("a lease lasts 2 to 300 seconds, and is renewed at least three times in that time"))


DEFAULT_HOLD_RULES = HoldRules()


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as stored."""

    account: str
    owner: str
    token: int
    until: datetime

    def holds(self, now: datetime) -> bool:
        return now < self.until


@dataclass(frozen=True, slots=True)
class Fence:
    """What a write on behalf of an account shows: it counts only while no newer token was given out."""

    account: str
    token: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one process is to do about leases now."""

    take: tuple[str, ...]
    give_back: tuple[str, ...]


def share(me: str, accounts: Collection[str], leases: Sequence[Held], present: Collection[str], now: datetime) -> Share:
    """An even share of the accounts for everybody present; once all have settled, nobody has two more than another.

    Where they do not divide evenly, those who have most already keep the odd ones: nothing moves for nothing.
    """
    held = {one.account: one.owner for one in leases if one.holds(now)}
    mine = sorted(account for account, owner in held.items() if owner == me)
    kept = [account for account in mine if account in accounts]
    loads = dict.fromkeys({*present, me}, 0)
    for account, owner in held.items():
        if account in accounts and owner in loads:
            loads[owner] += 1
    fewest, odd = divmod(len(accounts), len(loads))
    ranked = sorted(loads, key=lambda one: (-loads[one], one))
    target = fewest + (1 if ranked.index(me) < odd else 0)
    free = sorted(account for account in accounts if account not in held)
    gone = [account for account in mine if account not in accounts]
    return Share(tuple(free[: max(0, target - len(kept))]), (*gone, *kept[target:]))
