"""Rain-out of a whole day: which visits move where, what clashes, and what each household is told. Pure; a preview.

Who calls it hands over the visits of the mowers concerned and the allowed hours of each, and carries the moves out as
they were shown or not at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.scheduling.planner_spans import Span, left_of, midnight
from core.texts import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class DayVisit:
    """A visit as a rain-out sees it. ``mower`` is whatever names the lane it takes; ``since`` its lawn's last cut."""

    id: UUID
    mower: str
    household_id: UUID | None
    lawn: str
    span: Span
    since: datetime | None = None
    pinned: bool = False
    open: bool = True
    """Whether it has not begun and is not over."""
    hours: tuple[Span, ...] | None = None
    """Its own allowed hours, within those of its mower; ``None`` = the mower's."""


@dataclass(frozen=True, slots=True)
class Move:
    visit: DayVisit
    to: Span


@dataclass(frozen=True, slots=True)
class Clash:
    """A visit that the preview moves nowhere, and why."""

    visit: DayVisit
    words: str


@dataclass(frozen=True, slots=True)
class HouseholdMessage:
    """One message a household: its moves, and what is put off without a new time. Sentences are made by templates."""

    household_id: UUID
    moves: tuple[Move, ...]
    clashes: tuple[Clash, ...]


@dataclass(frozen=True, slots=True)
class RainOut:
    """The preview of a day."""

    day: date
    moves: tuple[Move, ...]
    clashes: tuple[Clash, ...]
    messages: tuple[HouseholdMessage, ...]


PINNED = N_("It is pinned to this time: move it by hand, or unpin it.")
NO_ROOM = N_("No allowed time is free for it in the days that follow.")
BEGUN = N_("It has begun or is over.")


def rain_out(
    visits: Iterable[DayVisit],
    *,
    day: date,
    zone: ZoneInfo,
    allowed: Mapping[str, Sequence[Span]],
    until: datetime,
    turn: timedelta = timedelta(),
) -> RainOut:
    """Move every open visit of the site's ``day`` to the earliest allowed time after it, until ``until``.

    Those that waited longest since their last cut choose first; visits of other days stay where they are, and between
    two of one mower ``turn`` is kept. ``allowed`` has the spans of each mower, whole; ``Invalid`` where a mower that
    has visits that day is missing from it.
    """
    known = sorted(visits, key=lambda visit: (visit.span, visit.id.hex))
    begins, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    of_day = [visit for visit in known if begins <= visit.span.begins < ends]
    if missing := sorted({visit.mower for visit in of_day} - allowed.keys()):
        raise Invalid(N_("allowed hours: expected those of every mower that has visits that day"), reasons=missing)
    leaving = [visit for visit in of_day if visit.open and not visit.pinned]
    clashes = [Clash(visit, PINNED if visit.open else BEGUN) for visit in of_day if visit not in leaving]
    others = [visit for visit in known if visit not in leaving]
    moves, left_out = placed(leaving, others, allowed=allowed, after=ends, until=until, turn=turn)
    clashes += left_out
    return RainOut(day, moves, tuple(clashes), _messages(moves, clashes))


def placed(
    leaving: Iterable[DayVisit],
    others: Iterable[DayVisit],
    *,
    allowed: Mapping[str, Sequence[Span]],
    after: datetime,
    until: datetime,
    turn: timedelta = timedelta(),
) -> tuple[tuple[Move, ...], tuple[Clash, ...]]:
    """Give each of these visits the earliest allowed time between ``after`` and ``until`` that is free of all others
    of its mower. Those that waited longest since their last cut choose first. Moves in order of the times left, and
    the visits for which no time is free."""
    taken: dict[str, list[Span]] = defaultdict(list)
    for visit in others:
        taken[visit.mower].append(_with_turn(visit.span, turn))
    moves, clashes = [], []
    for visit in sorted(leaving, key=_longest_first):
        hours = allowed[visit.mower] if visit.hours is None else visit.hours
        to = _free(visit, hours, taken[visit.mower], after, until)
        if to is None:
            clashes.append(Clash(visit, NO_ROOM))
        else:
            moves.append(Move(visit, to))
            taken[visit.mower].append(_with_turn(to, turn))
    moves.sort(key=lambda move: (move.visit.span, move.visit.id.hex))
    return tuple(moves), tuple(clashes)


def _free(
    visit: DayVisit, allowed: Sequence[Span], taken: Sequence[Span], after: datetime, until: datetime
) -> Span | None:
    for span in allowed:
        later = span.cut(Span(after, until)) if until > after else None
        for free in left_of(later, taken) if later else ():
            if free.length >= visit.span.length:
                return Span(free.begins, free.begins + visit.span.length)
    return None


def _with_turn(span: Span, turn: timedelta) -> Span:
    return Span(span.begins - turn, span.ends + turn)


def _longest_first(visit: DayVisit) -> tuple[bool, datetime, datetime, str]:
    """A lawn of which no cut is known has waited longest."""
    return visit.since is not None, visit.since or visit.span.begins, visit.span.begins, visit.id.hex


def _messages(moves: Sequence[Move], clashes: Sequence[Clash]) -> tuple[HouseholdMessage, ...]:
    """One a household, in the order of its first visit; what has begun or is over needs none."""
    told = [clash for clash in clashes if clash.words != BEGUN]
    first: dict[UUID, datetime] = {}
    concerned = [*(move.visit for move in moves), *(clash.visit for clash in told)]
    for visit in sorted(concerned, key=lambda visit: visit.span):
        if visit.household_id is not None:
            first.setdefault(visit.household_id, visit.span.begins)
    return tuple(
        HouseholdMessage(
            household,
            tuple(move for move in moves if move.visit.household_id == household),
            tuple(clash for clash in told if clash.visit.household_id == household),
        )
        for household in first
    )
