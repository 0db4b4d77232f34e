"""``/zones``: every device zone whose lot is not known, or that lies on several; it blocks billing until it is tied."""

from typing import Annotated

from fastapi import Request
from nicegui import ui

from core.accounts import People, Right, Viewer
from core.lawnmaps import TieStatus, TieView
from dashboard.assets import asset_url
from dashboard.components.ages import age_text
from dashboard.components.faces import empty_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.components.zone_ties import LOOKS, ZoneTieDialogs, tie_button, tie_words, where
from dashboard.gate import needs
from dashboard.i18n import _, ngettext
from dashboard.lawn_desks import LawnDesks
from dashboard.measures import area_words
from dashboard.theme import page_at, page_frame, page_head

TICK_S = 3.0


def register(*, desks: LawnDesks, people: People) -> None:
    """Serve ``/zones``."""

    @page_at("/zones")
    async def zones_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_FLEET)]) -> None:
        ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/lawns.css")}">')
        chosen = _status(request.query_params.get("status"))
        with page_frame(viewer, _("Zones")):
            with page_head(_("Zones"), _("A zone that is not tied to exactly one household's lot is not billed.")):
                pass
            await ZonesPage(desks, people, viewer, chosen).build()


class ZonesPage:
    """The list of one open page, redrawn when ties change."""

    def __init__(self, desks: LawnDesks, people: People, viewer: Viewer, chosen: TieStatus | None) -> None:
        self._desks, self._chosen, self._sight = desks, chosen, viewer.sight
        self._dialogs = ZoneTieDialogs(desks, people, viewer, done=self.draw)
        self._shown: object = None

    async def build(self) -> None:
        self._place = ui.element("section").classes("m-card m-card-flush")
        await self.draw()
        ui.timer(TICK_S, self.draw, immediate=False)

    async def draw(self) -> None:
        found = await self._desks.ties.with_status(TieStatus)
        ties = [tie for tie in found if self._sight.mower(tie.device_name)]
        if ties == self._shown:
            return
        self._shown = ties
        self._place.clear()
        with self._place:
            self._filters(ties)
            rows = [tie for tie in ties if tie.status is self._chosen or (self._chosen is None and _blocks(tie))]
            if not rows:
                self._empty(ties)
            else:
                self._table(rows)

    def _filters(self, ties: list[TieView]) -> None:
        with ui.element("div").classes("m-filter"), ui.element("div").classes("m-row") as group:
            group.props('role="group"')
            group.props["aria-label"] = _("Which zones")
            blocking = sum(_blocks(tie) for tie in ties)
            _chip(_("Block billing"), blocking, "/zones", self._chosen is None)
            for status in TieStatus:
                count = sum(tie.status is status for tie in ties)
                _chip(tie_words()[status], count, f"/zones?status={status}", self._chosen is status)

    def _table(self, ties: list[TieView]) -> None:
        with table_region(_("Zones")), ui.element("table").classes("m-table m-table-cards"):
            with ui.element("thead"), ui.element("tr"):
                for heading in (_("Zone"), _("Mower"), _("State"), _("Area"), _("Why"), _("Judged"), _("Tie")):
                    text("th", heading).props('scope="col"')
            with ui.element("tbody"):
                for tie in ties:
                    self._row(tie)

    def _row(self, tie: TieView) -> None:
        with ui.element("tr"):
            with ui.element("td"):
                text("b", tie.zone_name)
            with _cell(_("Mower")):
                ui.link(tie.device_name, f"/mowers/{tie.device_name}?tab=map")
            with _cell(_("State")):
                text("span", tie_words()[tie.status]).classes(f"m-chip {LOOKS[tie.status]}")
            with _cell(_("Area")):
                text("span", area_words(tie.area_m2)).classes("m-number")
            with _cell(_("Why")):
                text("span", where(tie, {}))
            with _cell(_("Judged")):
                age_text(tie.judged_at)
            with _cell(_("Tie")):
                if self._dialogs.allowed:
                    tie_button(tie, self._dialogs)

    def _empty(self, ties: list[TieView]) -> None:
        if not ties:
            words = _("Zones come with the maps of the mowers, and are judged by themselves.")
            with empty_face(_("No zone is known yet"), words, icon="o_map"):
                pass
            return
        told = ngettext("{n} zone is tied to its lot.", "{n} zones are tied to their lots.", len(ties))
        title = _("Nothing blocks billing") if self._chosen is None else _("None of these")
        with empty_face(title, told.format(n=len(ties)), icon="o_check_circle"):
            pass


def _blocks(tie: TieView) -> bool:
    return tie.status is not TieStatus.TIED


def _chip(words: str, count: int, address: str, here: bool) -> None:
    with ui.link(target=address).classes("m-filter-chip") as link:
        text("span", words)
        text("b", str(count))
    if here:
        link.props('aria-current="true"')


def _cell(label: str) -> ui.element:
    cell = ui.element("td")
    cell.props["data-label"] = label
    return cell


def _status(given: str | None) -> TieStatus | None:
    return TieStatus(given) if given in set(TieStatus) else None
