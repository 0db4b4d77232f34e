"""What a host may know of the mower that lives at their dock (H10): power, service, how many lawns it has today.

A count, and the same count all day: which lawns they are, and when each is done, is nobody's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.billing import PowerSoFar, Status, power_so_far
from core.clock import Clock
from core.db import Database
from core.db.reads.visit_sites import lots_of_same_mowers
from core.db.reads.visits import visit_lines
from core.fleet.maintenance import Due, ItemView, Maintenance
from core.household.model import HouseholdLot
from core.scheduling import VisitState
from core.scheduling.spans import whole_day
from dashboard.billing.parts import Billing

NOT_COUNTED = frozenset({VisitState.SKIPPED, VisitState.CANCELLED})


@dataclass(frozen=True, slots=True)
class HostView:
    """Of one mower at its host's. ``power`` is ``None`` without a subscription; ``due`` is what service needs."""

    device_name: str
    lawns_today: int
    power: PowerSoFar | None
    due: Sequence[ItemView]


class HostDesk:
    """Reads for the host's card."""

    def __init__(
        self, *, database: Database, clock: Clock, billing: Billing | None, maintenance: Maintenance | None
    ) -> None:
        self._database, self._clock, self._billing, self._maintenance = database, clock, billing, maintenance

    async def of(self, lot: HouseholdLot) -> Sequence[HostView]:
        """One for each mower whose dock stands on the lot."""
        names = [mower.device_name for mower in lot.mowers if mower.host]
        if not names:
            return []
        today = await self._today(lot)
        power = await self._power(lot)
        return [HostView(name, today.get(name, 0), power, await self._due(name)) for name in names]

    async def _today(self, lot: HouseholdLot) -> dict[str, int]:
        """Visits of today by mower, of every lot that one of the host's mowers serves."""
        day = whole_day(self._clock.now().astimezone(lot.zone).date(), lot.zone)
        lots = await lots_of_same_mowers(self._database, [lot.id])
        counts: dict[str, int] = {}
        for name in {mower.device_name for mower in lot.mowers if mower.host}:
            lines = await visit_lines(self._database, day.begins, day.ends, mower=name)
            mine = [line for line in lines if line.visit.lot_id in lots and line.visit.state not in NOT_COUNTED]
            counts[name] = len({line.visit.lot_id for line in mine})
        return counts

    async def _power(self, lot: HouseholdLot) -> PowerSoFar | None:
        if self._billing is None or lot.household_id is None:
            return None
        rows = await self._billing.desk.of_households(frozenset({lot.household_id}))
        row = next((one for one in rows if one.lot_id == lot.id and one.status != Status.CANCELED), None)
        if row is None:
            return None
        _row, life, usage = await self._billing.desk.life(row.id)
        return power_so_far(life, usage)

    async def _due(self, device_name: str) -> Sequence[ItemView]:
        if self._maintenance is None:
            return []
        return [one for one in await self._maintenance.items(device_name) if one.due is not Due.FINE]
