"""What running visits ask of the fleet, the maps, the weather and people, each no wider than it is used."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.fleet import CommandView, MowingSession, Reason
from core.fleet.model import CommandKind, MowerSnapshot
from core.notices import VisitTold
from core.scheduling.model import Visit, VisitSite
from core.scheduling.planner_model import Matrix
from core.scheduling.weather_store import StoredDecision


class Starts(Protocol):
    """`core.fleet.Commands` is one."""

    async def request(
        self, *, device_name: str, kind: CommandKind, asked_by: str, source: str,
        parameters: Mapping[str, Any] | None = None, person_id: UUID | None = None, command_id: UUID | None = None,
    ) -> CommandView: ...  # fmt: skip

    async def get(self, command_id: UUID) -> CommandView: ...

    async def recent(self, device_name: str, limit: int = 20) -> Sequence[CommandView]: ...

    async def against(
        self, device_name: str, kind: CommandKind, *, person_id: UUID | None, areas: Collection[int] = ()
    ) -> Sequence[Reason]: ...


class Gate(Protocol):
    """`core.scheduling.weather_desk.WeatherDesk.decide` is one: judges, and keeps the decision with its numbers."""

    async def __call__(
        self, cluster_id: UUID, *, begins: datetime | None = None, latest: datetime | None = None,
        work: timedelta | None = None, about: UUID | None = None,
    ) -> StoredDecision: ...  # fmt: skip


type ZonesOf = Callable[[str, UUID], Awaitable[tuple[int, ...]]]
"""The zones of a mower's map that are tied to a lot, as the vendor names them, by name."""

type SessionsOf = Callable[[str, datetime, datetime], Awaitable[Sequence[MowingSession]]]
"""A mower's mowing sessions that touch a stretch of time, newest first."""

type SightOf = Callable[[str], MowerSnapshot | None]
"""What is known of a mower now; ``None`` of one that is not in the fleet here."""

type WetAt = Callable[[str], bool]
"""Whether it rains where a mower is, as the weather or the mower itself tells."""

type LastCuts = Callable[[Collection[UUID]], Awaitable[Mapping[UUID, datetime]]]
"""When lots were last mowed, as far as known."""

type LotWays = Callable[[UUID], Awaitable[tuple[Mapping[UUID, int], Matrix]]]
"""Metres between the lots of a cluster along its corridors, the host's in row 0, and the row of each lot; -1 where none
leads. ``NotFound`` when there is no such cluster."""

type PeopleOf = Callable[[AsyncSession, UUID], Awaitable[Sequence[UUID]]]
"""The people of a household."""


class Teller(Protocol):
    """Puts notices of a visit into the outbox, in the caller's transaction."""

    async def __call__(
        self, session: AsyncSession, told: VisitTold, visit: Visit, site: VisitSite, **facts: Any
    ) -> None: ...
