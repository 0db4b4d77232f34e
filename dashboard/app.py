"""The ASGI app of a process that shows pages."""

from collections.abc import Sequence

from fastapi import FastAPI
from nicegui import ui

from core.drills import DrillFloor
from dashboard import gate
from dashboard.assets import ASSETS
from dashboard.bootstrap import Parts
from dashboard.live.live import Live
from dashboard.metrics_route import MetricsMiddleware
from dashboard.pages.sign_in import SamplePerson
from dashboard.routes import register_routes

RECONNECT_SECONDS = 30
"""How long a page's server side waits for its browser: a shorter time reloads the page and loses what was typed."""


def make_app(
    parts: Parts, demo_people: Sequence[SamplePerson] = (), floor: DrillFloor | None = None
) -> tuple[FastAPI, Live]:
    """The ASGI app (our own FastAPI outside, NiceGUI mounted within) and the live push behind it."""
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    outer.add_middleware(MetricsMiddleware, metrics=parts.metrics, clock=parts.clock)
    gate.install(
        outer,
        people=parts.people,
        clock=parts.clock,
        public_url=parts.settings.public_url,
        tile_url=parts.settings.tile_url,
        drill=floor is not None,
        view_as=parts.view_as,
        belongings=parts.belongings,
    )
    live = register_routes(outer, parts, demo_people, floor)
    ui.run_with(
        outer,
        title="MowthosOS",
        favicon=ASSETS / "logo.svg",
        dark=None,
        reconnect_timeout=RECONNECT_SECONDS,
        tailwind=False,
        show_welcome_message=False,
        gzip_middleware_factory=None,  # a page is compressed once its nonces are in it (`dashboard.nonces`)
    )
    return outer, live
