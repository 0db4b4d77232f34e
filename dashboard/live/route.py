"""How every address under ``/live`` knows who asks, and answers what goes wrong."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from core.errors import MowthosError
from dashboard.api.problems import STATUS, problem
from dashboard.asks import SignedOut
from dashboard.i18n import _, told
from dashboard.live.detail import command_told


class LiveRoute(APIRoute):
    """Answers our errors as problem+json, here too where pages would get an HTML page; a screen reads them, so they
    speak its language."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except SignedOut:
                return problem(request, 401, _("Your session has ended."), code="signed_out")
            except MowthosError as error:
                status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
                kept = getattr(error, "command", None)
                extra = {} if kept is None else {"command": command_told(kept)}
                reasons = [told(reason) for reason in error.reasons]
                return problem(request, status, told(error.message), code=error.code, reasons=reasons, extra=extra)

        return handler
