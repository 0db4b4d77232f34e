"""A household is told of a visit ahead (H3): once for each time it is to begin at, and anew when that time changes.

The lead is counted back from the beginning. A moment that falls into the night is not one to be told at: it becomes the
evening before, so that a gate can still be opened and a dog kept in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.db import Database
from core.notices import VisitTold
from core.scheduling.model import TO_COME, Visit
from core.scheduling.ports import SiteReader
from core.scheduling.run_ports import Teller
from core.scheduling.spans import instants
from core.scheduling.store import visit_of
from core.scheduling.tables import VisitRow

AT_ONCE = 300
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AheadRules:
    """``hours`` before a visit, 1 to 72; between ``night_from`` and ``night_to`` of the site's own day nobody is told,
    but at ``evening`` before."""

    hours: int = 12
    evening: time = time(18)
    night_from: time = time(20)
    night_to: time = time(8)

    def __post_init__(self) -> None:
        if not 1 <= self.hours <= 72:
            raise ValueError(f"hours {self.hours}: expected 1 to 72")
        if not self.night_to < self.evening <= self.night_from:
            raise ValueError("expected night_to < evening <= night_from")

    @property
    def longest(self) -> timedelta:
        """How far ahead a visit may be told at most: the lead and a night, with an hour for a change of clocks."""
        return timedelta(hours=self.hours) + DAY


def told_from(begins: datetime, zone: ZoneInfo, rules: AheadRules) -> datetime:
    """The moment from which on a household is told of a visit that begins then. Pure."""
    lead = (begins - timedelta(hours=rules.hours)).astimezone(zone)
    if rules.night_to <= lead.time() < rules.night_from:
        return lead
    day = lead.date() if lead.time() >= rules.night_from else lead.date() - DAY
    return instants(day, rules.evening, zone)[0]


class VisitsAhead:
    """The job. Which time a household was told of stands beside the visit, written with the notice."""

    def __init__(
        self, *, database: Database, clock: Clock, sites: SiteReader, tell: Teller, rules: AheadRules | None = None
    ) -> None:
        self.rules = rules or AheadRules()
        self._database, self._clock, self._sites, self._tell = database, clock, sites, tell

    async def tell_ahead(self) -> int:
        """Tells of every visit that is near enough and was not told at its time yet; how many those were."""
        now = self._clock.now()
        async with self._database.session() as session:
            coming = await self._untold(session, now)
        sites = await self._sites([one.lot_id for one in coming])
        near = [
            one for one in coming
            if one.lot_id in sites and told_from(one.begins_at, sites[one.lot_id].zone, self.rules) <= now
        ]  # fmt: skip
        told = 0
        for visit in near:
            async with self._database.session() as session:
                if await _mark(session, visit):
                    facts = {"begins": visit.begins_at, "ends": visit.ends_at, "minutes": visit.minutes}
                    await self._tell(session, VisitTold.COMING, visit, sites[visit.lot_id], **facts)
                    told += 1
        return told

    async def _untold(self, session: AsyncSession, now: datetime) -> Sequence[Visit]:
        open_ones = col(VisitRow.state).in_([state.value for state in TO_COME])
        untold = col(VisitRow.told_for).is_(None) | (col(VisitRow.told_for) != col(VisitRow.begins_at))
        query = select(VisitRow).where(
            open_ones, untold, col(VisitRow.begins_at) > now, col(VisitRow.begins_at) <= now + self.rules.longest
        )
        rows = (await session.exec(query.order_by(col(VisitRow.begins_at), col(VisitRow.id)).limit(AT_ONCE))).all()
        return [visit_of(row) for row in rows]


async def _mark(session: AsyncSession, visit: Visit) -> bool:
    """Whether it still stands as it was read; its version stays: for those who change visits nothing has changed."""
    mine = (col(VisitRow.id) == visit.id, col(VisitRow.version) == visit.version)
    done = await session.exec(update(VisitRow).where(*mine).values(told_for=visit.begins_at))
    return bool(done.rowcount == 1)
