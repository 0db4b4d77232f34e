"""Addresses that the screens' own scripts ask: guarded like pages, errors as problem+json in the viewer's language."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from core.errors import MowthosError
from dashboard.api.problems import STATUS, problem
from dashboard.asks import SignedOut
from dashboard.i18n import _, told


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
