"""A visit dragged or stepped elsewhere: judged while under the hand, moved when let go, refused in words."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from core.accounts import People, Viewer
from core.clock import Clock
from core.db.reads.visits import VisitLine
from core.errors import MowthosError, NotFound
from core.scheduling import VisitSite
from core.scheduling.service import Scheduling
from core.texts import N_
from dashboard.components.notices import still_signed_in
from dashboard.components.visit_board import VisitBoard
from dashboard.i18n import _, told


class Mover:
    """Of one open page. What a browser asks for is only taken for visits that the page shows."""

    def __init__(
        self, scheduling: Scheduling, people: People, clock: Clock, viewer: Viewer, *,
        done: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._scheduling, self._people, self._clock, self._viewer, self._done = scheduling, people, clock, viewer, done
        self._sites: dict[str, VisitSite] = {}

    def take(self, lines: Iterable[VisitLine]) -> None:
        """The visits shown now."""
        self._sites = {str(line.visit.id): line.site for line in lines}

    async def check(self, board: VisitBoard, wish: dict[str, Any]) -> None:
        """Say what stands against a place; nothing is changed."""
        try:
            begins = self._moment(wish)
            found = await self._scheduling.visits.clashes(UUID(wish["id"]), begins_at=begins, viewer=self._viewer)
        except MowthosError as error:
            board.hint(int(wish["n"]), told(error.message), [])
            return
        reasons = [told(clash.words) for clash in found]
        board.hint(int(wish["n"]), _("It cannot be there") if reasons else _("It may be there"), reasons)

    async def move(self, board: VisitBoard, wish: dict[str, Any]) -> None:
        """Put it there, or say every reason why not."""
        if not await still_signed_in(self._people, self._viewer):
            return
        try:
            await self._scheduling.visits.move_visit(
                UUID(wish["id"]), begins_at=self._moment(wish), expected_version=int(wish["version"]), by=self._viewer
            )
        except MowthosError as error:
            reasons = [told(reason) for reason in error.reasons] or [told(error.message)]
            board.settled(_("It stays where it was"), reasons)
        else:
            board.settled(_("Moved, and pinned there"), [])
        await self._done()

    def _moment(self, wish: dict[str, Any]) -> datetime:
        """The wall time wished for, at the visit's own site."""
        site, minute = self._sites.get(str(wish["id"])), int(wish["minute"])
        if site is None:
            raise NotFound(N_("the visit is not shown any more"))
        at = time(minute // 60 % 24, minute % 60)
        return datetime.combine(date.fromisoformat(wish["date"]), at, tzinfo=site.zone)
