"""What the desks of households share: the lot, the mowers that serve it, and who may do what there."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from core.accounts import Right, Viewer
from core.errors import NotAllowed, NotFound
from core.neighbourhood import OwnLot
from core.texts import N_, Text


@dataclass(frozen=True, slots=True)
class Serving:
    """A mower that serves the lot; ``number`` is its key in telemetry, ``host`` says that its dock stands there."""

    device_name: str
    number: int
    model: str
    host: bool


@dataclass(frozen=True, slots=True)
class HouseholdLot:
    """A lot with whose it is and what comes there."""

    own: OwnLot
    household_id: UUID | None
    mowers: tuple[Serving, ...] = ()

    @property
    def id(self) -> UUID:
        return self.own.id

    @property
    def address(self) -> str:
        return self.own.address

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.own.time_zone)


type LotReader = Callable[[Collection[UUID]], Awaitable[Mapping[UUID, HouseholdLot]]]
"""`core.db.reads.household_lots` is one."""


class LotBook:
    """The lots that a viewer may act on."""

    def __init__(self, read: LotReader) -> None:
        self.read = read

    async def own(self, lot_id: UUID, viewer: Viewer, *, staff: Right) -> HouseholdLot:
        """A lot of the viewer's household, or any for who holds ``staff``. ``NotFound`` in the words for what does
        not exist where it is out of sight, ``NotAllowed`` for those who only look on."""
        lot = (await self.read([lot_id])).get(lot_id)
        seen = viewer.sight.lot(lot_id) and (viewer.may(Right.SEE_SCHEDULE) or viewer.may(staff))
        if lot is None or not (owns(viewer, lot) or seen):
            raise no_such_lot(lot_id)
        if not (owns(viewer, lot) or viewer.may(staff)):
            raise NotAllowed(N_("your role does not include this"))
        return lot


def owns(viewer: Viewer, lot: HouseholdLot) -> bool:
    """Whether it is the lot of one of the viewer's households."""
    return viewer.may(Right.SEE_OWN_LOT) and lot.household_id is not None and lot.household_id in viewer.household_ids


def no_such_lot(lot_id: UUID) -> NotFound:
    return NotFound(Text("no lot {id}", id=lot_id))
