"""Addresses that the screens' own scripts ask: guarded like pages, errors as problem+json in the viewer's language."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from core.accounts import Right, Viewer
from core.errors import MowthosError, NotAllowed
from dashboard.api.problems import STATUS, problem
from dashboard.gate import viewer_of
from dashboard.i18n import _, told


class SignedOut(Exception):
    """Nobody is signed in."""


class ScreenRoute(APIRoute):
    """Here errors answer as problem+json even though pages' errors become HTML."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except SignedOut:
                return problem(request, 401, _("Your session has ended."), code="signed_out")
            except MowthosError as error:
                status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
                reasons = [told(reason) for reason in error.reasons]
                return problem(request, status, told(error.message), code=error.code, reasons=reasons)

        return handler


def viewer_with(request: Request, right: Right) -> Viewer:
    """Who asks; refused when nobody is signed in or the role lacks the right."""
    viewer = viewer_of(request)
    if viewer is None:
        raise SignedOut
    if not viewer.may(right):
        raise NotAllowed(_("Your role does not include this."))
    return viewer
