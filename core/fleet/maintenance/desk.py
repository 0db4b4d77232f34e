"""What people do about service: the plan of a mower, the log of what was done, what is due, and how mowers held up."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, Right, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.fleet.maintenance.counting import Counting
from core.fleet.maintenance.model import Counters, Due, ItemView, LogView, Measure, Part, Reliability
from core.fleet.maintenance.reliability import reliability
from core.fleet.maintenance.tables import ServiceItem, ServiceLog
from core.fleet.roster import MowerIdentity
from core.money import Money
from core.sight import ALL, Sight
from core.texts import N_, Text

USUAL_PLAN: tuple[tuple[str, Measure, float], ...] = (
    (N_("Clean its underside"), Measure.BLADE_HOURS, 20),
    (N_("Change the blades"), Measure.BLADE_HOURS, 60),
    (N_("Check wheels and drives"), Measure.DISTANCE_KM, 250),
    (N_("Check the battery"), Measure.CHARGE_CYCLES, 200),
    (N_("Yearly inspection"), Measure.DAYS, 365),
)
"""What a mower begins with when nobody wrote a plan of its own."""
MOST_ITEMS = 30


class Maintenance:
    """Plans, log, due lists and the reliability board. ``changed`` names the mower whose service is another."""

    def __init__(
        self, database: Database, clock: Clock, audit: Audit, mowers: Callable[[], Sequence[MowerIdentity]]
    ) -> None:
        self.changed: Event[str] = Event("service_changed")
        self.counting = Counting(database, clock)
        self._database = database
        self._clock = clock
        self._audit = audit
        self._mowers = mowers

    async def count(self) -> int:
        """Bring the counters up to date (a job)."""
        return await self.counting.count(list(self._mowers()))

    async def items(self, device_name: str | None = None) -> Sequence[ItemView]:
        """The plan of one mower, or of all: most used up first."""
        mowers = {mower.id: mower for mower in self._mowers() if device_name in (None, mower.device_name)}
        if device_name is not None and not mowers:
            raise NotFound(Text("no mower named {device_name!r}", device_name=device_name))
        counters = await self.counting.counters([mower.number for mower in mowers.values()])
        query = select(ServiceItem)
        if device_name is not None:
            query = query.where(col(ServiceItem.mower_id).in_(mowers))
        async with self._database.session() as session:
            rows = (await session.exec(query)).all()
        now = self._clock.now()
        views = [
            _item(row, mowers[row.mower_id], counters.get(mowers[row.mower_id].number, Counters()), now)
            for row in rows
            if row.mower_id in mowers
        ]
        return sorted(views, key=lambda item: (-item.share, item.device_name, item.name))

    async def due(self, sight: Sight = ALL) -> Sequence[ItemView]:
        """What is due or overdue, of every mower in sight."""
        return [item for item in await self.items() if item.due is not Due.FINE and sight.mower(item.device_name)]

    async def counters(self, device_name: str) -> Counters:
        mower = self._mower(device_name)
        return (await self.counting.counters([mower.number])).get(mower.number, Counters())

    async def add_item(
        self, device_name: str, name: str, measure: Measure, every: float, *, by: Viewer, source: str = "web"
    ) -> ItemView:
        """A further line of a mower's plan, counted from now."""
        _check(by)
        mower, name = self._mower(device_name), name.strip()
        _check_item(name, every)
        base = (await self.counters(device_name)).of(measure)
        async with self._database.session() as session:
            known = (await session.exec(select(ServiceItem).where(ServiceItem.mower_id == mower.id))).all()
            if any(row.name == name for row in known):
                raise Conflict(Text("the plan has {name!r} already", name=name))
            if len(known) >= MOST_ITEMS:
                raise Conflict(Text("a plan has at most {n} lines", n=MOST_ITEMS))
            row = ServiceItem(
                mower_id=mower.id, name=name, measure=measure, every=every, base=base, base_at=self._clock.now()
            )
            session.add(row)
            await self._record(session, by, source, "service.plan_add", device_name, {"name": name, "every": every})
        self.changed.emit(device_name)
        return _item(row, mower, await self.counters(device_name), self._clock.now())

    async def add_usual_plan(self, device_name: str, *, by: Viewer, source: str = "web") -> Sequence[ItemView]:
        """Every line of the usual plan that is not there yet."""
        there = {item.name for item in await self.items(device_name)}
        for name, measure, every in USUAL_PLAN:
            if name not in there:
                await self.add_item(device_name, name, measure, every, by=by, source=source)
        return await self.items(device_name)

    async def change_item(self, item_id: UUID, every: float, *, by: Viewer, source: str = "web") -> None:
        """Another interval; what is used up stays."""
        _check(by)
        async with self._database.session() as session:
            row = await _item_row(session, item_id)
            _check_item(row.name, every)
            row.every = every
            session.add(row)
            device_name = self._name_of(row.mower_id)
            await self._record(
                session, by, source, "service.plan_change", device_name, {"name": row.name, "every": every}
            )
        self.changed.emit(device_name)

    async def remove_item(self, item_id: UUID, *, by: Viewer, source: str = "web") -> None:
        """Take a line out of the plan; its log stays."""
        _check(by)
        async with self._database.session() as session:
            row = await _item_row(session, item_id)
            device_name = self._name_of(row.mower_id)
            await session.delete(row)
            await self._record(session, by, source, "service.plan_remove", device_name, {"name": row.name})
        self.changed.emit(device_name)

    async def log_service(
        self,
        device_name: str,
        what: str,
        *,
        by: Viewer,
        item_id: UUID | None = None,
        parts: Sequence[Part] = (),
        cost: Money | None = None,
        reset: bool = True,
        source: str = "web",
    ) -> LogView:
        """Write down what was done; with ``reset`` the line of the plan it belongs to counts from now."""
        _check(by)
        mower, what = self._mower(device_name), what.strip()
        if not what or len(what) > 500:
            raise Invalid(N_("say in 1 to 500 characters what was done"))
        if len(parts) > 50 or any(not part.name.strip() or part.quantity < 1 for part in parts):
            raise Invalid(N_("each part needs a name and a quantity of 1 or more"))
        counters, now = await self.counters(device_name), self._clock.now()
        async with self._database.session() as session:
            item = None if item_id is None else await _item_row(session, item_id)
            if item is not None and item.mower_id != mower.id:
                raise NotFound(N_("no such line in the plan of this mower"))
            if item is not None and reset:
                item.base, item.base_at = counters.of(Measure(item.measure)), now
                session.add(item)
            row = ServiceLog(
                mower_id=mower.id,
                item_id=item_id,
                item_name="" if item is None else item.name,
                done_at=now,
                done_by=by.name,
                person_id=by.person_id,
                what=what,
                parts=[{"name": part.name.strip()[:80], "quantity": part.quantity} for part in parts],
                cost_minor=None if cost is None else cost.minor,
                currency=None if cost is None else cost.currency,
                reset=item is not None and reset,
                counters=asdict(counters),
            )
            session.add(row)
            await self._record(session, by, source, "service.log", device_name, {"what": what, "reset": row.reset})
        self.changed.emit(device_name)
        return _log(row, device_name)

    async def log(self, device_name: str, *, limit: int = 200) -> Sequence[LogView]:
        """What was done to a mower, newest first."""
        mower = self._mower(device_name)
        query = select(ServiceLog).where(ServiceLog.mower_id == mower.id).order_by(col(ServiceLog.done_at).desc())
        async with self._database.session() as session:
            return [_log(row, device_name) for row in (await session.exec(query.limit(limit))).all()]

    async def reliability(self, *, days: int = 30, by_model: bool = False, sight: Sight = ALL) -> Sequence[Reliability]:
        """How each mower in sight, or each model of them, held up in the last days; the least available first."""
        since = (self._clock.now() - timedelta(days=days)).date()
        mowers = [mower for mower in self._mowers() if sight.mower(mower.device_name)]
        return await reliability(self._database, mowers, since, by_model=by_model)

    def _mower(self, device_name: str) -> MowerIdentity:
        found = next((mower for mower in self._mowers() if mower.device_name == device_name), None)
        if found is None:
            raise NotFound(Text("no mower named {device_name!r}", device_name=device_name))
        return found

    def _name_of(self, mower_id: UUID) -> str:
        return next((mower.device_name for mower in self._mowers() if mower.id == mower_id), "")

    async def _record(
        self, session: AsyncSession, by: Viewer, source: str, action: str, device_name: str, after: dict[str, Any]
    ) -> None:
        await self._audit.record(
            actor=by.email,
            person_id=by.person_id,
            action=action,
            object_type="mower",
            object_id=device_name,
            after=after,
            source=source,
            session=session,
        )


