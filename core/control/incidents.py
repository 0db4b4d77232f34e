"""What happened to a mower outside the plan: left its ground, lifted, taken (B9, B10). Open until ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from core.clock import Clock
from core.control.ports import AuditTrail, Operator
from core.control.tables import ControlIncident
from core.db import Database
from core.db.pages import Page, paged
from core.errors import Conflict, Invalid, NotFound
from core.events import Event
from core.geo import Point
from core.texts import N_, Text

BY_ITSELF = "mowthos"
"""Ends what ended by itself."""


class IncidentKind(StrEnum):
    LEFT_GROUND = "left_ground"
    LIFTED = "lifted"
    TAKEN = "taken"


BY_PERSON = frozenset({IncidentKind.LIFTED, IncidentKind.TAKEN})
"""Only a person ends these, with a reason; until then the mower is tracked fast and does not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident. ``command_id`` is the pause it was given."""

    id: UUID
    device_name: str
    kind: IncidentKind
    began_at: datetime
    place: Point | None
    distance_m: float | None
    state: str
    command_id: UUID | None
    ended_at: datetime | None
    ended_by: str
    end_reason: str


class Incidents:
    """The incidents of the fleet; the open ones are kept in memory, too."""

    def __init__(self, database: Database, clock: Clock, audit: AuditTrail) -> None:
        self.changed: Event[Incident] = Event("incident_changed")
        self._database, self._clock, self._audit = database, clock, audit
        self._open: dict[tuple[str, IncidentKind], Incident] = {}

    async def load(self) -> None:
        """Read the open incidents back."""
        rows = await self._rows(select(ControlIncident).where(col(ControlIncident.ended_at).is_(None)))
        self._open = {(one.device_name, one.kind): one for one in rows}

    def open(self, device_name: str) -> tuple[Incident, ...]:
        """A mower's open incidents, oldest first."""
        mine = (one for one in self._open.values() if one.device_name == device_name)
        return tuple(sorted(mine, key=lambda one: one.began_at))

    def all_open(self) -> tuple[Incident, ...]:
        return tuple(sorted(self._open.values(), key=lambda one: one.began_at))

    def missing(self, device_name: str) -> bool:
        """Whether it counts as lifted or taken."""
        return any((device_name, kind) in self._open for kind in BY_PERSON)

    async def begin(
        self,
        device_name: str,
        mower_id: UUID,
        kind: IncidentKind,
        *,
        place: Point | None,
        distance_m: float | None,
        state: str,
    ) -> Incident | None:
        """A new incident; ``None`` when one of its kind is open already."""
        row = ControlIncident(
            mower_id=mower_id,
            device_name=device_name,
            kind=kind,
            began_at=self._clock.now(),
            longitude=None if place is None else place.longitude,
            latitude=None if place is None else place.latitude,
            distance_m=distance_m,
            state=state,
        )
        try:
            async with self._database.session() as session:
                session.add(row)
        except IntegrityError:
            return None
        return self._told(_incident(row))

    async def paused_by(self, incident: Incident, command_id: UUID) -> Incident:
        """Which pause was given for it."""
        return await self._change(incident.id, command_id=command_id)

    async def came_back(self, incident: Incident) -> Incident:
        """It is on its ground again."""
        return await self._change(
            incident.id, ended_at=self._clock.now(), ended_by=BY_ITSELF, end_reason=N_("It came back to its ground.")
        )

    async def end(self, incident_id: UUID, by: Operator, reason: str, *, source: str = "web") -> Incident:
        """A person ends an incident with a reason; audited. ``Conflict`` when it is over already."""
        if len(reason.strip()) < 3:
            raise Invalid(N_("reason: type at least three characters"))
        before = await self.get(incident_id)
        if before.ended_at is not None:
            raise Conflict(Text("{who} ended this already.", who=before.ended_by))
        await self._audit.record(
            actor=by.email,
            person_id=by.person_id,
            action="incident.end",
            object_type="mower",
            object_id=before.device_name,
            before={"kind": before.kind.value, "began_at": before.began_at.isoformat()},
            reason=reason.strip(),
            source=source,
        )
        return await self._change(
            incident_id, ended_at=self._clock.now(), ended_by=by.email, end_reason=reason.strip()[:500]
        )

    async def get(self, incident_id: UUID) -> Incident:
        """``NotFound`` when there is none."""
        found = await self._rows(select(ControlIncident).where(ControlIncident.id == incident_id))
        if not found:
            raise NotFound(Text("no incident {incident_id}", incident_id=incident_id))
        return found[0]

    async def recent(
        self, device_name: str | None = None, limit: int = 50, page: Page | None = None
    ) -> Sequence[Incident]:
        """Of one mower or all, newest first; with ``page`` those of it and one more."""
        query = select(ControlIncident).order_by(col(ControlIncident.began_at).desc()).limit(limit)
        if device_name is not None:
            query = query.where(ControlIncident.device_name == device_name)
        if page is not None:
            query = paged(query, (col(ControlIncident.began_at), col(ControlIncident.id)), page)
        return await self._rows(query)

    async def _change(self, incident_id: UUID, **values: object) -> Incident:
        async with self._database.session() as session:
            await session.exec(update(ControlIncident).where(col(ControlIncident.id) == incident_id).values(**values))
        return self._told(await self.get(incident_id))

    def _told(self, incident: Incident) -> Incident:
        key = (incident.device_name, incident.kind)
        if incident.ended_at is None:
            self._open[key] = incident
        elif key in self._open and self._open[key].id == incident.id:
            del self._open[key]
        self.changed.emit(incident)
        return incident

    async def _rows(self, query: object) -> list[Incident]:
        async with self._database.session() as session:
            return [_incident(row) for row in (await session.exec(query)).all()]  # type: ignore[call-overload]


def _incident(row: ControlIncident) -> Incident:
    known = row.longitude is not None and row.latitude is not None
    return Incident(
        id=row.id,
        device_name=row.device_name,
        kind=IncidentKind(row.kind),
        began_at=row.began_at,
        place=Point(row.longitude or 0.0, row.latitude or 0.0) if known else None,
        distance_m=row.distance_m,
        state=row.state,
        command_id=row.command_id,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        end_reason=row.end_reason,
    )
