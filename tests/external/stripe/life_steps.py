"""Every moment of a random life, one after another, with the life before and after it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from core.billing import moves
from core.billing.billing_run import Context
from core.billing.facts import Fact, FactKind
from core.billing.life import boundary, due, moment_of, pass_moment
from core.billing.life_model import DEFAULT_RULES, Life
from core.billing.status import Status
from core.billing.usage_view import UsageView
from tests.core.billing.lives import RandomLife

LIVE, QUIET, SKIPPED = "live", "quiet", "skipped"
"""What the next renewal is: billed with the plan, billed without it, or kept as a draft."""


@dataclass(frozen=True, slots=True)
class Step:
    """What time (no fact) or somebody did to a life."""

    at: datetime
    fact: Fact | None
    before: Life
    after: Life

    @property
    def bills(self) -> bool:
        return len(self.after.bills) > len(self.before.bills)

    @property
    def crosses(self) -> bool:
        return self.fact is None and boundary(self.before) == self.at


def steps_of(life: RandomLife, until: datetime) -> Iterator[Step]:
    """Every moment of a life, in order."""
    closings = {fact.data["number"]: moment_of(fact) for fact in life.facts if fact.kind is FactKind.BILL_CLOSED}
    context = Context(UsageView(life.pieces), closings, until, DEFAULT_RULES)
    held = moves.joined(life.facts[0])
    for fact in [*life.facts[1:], None]:
        end = fact.at if fact else until
        while (moment := due(held, DEFAULT_RULES)) is not None and moment <= end:
            after = pass_moment(replace(held, at=moment), moment, context)
            yield Step(moment, None, held, after)
            held = after
        if fact is not None:
            held = replace(held, at=max(held.at, end))
            after = moves.apply(held, fact, context)
            yield Step(end, fact, held, after)
            held = after


def mode_at(step: Step) -> str:
    before = step.before
    if before.cancel_at == step.at:
        return LIVE
    if before.status is Status.SUSPENDED:
        return SKIPPED
    return QUIET if before.pause is not None and before.pause.start == step.at else LIVE
