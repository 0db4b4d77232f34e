"""Spans of time, half open, in UTC: joined, cut and searched. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From ``begins`` up to, not including, ``ends``; aware, UTC. Raises ``ValueError`` for one that ends first."""

    begins: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if self.begins > self.ends:
            raise ValueError(f"a span ends before it begins: {self.begins} to {self.ends}")

    @property
    def lasts(self) -> timedelta:
        return self.ends - self.begins

    def meets(self, other: "Span") -> bool:
        """Whether some moment lies in both."""
        return self.begins < other.ends and other.begins < self.ends

    def holds(self, other: "Span") -> bool:
        """Whether the whole of the other lies within."""
        return self.begins <= other.begins and other.ends <= self.ends


def instants(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the last instant that a wall time stands for: twice the same, but at a change of clocks."""
    wall = datetime.combine(day, at, tzinfo=zone)
    both = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    return min(both), max(both)


def whole_day(day: date, zone: ZoneInfo) -> Span:
    """A day of a place, 23 to 25 hours long: where midnight comes twice it begins with the first."""
    return Span(instants(day, time(), zone)[0], instants(day + timedelta(days=1), time(), zone)[0])


def within(day: date, begins: time, ends: time, zone: ZoneInfo) -> Span | None:
    """From wall time to wall time of one day, never longer than written: where the change of clocks makes an end of it
    ambiguous, or takes it away, the later beginning and the earlier end hold. An end of 00:00 is the end of the day.
    ``None`` where nothing is left."""
    first = instants(day, begins, zone)[1]
    last = whole_day(day, zone).ends if ends == time() else instants(day, ends, zone)[0]
    return Span(first, last) if first < last else None


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, those that touch or overlap made one, empty ones left out."""
    found: list[Span] = []
    for span in sorted(one for one in spans if one.begins < one.ends):
        if found and span.begins <= found[-1].ends:
            found[-1] = Span(found[-1].begins, max(found[-1].ends, span.ends))
        else:
            found.append(span)
    return tuple(found)


def less(span: Span, taken: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of a span, in order."""
    left: list[Span] = []
    begins = span.begins
    for hole in joined(taken):
        if hole.begins > begins:
            left.append(Span(begins, min(hole.begins, span.ends)))
        begins = max(begins, hole.ends)
        if begins >= span.ends:
            break
    if begins < span.ends:
        left.append(Span(begins, span.ends))
    return tuple(one for one in left if one.begins < one.ends and one.begins < span.ends)


def clipped(span: Span, to: Span) -> Span | None:
    """The part of a span within another; ``None`` where they do not meet."""
    return Span(max(span.begins, to.begins), min(span.ends, to.ends)) if span.meets(to) else None
