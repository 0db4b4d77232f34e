"""The simulated Twilio as one object: API, a page that shows the messages, and the callbacks it sends."""

import asyncio
import base64
import contextlib
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from hmac import compare_digest
from html import escape

import aiohttp
import structlog
from aiohttp import web
from twilio.request_validator import RequestValidator

from core.clock import Clock, SystemClock
from external.sms.simulator.book import KeptSms, MessageBook, Refusal, TwilioTwinOptions

log = structlog.get_logger(__name__)

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TwilioTwin:
    """A running simulated Twilio. ``url`` is known after ``start``."""

    def __init__(self, options: TwilioTwinOptions | None = None, clock: Clock | None = None) -> None:
        self.options = options or TwilioTwinOptions()
        self._clock = clock or SystemClock()
        self.book = MessageBook(self.options, self._clock)
        self._validator = RequestValidator(self.options.auth_token)
        self._runner: web.AppRunner | None = None
        self._lives: set[asyncio.Task[None]] = set()
        self.url = ""

    async def start(self) -> None:
        app = web.Application(middlewares=[self._answers])
        account = f"/2010-04-01/Accounts/{self.options.account_sid}"
        app.router.add_post(f"{account}/Messages.json", self._create)
        app.router.add_get(f"{account}/Messages.json", self._list)
        app.router.add_get(account + "/Messages/{sid}.json", self._one)
        app.router.add_get("/", self._page)
        app.router.add_post("/control/stop", self._stop_number)
        app.router.add_post("/control/mute", self._mute)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.options.host, self.options.port).start()
        self.url = f"http://{self.options.host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "TwilioTwin":
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    @web.middleware
    async def _answers(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Basic authentication for the API, and refusals in Twilio's form."""
        try:
            if request.path.startswith("/2010-04-01/"):
                self._authenticate(request)
            return await handler(request)
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        except web.HTTPNotFound:
            gone = Refusal(404, 20404, f"The requested resource {request.path} was not found")
            return web.json_response(gone.body, status=404)

    def _authenticate(self, request: web.Request) -> None:
        wanted = f"{self.options.account_sid}:{self.options.auth_token}".encode()
        given = b""
        with contextlib.suppress(ValueError):
            given = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic "))
        if not compare_digest(given, wanted):
            raise Refusal(401, 20003, "Authenticate")

    async def _create(self, request: web.Request) -> web.StreamResponse:
        fields = {name: str(value) for name, value in (await request.post()).items()}
        message = self.book.create(fields)
        told = self.book.told(message)
        life = asyncio.create_task(self._live(message))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)
        if self.book.mute:
            self.book.mute -= 1
            assert request.transport is not None
            request.transport.close()  # taken, but nobody hears of it
        return web.json_response(told, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        since = next((_day(value) for name, value in query.items() if name in {"DateSent>", "DateSent"}), None)
        limit = min(int(query.get("PageSize", "50")), 1_000)
        found = self.book.found(to=query.get("To", ""), since=since, limit=limit)
        page = {"page": 0, "page_size": limit, "next_page_uri": None, "first_page_uri": request.path_qs}
        return web.json_response({"messages": [self.book.told(message) for message in found], **page})

    async def _one(self, request: web.Request) -> web.Response:
        for message in self.book.messages:
            if message.sid == request.match_info["sid"]:
                return web.json_response(self.book.told(message))
        raise web.HTTPNotFound

    async def _live(self, message: KeptSms) -> None:
        """Sent, then delivered or not; each step is told to the callback."""
        going_on = True
        while going_on:
            await self._clock.sleep(self.options.step_s)
            going_on = self.book.advance(message)
            if message.callback:
                await self._call(message)

    async def _call(self, message: KeptSms) -> None:
        fields = {
            "AccountSid": self.options.account_sid, "ApiVersion": "2010-04-01", "MessageSid": message.sid,
            "SmsSid": message.sid, "MessageStatus": message.status, "SmsStatus": message.status,
            "To": message.to, "From": message.sender,
        }  # fmt: skip
        if message.error_code is not None:
            fields["ErrorCode"] = str(message.error_code)
        signed = {"X-Twilio-Signature": self._validator.compute_signature(message.callback, fields)}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session,
                session.post(message.callback, data=fields, headers=signed) as answer,
            ):
                log.info("twilio_twin.called", status=message.status, answer=answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("twilio_twin.callback_failed", error=type(error).__name__)

    async def _stop_number(self, request: web.Request) -> web.Response:
        """``{"number": "+1..."}``: its owner answers STOP; with ``"start": true`` START."""
        asked = await request.json()
        (self.book.stopped.discard if asked.get("start") else self.book.stopped.add)(str(asked["number"]))
        return web.json_response(sorted(self.book.stopped))

    async def _mute(self, request: web.Request) -> web.Response:
        """``{"times": N}``: the next N messages are taken without an answer."""
        self.book.mute = int((await request.json())["times"])
        return web.json_response({"times": self.book.mute})

    async def _page(self, _request: web.Request) -> web.Response:
        rows = "".join(
            f"<li><b>{escape(message.to)}</b> <small>{escape(message.status)} {message.created_at:%H:%M:%S} UTC</small>"
            f"<br>{escape(message.body)}</li>"
            for message in reversed(self.book.messages)
        )
        text = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            "<title>Simulated Twilio</title><style>:root{color-scheme:light dark;font:16px/1.5 system-ui}"
            "body{max-width:50rem;margin:2rem auto;padding:0 1rem}</style><body><h1>Simulated Twilio</h1>"
            f"<ul>{rows or '<li>No message yet.</li>'}</ul></body></html>"
        )
        return web.Response(text=text, content_type="text/html")


def _day(value: str) -> datetime:
    """A date or an instant, as the SDK writes them."""
    return datetime.fromisoformat(value.replace("Z", "+00:00")).replace(tzinfo=UTC)


async def run_twilio_twin(options: TwilioTwinOptions) -> None:
    """Run until cancelled; one JSON line on standard output says where, when all is ready."""
    if not structlog.is_configured():  # standard output is for the one line
        structlog.configure(
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        )
    async with TwilioTwin(options) as twin:
        sys.stdout.write(json.dumps({"api_url": twin.url}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()
