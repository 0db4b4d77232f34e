"""The today card (H1): what comes next, what was mown last, and what became of visits that did not take place. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.scheduling import RAN, TO_COME, UNDER_WAY, Visit, VisitReason, VisitState

BACK, AHEAD = timedelta(days=8), timedelta(days=8)
"""How far away a visit that did not take place is still news."""


@dataclass(frozen=True, slots=True)
class Today:
    """``changed`` holds visits that were skipped, moved, or failed lately or will not come soon, by their time."""

    under_way: Visit | None
    next: Visit | None
    last: Visit | None
    changed: tuple[Visit, ...]


def today_of(visits: Sequence[Visit], now: datetime) -> Today:
    """Of one lot's visits, in any order."""
    by_time = sorted(visits, key=lambda one: one.begins_at)
    ahead = [one for one in by_time if one.state in TO_COME and one.ends_at > now]
    mown = [one for one in by_time if one.state in RAN and one.mowed_minutes]
    news = [one for one in by_time if _is_news(one, now)]
    return Today(
        under_way=next((one for one in by_time if one.state in UNDER_WAY and one.ends_at > now), None),
        next=ahead[0] if ahead else None,
        last=mown[-1] if mown else None,
        changed=tuple(news[-3:]),
    )


def _is_news(visit: Visit, now: datetime) -> bool:
    if not now - BACK <= visit.begins_at <= now + AHEAD:
        return False
    if visit.state is VisitState.MOVED:
        return visit.reason not in {VisitReason.NONE, VisitReason.PLANNER} and visit.ends_at > now
    return visit.state in {VisitState.SKIPPED, VisitState.FAILED, VisitState.SHORT}
