"""Who holds a mower's controls (B6): a second operator is told by whom, and takes over only by saying so.

Giving a command holds the mower for `LeaseRules.command_s`, taking it for `take_s`; a lease ends by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.control.ports import AuditTrail, Operator
from core.control.tables import ControlLease
from core.db import Database
from core.errors import Conflict, Invalid
from core.events import Event
from core.texts import N_, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRules:
    """Seconds a lease lasts after a command, and after it was taken by hand. 10 to 86,400."""

    command_s: float = 300
    take_s: float = 900

    def __post_init__(self) -> None:
        if not (10 <= self.command_s <= 86_400 and 10 <= self.take_s <= 86_400):
            raise Invalid(N_("a lease lasts 10 to 86400 seconds"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One mower's holder."""

    device_name: str
    person_id: UUID
    holder: str
    taken_at: datetime
    expires_at: datetime

    def holds(self, now: datetime) -> bool:
        return now < self.expires_at


@dataclass(frozen=True, slots=True)
class LeaseChanged:
    """A mower's controls were taken, taken over, kept or given back (``lease`` is ``None``)."""

    device_name: str
    lease: Lease | None


class Leases:
    """The leases of the fleet. ``mower_id`` comes from the caller, who knows the roster."""

    def __init__(self, database: Database, clock: Clock, audit: AuditTrail, rules: LeaseRules | None = None) -> None:
        self.changed: Event[LeaseChanged] = Event("lease_changed")
        self._database, self._clock, self._audit = database, clock, audit
        self.rules = rules or LeaseRules()
        self._known: dict[str, Lease] = {}

    def known(self, device_name: str) -> Lease | None:
        """The lease as this process last saw it; ``None`` when none holds now."""
        lease = self._known.get(device_name)
        return lease if lease is not None and lease.holds(self._clock.now()) else None

    async def of(self, device_name: str, mower_id: UUID) -> Lease | None:
        """Who holds the mower now; ``None`` = nobody."""
        async with self._database.session() as session:
            row = await session.get(ControlLease, mower_id)
        lease = None if row is None else _lease(device_name, row)
        return lease if lease is not None and lease.holds(self._clock.now()) else None

    async def take(self, device_name: str, mower_id: UUID, by: Operator, *, source: str = "web") -> Lease:
        """Hold the mower. ``Conflict``, naming the holder, while somebody else does."""
        return await self._hold(device_name, mower_id, by, self.rules.take_s, action="lease.take", source=source)

    async def take_over(self, device_name: str, mower_id: UUID, by: Operator, *, source: str = "web") -> Lease:
        """Hold the mower whoever held it: said explicitly, and audited with who lost it."""
        return await self._hold(
            device_name, mower_id, by, self.rules.take_s, action="lease.take_over", over=True, source=source
        )

    async def release(self, device_name: str, mower_id: UUID, by: Operator, *, source: str = "web") -> None:
        """Give it back; does nothing when another holds it."""
        mine = (col(ControlLease.mower_id) == mower_id, col(ControlLease.person_id) == by.person_id)
        async with self._database.session() as session:
            gone = await session.exec(delete(ControlLease).where(*mine))
            if gone.rowcount == 0:
                return
            await self._write_down(session, "lease.release", device_name, by.email, by.person_id, source)
        self._known.pop(device_name, None)
        self.changed.emit(LeaseChanged(device_name, None))

    async def keep(self, device_name: str, mower_id: UUID, *, person_id: UUID, holder: str) -> None:
        """A person's command was accepted: it is theirs for a while, or a while longer. Never takes it from another."""
        now = self._clock.now()
        async with self._database.session() as session:
            row = await session.get(ControlLease, mower_id)
        if row is not None and row.expires_at > now and row.person_id != person_id:
            return  # a stop or pause of somebody who does not hold it
        mine = row is not None and row.person_id == person_id and row.expires_at > now
        until = now + timedelta(seconds=self.rules.command_s)
        lease = Lease(
            device_name=device_name,
            person_id=person_id,
            holder=holder,
            taken_at=row.taken_at if mine and row is not None else now,
            expires_at=max(until, row.expires_at) if mine and row is not None else until,
        )
        try:
            async with self._database.session() as session:
                held = await _write(session, mower_id, lease, now, over=False)
        except IntegrityError:
            held = False
        if held:
            self._told(lease)

    async def _hold(
        self,
        device_name: str,
        mower_id: UUID,
        by: Operator,
        seconds: float,
        *,
        action: str,
        source: str,
        over: bool = False,
    ) -> Lease:
        now = self._clock.now()
        before = await self.of(device_name, mower_id)
        lease = Lease(
            device_name=device_name,
            person_id=by.person_id,
            holder=by.email,
            taken_at=now,
            expires_at=now + timedelta(seconds=seconds),
        )
        try:
            async with self._database.session() as session:
                if not await _write(session, mower_id, lease, now, over=over):
                    raise _taken(before)
                lost = before.holder if before is not None and before.person_id != by.person_id else None
                await self._write_down(session, action, device_name, by.email, by.person_id, source, lost=lost)
        except IntegrityError as error:  # another was first in the same instant
            raise _taken(await self.of(device_name, mower_id)) from error
        self._told(lease)
        return lease

    async def _write_down(
        self,
        session: AsyncSession,
        action: str,
        device_name: str,
        actor: str,
        person_id: UUID,
        source: str,
        lost: str | None = None,
    ) -> None:
        await self._audit.record(
            actor=actor,
            person_id=person_id,
            action=action,
            object_type="mower",
            object_id=device_name,
            before=None if lost is None else {"holder": lost},
            source=source,
            session=session,
        )

    def hear(self, change: LeaseChanged) -> None:
        """Another process told of a lease: known here, too, and told on."""
        if change.lease is None:
            self._known.pop(change.device_name, None)
        else:
            self._known[change.device_name] = change.lease
        self.changed.emit(change)

    def _told(self, lease: Lease) -> None:
        self._known[lease.device_name] = lease
        self.changed.emit(LeaseChanged(lease.device_name, lease))


async def _write(session: AsyncSession, mower_id: UUID, lease: Lease, now: datetime, *, over: bool) -> bool:
    """Put the lease down unless another person's holds; the database decides."""
    values = {name: getattr(lease, name) for name in ("person_id", "holder", "taken_at", "expires_at")}
    statement = update(ControlLease).where(col(ControlLease.mower_id) == mower_id).values(**values)
    if not over:
        free = or_(col(ControlLease.expires_at) <= now, col(ControlLease.person_id) == lease.person_id)
        statement = statement.where(free)
    if (await session.exec(statement)).rowcount:
        return True
    if (await session.exec(select(ControlLease.mower_id).where(ControlLease.mower_id == mower_id))).first() is not None:
        return False
    session.add(ControlLease(mower_id=mower_id, **values))
    await session.flush()
    return True


def _taken(lease: Lease | None) -> Conflict:
    if lease is None:
        return Conflict(N_("Somebody else holds the controls of this mower."))
    return Conflict(Text("{holder} holds the controls of this mower.", holder=lease.holder))


def _lease(device_name: str, row: ControlLease) -> Lease:
    return Lease(
        device_name=device_name,
        person_id=row.person_id,
        holder=row.holder,
        taken_at=row.taken_at,
        expires_at=row.expires_at,
    )
