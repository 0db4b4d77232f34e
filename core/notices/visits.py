"""What a household is told of its visits: coming, started, done, skipped because ... Words and facts, one table.

Whoever runs visits makes the notices here and puts them into the outbox in its own transaction (`put_notices`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.notices.model import Notice, Weight
from core.texts import N_, Moment, Text, sentence


class VisitTold(StrEnum):
    """What happened, or will."""

    COMING = "coming"
    STARTED = "started"
    DONE = "done"
    SKIPPED = "skipped"
    MOVED = "moved"


WORDS: Mapping[VisitTold, tuple[str, str]] = {
    VisitTold.COMING: (
        N_("The mower comes {begins:when}"),
        N_("{address}: it takes about {minutes} minutes and is done by {ends:time}."),
    ),
    VisitTold.STARTED: (N_("The mower has begun on your lawn"), N_("{address}: it takes about {minutes} minutes.")),
    VisitTold.DONE: (N_("Your lawn is mown"), N_("{address}: {minutes} minutes, {percent} % of the lawn.")),
    VisitTold.SKIPPED: (N_("The visit of {begins:day} is skipped: {reason}"), N_("{address}: nothing to do for you.")),
    VisitTold.MOVED: (
        N_("The visit of {begins:day} is moved: {reason}"),
        N_("{address}: it comes {instead:when} instead."),
    ),
}
"""Title and body. ``reason`` is a sentence of the core's own (`core.texts`), so that it is translated with them."""


def visit_notices(
    told: VisitTold, *, visit_id: UUID, people: Sequence[UUID], address: str, link: str = "/home", **facts: Any
) -> list[Notice]:
    """One notice a person, unique by visit and what is told; a coming or moved one is told once for each time.

    ``facts``: ``begins``, ``ends``, ``instead`` (aware instants), ``minutes``, ``percent``, ``reason``, as far as the
    words need them; a missing one raises ``KeyError``."""
    title, body = WORDS[told]
    known = {"address": address, **{name: _fact(value) for name, value in facts.items()}}
    time_told = {VisitTold.MOVED: "instead", VisitTold.COMING: "begins"}.get(told)
    mark = "" if time_told is None else f"/{facts[time_told]:%Y%m%d%H%M}"
    return [
        Notice(
            key=f"visit/{visit_id}/{told}{mark}/{person}",
            person_id=person,
            kind="visit.skipped" if told is VisitTold.MOVED else f"visit.{told}",
            title=Text(title, **known),
            body=Text(body, **known),
            link=link,
            group=f"visit:{visit_id}",
            weight=Weight.INFO,
        )
        for person in people
    ]


def _fact(value: Any) -> Any:
    if isinstance(value, datetime):
        return Moment(value)
    return sentence(value) if isinstance(value, str) else value
