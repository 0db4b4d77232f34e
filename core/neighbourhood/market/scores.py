"""How well clusters are served, from the visits that really were: pure. Unknown stays ``None``.

- completion: of the visits that ran or that the weather took, those that were done; skips that somebody wanted do not
  count
- on time: of the visits that began, those that did so within `LATE` of the time that their household was last told
- utilisation: minutes mowed, of the minutes that the quiet hours of the host's site left
- rating: the mean of the households' stars, 1 to 5
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

LATE = timedelta(minutes=15)
"""As much later a visit still counts as on time; the exceptions board tells it then."""


@dataclass(frozen=True, slots=True)
class PastVisit:
    """A visit that is over: whether it was done, when it was to begin and did, and whole minutes mowed."""

    done: bool
    begins_at: datetime
    started_at: datetime | None = None
    mowed_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one cluster; percentages of 100."""

    visits: int = 0
    completion_percent: float | None = None
    on_time_percent: float | None = None
    utilisation_percent: float | None = None
    rating: float | None = None
    ratings: int = 0


UNKNOWN = Score()

type Scores = Callable[[datetime, datetime], Awaitable[Mapping[UUID, Score]]]
"""Live clusters by the visits that were to begin in a stretch of time; `core.db.reads.cluster_scores` is one."""


def score(visits: Sequence[PastVisit], stars: Sequence[int], allowed: timedelta) -> Score:
    """``allowed``: how long the cluster's mower might have mowed."""
    began = [visit for visit in visits if visit.started_at is not None]
    in_time = [visit for visit in began if visit.started_at is not None and visit.started_at <= visit.begins_at + LATE]
    known = [visit.mowed_minutes for visit in visits if visit.mowed_minutes is not None]
    return Score(
        visits=len(visits),
        completion_percent=_percent(sum(visit.done for visit in visits), len(visits)),
        on_time_percent=_percent(len(in_time), len(began)),
        utilisation_percent=_percent(sum(known), allowed / timedelta(minutes=1)) if known else None,
        rating=round(sum(stars) / len(stars), 2) if stars else None,
        ratings=len(stars),
    )


def _percent(part: float, whole: float) -> float | None:
    return round(100 * part / whole, 1) if whole else None
