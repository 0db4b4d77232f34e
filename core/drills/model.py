"""Frozen values of drills: what goes wrong when, what must be seen within how many seconds, and what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fault(StrEnum):
    """What is put into the copy. Each lasts for the seconds of its injection and is then mended."""

    ACCOUNT_BLOCKED = "account_blocked"  # the vendor bans the account
    BROKER_DOWN = "broker_down"  # the vendor's message broker takes no connection
    SPINNING = "spinning"  # the mower turns its wheels on the spot and goes on saying "mowing"
    FROZEN = "frozen"  # the mower repeats its last report and hears nothing
    WEBHOOKS_HELD = "webhooks_held"  # the payment provider sends nothing, while something happens there


class About(StrEnum):
    """Whom a sign must be about to count."""

    MOWER = "mower"
    ACCOUNT = "account"
    PAYMENTS = "payments"


class Party(StrEnum):
    """Whose answer it is: the product's own, or that of the people who are drilled."""

    SYSTEM = "system"
    PEOPLE = "people"


class Sign(StrEnum):
    """What can be seen."""

    INJECTED = "injected"  # subject: the key of the injection
    MENDED = "mended"
    BANNER = "banner"  # detail: which one
    FADED = "faded"  # the mower is no longer shown as mowing
    ASKED = "asked"  # the mower was asked for a report
    ALARM = "alarm"  # detail: its kind
    ACKNOWLEDGED = "acknowledged"
    OWNED = "owned"
    COMMANDED = "commanded"  # detail: which command; only a person's
    LINK_UP = "link_up"
    EVENT_TAKEN = "event_taken"  # what happened at the payment provider is known here
    BOOKS_COMPARED = "books_compared"


SLACK_S = 3.0
"""Granted on top of every stated time: the product looks once a second, and so does the drill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """One fault: seconds after the begin, and how long it lasts."""

    key: str
    fault: Fault
    what: str
    at_s: float
    for_s: float

    @property
    def ends_s(self) -> float:
        return self.at_s + self.for_s

    @property
    def end_key(self) -> str:
        """Names its mending in `Expectation.after`."""
        return f"{self.key}.end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One sign that must be seen, within seconds of something.

    ``after`` names an injection, the end of one (`Injection.end_key`) or an expectation further up. ``details``: any
    of these; empty = whatever it says. ``unless``: once a person did this in time, the sign need not come any more.
    """

    key: str
    what: str
    party: Party
    sign: Sign
    about: About
    details: frozenset[str] = frozenset()
    after: str
    within_s: float
    points: int
    unless: Sign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillScript:
    """A drill as it is written down. A wrong one fails at construction."""

    name: str
    title: str
    story: str
    injections: tuple[Injection, ...]
    expectations: tuple[Expectation, ...]
    lasts_s: float

    def __post_init__(self) -> None:
        known = {key for one in self.injections for key in (one.key, one.end_key)}
        for expected in self.expectations:
            if expected.after not in known or expected.key in known:
                raise ValueError(f"{self.name}: {expected.key} follows {expected.after!r}, expected one of {known}")
            if expected.within_s <= 0 or expected.points <= 0:
                raise ValueError(f"{self.name}: {expected.key} needs seconds and points above 0")
            known.add(expected.key)
        last = max((one.ends_s for one in self.injections), default=self.lasts_s + 1)
        if last > self.lasts_s:
            raise ValueError(f"{self.name}: lasts {self.lasts_s} s, and its faults until {last} s")

    @property
    def needs_mower(self) -> bool:
        """Whether it begins with a mower at work."""
        return any(one.about is not About.PAYMENTS for one in self.expectations)

    def root_of(self, expected: Expectation) -> str:
        """The injection, or the end of one, that an expectation goes back to."""
        by_key = {one.key: one for one in self.expectations}
        after = expected.after
        while after in by_key:
            after = by_key[after].after
        return after


@dataclass(frozen=True, slots=True)
class Target:
    """Whom the faults meet."""

    mower: str = ""
    account: str = ""

    def is_about(self, about: About, subject: str) -> bool:
        return (
            subject
            == {
                About.MOWER: self.mower,
                About.ACCOUNT: self.account,
                About.PAYMENTS: About.PAYMENTS.value,
            }[about]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Something that was seen: what, of whom, when; ``by`` is the person who did it, empty for the product."""

    sign: Sign
    subject: str
    at: datetime
    detail: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRecord:
    """One drill, running or over, with all that was seen of it."""

    script: DrillScript
    target: Target
    began_at: datetime
    begun_by: str
    ended_at: datetime | None = None
    observations: Sequence[Observation] = ()
    trouble: str = ""
    """Why it ended before its time, if something kept it from going on."""

    @property
    def running(self) -> bool:
        return self.ended_at is None

    def seconds(self, moment: datetime) -> float:
        """Since the begin."""
        return (moment - self.began_at).total_seconds()
