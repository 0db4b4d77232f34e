"""What the API asks of the rest of the house, each no wider than it uses."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from core.db.pages import Page
from core.fleet import StoredReading
from core.fleet.model import CommandKind, CommandStatus, LinkState
from core.geo import Point
from core.neighbourhood import AreaAnswer, Home, NeighbourAnswer
from core.neighbourhood.book import Book
from core.neighbourhood.reach import Area


class MowerFacts(Protocol):
    """What does not change from second to second."""

    @property
    def device_name(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def account(self) -> str | None: ...


type Roster = Callable[[], Sequence[MowerFacts]]


class CommandRecord(Protocol):
    """One command and how far it came."""

    @property
    def id(self) -> UUID: ...
    @property
    def device_name(self) -> str: ...
    @property
    def kind(self) -> CommandKind: ...
    @property
    def status(self) -> CommandStatus: ...
    @property
    def requested_at(self) -> datetime: ...


class CommandDesk(Protocol):
    """``Conflict`` from ``request`` means refused; its ``command`` is the record that was kept."""

    async def request(
        self,
        *,
        device_name: str,
        kind: CommandKind,
        parameters: Mapping[str, Any],
        asked_by: str,
        person_id: UUID | None,
        source: str,
        command_id: UUID | None = None,
        override: str = "",
    ) -> CommandRecord: ...

    async def get(self, command_id: UUID) -> CommandRecord: ...

    async def recent(self, device_name: str, *, page: Page | None = None) -> Sequence[CommandRecord]:
        """Newest first; with ``page`` those of it and one more."""
        ...


class AccountFacts(Protocol):
    """A vendor account as people see it."""

    @property
    def account(self) -> str: ...
    @property
    def state(self) -> LinkState: ...
    @property
    def since(self) -> datetime: ...
    @property
    def detail(self) -> str: ...
    @property
    def task(self) -> str | None: ...
    @property
    def devices(self) -> int: ...
    @property
    def requests_24h(self) -> int: ...
    @property
    def request_ceiling(self) -> int: ...
    @property
    def refused_frames(self) -> int: ...


class AccountDesk(Protocol):
    """Vendor accounts."""

    async def link(self, account: str, password: str, *, by: str) -> AccountFacts: ...

    async def accounts(self) -> Sequence[AccountFacts]: ...


class Neighbours(Protocol):
    async def book(self) -> Book: ...

    async def find(
        self, *, longitude: float, latitude: float, radius_m: float = 80.0, rule: str = "path"
    ) -> NeighbourAnswer: ...

    async def find_by_address(self, text: str, *, radius_m: float = 80.0, rule: str = "path") -> NeighbourAnswer: ...

    async def area(self, area: Area, *, rule: str = "path", radius_m: float = 80.0) -> AreaAnswer: ...


class AddressSearch(Protocol):
    """Homes for a search box."""

    async def __call__(self, prefix: str, limit: int = 10) -> Sequence[Home]: ...


class Ground(Protocol):
    """A household's own ground under one mower."""

    def holds(self, point: Point) -> bool: ...


type OwnGround = Callable[[frozenset[UUID]], Awaitable[Mapping[str, Ground]]]
"""Device name to own ground, for every mower that serves a lot of these households."""


class HistoryStore(Protocol):
    """Stored readings, oldest first; more than ``limit`` are thinned evenly in time."""

    async def history(
        self, number: int, since: datetime, until: datetime, *, device_name: str = "", limit: int = 100_000
    ) -> Sequence[StoredReading]: ...