def _check(by: Viewer) -> None:
    if not by.may(Right.LOG_SERVICE):
        raise NotAllowed(N_("your role may not plan or log service"))


def _check_item(name: str, every: float) -> None:
    if not name or len(name) > 80:
        raise Invalid(N_("a line of the plan needs a name of 1 to 80 characters"))
    if not 0 < every <= 100_000:
        raise Invalid(Text("every: expected more than 0 and at most 100000, not {value:g}", value=every))


async def _item_row(session: AsyncSession, item_id: UUID) -> ServiceItem:
    row = await session.get(ServiceItem, item_id)
    if row is None:
        raise NotFound(N_("no such line in the plan of this mower"))
    return row


def _item(row: ServiceItem, mower: MowerIdentity, counters: Counters, now: datetime) -> ItemView:
    measure = Measure(row.measure)
    used = (now - row.base_at) / timedelta(days=1) if measure is Measure.DAYS else counters.of(measure) - row.base
    return ItemView(
        id=row.id,
        device_name=mower.device_name,
        model=mower.model,
        name=row.name,
        measure=measure,
        every=row.every,
        used=max(0.0, used),
        since=row.base_at,
    )


def _log(row: ServiceLog, device_name: str) -> LogView:
    return LogView(
        id=row.id,
        device_name=device_name,
        item_name=row.item_name,
        done_at=row.done_at,
        done_by=row.done_by,
        what=row.what,
        parts=[Part(part["name"], part["quantity"]) for part in row.parts],
        cost=None if row.cost_minor is None or row.currency is None else Money(row.cost_minor, row.currency),
        reset=row.reset,
        counters=Counters(**row.counters),
    )
