"""The simulated Mammotion cloud as one object: broker, front, HTTP API, control API and the devices."""

import asyncio
import json
import logging
import sys

import structlog
from aiohttp import web

from core.clock import Clock, SystemClock
from external.mammotion.simulator.broker import open_broker
from external.mammotion.simulator.control import ControlApi
from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.simulator.device import Device
from external.mammotion.simulator.fleet import DeviceFleet
from external.mammotion.simulator.front import BrokerFront
from external.mammotion.simulator.http_api import HttpApi
from external.mammotion.simulator.http_faults import HttpFaults
from external.mammotion.simulator.journal import Journal
from external.mammotion.simulator.options import SimulatorOptions
from external.mammotion.simulator.owners import Owners
from external.mammotion.simulator.plans import weekly_plan
from external.mammotion.simulator.vendor import Account, Vendor


class SimulatorServer:
    """A running simulated cloud. Addresses are known after ``start``."""

    def __init__(self, options: SimulatorOptions | None = None, clock: Clock | None = None) -> None:
        self.options = options or SimulatorOptions()
        self._clock = clock or SystemClock()
        opts = self.options
        sites = opts.sites or default_sites(mowers=opts.mowers, accounts=opts.accounts, seed=opts.seed)
        accounts = [
            Account(
                account=site.account,
                password=site.password,
                user_id=str(70_000_000 + number),
                devices=[Device(mower, seed=opts.seed) for mower in site.mowers],
            )
            for number, site in enumerate(sites.accounts)
        ]
        devices = [device for account in accounts for device in account.devices]
        for device in devices:
            device.store_plans([weekly_plan(device)])
        owners = Owners(seed=opts.seed) if opts.owners else None
        if owners is not None:
            owners.settle(devices)
        self.accounts: list[tuple[str, str]] = [(site.account, site.password) for site in sites.accounts]
        self.journal = Journal()
        self.vendor = Vendor(accounts, self._clock, opts.lifetimes)
        self.faults = HttpFaults(self._clock)
        self.front = BrokerFront(self.vendor, self._clock, host=opts.host, port=opts.broker_port)
        self.fleet = DeviceFleet(
            devices,
            self._clock,
            self.journal,
            speed=opts.speed,
            active_period_s=opts.active_period_s,
            docked_period_s=opts.docked_period_s,
            reply_delay_s=opts.reply_delay_s,
            owners=owners,
        )
        self._broker = open_broker(self._clock, embedded=opts.embedded_broker)
        self._runner: web.AppRunner | None = None
        self.http_url = self.control_url = ""
        self.broker_port = 0

    async def start(self) -> None:
        """Bring everything up; on an error nothing stays behind."""
        try:
            await self._broker.start()
            await self.front.start(self._broker.port)
            self.broker_port = self.front.port
            await self._start_http()
            await self.fleet.start(self._broker.port)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End devices, connections, servers and the broker process."""
        await self.fleet.stop()
        await self.front.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._broker.stop()

    @property
    def devices(self) -> list[Device]:
        """Every simulated device, account by account."""
        return list(self.fleet.devices.values())

    @property
    def backend_port(self) -> int:
        """The broker behind the front, on this machine only: for publishers that stand in for devices."""
        return self._broker.port

    async def _start_http(self) -> None:
        app = web.Application()
        api = HttpApi(
            self.vendor,
            self.faults,
            self.journal,
            self._clock,
            broker_port=self.broker_port,
            to_device=self.fleet.request,
        )
        api.add_routes(app)
        ControlApi(self.vendor, self.fleet, self.front, self.faults, self.journal, self._clock).add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.options.host, self.options.http_port)
        await site.start()
        port = self._runner.addresses[0][1]
        # compared with only: nothing binds here
        everywhere = ("0.0.0.0", "::")  # nosec B104
        shown = "127.0.0.1" if self.options.host in everywhere else self.options.host
        self.http_url = f"http://{shown}:{port}"
        self.control_url = f"{self.http_url}/control"


async def run_simulator(options: SimulatorOptions) -> None:
    """Run until cancelled; one JSON line on standard output says where, when all is ready."""
    if not structlog.is_configured():  # standard output is for the one line
        structlog.configure(
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        )
    server = SimulatorServer(options)
    await server.start()
    try:
        ready = {
            "http_url": server.http_url,
            "control_url": server.control_url,
            "broker_port": server.broker_port,
            "accounts": [{"account": account, "password": password} for account, password in server.accounts],
        }
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()
    finally:
        await server.stop()
