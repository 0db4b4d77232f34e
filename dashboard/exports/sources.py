"""Where the rows of exports come from: the reads that the screen and REST use."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.accounts import Audit, AuditFilter, Viewer
from core.billing import check_balance
from core.clock import Clock, from_epoch_ms
from core.fleet.alarms import AlarmService
from core.fleet.live import LiveFleet
from core.neighbourhood.clusters import Clusters
from core.sight import Sight
from dashboard.api.models import mower_status
from dashboard.api.ports import HistoryStore, OwnGround, Roster
from dashboard.api.scope import scope_of
from dashboard.billing.parts import Billing

MOST_POINTS = 200_000
MOST_LINES = 100_000

type Row = Mapping[str, Any]
type SessionsOf = Callable[[int, datetime, datetime], Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSources:
    live: LiveFleet
    roster: Roster
    own_ground: OwnGround
    history: HistoryStore
    sessions_of: SessionsOf
    clusters_desk: Clusters
    alarm_service: AlarmService
    billing: Billing
    audit_book: Audit
    clock: Clock

    async def mowers(self, viewer: Viewer) -> list[Row]:
        """Those in sight; of one that is elsewhere a homeowner learns no place."""
        scope, now = await scope_of(viewer, self.own_ground), self.clock.now()
        rows: list[Row] = []
        for facts in sorted(self.roster(), key=lambda one: one.device_name):
            if facts.device_name in self.live and scope.sees(facts.device_name):
                status = mower_status(facts, self.live.get(facts.device_name), scope, now)
                place = status.location
                rows.append(
                    {
                        "device_name": status.device_name,
                        "model": status.model,
                        "state": status.state.value,
                        "confidence": status.confidence.value,
                        "battery_percent": status.battery_level,
                        "longitude": place.longitude if place else None,
                        "latitude": place.latitude if place else None,
                        "last_updated": status.last_updated,
                    }
                )
        return rows

    async def sessions(self, mower: str, since: datetime, until: datetime, sight: Sight) -> list[Row]:
        """Of one mower, or of all in sight."""
        known = {row.device_name for row in self.roster() if row.device_name in self.live}
        names = [mower] if mower else sorted(name for name in known if sight.mower(name))
        return [
            {
                "mower": name,
                "started": from_epoch_ms(one.started_ms),
                "ended": None if one.open else from_epoch_ms(one.ended_ms),
                "end_reason": one.end_reason.value if one.end_reason else None,
                "mowing_s": round(one.mowing_s),
                "paused_s": round(one.paused_s),
                "distance_m": round(one.distance_m),
                "area_m2": one.area_m2,
            }
            for name in names
            for one in await self.sessions_of(self.live.get(name).number, since, until)
        ]

    async def track(self, mower: str, since: datetime, until: datetime) -> list[Row]:
        """Every stored place, oldest first."""
        number = self.live.get(mower).number
        rows = await self.history.history(number, since, until, device_name=mower, limit=MOST_POINTS)
        return [
            {
                "track": mower,
                "at": row.reading.device_time,
                "state": row.state.value,
                "battery_percent": row.reading.battery_percent,
                "longitude": row.reading.position.longitude if row.reading.position else None,
                "latitude": row.reading.position.latitude if row.reading.position else None,
            }
            for row in rows
        ]

    async def clusters(self, sight: Sight) -> list[Row]:
        return [
            {
                "code": one.code,
                "name": one.name,
                "state": one.state.value,
                "version": one.version,
                "neighbours": len(one.neighbours),
                "author": one.author,
            }
            for one in await self.clusters_desk.list()
            if sight.cluster(one.id)
        ]

    async def alarms(self, since: datetime, until: datetime, sight: Sight) -> list[Row]:
        """Open ones and those that are over, raised within the time."""
        book = self.alarm_service.book
        mowers = sight.mowers if sight.bounded else None
        rows = [*book.seen(sight), *await book.past(mowers=mowers, before=None, limit=MOST_LINES)]
        return [
            {
                "kind": one.kind.value,
                "severity": one.severity.value,
                "subject": one.subject.name or one.subject.kind.value,
                "raised_at": one.raised_at,
                "acknowledged_by": one.acknowledged_by,
                "cleared_at": one.cleared_at,
                "owner": one.owner,
            }
            for one in rows
            if since <= one.raised_at < until
        ]

    async def invoices(self, since: datetime, until: datetime) -> list[Row]:
        rows = await self.billing.reads.invoices_between(since, until)
        homes = await self.billing.reads.addresses({one.subscription_id for one in rows})
        return [one.model_dump() | {"address": homes.get(one.subscription_id, "")} for one in rows]

    async def journal(self, since: datetime, until: datetime) -> list[Row]:
        """Whole bookings for accounting, amounts in units of the currency; ``NeedsHuman`` for one that does not add
        up."""
        rows = await self.billing.reads.journal(since, until)
        check_balance(rows)
        return [
            {
                "booking": one.booking,
                "date": f"{one.at:%Y-%m-%d}",
                "account": one.account,
                "debit": _units(one.minor) if one.minor > 0 else None,
                "credit": _units(-one.minor) if one.minor < 0 else None,
                "currency": one.currency,
                "words": one.words,
            }
            for one in rows
        ]

    async def audit(self, since: datetime, until: datetime) -> list[Row]:
        lines = await self.audit_book.every(AuditFilter(since=since, until=until), most=MOST_LINES)
        return [asdict(one) for one in lines]


def _units(minor: int) -> Decimal:
    return Decimal(minor).scaleb(-2)
