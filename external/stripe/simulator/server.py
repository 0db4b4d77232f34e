"""The simulated Stripe as one object: API, pages, control and webhooks behind one port."""

import asyncio
import contextlib
import json
import logging
import sys

import structlog
from aiohttp import web

from core.clock import Clock, SystemClock
from external.stripe.simulator.api import StripeApi
from external.stripe.simulator.control import ControlApi
from external.stripe.simulator.delivery import Courier
from external.stripe.simulator.endpoints import create_endpoint
from external.stripe.simulator.options import StripeTwinOptions
from external.stripe.simulator.pages import Pages
from external.stripe.simulator.renewal import carry_out
from external.stripe.simulator.store import Store
from external.stripe.simulator.world import WALL, World

TICK_S = 5.0
TIDY_S = 3600.0


class StripeTwin:
    """A running simulated Stripe. Addresses are known after ``start``."""

    def __init__(self, options: StripeTwinOptions | None = None, clock: Clock | None = None) -> None:
        self.options = options or StripeTwinOptions()
        self._clock = clock or SystemClock()
        folder = self.options.folder
        self.store = Store(folder / "stripe.sqlite3" if folder else None)
        self.world = World(self.store, self._clock)
        self.world.rules.tax_basis_points = self.options.tax_basis_points
        self.world.recall_plans()
        self.courier = Courier(self.store, self._clock, first_wait_s=self.options.first_wait_s)
        self.world.on_event = self.courier.take
        self.api = StripeApi(self.world, secret_key=self.options.secret_key)
        self._runner: web.AppRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.url = ""

    async def start(self) -> None:
        """Listen, deliver, and carry out what is due."""
        app = web.Application()
        app.router.add_route("*", "/v1/{rest:.*}", self._answer)
        ControlApi(self.world, self.courier, self.api).add_routes(app)
        Pages(self.world).add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await self._listen(self._runner)
        port = self._runner.addresses[0][1]
        everywhere = ("0.0.0.0", "::")  # nosec B104 - compared with only: nothing binds here
        shown = "127.0.0.1" if self.options.host in everywhere else self.options.host
        self.url = self.world.url = f"http://{shown}:{port}"
        self._register()
        self.courier.take_up_again()
        self._tasks = [asyncio.create_task(self.courier.run()), asyncio.create_task(self._tick())]

    async def _answer(self, request: web.Request) -> web.Response:
        reply = self.api.respond(
            request.method, request.path, request.query_string, await request.text(), request.headers
        )
        return web.json_response(reply.answer, status=reply.status, headers=reply.headers)

    async def _listen(self, runner: web.AppRunner) -> None:
        """On the port asked for; else on that of the last run, so that old links still lead here; else on any."""
        folder, wanted = self.options.folder, self.options.port
        kept = folder / "port" if folder else None
        if wanted == 0 and kept is not None and kept.exists():
            with contextlib.suppress(OSError, ValueError):  # taken meanwhile
                await web.TCPSite(runner, self.options.host, int(kept.read_text())).start()
        if not runner.addresses:
            await web.TCPSite(runner, self.options.host, wanted).start()
        if kept is not None:
            kept.write_text(str(runner.addresses[0][1]))

    def _register(self) -> None:
        url = self.options.webhook_url
        known = {one["url"] for one in self.store.every("webhook_endpoint")}
        if url and url not in known:
            params = {"url": url, "enabled_events": ["*"]}
            if self.options.webhook_secret:
                params["_secret"] = self.options.webhook_secret
            create_endpoint(self.world, params)
            self.store.flush()

    async def _tick(self) -> None:
        tidy_at = self._clock.monotonic()
        while True:
            await self._clock.sleep(TICK_S)
            carry_out(self.world, WALL, self.world.wall())
            if self._clock.monotonic() >= tidy_at:
                self.world.forget_old()
                tidy_at = self._clock.monotonic() + TIDY_S
            self.store.flush()

    async def stop(self) -> None:
        """End tasks and connections; what was kept stays in the folder."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.store.close()

    async def __aenter__(self) -> "StripeTwin":
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()


async def run_twin(options: StripeTwinOptions) -> None:
    """Run until cancelled; one JSON line on standard output says where, when all is ready."""
    if not structlog.is_configured():  # standard output is for the one line
        structlog.configure(
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        )
    async with StripeTwin(options) as twin:
        ready = {"api_url": twin.url, "control_url": f"{twin.url}/control"}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()
