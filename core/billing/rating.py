"""Minutes to money: a window's allowance, what lies beyond it, and corrections of windows already billed. Pure.

A plan changed within a window brings its share of included minutes, to the second; the sum is rounded once. The rate is
that of the terms in force when the window ends.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from core.billing.bills import Line, LineKind
from core.billing.periods import Period, whole_seconds
from core.billing.proration import plan_words
from core.billing.terms import PlanTerms
from core.billing.usage_view import UsageView
from core.money import Money, rounded, share


@dataclass(frozen=True, slots=True)
class Segment:
    """Time within a window on one set of terms, out of a period of ``period_s`` seconds."""

    terms: PlanTerms
    seconds: int
    period_s: int


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time whose minutes are counted together; closed once it has been billed."""

    span: Period
    terms: PlanTerms
    """Those in force at its end."""
    allowance: int
    billed_minutes: int = 0
    """Minutes beyond the allowance that bills up to now have charged."""


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """The window under way."""

    start: datetime
    period: Period
    terms: PlanTerms
    since: datetime
    segments: tuple[Segment, ...] = ()

    def changed(self, terms: PlanTerms, at: datetime) -> "OpenWindow":
        """Other terms from ``at`` on."""
        return replace(self, terms=terms, since=at, segments=(*self.segments, self._segment(at)))

    def closed(self, at: datetime) -> Window:
        return Window(Period(self.start, at), self.terms, allowance_of((*self.segments, self._segment(at))))

    def _segment(self, at: datetime) -> Segment:
        return Segment(self.terms, whole_seconds(at - self.since), self.period.seconds)


def allowance_of(segments: tuple[Segment, ...]) -> int:
    """Each segment's share of its included minutes; the sum is rounded once, halves up."""
    parts = (Fraction(part.terms.included_minutes * part.seconds, part.period_s) for part in segments)
    return rounded(sum(parts, Fraction(0)))


def overage_line(window: Window, usage: UsageView, known_by: datetime) -> Line | None:
    """What the minutes beyond the allowance cost; ``None`` when there are none."""
    used = usage.minutes(window.span, known_by)
    beyond = max(0, used - window.allowance)
    return _line(LineKind.OVERAGE, window, beyond, used) if beyond else None


def late_line(window: Window, usage: UsageView, known_by: datetime) -> Line | None:
    """The difference that minutes known since make to a window already billed."""
    used = usage.minutes(window.span, known_by)
    difference = max(0, used - window.allowance) - window.billed_minutes
    return _line(LineKind.LATE, window, difference, used) if difference else None


def power_line(
    terms: PlanTerms, usage: UsageView, span: Period, known_by: datetime, *, credited_wh: int, since: datetime
) -> Line | None:
    """What a host is credited for power; ``None`` when it comes to less than half a minor unit.

    ``span`` reaches from joining to now: its watt-hours less the ``credited_wh`` of earlier bills are new: none
    is lost, however late it became known, none credited twice. ``since`` is told as the line's begin.
    """
    drawn = usage.watt_hours(span, known_by) - credited_wh
    amount = -share(terms.power_per_kwh, drawn, 1_000)
    if not amount.minor:
        return None
    rate = terms.power_per_kwh
    return Line(LineKind.POWER, amount, Period(since, span.end), plan_words(terms), used=drawn, rate=rate)


def _line(kind: LineKind, window: Window, minutes: int, used: int) -> Line:
    rate: Money = window.terms.overage
    return Line(
        kind,
        rate * minutes,
        window.span,
        plan_words(window.terms),
        minutes=minutes,
        allowance=window.allowance,
        used=used,
        rate=rate,
    )
