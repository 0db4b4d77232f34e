"""What lawn maps ask of the rest of the house, each no wider than it is used."""

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from core.fleet import MowerIdentity
from core.fleet.model import DeviceMap, MapProgress
from core.neighbourhood import LotView

type Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class Lots(Protocol):
    """The registered lots in or near a box; `core.neighbourhood.lots.LotShelf` is one."""

    async def lots_near(self, box: Box) -> Sequence[LotView]: ...


class MapLink(Protocol):
    """A link, near or distant, that fetches a mower's map."""

    async def sync_map(
        self, device_name: str, *, progress: Callable[[MapProgress], None] | None = None
    ) -> DeviceMap: ...


class Mowers(Protocol):
    """`core.fleet.Roster` is one."""

    def identity(self, device_name: str) -> MowerIdentity: ...

    def all(self) -> Sequence[MowerIdentity]: ...


class ZoneOwners(Protocol):
    """What billing and sessions ask: whose lot a zone is, now or as it was known at a moment (`ZoneTies` is one)."""

    async def lot_of_zone(self, device_name: str, zone_hash: int) -> UUID | None: ...
