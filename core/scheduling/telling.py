"""Tells households of their visits: notices go into the outbox with what they tell, in one transaction."""

from dataclasses import dataclass
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.notices import VisitTold, put_notices, visit_notices
from core.scheduling.model import Visit, VisitSite
from core.scheduling.run_ports import PeopleOf


@dataclass(frozen=True, slots=True)
class HouseholdTeller:
    """`core.scheduling.run_ports.Teller`. A lot without a household has nobody to tell."""

    clock: Clock
    people: PeopleOf

    async def __call__(
        self, session: AsyncSession, told: VisitTold, visit: Visit, site: VisitSite, **facts: Any
    ) -> None:
        if site.household_id is None:
            return
        people = await self.people(session, site.household_id)
        notices = visit_notices(told, visit_id=visit.id, people=people, address=site.address, **facts)
        await put_notices(session, notices, self.clock)
