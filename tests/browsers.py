"""One Chromium a test run, a fresh profile of it for each test, and the process that serves what it looks at."""

import multiprocessing
import runpy
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from zlib import crc32

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.proofs import cases

ROOT = Path(__file__).parents[1]
START_SECONDS = 170
STEP_MS = 60_000
"""How long one step of a browser may take, such as loading a page, while two cores draw, serve and test at once."""
WCAG = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa")
STILL = "() => !document.getAnimations().some((move) => move.effect?.getComputedTiming().endTime < 10000)"
"""No transition is under way; what turns for ever, like a spinner, does not count."""
BASIC_FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--accept-lang=en-CA",  # reads metres and 12 hours: what tests of pages are written in
]
WITH_WEBGL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
CHROMIUM_FLAGS = [*BASIC_FLAGS, *WITH_WEBGL]
LIKE_PLAYWRIGHT = [
    "--headless",
    "--remote-debugging-port=0",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-default-browser-check",
    "--force-color-profile=srgb",
    "--password-store=basic",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-dev-shm-usage",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",
    "--disable-extensions",
]
"""What playwright itself adds when it starts a Chromium, as far as pages can notice it."""


def in_every_look[**P, R](test: Callable[P, R]) -> Callable[P, R]:
    """Plays a test at both widths by day and by night: one of the four in `make test`, all in `make prove`."""
    looks = [(1440, "light"), (390, "dark"), (1440, "dark"), (390, "light")]
    first = crc32(test.__name__.encode()) % len(looks)
    played = [*looks[first:], *looks[:first]][: cases(sample=1, full=4)]
    marked: Callable[P, R] = pytest.mark.prove(pytest.mark.parametrize(("width", "scheme"), played)(test))
    return marked


def chromium_path(*names: str) -> str:
    """Where Chromium is; the test is skipped, by name, where there is none."""
    for name in (*names, "chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("needs Chromium (apt-get install chromium)")


class SharedChromium:
    """A Chromium that outlives the tests: starting one takes longer than most of them. Started anew if it died."""

    def __init__(self, folder: Path, *, path: str, flags: Sequence[str]) -> None:
        self.folder, self.starts = folder, 0
        self.process: subprocess.Popen[bytes] | None = None
        self._command = [path, *flags, *LIKE_PLAYWRIGHT]

    def address(self) -> str:
        """Where playwright connects to it."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        port = self.told()
        assert port is not None
        return f"http://127.0.0.1:{port}"

    def start(self) -> None:
        self.starts += 1
        self.profile.mkdir(parents=True)
        log = (self.folder / "chromium.log").open("ab")
        command = [*self._command, f"--user-data-dir={self.profile}", "about:blank"]
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        until = monotonic() + START_SECONDS
        while self.told() is None:
            if self.process.poll() is not None or monotonic() > until:
                raise RuntimeError(f"Chromium did not start: see {self.folder / 'chromium.log'}")
            sleep(0.05)

    @property
    def profile(self) -> Path:
        return self.folder / f"profile-{self.starts}"

    def told(self) -> int | None:
        """The port it listens on, which it writes into its profile."""
        file = self.profile / "DevToolsActivePort"
        lines = file.read_text().split() if file.exists() else []
        return int(lines[0]) if len(lines) == 2 else None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(15)


@pytest.fixture(scope="session")
def shared_chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedChromium]:
    """For pages without WebGL: the shell of Chromium without a window, where there is one, draws them soonest."""
    path = chromium_path("chromium-headless-shell")
    running = SharedChromium(tmp_path_factory.mktemp("chromium"), path=path, flags=[*BASIC_FLAGS, "--disable-gpu"])
    yield running
    running.stop()


@pytest.fixture(scope="session")
def shared_webgl_chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedChromium]:
    running = SharedChromium(tmp_path_factory.mktemp("webgl"), path=chromium_path(), flags=CHROMIUM_FLAGS)
    yield running
    running.stop()


@pytest.fixture
async def browser(shared_chromium: SharedChromium) -> AsyncIterator[Browser]:
    """The run's Chromium; the contexts a test opens in it are closed with the test."""
    async with connected_to(shared_chromium) as connected:
        yield connected


@pytest.fixture
async def webgl_browser(shared_webgl_chromium: SharedChromium) -> AsyncIterator[Browser]:
    """The run's Chromium for the live map; a test file takes it as its ``browser``."""
    async with connected_to(shared_webgl_chromium) as connected:
        yield connected


@asynccontextmanager
async def connected_to(chromium: SharedChromium) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        connected = await playwright.chromium.connect_over_cdp(chromium.address())
        make = connected.new_context

        async def patient(**look: Any) -> BrowserContext:
            context = await make(**look)
            context.set_default_timeout(STEP_MS)
            return context

        connected.new_context = patient  # type: ignore[method-assign]
        yield connected
        await connected.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def complaints(page: Page, *, of: Sequence[str] = ()) -> list[str]:
    """What breaks a rule of accessibility (``of`` these sets; all when empty), and whether the page scrolls sideways.

    Waits until what was pressed last is drawn: a button that has just come alive stays pale until the next frame."""
    await page.wait_for_function(STILL)
    answer = await Axe().run(page, options={"preload": False} | ({"runOnly": list(of)} if of else {}))
    found = [
        f"{rule['id']} {rule['nodes'][0]['target']} {rule['nodes'][0]['html'][:90]}"
        for rule in answer.response["violations"]
    ]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    return found


OPENED = ".m-dialog:visible, dialog[open], :popover-open"
"""A dialog or a layer that stands open."""


async def open_complaints(page: Page) -> list[str]:
    """The same with a dialog open: of a dialog that only the test at hand can bring up."""
    await page.locator(OPENED).last.wait_for()
    return await complaints(page, of=WCAG)


@contextmanager
def served(module: str, folder: Path, port: int | None = None) -> Iterator[str]:
    """The address of ``python -m module PORT FOLDER``, a process of its own, once its sign-in page answers."""
    port = port or free_port()
    process = SERVERS.Process(target=run_module, args=(module, str(port), str(folder)))
    process.start()
    url, until = f"http://127.0.0.1:{port}", monotonic() + START_SECONDS
    try:
        while monotonic() < until and process.is_alive():
            with suppress(OSError), urllib.request.urlopen(f"{url}/sign-in", timeout=2):
                break
            sleep(0.1)
        else:
            raise RuntimeError(f"{module} did not start")
        yield url
    finally:
        process.terminate()
        process.join(20)
        assert process.exitcode is not None, f"{module} did not end"


SERVERS = multiprocessing.get_context("forkserver")
"""Servers are forked from a process that has imported the product: that takes longer than all else of a start."""
SERVERS.set_forkserver_preload(["dashboard.bootstrap", "tests.browsers"])


def run_module(module: str, *arguments: str) -> None:
    """What ``python -m module arguments`` does."""
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
