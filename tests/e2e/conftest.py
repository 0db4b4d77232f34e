"""A running product and a real browser: the demo as a subprocess, Chromium, a picture of each test's last page."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from time import monotonic, sleep
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from core.clock import SystemClock
from core.db import open_database
from core.db.migrate import migrate
from dashboard.demo_town import DemoTown
from tests.browsers import ROOT, free_port
from tests.folders import filled_once

ARTIFACTS = ROOT / "artifacts"
START_SECONDS = 170
REST = "() => { const map = window.mowthosLive?.map; if (map) map.invalidate = () => {}; }"
"""A map that goes on drawing without a GPU keeps its picture waiting for half a minute."""


@dataclass
class Product:
    """The demo, running as a person would start it."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    mowers: int = 40
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def control_url(self) -> str:
        """The simulated cloud's control address, as the demo printed it."""
        return str(json.loads((self.data_dir / "demo.json").read_text())["control_url"])

    def start(self) -> None:
        log = (self.data_dir / "server.log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "demo", "--port", str(self.port), "--mowers", str(self.mowers)],
            cwd=ROOT,
            env={**os.environ, "MOWTHOS_DATA_DIR": str(self.data_dir), **self.environment},
            stdout=log,
            stderr=log,
            text=True,
        )
        self.wait_ready()

    def wait_ready(self) -> None:
        until = monotonic() + START_SECONDS
        while monotonic() < until:
            if self.process is not None and self.process.poll() is not None:
                break
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
            sleep(0.2)
        raise RuntimeError(f"the demo did not start:\n{self.log()[-4000:]}")

    def log(self) -> str:
        return (self.data_dir / "server.log").read_text()

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(timeout=120)
        self.process = None
        return code

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the simulated cloud's control API (faults, true state)."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.control_url + path,
            data=data,
            headers={"content-type": "application/json"},
            method="GET" if data is None else "POST",
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")


@pytest.fixture
def browser(webgl_browser: Browser) -> Browser:
    """The live map is drawn with WebGL."""
    return webgl_browser


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo town in it: making one takes as long as all the rest of a start."""

    async def seed(folder: Path) -> None:
        database = open_database(f"sqlite:///{folder / 'mowthos.sqlite3'}")
        await migrate(database)
        await DemoTown(folder).seed(database, SystemClock())
        await database.close()

    return filled_once(tmp_path_factory, "seeded", lambda folder: asyncio.run(seed(folder)))


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, seeded: Path) -> Iterator[Product]:
    """One demo for the tests that only look and press."""
    running = Product(copytree(seeded, tmp_path_factory.mktemp("demo") / "data"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def own_product(tmp_path: Path, seeded: Path) -> Iterator[Product]:
    """A demo of its own, for tests that break or restart it."""
    running = Product(copytree(seeded, tmp_path / "demo"), mowers=8)
    running.start()
    yield running
    if running.process is not None:
        running.stop()


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    fresh = await browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    fresh.set_default_timeout(60_000)  # a map drawn without a GPU may keep a click waiting for its frame
    yield fresh
    await fresh.close()


@pytest.fixture
async def page(context: BrowserContext, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A page whose last look is kept as an artifact, and whose console errors fail the test."""
    tab = await context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    ARTIFACTS.mkdir(exist_ok=True)
    name = re.sub(r"[^a-z0-9_]+", "-", request.node.name.lower())
    with suppress(Exception):  # a crashed page has no last look; the test has said why
        await tab.evaluate(REST)
        await tab.screenshot(path=ARTIFACTS / f"{name}.png")
    assert errors == []


async def sign_in(page: Page, product: Product, who: str) -> None:
    """Sign in as one of the demo people (dispatcher, admin, technician, host, neighbour) with the one-click button."""
    await page.goto(f"{product.url}/sign-in")
    await page.locator(f'form:has(input[name="email"][value="{who}@mowthos.example"]) button').click()
    await page.wait_for_url(lambda url: "/sign-in" not in url)


async def eventually(probe: Any, *, seconds: float = 20, every: float = 0.2) -> Any:
    """The first truthy answer of ``probe`` (sync or async); fails with its last answer when time is up."""
    last: Any = None
    until = monotonic() + seconds
    while monotonic() < until:
        last = probe()
        if asyncio.iscoroutine(last):
            last = await last
        if last:
            return last
        await asyncio.sleep(every)
    raise AssertionError(f"did not become true within {seconds} s; last answer: {last!r}")
