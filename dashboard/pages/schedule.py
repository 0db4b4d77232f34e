"""``/schedule``: the visits of a week or a day in lanes, with bans, what became of past ones, and a table of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui

from core.accounts import People, Right, Viewer
from core.clock import Clock
from core.db.reads.visits import VisitLine
from core.household.notes import NoteDesk
from core.scheduling.service import Scheduling
from dashboard.assets import asset_url
from dashboard.components.faces import empty_face
from dashboard.components.text import text
from dashboard.components.visit_board import VisitBoard, board_words
from dashboard.gate import needs
from dashboard.i18n import _, ngettext
from dashboard.theme import page_at, page_frame, page_head
from dashboard.visits.board import LANES_SHOWN, By, Period, board_of, in_period, lane_of, lanes_of, period_of
from dashboard.visits.dialogs import VisitDialogs
from dashboard.visits.exceptions import ExceptionBoard
from dashboard.visits.moving import Mover
from dashboard.visits.rain_out_dialog import RainOutDialog
from dashboard.visits.table import outcome_chips, visit_table
from dashboard.visits.words import long_day, week_words

TICK_S = 4.0


def register(*, scheduling: Scheduling, people: People, clock: Clock, notes: NoteDesk | None = None) -> None:
    """Serve ``/schedule``."""

    @page_at("/schedule")
    async def schedule_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_SCHEDULE)]) -> None:
        ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/visits.css")}">')
        wish = Wish.of(request, clock.now().date())
        keys = (
            ((("←",), _("Selected visit: a day or a quarter of an hour earlier"))),
            ((("→",), _("Selected visit: a day or a quarter of an hour later"))),
            ((("Enter",), _("Put it there; on one that was not moved: open it"))),
        )
        with page_frame(viewer, _("Schedule"), keys=keys):
            await SchedulePage(scheduling, people, clock, viewer, wish, notes).build()


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for."""

    view: str
    by: By
    day: date
    lane: str
    page: int

    @classmethod
    def of(cls, request: Request, today: date) -> "Wish":
        told = request.query_params
        try:
            day = date.fromisoformat(told.get("from", ""))
        except ValueError:
            day = today
        if not 2000 <= day.year <= 2200:
            day = today
        page = told.get("page", "1")
        return cls(
            view="day" if told.get("view") == "day" else "week",
            by="mower" if told.get("by") == "mower" else "cluster",
            day=day,
            lane=told.get("lane", ""),
            page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    @property
    def period(self) -> Period:
        return period_of(self.view, self.day)

    def address(self, **other: object) -> str:
        """The same page with something else."""
        asked = {"view": self.view, "by": self.by, "from": self.day, "lane": self.lane, "page": self.page} | other
        return "/schedule?" + urlencode({name: str(value) for name, value in asked.items() if value not in ("", 1)})


class SchedulePage:
    """One open page: drawn anew when visits become others."""

    def __init__(
        self, scheduling: Scheduling, people: People, clock: Clock, viewer: Viewer, wish: Wish,
        notes: NoteDesk | None = None,
    ) -> None:  # fmt: skip
        self._scheduling, self._clock, self._viewer, self._wish = scheduling, clock, viewer, wish
        self._requests = notes is not None  # whether households ask for something here
        self._may_plan = viewer.may(Right.PLAN_VISITS)
        self._dialogs = VisitDialogs(scheduling, people, clock, viewer, done=self.draw, notes=notes)
        self._mover = Mover(scheduling, people, clock, viewer, done=self.draw)
        self._rain_out = RainOutDialog(scheduling, people, clock, viewer, done=self.draw)
        self._exceptions = ExceptionBoard(
            scheduling, people, viewer, done=self.draw, open_visit=self._dialogs.open
        )  # fmt: skip
        self._shown: object = None
        self._board: VisitBoard | None = None

    async def build(self) -> None:
        with page_head(_("Schedule"), _("Times are those of each site.")):
            if self._requests:
                ui.link(_("Requests"), "/requests").classes("m-button m-button-quiet")
            if self._may_plan:
                _button(_("Rain-out"), lambda: self._rain_out.open(self._wish.day), quiet=True)
                _button(_("Service plan"), self._dialogs.choose_lot)
        self._exceptions.build()
        self._bar()
        self._place = ui.element("div").classes("m-stack v-place")
        await self.draw()
        ui.timer(TICK_S, self.draw, immediate=False)

    async def draw(self) -> None:
        await self._exceptions.draw()
        period, by = self._wish.period, self._wish.by
        lines = in_period(await self._scheduling.calendar(self._viewer, *period.around), period)
        sites = list(await self._scheduling.sites(self._viewer))
        known = {site.lot_id for site in sites}
        sites += [line.site for line in lines if line.site.lot_id not in known]
        now = self._clock.now()
        shown = (lines, sites, now.date())
        if shown == self._shown:
            return
        self._shown = shown
        lanes = [lane for lane in lanes_of(sites, by) if self._wish.lane in ("", lane[0] or "-")]
        first = (self._wish.page - 1) * LANES_SHOWN
        kept = lanes[first : first + LANES_SHOWN]
        keys = {key for key, _title, _sites in kept}
        lines = [line for line in lines if lane_of(line.site, by)[0] in keys]
        config = board_of(lines, kept, period, by=by, today=now.date(), may_plan=self._may_plan, now=now)
        self._mover.take(lines)
        if self._board is not None and kept:
            self._board.show(config | {"texts": board_words()})
            self._below(lines, len(lanes))
            return
        self._place.clear()
        self._board = None
        with self._place:
            if not kept:
                self._empty(bool(sites))
                return
            self._build_board(config)
            self._under = ui.element("div").classes("m-stack")
        self._below(lines, len(lanes))

    def _build_board(self, config: dict[str, Any]) -> None:
        with (
            ui.element("section").classes("m-card m-card-flush v-scroll").props('tabindex="0" role="region"') as region
        ):
            region.props["aria-label"] = _("Visits in lanes")
            self._board = VisitBoard(config | {"texts": board_words()})
        board = self._board
        self._board.on("open", lambda event: self._dialogs.open(event.args["id"]))
        self._board.on("check", lambda event: self._mover.check(board, event.args))
        self._board.on("move", lambda event: self._mover.move(board, event.args))

    def _below(self, lines: list[VisitLine], lanes: int) -> None:
        self._under.clear()
        with self._under:
            if lanes > LANES_SHOWN:
                self._pages(lanes)
            with ui.element("section").classes("m-card m-card-flush"):
                with ui.element("div").classes("m-card-head"):
                    text("h2", _("The same in a table"))
                    outcome_chips([line.visit for line in lines])
                if lines:
                    visit_table(lines, self._clock.now(), self._dialogs.open)
                else:
                    with empty_face(_("No visits in these days"), _("Service plans say when a lawn is due.")):
                        pass

    def _bar(self) -> None:
        wish, period = self._wish, self._wish.period
        with ui.element("nav").classes("m-row v-bar") as bar:
            bar.props["aria-label"] = _("Days shown")
            _link("‹", wish.address(**{"from": period.step(-1), "page": 1}), label=_("Earlier"))
            text("h2", long_day(period.first) if period.days == 1 else week_words(period.first)).classes("v-period")
            _link("›", wish.address(**{"from": period.step(1), "page": 1}), label=_("Later"))
            _link(_("Today"), wish.address(**{"from": "", "page": 1}))
            ui.element("span").classes("m-grow")
            _link(_("Week"), wish.address(view="week"), here=wish.view == "week")
            _link(_("Day"), wish.address(view="day"), here=wish.view == "day")
            _link(_("By cluster"), wish.address(by="cluster", lane="", page=1), here=wish.by == "cluster")
            _link(_("By mower"), wish.address(by="mower", lane="", page=1), here=wish.by == "mower")

    def _pages(self, lanes: int) -> None:
        wish, last = self._wish, -(-lanes // LANES_SHOWN)
        with ui.element("nav").classes("m-row") as bar:
            bar.props["aria-label"] = _("More lanes")
            text("span", ngettext("{n} lane", "{n} lanes", lanes).format(n=lanes)).classes("m-muted")
            for page in range(1, last + 1):
                _link(str(page), wish.address(page=page), here=page == wish.page, label=_("Page {n}").format(n=page))

    def _empty(self, some: bool) -> None:
        if some:
            with empty_face(_("Nothing in this lane"), _("Another week, or all lanes, may have what you look for.")):
                _link(_("All lanes"), self._wish.address(lane="", page=1))
            return
        words = _("Agree on a service plan for a lot: its visits are made four weeks ahead, and stand here at once.")
        with empty_face(_("No service plan yet"), words, icon="o_event"):
            if self._may_plan:
                _button(_("New service plan"), self._dialogs.choose_lot)


def _link(words: str, address: str, *, here: bool = False, label: str = "") -> None:
    with ui.link(target=address).classes("m-filter-chip") as link:
        text("span", words)
    if here:
        link.props('aria-current="true"')
    if label:
        link.props["aria-label"] = label


def _button(words: str, act: Callable[[], Awaitable[None]], *, quiet: bool = False) -> None:
    button = ui.button(words, color=None, on_click=act).props("unelevated no-caps")
    button.classes("m-button m-button-quiet" if quiet else "m-button")
