"""Temporary no-go areas: drawn, cancelled, listed; and the reader that the start guard and the watch ask."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.events import Event
from core.fleet import MapLibrary
from core.fleet.model import MapZone
from core.ids import new_id
from core.lawnmaps.no_go import DEFAULT_NO_GO_RULES, NoGo, NoGoPhase, NoGoRules, checked_ring, checked_times, concerns
from core.lawnmaps.ports import Mowers
from core.lawnmaps.tables import TemporaryNoGo
from core.texts import N_, Text

COMING = (NoGoPhase.PLANNED, NoGoPhase.ACTIVE)
SHOWN_FOR = timedelta(days=14)
"""How long one that is over stays in lists."""


class NoGoDesk:
    """Those that are not over are kept in memory, so that the watch may ask with every position."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        maps: MapLibrary,
        mowers: Mowers,
        audit: Audit,
        rules: NoGoRules = DEFAULT_NO_GO_RULES,
    ) -> None:
        self.changed: Event[None] = Event("no_go_changed")
        """One was drawn or cancelled. What the clock does is not told: ask `NoGo.phase`."""
        self.rules = rules
        self._database, self._clock, self._maps, self._mowers, self._audit = database, clock, maps, mowers, audit
        self._live: dict[UUID, NoGo] = {}

    async def load(self) -> None:
        """Read what is not over yet."""
        now = self._clock.now()
        self._live = {one.id: one for one in await self._read(since=now) if one.phase(now) in COMING}
        self.changed.emit(None)

    async def draw(
        self,
        *,
        device_name: str,
        name: str,
        ring: Iterable[Iterable[float]],
        starts_at: datetime,
        ends_at: datetime,
        by: Viewer,
        source: str = "web",
    ) -> NoGo:
        """Keep a no-go for a mower's ground. ``NotFound`` for an unknown mower, ``Invalid`` for what cannot be."""
        mower, now = self._mowers.identity(device_name), self._clock.now()
        if not 1 <= len(name.strip()) <= 80:
            raise Invalid(N_("the name: expected 1 to 80 characters"))
        corners = checked_ring(ring, self.rules)
        start, end = checked_times(starts_at, ends_at, now, self.rules)
        drawn = NoGo(
            id=new_id(), device_name=device_name, name=name.strip(), ring=corners, starts_at=start, ends_at=end,
            drawn_by=by.email, drawn_at=now,
        )  # fmt: skip
        async with self._database.session() as session:
            session.add(
                TemporaryNoGo(
                    id=drawn.id, mower_id=mower.id, name=drawn.name, ring=[list(place) for place in corners],
                    starts_at=start, ends_at=end, drawn_by=by.email, drawn_at=now,
                )
            )  # fmt: skip
            await self._audit.record(
                actor=by.email,
                person_id=by.person_id,
                action="no_go.draw",
                object_type="mower",
                object_id=device_name,
                after={"id": str(drawn.id), "name": drawn.name, "from": start.isoformat(), "to": end.isoformat()},
                source=source,
                session=session,
            )
        self._live[drawn.id] = drawn
        self.changed.emit(None)
        return drawn

    async def cancel(self, no_go_id: UUID, *, by: Viewer, source: str = "web") -> NoGo:
        """End one now. ``NotFound`` for an unknown one, ``Conflict`` when it is over."""
        now = self._clock.now()
        async with self._database.session() as session:
            row = await session.get(TemporaryNoGo, no_go_id)
            if row is None:
                raise NotFound(Text("no temporary no-go {id}", id=no_go_id))
            if row.cancelled_at is not None or row.ends_at <= now:
                raise Conflict(N_("it is over already"))
            row.cancelled_at, row.cancelled_by = now, by.email
            session.add(row)
            await self._audit.record(
                actor=by.email,
                person_id=by.person_id,
                action="no_go.cancel",
                object_type="no_go",
                object_id=str(no_go_id),
                after={"name": row.name},
                source=source,
                session=session,
            )
        self._live.pop(no_go_id, None)
        self.changed.emit(None)
        return next(one for one in await self._read(since=now - SHOWN_FOR) if one.id == no_go_id)

    async def of_mower(self, device_name: str) -> Sequence[NoGo]:
        """Those that concern a mower, what is still to come last; those over for 14 days no longer."""
        self._mowers.identity(device_name)
        found = await self._read(since=self._clock.now() - SHOWN_FOR)
        return [one for one in found if concerns(one, device_name, self._maps.latest(device_name))]

    def coming(self) -> Sequence[NoGo]:
        """Every one that is active or planned now, in the order of their starts."""
        now = self._clock.now()
        waiting = [one for one in self._live.values() if one.phase(now) in COMING]
        return sorted(waiting, key=lambda one: (one.starts_at, str(one.id)))

    def active_no_go(self, device_name: str, at: datetime | None = None) -> Sequence[NoGo]:
        """What a mower has to keep off at a moment (now or later): for the start guard and the choice of zones."""
        moment, lawn = self._clock.now() if at is None else at, self._maps.latest(device_name)
        return [one for one in self._live.values() if one.active(moment) and concerns(one, device_name, lawn)]

    def zones_touched(self, device_name: str, at: datetime | None = None) -> Sequence[MapZone]:
        """The mowing areas that an active no-go reaches into: better not chosen, for the mower knows of no border."""
        lawn, active = self._maps.latest(device_name), self.active_no_go(device_name, at)
        return [zone for zone in (lawn.areas if lawn else ()) if any(one.touches(zone) for one in active)]

    def held_areas(self, device_name: str) -> frozenset[int] | None:
        """The areas an active no-go reaches into now; ``None`` when no area is left free, or which is not known."""
        active = self.active_no_go(device_name)
        if not active:
            return frozenset()
        lawn = self._maps.latest(device_name)
        touched = frozenset(zone.hash for zone in self.zones_touched(device_name))
        return None if lawn is None or len(touched) == len(lawn.areas) else touched

    async def _read(self, *, since: datetime) -> list[NoGo]:
        names = {mower.id: mower.device_name for mower in self._mowers.all()}
        query = select(TemporaryNoGo).where(col(TemporaryNoGo.ends_at) >= since).order_by(col(TemporaryNoGo.starts_at))
        async with self._database.session() as session:
            rows = (await session.exec(query)).all()
        return [_no_go(row, names[row.mower_id]) for row in rows if row.mower_id in names]


def _no_go(row: TemporaryNoGo, device_name: str) -> NoGo:
    return NoGo(
        id=row.id, device_name=device_name, name=row.name, ring=tuple((x, y) for x, y in row.ring),
        starts_at=row.starts_at, ends_at=row.ends_at, drawn_by=row.drawn_by, drawn_at=row.drawn_at,
        cancelled_at=row.cancelled_at, cancelled_by=row.cancelled_by,
    )  # fmt: skip
