"""The simulated mail server as one object: SMTP on one port, its page on another."""

import asyncio
import json
import logging
import ssl
import sys
from dataclasses import dataclass

import structlog
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from core.clock import Clock, SystemClock
from external.mail.simulator.box import MailBox
from external.mail.simulator.pages import MailPages

MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTwinOptions:
    """``username`` empty: everybody may send. ``tls``: offers STARTTLS and wants it; ``implicit``: TLS from the start.
    Ports 0 = any free one."""

    host: str = "127.0.0.1"
    smtp_port: int = 0
    port: int = 0
    username: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None
    implicit: bool = False


class MailTwin:
    """A running simulated mail server. Addresses are known after ``start``."""

    def __init__(self, options: MailTwinOptions | None = None, clock: Clock | None = None) -> None:
        self.options = options or MailTwinOptions()
        self.box = MailBox(clock or SystemClock())
        self.smtp_port, self.url = 0, ""
        self._server: asyncio.Server | None = None
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        given, loop = self.options, asyncio.get_running_loop()
        implicit = given.tls if given.implicit else None
        self._server = await loop.create_server(self._line, given.host, given.smtp_port, ssl=implicit)
        self.smtp_port = self._server.sockets[0].getsockname()[1]
        app = web.Application()
        MailPages(self.box).add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, given.host, given.port).start()
        self.url = f"http://{given.host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "MailTwin":
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    def _line(self) -> SMTP:
        """What answers one connection."""
        given = self.options
        upgrade = None if given.implicit else given.tls
        return SMTP(
            self.box,
            hostname="simulated.invalid",
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            tls_context=upgrade,
            require_starttls=upgrade is not None,
            auth_required=bool(given.username),
            auth_require_tls=upgrade is not None,
            authenticator=self._known,
            loop=asyncio.get_running_loop(),
        )

    def _known(self, _server: object, _session: object, _envelope: object, _kind: str, data: object) -> AuthResult:
        wanted = LoginPassword(self.options.username.encode(), self.options.password.encode())
        return AuthResult(success=data == wanted, handled=False)


async def run_mail_twin(options: MailTwinOptions) -> None:
    """Run until cancelled; one JSON line on standard output says where, when all is ready."""
    if not structlog.is_configured():  # standard output is for the one line
        structlog.configure(
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        )
    async with MailTwin(options) as twin:
        sys.stdout.write(json.dumps({"smtp_port": twin.smtp_port, "url": twin.url}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()
