"""deck.gl from the installed pydeck package: found once, compressed once, kept by browsers for ever."""

from functools import cache
from pathlib import Path

import pydeck
from starlette.requests import Request
from starlette.responses import Response

from dashboard.live.payload import Payload

BUNDLE = Path(pydeck.__file__).parent / "nbextension" / "static" / "index.js"
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def bundle() -> Payload:
    """4.3 MB of script; its gzip form (1.2 MB) takes a fifth of a second to make."""
    return Payload(BUNDLE.read_bytes(), "text/javascript")


def bundle_url() -> str:
    """Changes with pydeck's version only."""
    return f"/live/deck-{pydeck.__version__}.js"


async def serve_bundle(request: Request) -> Response:
    return bundle().respond(request, cache=FOR_EVER)
