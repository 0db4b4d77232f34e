"""Ratings and problems that a household reports (H7): what may be said, and how a problem goes on. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from core.errors import Conflict, Invalid
from core.geo import Point
from core.neighbourhood import OwnLot
from core.texts import N_, Text, sentence

WORDS_LENGTH = 1_000
MOST_CREDIT_MINOR = 50_000
"""A larger credit is billing's own matter."""
REPORTED_FOR = timedelta(days=30)
"""So long after its end a visit may be rated or complained of."""
MOST_A_DAY = 10
"""Problems of one lot: more is a mistake or a flood, and the telephone is quicker."""


class ProblemKind(StrEnum):
    """What went wrong."""

    MISSED = "missed"
    DAMAGE = "damage"
    QUALITY = "quality"
    BEHAVIOUR = "behaviour"
    OTHER = "other"


KIND_WORDS = {
    ProblemKind.MISSED: N_("A spot was missed"),
    ProblemKind.DAMAGE: N_("Something was damaged"),
    ProblemKind.QUALITY: N_("The cut is not good"),
    ProblemKind.BEHAVIOUR: N_("It was loud, or in the way"),
    ProblemKind.OTHER: N_("Something else"),
}


class ProblemState(StrEnum):
    """Where a problem stands. A credit is offered by who plans visits and booked by who keeps the books."""

    OPEN = "open"
    REMOW = "remow"
    OFFERED = "offered"
    CREDITED = "credited"
    CLOSED = "closed"


STATE_WORDS = {
    ProblemState.OPEN: N_("Reported"),
    ProblemState.REMOW: N_("Will be mown again"),
    ProblemState.OFFERED: N_("Credit on its way"),
    ProblemState.CREDITED: N_("Credited"),
    ProblemState.CLOSED: N_("Answered"),
}
NEXT: dict[ProblemState, frozenset[ProblemState]] = {
    ProblemState.OPEN: frozenset({ProblemState.REMOW, ProblemState.OFFERED, ProblemState.CLOSED}),
    ProblemState.REMOW: frozenset({ProblemState.REMOW, ProblemState.OFFERED, ProblemState.CLOSED}),
    ProblemState.OFFERED: frozenset({ProblemState.CREDITED, ProblemState.CLOSED}),
    ProblemState.CREDITED: frozenset(),
    ProblemState.CLOSED: frozenset({ProblemState.REMOW, ProblemState.OFFERED}),
}
"""What may become of it; a closed one may be taken up again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem as it is kept. ``version`` guards every write."""

    id: UUID
    lot_id: UUID
    visit_id: UUID | None
    kind: ProblemKind
    words: str
    pin: Point | None
    reported_by: str
    reported_at: datetime
    state: ProblemState
    answer: str = ""
    remow_visit_id: UUID | None = None
    credit_minor: int | None = None
    currency: str = ""
    decided_at: datetime | None = None
    has_photo: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Rating:
    """What somebody of the household thought of a visit: 1 to 5 stars."""

    visit_id: UUID
    person_id: UUID
    stars: int
    words: str
    rated_at: datetime


def checked_words(text: str) -> str:
    """``Invalid`` for what is too long."""
    words = text.strip()
    if len(words) > WORDS_LENGTH:
        raise Invalid(Text("expected at most {most} characters", most=WORDS_LENGTH))
    return words


def checked_stars(stars: int) -> int:
    if not 1 <= stars <= 5:
        raise Invalid(Text("stars: {n} (expected 1 to 5)", n=stars))
    return stars


def checked_pin(pin: Point | None, lot: OwnLot) -> Point | None:
    """A pin lies on the own lot. ``Invalid`` for one outside, or where no boundary says what is inside."""
    if pin is not None and not lot.holds(pin):
        raise Invalid(N_("the pin: expected a place on your own lot"))
    return pin


def checked_credit(minor: int) -> int:
    if not 1 <= minor <= MOST_CREDIT_MINOR:
        raise Invalid(Text("credit: {n} cents (expected 1 to {most})", n=minor, most=MOST_CREDIT_MINOR))
    return minor


def may_become(problem: Problem, state: ProblemState) -> None:
    """``Conflict`` where a problem cannot go there from where it stands."""
    if state not in NEXT[problem.state]:
        raise Conflict(Text("it stands as: {state}", state=sentence(STATE_WORDS[problem.state])))


def in_time(ended_at: datetime, begins_at: datetime, now: datetime) -> None:
    """``Conflict`` for a visit that has not begun, or ended too long ago, to be rated or complained of."""
    if begins_at > now:
        raise Conflict(N_("this visit has not begun yet"))
    if now - ended_at > REPORTED_FOR:
        raise Conflict(Text("that was more than {days} days ago: call your operator", days=REPORTED_FOR.days))
