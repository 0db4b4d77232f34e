"""Registering homes: what is asked, what is answered. Frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.neighbourhood.answers import Home

type Position = tuple[float, float]
"""Longitude, latitude in degrees."""


class AddressVerdict(StrEnum):
    """What an address check found."""

    FOUND = "found"  # one home
    SEVERAL = "several"  # the text names more than one home
    SIMILAR = "similar"  # nothing so spelt; like ones are listed
    UNKNOWN = "unknown"  # nobody knows it, and everybody who could was asked
    TRY_AGAIN = "try_again"  # the provider did not answer: this is no "no"


@dataclass(frozen=True, slots=True)
class RegisteredHome:
    """The registration that a home has already."""

    lot_id: UUID
    household_id: UUID | None
    household: str
    address: str
    city: str


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """One home an address may mean."""

    home: Home
    """``home.id`` is ``None`` for a place only the provider knows."""
    likeness: float
    """0 to 100; 100 = spelt so."""
    source: str
    """``book`` or the provider's name."""
    attribution: str
    registered: RegisteredHome | None
    """Who has registered it already, if anyone."""


@dataclass(frozen=True, slots=True)
class AddressCheck:
    """The answer to "is this an address?"."""

    text: str
    verdict: AddressVerdict
    words: str
    matches: tuple[AddressMatch, ...]
    provider: str
    """``off`` (no token), ``not_asked`` (the book knew), ``asked`` or ``unavailable``."""


class HomePart(StrEnum):
    """What a home is registered as."""

    HOST = "host"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True)
class Customer:
    """Who answers for a home. ``phone`` and ``email`` may be empty; what is given must be well formed."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRequest:
    """A home to register. Give ``home_id`` (an address point), or ``address`` as the book or the provider knows it."""

    part: HomePart
    customer: Customer
    home_id: int | None = None
    address: str = ""
    dock: Position | None = None
    """Where a host's mower docks; inside the lot where its boundary is known."""
    boundary: dict[str, Any] | None = None
    lawns: tuple[dict[str, Any], ...] = ()
    household_id: UUID | None = None
    """An existing household that takes on another home."""
    person_id: UUID | None = None
    """A person who may sign in and belongs to the household."""
    time_zone: str = "America/Chicago"


@dataclass(frozen=True, slots=True)
class HomeRegistered:
    """A home that is registered now."""

    lot_id: UUID
    household_id: UUID
    home_id: int | None
    part: HomePart
    address: str
    city: str
    longitude: float
    latitude: float
    lot_source: str
    dock: Position | None
    lawn_area_m2: float | None
    """``None`` = unknown: no lawn is drawn."""
    customer: Customer
    registered_at: datetime


class RowOutcome(StrEnum):
    """What became of one row of a file of homes."""

    REGISTERED = "registered"
    UNCHANGED = "unchanged"  # registered before, with the same words
    REFUSED = "refused"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class HomeRow:
    """One row of a file of homes and what became of it (or with ``dry_run`` would)."""

    line: int
    """Line of the file where the row ends, from 1 with the header."""
    raw: dict[str, str]
    """The row as given, by column: nothing is lost."""
    outcome: RowOutcome
    field: str = ""
    reason: str = ""
    value: str = ""
    expected: str = ""
    lot_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class HomeImportReport:
    """The outcome of one import of homes."""

    id: UUID | None
    """``None`` when nothing was written."""
    name: str
    dry_run: bool
    rows: int
    registered: int
    unchanged: int
    refused: int
    lines: tuple[HomeRow, ...]
    content_hash: str
    at: datetime | None
    by: str
    undone_at: datetime | None = None
    undone_by: str = ""


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What an undo took back."""

    id: UUID
    removed: int
    rows: int
