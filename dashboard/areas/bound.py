"""The check at every door: somebody bounded by areas opens what knows of areas, and names what they see."""

from typing import Protocol

from starlette.requests import Request

from core.accounts import Viewer
from core.db.reads.area_owners import Thing
from core.errors import NotAllowed, NotFound
from core.sight import Sight
from core.texts import N_, Text
from dashboard.areas.table import PATHS, THINGS

ELSEWHERE = N_("Your account sees its own areas; this page tells of all of them.")
BELONGINGS = "mowthos.belongings"
"""Where the gate puts what looks things up, into the scope of every request."""


class Sees(Protocol):
    """`core.db.reads.area_owners.Belongings` is one."""

    async def sees(self, sight: Sight, thing: Thing, name: str) -> bool: ...


async def stay_within(request: Request, viewer: Viewer) -> None:
    """``NotAllowed`` for an address that knows nothing of areas; ``NotFound`` for a name that is out of sight, in the
    same words as for one that there is none of. Nothing at all for a viewer without bounds."""
    if viewer.sight.everything:
        return
    paths = PATHS.get(row_of(request))
    if paths is None:
        raise NotAllowed(ELSEWHERE)
    named = [(thing, str(request.path_params[parameter])) for parameter, thing in paths.items()]
    named += [(THINGS[key], value) for key, value in request.query_params.multi_items() if key in THINGS and value]
    belongings: Sees | None = request.scope.get(BELONGINGS)
    for thing, name in named:
        if belongings is None or not await belongings.sees(viewer.sight, thing, name):
            raise no_such(thing, name)


def row_of(request: Request) -> str:
    """How `dashboard.areas.table` names the address of a request: its method and template."""
    route = request.scope.get("route")
    method = "GET" if request.method == "HEAD" else request.method
    return f"{method} {request.scope.get('root_path', '')}{getattr(route, 'path', '')}"


def no_such(thing: Thing, name: str) -> NotFound:
    """What is out of sight is answered as what does not exist."""
    if thing is Thing.MOWER:
        return NotFound(Text("no mower named {device_name!r}", device_name=name))
    return NotFound(N_("there is no such thing, or it is not yours to see"))


def check_mowers(viewer: Viewer, *device_names: str) -> None:
    """``NotFound`` for the first of these mowers that is out of sight: for names that come in a body."""
    for name in device_names:
        if not viewer.sight.mower(name):
            raise no_such(Thing.MOWER, name)


def opens(viewer: Viewer, path: str) -> bool:
    """Whether a page at a plain address is there for this viewer at all: for navigation and links."""
    return viewer.sight.everything or f"GET {path}" in PATHS
