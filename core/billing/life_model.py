"""What is known of a subscription at one moment. Frozen; `core.billing.life` makes it from facts."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.billing.bills import Bill, Line
from core.billing.periods import Cycle, Period
from core.billing.rating import OpenWindow, Window
from core.billing.status import Status
from core.billing.terms import NOTHING, PlanTerms
from core.errors import Invalid
from core.money import Money
from core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingRules:
    """Days; bad values fail at construction."""

    trial_days: int = 30
    dunning_every_days: int = 3
    dunning_last_day: int = 30
    silence_days: int = 3
    """A closed bill of whose payment nothing was heard for so long counts as unpaid."""
    reminder_days: tuple[int, ...] = (7, 3)
    """Before a trial ends."""
    outlier_times: int = 3
    """A bill above so many times the household's median waits for approval."""

    def __post_init__(self) -> None:
        for name, least, most in (
            ("trial_days", 0, 730),
            ("dunning_every_days", 1, 30),
            ("dunning_last_day", 1, 90),
            ("silence_days", 1, 30),
            ("outlier_times", 2, 100),
        ):
            if not least <= getattr(self, name) <= most:
                raise Invalid(
                    Text("{field} {value}: expected {least} to {most}", field=name, value=getattr(self, name),
                         least=least, most=most)
                )  # fmt: skip

    @property
    def stages(self) -> int:
        return self.dunning_last_day // self.dunning_every_days

    @property
    def stage_span(self) -> timedelta:
        return timedelta(days=self.dunning_every_days)

    @property
    def silence_span(self) -> timedelta:
        return timedelta(days=self.silence_days)


DEFAULT_RULES = BillingRules()


@dataclass(frozen=True, slots=True)
class Dunning:
    """Payment is being asked for since ``since``; ``stage`` grows every few days."""

    since: datetime
    stage: int = 0


@dataclass(frozen=True, slots=True)
class Coupon:
    """Takes ``percent`` (1 to 100) off the price of each period that begins; ``left``: how many more, ``None``: all."""

    percent: int
    left: int | None
    note: str = ""

    def used(self) -> "Coupon | None":
        """After one more period."""
        if self.left is None:
            return self
        return replace(self, left=self.left - 1) if self.left > 1 else None


@dataclass(frozen=True, slots=True)
class Pause:
    """From one period's end to another's; ``until`` is empty while nobody has said when it ends."""

    start: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A subscription as of ``at``."""

    at: datetime
    status: Status
    terms: PlanTerms
    host: bool
    joined_at: datetime
    trial_days: int
    card: bool = False
    trial: Period | None = None
    cycle: Cycle | None = None
    period: Period | None = None
    """The one paid for now; none in trial, pause, long suspension and after the end."""
    covering: Line | None = None
    """The line that was last charged for what is left of the period, a coupon taken off."""
    window: OpenWindow | None = None
    windows: tuple[Window, ...] = ()
    pending: tuple[Line, ...] = ()
    """Lines that wait for the next bill."""
    balance: Money = NOTHING
    """Credit of the household, never below zero."""
    bills: tuple[Bill, ...] = ()
    pause: Pause | None = None
    cancel_at: datetime | None = None
    dunning: Dunning | None = None
    coupon: Coupon | None = None
    """Counts from the next period that begins."""
    percent_off: int = 0
    """Of the price of the period that runs."""
    power_wh: int = 0
    """A host's: the watt-hours that bills up to now have credited."""
    power_since: datetime | None = None
    """Up to when those were looked for; none before the first."""

    @property
    def currency(self) -> str:
        return self.terms.currency

    @property
    def owed(self) -> Money:
        """What closed bills still ask for."""
        return sum((bill.to_pay for bill in self.bills if bill.closed and not bill.settled), Money(0, self.currency))

    @property
    def drafts(self) -> tuple[Bill, ...]:
        return tuple(bill for bill in self.bills if not bill.closed)
