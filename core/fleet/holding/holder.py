"""What this process owns: it asks for its share, renews it, and stops using what it could not renew in time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import structlog

from core.clock import Clock
from core.db import Database
from core.fleet.holding.book import LeaseBook
from core.fleet.holding.model import DEFAULT_HOLD_RULES, HOUSE, Fence, HoldRules, share

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Turned:
    """What one turn changed."""

    taken: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.taken or self.lost)


class Holder:
    """The leases of one process. ``owner`` is its name, another with every start unless it is alone (`HOUSE`)."""

    def __init__(
        self, database: Database, clock: Clock, *, owner: str = HOUSE, rules: HoldRules = DEFAULT_HOLD_RULES
    ) -> None:
        self.owner, self.rules = owner, rules
        self._book, self._clock = LeaseBook(database), clock
        self._held: dict[str, int] = {}
        self._leaving: dict[str, int] = {}
        self._ever: set[str] = set()
        self._good_until = 0.0  # on the monotonic clock: a machine whose wall clock jumps does not hold on longer

    @property
    def alone(self) -> bool:
        return self.owner == HOUSE

    def mine(self, account: str | None) -> bool:
        """Whether this process owns the account at this moment, without asking anybody."""
        return account in self._held and self._in_time

    def fence(self, account: str | None) -> Fence | None:
        """What writes for this account must show; ``None`` when it is not ours. One that is being given back is ours
        until it is let go: what its link still had to say is stored."""
        if account is not None and account in self._leaving:
            return Fence(account, self._leaving[account])
        return Fence(account, self._held[account]) if account is not None and self.mine(account) else None

    def all(self) -> frozenset[str]:
        """Every account that is ours now."""
        return frozenset(self._held) if self._in_time else frozenset()

    @property
    def _in_time(self) -> bool:
        """Nobody takes anything from one that is alone, however long its machine slept."""
        return self.alone or self._clock.monotonic() < self._good_until

    async def turn(self, accounts: Collection[str]) -> Turned:
        """Renew, give back, take. Raises what the database raises; what ran out meanwhile is ours no longer."""
        before = self.all()
        self._held = {account: token for account, token in self._held.items() if account in before}
        now, began = self._clock.now(), self._clock.monotonic()
        until = now + timedelta(seconds=self.rules.lasts_s)
        await self._book.check_in(self.owner, until)
        still = await self._book.renew(self.owner, self._held, now=now, until=until, late=self.alone)
        lost = sorted(set(self._held) - still)
        self._held = {account: token for account, token in self._held.items() if account in still}
        self._good_until = began + self.rules.lasts_s
        due = share(self.owner, accounts, await self._book.all(), await self._book.present(now), now)
        for account in due.give_back:
            if account in self._held:
                lost.append(account)
                self._leaving[account] = self._held.pop(account)
        taken = await self._take(accounts if self.alone else due.take)
        if lost or taken:
            log.info("fleet.accounts_held", owner=self.owner, taken=len(taken), lost=len(lost), held=len(self._held))
        return Turned(tuple(taken), tuple(sorted({*lost, *(before - set(self._held))})))

    async def let_go(self, account: str) -> None:
        """What `turn` told as lost is not used any more: somebody else may take it at once."""
        if account in self._leaving:
            await self._book.give_back(Fence(account, self._leaving.pop(account)), self._clock.now())

    async def give_up(self) -> None:
        """Give everything back at once: an orderly stop lets nobody wait."""
        self._held.clear()
        await self._book.check_out(self.owner, self._clock.now())

    async def _take(self, wanted: Collection[str]) -> list[str]:
        now = self._clock.now()
        until, taken = now + timedelta(seconds=self.rules.lasts_s), []
        for account in sorted(wanted):
            if account in self._held:
                continue
            again = self.alone and account not in self._ever
            token = await self._book.take(account, self.owner, now=now, until=until, again=again)
            if token is not None:
                self._held[account] = token
                self._ever.add(account)
                taken.append(account)
        return taken
