"""The bell also reaches the open pages that NiceGUI does not know: those of the live map."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID, uuid4

from core.clock import SystemClock
from core.events import Event
from core.notices import NoticeDesk
from dashboard.bell import BellPush

DANA = uuid4()


class Desk:
    """Seven notices unread, whoever asks."""

    def __init__(self) -> None:
        self.changed: Event[UUID] = Event("bell_changed")
        self.arrived: Event[Any] = Event("arrived")

    async def unread(self, _person_id: UUID) -> int:
        return 7


class Pages:
    """Remembers what was told to whom."""

    def __init__(self) -> None:
        self.told: list[tuple[UUID, str, dict[str, Any]]] = []

    def hears(self, person_id: UUID) -> bool:
        return person_id == DANA

    def tell_person(self, person_id: UUID, key: str, message: Callable[[], dict[str, Any]]) -> None:
        self.told.append((person_id, key, message()))


async def test_a_live_map_hears_how_many_notices_are_unread() -> None:
    pages = Pages()
    push = BellPush(cast("NoticeDesk", Desk()), SystemClock(), live_pages=pages)
    await push.push(DANA)
    assert pages.told == [(DANA, "bell", {"type": "bell", "unread": 7, "said": ""})]
