"""Logs: one event a line, as JSON for machines or in colour for people, each with the id of its request."""

import logging
import sys
from typing import Any

import structlog
import structlog.tracebacks
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.tracebacks import ExceptionDictTransformer

from core.ids import new_id
from dashboard.redaction import redact, redact_line

REQUEST_ID_HEADER = "x-request-id"
TRACEBACKS = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
"""Frames without their variables: a local may hold a password."""


def quiet_logs() -> None:
    """For a command that answers and ends: standard output is its answer's, and only errors are told beside it."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def set_up_logs(level: str, *, json_lines: bool | None = None) -> None:
    """Send every log line, ours and the libraries', to standard error. ``json_lines``: by default unless a terminal."""
    as_json = not sys.stderr.isatty() if json_lines is None else json_lines
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    # Tracebacks never show local variables: a password may be one of them.
    as_dict = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
    render: list[Any] = (
        [as_dict, redact, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback), redact_line]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in (
        "httpx",
        "httpcore",
        "apscheduler",
        "aiosqlite",
        "alembic",
        "multipart",
        "pymammotion",
        "python_multipart",
    ):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a job still at work skips a turn: as meant


def browser_left(scope: Scope) -> bool:
    """Whether the browser hung up before its answer was complete."""
    return bool(scope.get("mowthos.noted", {}).get("left"))


def current_request_id() -> str:
    """The id that stands in every log line of the request at hand, and on its error page."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


class RequestIdMiddleware:
    """Gives each request and socket an id: in its log lines, in its answer, on its error page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = new_id().hex[-12:]

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        noted = scope["mowthos.noted"] = {"left": False}  # shared with the copies of the scope that mounts make

        async def receive_and_note() -> Message:
            message = await receive()
            noted["left"] = noted["left"] or message["type"] == "http.disconnect"
            return message

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive_and_note, send_with_id)
            except RuntimeError:
                if not noted[
                    "left"
                ]:  # a browser that leaves mid-answer makes the middlewares below complain of no response
                    raise
