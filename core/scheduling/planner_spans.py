"""Spans of time in UTC: those in which a site may be mowed are what is left of a week without its bans. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.clock import require_aware
from core.control import QuietWindow
from core.errors import Invalid
from core.texts import Text


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From ``begins`` up to, without, ``ends``; both aware. Raises ``Invalid`` for one that ends before it begins."""

    begins: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if require_aware(self.ends) < require_aware(self.begins):
            raise Invalid(Text("span {begins} to {ends}: expected an end after it", begins=self.begins, ends=self.ends))

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins

    def cut(self, other: "Span") -> "Span | None":
        """What both have in common, if it is longer than nothing."""
        begins, ends = max(self.begins, other.begins), min(self.ends, other.ends)
        return Span(begins, ends) if begins < ends else None


def left_of(whole: Span, forbidden: Iterable[Span]) -> tuple[Span, ...]:
    """What of a span is not forbidden, in order; forbidden spans may overlap."""
    free, begins = [], whole.begins
    for span in sorted(forbidden):
        if span.begins > begins:
            free.append((begins, min(span.begins, whole.ends)))
        begins = max(begins, span.ends)
    free.append((begins, whole.ends))
    return tuple(Span(first, last) for first, last in free if first < last)


def quiet_spans(windows: Sequence[QuietWindow], zone: ZoneInfo, whole: Span) -> tuple[Span, ...]:
    """Every quiet time of a site that reaches into a span."""
    first = whole.begins.astimezone(zone).date() - timedelta(days=2)
    days = (whole.ends.astimezone(zone).date() - first).days + 1
    found = (
        Span(*window.on(day, zone))
        for window in windows
        for day in (first + timedelta(days=number) for number in range(days))
        if day.weekday() in window.days
    )
    return tuple(sorted(span for span in found if span.cut(whole) is not None))


def rest_of_week(now: datetime, zone: ZoneInfo) -> Span:
    """From now to the end of the site's own Sunday."""
    today = now.astimezone(zone).date()
    return Span(require_aware(now), midnight(today + timedelta(days=7 - today.weekday()), zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day of the site, in UTC."""
    return require_aware(datetime.combine(day, time(), tzinfo=zone))
