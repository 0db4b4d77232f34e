"""Which of the messages that are due go together: what was held back goes as one, the loudest in front. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.notices.model import LOUDNESS, Weight


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery whose time has come. ``held``: quiet hours or the limit kept it back before; ``attempts`` tells
    that it was sent before, and so what went with it stands fast."""

    id: UUID
    weight: Weight
    created_at: datetime
    held: bool
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """``first`` is the message; the others become lines of it."""

    first: Due
    others: tuple[Due, ...] = ()


def bundles(due: Sequence[Due]) -> list[Bundle]:
    """Every delivery in exactly one bundle: critical ones alone and first, then what was held, then the rest by age."""
    ordered = sorted(due, key=lambda one: (LOUDNESS[one.weight], one.created_at, one.id))
    alone = [one for one in ordered if one.weight is Weight.CRITICAL or one.attempts or not one.held]
    held = [one for one in ordered if one not in alone]
    loud = [Bundle(one) for one in alone if one.weight is Weight.CRITICAL]
    calm = [Bundle(one) for one in alone if one.weight is not Weight.CRITICAL]
    return loud + ([Bundle(held[0], tuple(held[1:]))] if held else []) + calm
