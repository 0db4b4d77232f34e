"""What control asks of the rest of the house, each no wider than it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Right
from core.control.quiet import QuietWindow


class Operator(Protocol):
    """Who does something; `core.accounts.Viewer` is one."""

    @property
    def person_id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    def may(self, right: Right) -> bool: ...


class AuditTrail(Protocol):
    """`core.accounts.Audit` is one."""

    async def record(
        self,
        *,
        actor: str,
        action: str,
        object_type: str,
        object_id: str,
        person_id: UUID | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        reason: str = "",
        source: str = "web",
        session: AsyncSession | None = None,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLot:
    """A lot a mower serves."""

    id: UUID
    address: str
    city: str
    time_zone: str
    longitude: float
    latitude: float
    host: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """A mower with the lots assigned to it, its host's first, and the quiet hours of that."""

    mower_id: UUID
    device_name: str
    lots: tuple[SiteLot, ...]
    windows: tuple[QuietWindow, ...] = ()

    @property
    def host(self) -> SiteLot | None:
        return next((lot for lot in self.lots if lot.host), None)


class SiteReader(Protocol):
    """Every mower in service with its site; `core.db.reads.control_sites` is one."""

    async def __call__(self) -> Sequence[SiteRow]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterGround:
    """A cluster as control needs it: its state, and where it is live the lines its mower may drive along."""

    code: str
    state: str  # core.neighbourhood.clusters.ClusterState
    corridors: tuple[tuple[tuple[float, float], ...], ...] = ()
    """Centre lines, (longitude, latitude) in degrees."""
    members: tuple[tuple[str, str], ...] = ()
    """(address, city) of every home, casefolded."""


class ClusterBook(Protocol):
    """The newest cluster of each host home, by (address, city) casefolded. `core.control.clusters` makes one."""

    async def by_host(self) -> Mapping[tuple[str, str], ClusterGround]: ...

    async def learn(self) -> None:
        """Judge the corridors of clusters that are new or changed; `by_host` tells those judged so far."""
        ...


@dataclass(frozen=True, slots=True)
class LotGround:
    """The ground of one registered lot; ``boundary`` only where something may rest on it: never an estimate."""

    id: UUID
    address: str
    city: str
    boundary: dict[str, Any] | None = field(hash=False)


class GroundReader(Protocol):
    """Every registered lot; `core.db.reads.control_sites` is one."""

    async def __call__(self) -> Sequence[LotGround]: ...
