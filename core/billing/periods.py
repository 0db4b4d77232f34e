"""Billing periods, as Stripe counts them: from an anchor in whole months, in UTC, clamped to the end of short months.

Source: https://docs.stripe.com/billing/subscriptions/billing-cycle (a subscription anchored on the 31st renews on the
last day of each shorter month, and on the 31st again where there is one).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from core.billing.terms import Interval

MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}


class Period(NamedTuple):
    """From ``start`` up to, not including, ``end``; aware, UTC, whole seconds."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> int:
        return whole_seconds(self.end - self.start)

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Cycle:
    """Where periods begin: boundary ``n`` is ``n`` intervals after the anchor."""

    anchor: datetime
    interval: Interval

    def boundary(self, number: int) -> datetime:
        months = self.anchor.year * 12 + self.anchor.month - 1 + number * MONTHS[self.interval]
        year, month = divmod(months, 12)
        day = min(self.anchor.day, monthrange(year, month + 1)[1])
        return self.anchor.replace(year=year, month=month + 1, day=day)

    def period(self, number: int) -> Period:
        return Period(self.boundary(number), self.boundary(number + 1))

    def at(self, moment: datetime) -> Period:
        """The period that holds ``moment``, which must not lie before the anchor."""
        step = MONTHS[self.interval]
        number = ((moment.year - self.anchor.year) * 12 + moment.month - self.anchor.month) // step
        while self.boundary(number) > moment:
            number -= 1
        while self.boundary(number + 1) <= moment:
            number += 1
        return self.period(number)


def whole_seconds(span: timedelta) -> int:
    return span.days * 86_400 + span.seconds


def to_second(moment: datetime) -> datetime:
    """Billing knows no fractions of a second: they are cut off."""
    return moment.replace(microsecond=0)
