"""Who asks at an address that a page's script reads: checked before what was asked is read, and marked for tests."""

from typing import Any

from fastapi import Depends, Request

from core.accounts import Right, Viewer
from core.errors import NotAllowed
from dashboard.areas.bound import stay_within
from dashboard.gate import viewer_of
from dashboard.i18n import _
from dashboard.rights_marks import marked


class SignedOut(Exception):
    """Nobody is signed in."""


def asks(*any_of: Right) -> Any:
    """A parameter of a route: the viewer, who holds one of these rights; without any, whoever is signed in.

    Raises `SignedOut`, ``NotAllowed`` or ``NotFound``, which `ScreenRoute` and `LiveRoute` answer as problem+json.
    """

    async def check(request: Request) -> Viewer:
        viewer = viewer_of(request)
        if viewer is None:
            raise SignedOut
        if any_of and not any(viewer.may(right) for right in any_of):
            raise NotAllowed(_("Your role does not include this."))
        await stay_within(request, viewer)
        return viewer

    return Depends(marked(check, *any_of))
