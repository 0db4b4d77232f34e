"""Which mowers to ask for a report, within the vendor's budget (B11). The choice is pure; the job is a few lines.

Devices push by themselves, so asking is for those that fell silent: each state has an age at which its mower is asked,
an unanswered question doubles the wait, and a share of the account's budget is kept for what people press.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from core.clock import Clock
from core.errors import MowthosError
from core.fleet.live import LiveFleet
from core.fleet.maps import MapLibrary
from core.fleet.model import LinkHealth, LinkState, MowerSnapshot, MowerState
from core.fleet.roster import Roster

if TYPE_CHECKING:  # core.ports speaks of this package's values, and so imports it
    from core.ports import CloudLink

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshLimits:
    """Ages in seconds at which a silent mower is asked, and how the budget is spent."""

    working_s: float = 30  # mowing, returning: before the 60 s of evidence run out
    unknown_s: float = 60
    waiting_s: float = 300  # paused, fault, updating
    resting_s: float = 600  # docked, charging, idle
    offline_s: float = 1_800
    longest_s: float = 3_600  # the doubling of unanswered questions ends here
    at_once: int = 5  # questions an account and run
    reserve: float = 0.2  # share of the request ceiling kept for commands

    def __post_init__(self) -> None:
        for name in ("working_s", "unknown_s", "waiting_s", "resting_s", "offline_s", "longest_s"):
            if not 1 <= getattr(self, name) <= 86_400:
                raise ValueError(f"{name} is {getattr(self, name)!r}: expected 1 to 86400 s")
        if self.at_once < 1 or not 0 <= self.reserve < 1:
            raise ValueError("expected at_once of 1 or more and reserve from 0 to below 1")

    def after_s(self, state: MowerState) -> float:
        """The age at which a mower in this state is asked."""
        return {
            MowerState.MOWING: self.working_s,
            MowerState.RETURNING: self.working_s,
            MowerState.UNKNOWN: self.unknown_s,
            MowerState.OFFLINE: self.offline_s,
            MowerState.DOCKED: self.resting_s,
            MowerState.CHARGING: self.resting_s,
            MowerState.IDLE: self.resting_s,
        }.get(state, self.waiting_s)


DEFAULT_REFRESH_LIMITS = RefreshLimits()


@dataclass(frozen=True, slots=True)
class Asked:
    """How often a mower was asked in vain since it was last heard, and when last."""

    times: int
    at: datetime


def choose(
    snapshots: Iterable[MowerSnapshot],
    health: LinkHealth,
    asked: dict[str, Asked],
    now: datetime,
    limits: RefreshLimits = DEFAULT_REFRESH_LIMITS,
) -> tuple[str, ...]:
    """Mowers of one account to ask now, the most overdue first; none when its link is not up or its budget is spent."""
    budget = int(health.request_ceiling * (1 - limits.reserve)) - health.requests_24h
    if health.state is not LinkState.UP or budget <= 0:
        return ()
    overdue: list[tuple[float, str]] = []
    for snapshot in snapshots:
        age_s, last = snapshot.age_s(now), asked.get(snapshot.device_name)
        wanted_s = limits.after_s(snapshot.state)
        if last is not None:
            if snapshot.received_at is not None and snapshot.received_at > last.at:
                last = None
            elif (now - last.at).total_seconds() < min(wanted_s * 2**last.times, limits.longest_s):
                continue
        ratio = float("inf") if age_s is None else age_s / wanted_s
        if ratio >= 1:
            overdue.append((-ratio, snapshot.device_name))
    return tuple(name for _, name in sorted(overdue)[: min(limits.at_once, budget)])


@dataclass(slots=True)
class Refresh:
    """Asks silent mowers for a report, and mowers without a map for theirs."""

    live: LiveFleet
    roster: Roster
    maps: MapLibrary
    clock: Clock
    limits: RefreshLimits = DEFAULT_REFRESH_LIMITS
    asked: dict[str, Asked] = field(default_factory=dict)
    map_asked: dict[str, datetime] = field(default_factory=dict)

    async def ask_silent(self, links: Sequence[CloudLink]) -> int:
        """One run over every account; returns the number of reports asked for."""
        count = 0
        for link in links:
            names = [mower.device_name for mower in self.roster.of_account(link.account)]
            snapshots = [self.live.get(name) for name in names if name in self.live]
            now = self.clock.now()
            for name in choose(snapshots, link.health, self.asked, now, self.limits):
                before, heard = self.asked.get(name), self.live.get(name).received_at
                answered = before is None or (heard is not None and heard > before.at)
                self.asked[name] = Asked(1 if answered or before is None else before.times + 1, now)
                try:
                    await link.request_report(name)
                except MowthosError as error:
                    log.info("fleet.refresh_refused", device_name=name, error=error.message)
                else:
                    count += 1
        return count

    async def ask_now(self, device_name: str, links: Sequence[CloudLink]) -> bool:
        """Ask one mower at once, whatever was asked before; whether the question went out."""
        account = self.roster.account_of(device_name)
        link = next((link for link in links if link.account == account), None)
        if link is None:
            return False
        before = self.asked.get(device_name)
        self.asked[device_name] = Asked(1 if before is None else before.times, self.clock.now())
        try:
            await link.request_report(device_name)
        except MowthosError as error:
            log.info("fleet.refresh_refused", device_name=device_name, error=error.message)
            return False
        return True

    async def fetch_missing_maps(self, links: Sequence[CloudLink], *, retry_s: float = 900) -> int:
        """Fetch every map that is missing, one after the other in an account, the accounts side by side.

        A failure is tried again after ``retry_s``. Returns the number of maps fetched.
        """
        return sum(await asyncio.gather(*(self._fetch_maps(link, retry_s) for link in links)))

    async def _fetch_maps(self, link: CloudLink, retry_s: float) -> int:
        count = 0
        while (name := self._without_map(link, retry_s)) is not None:
            self.map_asked[name] = self.clock.now()
            try:
                await self.maps.put(await link.sync_map(name))
            except MowthosError as error:
                log.info("fleet.map_fetch_failed", device_name=name, error=error.message)
            else:
                count += 1
        return count

    def _without_map(self, link: CloudLink, retry_s: float) -> str | None:
        if link.health.state is not LinkState.UP:
            return None
        now = self.clock.now()
        for mower in self.roster.of_account(link.account):
            last = self.map_asked.get(mower.device_name)
            rested = last is None or (now - last).total_seconds() >= retry_s
            reachable = mower.device_name in self.live and self.live.get(mower.device_name).online is not False
            if rested and reachable and self.maps.latest(mower.device_name) is None:
                return mower.device_name
        return None
