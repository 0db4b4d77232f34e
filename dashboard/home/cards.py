"""The homeowner's cards beside the mower's own: what stands above it and below it, for each lot."""

from core.accounts import People, Viewer
from core.clock import Clock
from core.scheduling.service import Scheduling
from dashboard.billing.parts import Billing
from dashboard.fresh import Freshness
from dashboard.home.data import HomeLot
from dashboard.home.host_card import host_card
from dashboard.home.keep_off_card import KeepOffCard
from dashboard.home.notes_card import NotesCard
from dashboard.home.problem_list import problem_list
from dashboard.home.today_card import TodayCard
from dashboard.home.visit_card import VISIT_TABLES
from dashboard.households import Households


class HomeCards:
    """Made once; builds into each open page."""

    def __init__(
        self, *, households: Households, scheduling: Scheduling, people: People, clock: Clock,
        freshness: Freshness, billing: Billing | None = None,
    ) -> None:  # fmt: skip
        self._households, self._scheduling, self._people = households, scheduling, people
        self._clock, self._billing, self._freshness = clock, billing, freshness

    async def above(self, viewer: Viewer, home: HomeLot) -> None:
        """What a person opens the page for."""
        if home.mowers:
            await KeepOffCard(self._households.keep_off, self._people, self._clock, viewer, home).build()
        fresh = self._freshness.of(VISIT_TABLES)
        await TodayCard(self._scheduling, self._billing, self._clock, viewer, home, fresh).build()

    async def below(self, viewer: Viewer, home: HomeLot) -> None:
        lots = await self._households.lots.read([home.lot.id])
        if home.lot.id in lots:
            await host_card(self._households.host, lots[home.lot.id])
        await problem_list(self._households.problems, viewer, home)
        await NotesCard(self._households.notes, self._people, viewer, home).build()
