"""A household is told of a visit that is skipped or moved: in the transaction that writes it, once each.

Who changed it is not told of their own doing; the rest of the household is. What was never promised, or is over, is not
news: a visit that the generation makes as skipped at once, one that failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import MovableClock
from core.db.reads.household_people import people_of_lot
from core.notices import Notice, VisitTold, put_notices, visit_notices
from core.scheduling.model import REASON_WORDS, TO_COME, Visit, VisitReason, VisitState


@dataclass(frozen=True, slots=True)
class News:
    """What to say of a change, with the facts that its words need."""

    told: VisitTold
    facts: dict[str, Any]


def news_of(before: Visit, after: Visit, now: datetime) -> News | None:
    """What a change of a visit means for its household; ``None`` = nothing worth telling. Pure."""
    if before.state not in TO_COME or before.ends_at <= now:
        return None
    if after.state is VisitState.SKIPPED:
        return News(VisitTold.SKIPPED, {"begins": before.begins_at, "reason": _why(after, VisitReason.STOPPED)})
    if after.state in TO_COME and after.begins_at != before.begins_at and after.begins_at > now:
        facts = {"begins": before.begins_at, "instead": after.begins_at}
        return News(VisitTold.MOVED, facts | {"reason": _why(after, VisitReason.PLAN_CHANGED)})
    return None


def notices_for(news: News, visit_id: UUID, people: Sequence[tuple[UUID, str, str]], by: str) -> list[Notice]:
    """For each of the household's ``people`` (person, email, address of the lot) but the one who did it. Pure."""
    told = [person for person, email, _address in people if email != by]
    address = next((one for _person, _email, one in people), "")
    return visit_notices(news.told, visit_id=visit_id, people=told, address=address, **news.facts)


async def tell_household(session: AsyncSession, before: Visit, after: Visit, now: datetime, by: str) -> None:
    """Put the notices of a change into the outbox, in the caller's transaction."""
    news = news_of(before, after, now)
    if news is None:
        return
    people = await people_of_lot(session, before.lot_id)
    await put_notices(session, notices_for(news, before.id, people, by), MovableClock(now))


def _why(visit: Visit, otherwise: VisitReason) -> str:
    return REASON_WORDS[visit.reason if visit.reason is not VisitReason.NONE else otherwise]
