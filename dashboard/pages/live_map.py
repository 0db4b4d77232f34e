"""``/fleet``: the dispatcher's day on one page - mowers on the map, in a list, and the chosen one on a card."""

from typing import Annotated

from fastapi import Request, Response
from nicegui import app, ui

from core.accounts import Right, Viewer
from dashboard.assets import asset_url
from dashboard.components.live_config import live_config
from dashboard.components.live_elements import (
    LOOK_PATH,
    BulkDialog,
    DeckMap,
    FleetList,
    LiveBanners,
    MowerCard,
    StartDialog,
    TimeBar,
    live_head,
    look_script,
)
from dashboard.frame_parts import Keys
from dashboard.gate import needs
from dashboard.i18n import LANGUAGES, SOURCE_LANGUAGE, _
from dashboard.live.bundle import FOR_EVER
from dashboard.sealed import sealed
from dashboard.theme import page_at, page_frame


def register(*, tile_url: str | None = None, tile_attribution: str = "", stale_after_s: int = 900) -> None:
    """Everything live reaches the page through ``/live`` (`dashboard.live.live_router`), NiceGUI need not keep it."""

    @app.get(f"{LOOK_PATH}/{{language}}.js", include_in_schema=False)
    async def look(request: Request, language: str) -> Response:
        known = language if language in LANGUAGES else SOURCE_LANGUAGE
        return look_script(known, stale_after_s).respond(request, cache=FOR_EVER)

    @page_at("/fleet")
    async def live_map_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_FLEET)]) -> Response:
        config = live_config(viewer, tile_url=tile_url, tile_attribution=tile_attribution)
        ui.add_head_html(live_head(config, asset_url("styles/live.css"), stale_after_s=stale_after_s))
        with page_frame(viewer, _("Live"), fill=True, keys=_keys()) as frame:
            with frame.banner:
                LiveBanners()
            ui.html(f'<h1 class="m-visually-hidden">{_("Live map of the fleet")}</h1>', sanitize=False)
            with ui.element("div").classes("l-live"):
                DeckMap()
                TimeBar()
                FleetList()
                MowerCard()
                StartDialog()
                BulkDialog()
        return sealed(request)


def _keys() -> Keys:
    return (
        (("j",), _("Next mower")),
        (("k",), _("Previous mower")),
        (("Enter",), _("To the card of the selected mower")),
        (("f",), _("Follow the selected mower")),
        (("s",), _("Stop the selected mower")),
        (("b",), _("Look back, and back to live")),
        ((",",), _("One minute back")),
        ((".",), _("One minute on")),
        (("p",), _("Play or pause the past")),
    )
