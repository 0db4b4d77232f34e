"""``/clusters/market``: addressable homes, coverage, expected revenue and the scorecard, with their files."""

from collections.abc import Sequence
from typing import Annotated

import structlog
from fastapi import APIRouter, Request, Response
from nicegui import app, ui

from core.accounts import Right, Viewer
from core.ids import new_id
from core.neighbourhood.market import Format, Market, MarketDesk, ScoreRow, Table
from dashboard.components.faces import empty_face, error_face, loading_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _
from dashboard.logs import current_request_id
from dashboard.market_view import MarketView, facts_html, files_html, form_html, places_html, scorecard_html
from dashboard.pages.clusters import clusters_head
from dashboard.theme import page_at, page_frame, page_head

log = structlog.get_logger(__name__)


def register(*, market: MarketDesk) -> None:
    """Serve ``/clusters/market`` and its files."""
    router = APIRouter(include_in_schema=False)

    @router.get("/clusters/market/{table}.{form}")
    async def export(
        request: Request, table: Table, form: Format, _viewer: Annotated[Viewer, needs(Right.SEE_CLUSTERS)]
    ) -> Response:
        view = MarketView.from_query(request.query_params)
        file = await market.export(table, form, assumptions=view.assumptions())
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        return Response(file.content, media_type=file.media_type, headers=headers)

    app.include_router(router)

    @page_at("/clusters/market")
    async def market_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_CLUSTERS)]) -> None:
        view = MarketView.from_query(request.query_params)
        clusters_head()
        with page_frame(viewer, _("Market")):
            with page_head(_("Market"), _("Whom clusters could serve, whom they serve, and what that may bring.")):
                ui.html(files_html(view), sanitize=False)
            ui.html(form_html(view), sanitize=False).classes("m-card")
            place = ui.element("div").classes("m-stack")
            with place:
                loading_face(6)

            async def load() -> None:
                try:
                    found = await market.market(assumptions=view.assumptions())
                    cards = await market.scorecard(assumptions=view.assumptions())
                except Exception as error:
                    problem_id = current_request_id() or new_id().hex[-8:]
                    log.error("market.failed", problem_id=problem_id, exc_info=error)
                    place.clear()
                    title, help_ = _("The market could not be worked out"), _("Load the page again.")
                    with place, error_face(title, help_, problem_id=problem_id):
                        return
                place.clear()
                with place:
                    _show(found, cards)

            ui.timer(0.01, load, once=True)


def _show(found: Market, cards: Sequence[ScoreRow]) -> None:
    if not found.total.homes:
        with empty_face(_("No address file has been imported yet"), _("Import one to see the market.")):
            return
    with ui.element("section").classes("m-card m-stack"):
        text("h2", _("All places"))
        ui.html(facts_html(found), sanitize=False)
    with ui.element("section").classes("m-card m-card-flush"), table_region(_("Places")):
        ui.html(places_html(found), sanitize=False)
    with ui.element("section").classes("m-card m-card-flush"):
        text("h2", _("Scorecard")).classes("m-card-head")
        if cards:
            with table_region(_("Scorecard")):
                ui.html(scorecard_html(cards, found.assumptions.currency), sanitize=False)
        else:
            with empty_face(_("No clusters yet"), _("Draw one, or have some proposed.")):
                pass
