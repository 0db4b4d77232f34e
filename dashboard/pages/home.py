"""``/home``: a homeowner's own lot and the mower on it, live. Nothing of anyone else is read or sent."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from babel.dates import format_date
from fastapi import Request
from nicegui import ui

from core.accounts import Right, Viewer
from core.clock import Clock
from core.db import Database
from core.fleet import LiveFleet, StateLimits, aged
from core.fleet.model import MowerChanged, MowerSnapshot, MowerState
from core.neighbourhood.own_day import DayOnLot
from core.neighbourhood.own_lot import own_lot_view
from dashboard.api.ports import HistoryStore
from dashboard.assets import asset_url
from dashboard.components.faces import empty_face
from dashboard.gate import needs
from dashboard.home.bill_card import BillCards
from dashboard.home.board import MowerBoard
from dashboard.home.cards import HomeCards
from dashboard.home.data import HomeLot, MowerHere, home_lots
from dashboard.home.paced import Paced
from dashboard.home.visit_card import VisitCards
from dashboard.i18n import _, locale
from dashboard.theme import page_at, page_frame, page_head

PERIOD_S = 1.0
DAY_PERIOD_S = 10.0
CUT_WIDTH_M = 0.35
"""Between the narrowest (0.19 m) and the widest (0.40 m) mower of the fleet; the page says "about"."""
HISTORY_ROWS = 8_000


def register(
    *,
    database: Database,
    live: LiveFleet,
    clock: Clock,
    history: HistoryStore,
    limits: StateLimits | None = None,
    bills: BillCards | None = None,
    visits: VisitCards | None = None,
    cards: HomeCards | None = None,
) -> None:
    """Serve ``/home``."""
    rules = limits or StateLimits()

    @page_at("/home")
    async def home_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_OWN_LOT)]) -> None:
        lots = await home_lots(database, viewer)
        with page_frame(viewer, _("Home")):
            ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/home.css")}">')
            if not lots:
                _no_lot()
            for home in lots:
                await _lot_section(home, viewer, cards, live=live, clock=clock, history=history, limits=rules)
            if visits is not None:
                await visits.show(viewer, str(request.base_url))
            for home in lots if cards is not None else ():
                await cards.below(viewer, home)
            if bills is not None and viewer.may(Right.SEE_OWN_BILL):
                await bills.show(viewer, str(request.base_url))


async def _lot_section(
    home: HomeLot,
    viewer: Viewer,
    cards: HomeCards | None,
    *,
    live: LiveFleet,
    clock: Clock,
    history: HistoryStore,
    limits: StateLimits,
) -> None:
    now = clock.now()
    zone = ZoneInfo(home.lot.time_zone)
    today = format_date(now.astimezone(zone), format="full", locale=locale())
    with page_head(_("Your lawn today"), f"{home.lot.address}, {home.lot.city} - {today}"):
        pass
    if cards is not None:
        await cards.above(viewer, home)
    if not home.mowers:
        with empty_face(
            _("No mower serves your lot yet"),
            _("Your operator adds one when a cluster of neighbours is ready. You will see it here."),
            icon="o_agriculture",
        ):
            return
    for mower in home.mowers:
        day = await _day_so_far(home, mower, history, now)
        LiveBoard(home, mower, day, live=live, clock=clock, limits=limits)


def _no_lot() -> None:
    with empty_face(
        _("No lot yet"),
        _("Your account is not tied to a home. Ask your operator to add your address; it shows here at once."),
        icon="o_cottage",
        heading="h1",
    ):
        pass


class LiveBoard:
    """One mower on one lot for one open page: hears every change, repaints once a second at most, leaves with it."""

    def __init__(
        self, home: HomeLot, mower: MowerHere, day: DayOnLot, *, live: LiveFleet, clock: Clock, limits: StateLimits
    ) -> None:
        self._home, self._mower, self._day = home, mower, day
        self._live, self._clock, self._limits = live, clock, limits
        self._zone = ZoneInfo(home.lot.time_zone)
        self._date = clock.now().astimezone(self._zone).date()
        self._board = MowerBoard(home, mower)
        self._repaint = Paced(self._show, period_s=PERIOD_S)
        self._redraw_day = Paced(self._show_day, period_s=DAY_PERIOD_S)
        self._repaint()
        self._redraw_day()
        leave = [
            live.changed.subscribe(self._changed),
            live.roster_changed.subscribe(lambda _epoch: self._repaint()),
            self._repaint.stop,
            self._redraw_day.stop,
        ]
        ui.context.client.on_delete(lambda: [end() for end in leave] and None)

    def _changed(self, change: MowerChanged) -> None:
        after = change.after
        if after.device_name != self._mower.device_name:
            return
        self._new_day()
        if after.reading is not None and after.device_time is not None:
            before = self._day.points
            self._day.add(after.device_time, after.state, after.reading.position)
            if self._day.points != before:
                self._redraw_day()
        self._repaint()

    def _show(self) -> None:
        now = self._clock.now()
        self._board.show(own_lot_view(aged(self._snapshot(), now, self._limits), [self._home.lot], now))

    def _show_day(self) -> None:
        self._board.show_day(self._day.summary())

    def _snapshot(self) -> MowerSnapshot:
        if self._mower.device_name in self._live:
            return self._live.get(self._mower.device_name)
        return MowerSnapshot(number=self._mower.number, device_name=self._mower.device_name)

    def _new_day(self) -> None:
        date = self._clock.now().astimezone(self._zone).date()
        if date != self._date:
            self._date = date
            self._day = new_day(self._home)
            self._redraw_day()


def new_day(home: HomeLot) -> DayOnLot:
    """An empty day on a lot."""
    return DayOnLot(home.lot, list(home.lawns), cut_width_m=CUT_WIDTH_M)


async def _day_so_far(home: HomeLot, mower: MowerHere, history: HistoryStore, now: datetime) -> DayOnLot:
    """Today's stored readings, from midnight at the site."""
    zone = ZoneInfo(home.lot.time_zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    stored = await history.history(
        mower.number, midnight, now + timedelta(minutes=1), device_name=mower.device_name, limit=HISTORY_ROWS
    )
    day = new_day(home)
    for row in stored:
        day.add(row.reading.device_time, MowerState(row.state), row.reading.position)
    return day


__all__: Sequence[str] = ("LiveBoard", "new_day", "register")
