"""Runs an ASGI app under uvicorn, with clear words for what can go wrong at start."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from core.errors import Conflict

SHUTDOWN_SECONDS = 5


class CannotListen(Conflict):
    """The address is taken or not ours: the machine must change, not the request."""


class Server(uvicorn.Server):
    """Ends on Ctrl-C and SIGTERM, and keeps the signal to itself.

    uvicorn's own raises it again once the last request is answered, and SIGTERM then ends the process on the spot:
    before readings still in memory are stored, links closed and child processes ended.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def claim_port(host: str, port: int) -> socket.socket:
    """A listening socket; ``CannotListen`` in one line when the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CannotListen(
            f"cannot listen on {host}:{port} ({error.strerror}): stop what uses it, or choose another with --port"
        ) from error
    return listener


async def serve_app(app: ASGIApp, listener: socket.socket, *, on_ready: Callable[[], Awaitable[None]] | None) -> None:
    """Serve until a signal or cancellation; ``on_ready`` runs once the first request can be answered."""
    server = Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            lifespan="on",
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not (server.started or serving.done()):
        await asyncio.sleep(0.02)
    if server.started and on_ready is not None:
        await on_ready()
    await serving
