"""X11, privacy by construction: no payload of any kind tells a neighbour, or a host, of another household. Every route,
frame, export and message is read; then each kind gets a leak, and the crawler must find it."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Set
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, Page
from websockets.asyncio.client import connect

from dashboard.demo_seed import DEMO_PEOPLE, HOST_EMAIL, NEIGHBOUR_EMAIL
from tests.browsers import served
from tests.dashboard.privacy.detector import Detector

BEGIN_S = 1_780_326_000
"""1 June 2026, 15 o'clock UTC: when the server's day begins."""
AROUND: Mapping[str, Any] = {
    "from": "2026-05-31T00:00:00Z", "to": "2026-06-20T00:00:00Z", "begins": "2026-05-31T00:00:00Z",
    "ends": "2026-06-20T00:00:00Z", "since": "2026-05-31T00:00:00Z", "until": "2026-06-01T13:00:00Z",
    "day": "2026-06-02", "on": "2026-06-02", "q": "1", "at": BEGIN_S, "own": "true", "theme": "light",
    "week": "2026-06-01", "limit": 100,
}  # fmt: skip
ABOUT_NOBODY = ("/health", "/ready", "/metrics", "/live/deck-")
"""The process, and a library's script."""
TAKES_AWAY = {
    "/sign-out", "/api/v1/auth/logout", "/api/v1/auth/sessions", "/api/v1/account/notices", "/api/v1/account/phone",
}  # fmt: skip
"""What a write would end for the rest of the crawl: the session, and the ways by which the household is told."""
NEVER_ENDS = "/api/v1/live/events"
LAYERS = ["lots", "houses", "lawns", "homes", "docks", "roads", "features"]
READS = {"GET"}
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass
class Crawler:
    """One household's eyes: everything it gets is read, and what is not its own is kept with where it came from."""

    address: str
    who: str
    cast: dict[str, Any]
    client: httpx.AsyncClient
    token: str
    detector: Detector
    found: dict[str, list[str]] = field(default_factory=dict)
    answered: Counter[int] = field(default_factory=Counter)

    def read(self, where: str, payload: bytes | str) -> None:
        if leaks := self.detector.leaks(payload):
            self.found[where] = leaks

    async def test(self, path: str) -> Any:
        return (await self.client.get(f"/test/{path}")).json()

    async def ask(self, method: str, path: str, **rest: Any) -> httpx.Response:
        """A request as the browser or, below ``/api``, as a program of the household sends it."""
        headers = {"Authorization": f"Bearer {self.token}"} if path.startswith("/api/") else {"Accept": "text/html"}
        answer = await self.client.request(method, path, headers=headers, **rest)
        self.answered[answer.status_code] += 1
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        content = self.without_view(answer.json()) if path == "/live/spec" else answer.content
        self.read(f"{method} {path}", content)
        self.read(f"{method} {path} (head)", head)
        return answer

    def without_view(self, spec: dict[str, Any]) -> str:
        """The map's first view is wider than the lot; what counts is that its middle, which it is told by, is ours."""
        west, south, east, north = spec["facts"].pop("bounds")
        return json.dumps([spec, (west + east) / 2, (south + north) / 2])

    async def every_route(self, methods: Set[str] = READS | WRITES) -> None:
        """Every route there is, with its own ids and with those of others; writes with those of others alone."""
        for route in await self.test("routes"):
            if route["path"].startswith(ABOUT_NOBODY) or route["path"] == NEVER_ENDS:
                continue
            query = {name: AROUND.get(name, self.cast["mower"] if name == "mower" else 1) for name in route["needs"]}
            for method in sorted(methods & set(route["methods"])):
                if method in WRITES and route["path"] in TAKES_AWAY:
                    continue
                for path in self.paths(route["path"], writes=method in WRITES):
                    await self.ask(method, path, params=query, **({"json": {}} if method in WRITES else {}))

    def paths(self, template: str, *, writes: bool) -> Iterator[str]:
        names = re.findall(r"{(\w+)(?::\w+)?}", template)
        values = [self.values(name, template)[1 if writes else 0 :] for name in names]
        for some in product(*[value or [str(uuid4())] for value in values]):
            path = template
            for name, value in zip(names, some, strict=True):
                path = re.sub(rf"{{{name}(?::\w+)?}}", str(value), path)
            yield path

    def values(self, name: str, template: str) -> list[str]:
        """First one's own, then another's."""
        cast, nobody = self.cast, str(uuid4())
        if "layer" in template:
            return LAYERS
        known = {
            "lot_id": [cast["own_lot"], *cast["lots"]],
            "visit_id": [cast["own_visits"][0], *cast["visits"]],
            "cluster_id": [cast["clusters"][0]],
            "invoice_id": [cast["own_invoices"][0], cast["invoices"][0]],
            "subscription_id": cast["subscriptions"],
            "subscription": cast["subscriptions"],
            "line": ["0", "1", "2"],
            "name": ["mowers"] if "/exports/" in template else [cast["mower"], "Luba-NONE"],
            "started_ms": [str((BEGIN_S - 7_620) * 1_000), str((BEGIN_S - 12_180) * 1_000)],
            "home_id": ["1", "2"],
            "kind": ["geojson", "kml"] if "export" in template else ["stop"],
            "form": ["csv", "geojson"] if "/exports/" in template else ["csv", "xlsx"],
        }
        return known.get(name, [nobody])

    async def frames(self) -> None:
        """The live socket while the mower comes here and leaves again, watched as closely as a browser can."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        url = self.address.replace("http", "ws", 1) + "/live/ws?own=1"
        async with connect(url, additional_headers={"cookie": cookie}, max_size=None) as socket:
            await socket.send(json.dumps({"watch": self.cast["mower"]}))
            for where in ("here", "away"):
                await self.test_only(f"mower/{where}")
                until = asyncio.get_running_loop().time() + 1.3
                while (left := until - asyncio.get_running_loop().time()) > 0:
                    try:
                        told = await asyncio.wait_for(socket.recv(), left)
                    except TimeoutError:
                        break
                    if isinstance(told, str):
                        self.read("frame, text", told)
                    elif leaks := self.detector.frame_leaks(told):
                        self.found["frame, binary"] = leaks

    async def events(self) -> int:
        """The feed of programs, both ways it is told, meanwhile; how many messages it sent."""
        told, seconds = 0, 3.0
        headers = {"Authorization": f"Bearer {self.token}"}
        url = self.address.replace("http", "ws", 1) + "/api/v1/live/ws"
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), connect(url, additional_headers=headers) as socket:
                async for message in socket:
                    self.read("feed, socket", message)
                    told += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self.client.stream("GET", NEVER_ENDS, headers=headers) as stream:
                async for line in stream.aiter_lines():
                    self.read("feed, events", line)
                    told += line.startswith("event:")
        return told

    async def coming_and_going(self) -> int:
        """Where the mower is, as the page's socket and the programs' feeds tell it."""
        told, _ = await asyncio.gather(self.events(), self.frames())
        return told

    async def test_only(self, path: str) -> None:
        (await self.client.get(f"/test/{path}")).raise_for_status()

    async def feed(self) -> None:
        """The household's own calendar, as a calendar program reads it."""
        made = await self.ask("POST", "/api/v1/calendar-feeds", json={})
        text = (await self.ask("GET", made.json()["path"])).text
        assert text.count("BEGIN:VEVENT") >= 2

    async def evidence(self) -> int:
        """The files behind every line of the household's own bills; how many stretches of minutes they list."""
        stretches = 0
        for invoice in self.cast["own_invoices"]:
            for line in range(6):
                answer = await self.ask("GET", f"/billing/invoices/{invoice}/evidence-{line}.json")
                if answer.status_code == 200:
                    stretches += len(answer.json()["evidence"]["entries"] or ())
        return stretches

    async def messages(self, about: str = "") -> dict[str, list[str]]:
        """Every mail, text message and line of the bell that was sent to the household."""
        await self.test_only(f"tell?who={self.who}{about}")
        sent: dict[str, list[str]] = await self.test(f"sent?who={self.who}")
        for channel, bodies in sent.items():
            for body in bodies:
                self.read(channel, body)
        self.read("bell", (await self.ask("GET", "/bell")).content)
        self.read("notices", (await self.ask("GET", "/api/v1/notices")).content)
        return sent


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("tests.dashboard.privacy.server", tmp_path_factory.mktemp("privacy")) as url:
        yield url


@asynccontextmanager
async def crawling(address: str, who: str) -> AsyncIterator[Crawler]:
    """Signed in as the sample neighbour or as its host, by cookie and by token."""
    email = {"neighbour": NEIGHBOUR_EMAIL, "host": HOST_EMAIL}[who]
    password = next(one.password for one in DEMO_PEOPLE if one.email == email)
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        entered = await client.post("/sign-in", data={"email": email, "password": password})
        assert entered.status_code == 303, entered.text
        given = await client.post("/api/v1/auth/login", json={"email": email, "password": password})
        cast = (await client.get(f"/test/cast?who={who}")).json()
        yield Crawler(address, who, cast, client, given.json()["access_token"], Detector(cast))
        await client.get("/test/heal")
        await client.get("/test/mower/away")


@pytest.fixture
async def crawler(address: str) -> AsyncIterator[Crawler]:
    async with crawling(address, "neighbour") as eyes:
        yield eyes


@pytest.fixture
async def host(address: str) -> AsyncIterator[Crawler]:
    """The mower's dock stands on their ground: it is here while it is away from the sample neighbour."""
    async with crawling(address, "host") as eyes:
        yield eyes


async def test_no_answer_frame_export_or_message_tells_of_another_household(crawler: Crawler, host: Crawler) -> None:
    await asyncio.gather(crawler.every_route(), host.every_route(READS))  # who may write what no dock changes
    fed = await asyncio.gather(crawler.coming_and_going(), host.coming_and_going())
    assert min(fed) >= 4  # a mower and "ready", both ways
    for eyes in (crawler, host):
        await eyes.feed()
        assert await eyes.evidence() >= (2 if eyes is crawler else 0)  # the host's minutes are all included
        sent = await eyes.messages()
        assert (eyes.who, eyes.found) == (eyes.who, {})
        assert eyes.answered[500] == 0
        assert eyes.answered[200] >= 30 and eyes.answered[403] >= 50
        assert len(sent["mail"]) >= 5 and len(sent["sms"]) >= 5


async def test_the_pages_socket_tells_nothing_of_another_household(crawler: Crawler, browser: Browser) -> None:
    context = await browser.new_context(base_url=crawler.address, viewport={"width": 390, "height": 900})
    await context.add_cookies(
        [{"name": name, "value": value, "url": crawler.address} for name, value in crawler.client.cookies.items()]
    )
    page: Page = await context.new_page()
    told: list[str] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda data: told.append(str(data))))
    await page.goto("/home")
    await page.get_by_role("heading", name="At a neighbour's").wait_for()
    await crawler.test_only("mower/here")
    await page.get_by_role("heading", name="Mowing your lawn").wait_for()
    await crawler.test_only("mower/away")
    await page.get_by_role("heading", name="At a neighbour's").wait_for()
    assert told
    crawler.read("page", await page.content())
    for frame in told:
        crawler.read("page, frame", frame)
    assert crawler.found == {}


async def test_an_answer_that_tells_where_the_mower_is_elsewhere_is_found(crawler: Crawler) -> None:
    await crawler.test_only("plant/response")
    await crawler.ask("GET", f"/api/v1/mowers/{crawler.cast['mower']}/status")
    assert any("place" in leak for leaks in crawler.found.values() for leak in leaks), crawler.found


async def test_a_frame_that_tells_where_the_mower_is_elsewhere_is_found(crawler: Crawler) -> None:
    await crawler.test_only("plant/frame")
    await crawler.frames()
    assert any("place" in leak for leak in crawler.found["frame, binary"])


async def test_a_calendar_with_the_visits_of_others_is_found(crawler: Crawler) -> None:
    await crawler.test_only("plant/export")
    await crawler.feed()
    leaks = [leak for leaks in crawler.found.values() for leak in leaks]
    assert any("word" in leak for leak in leaks) and any("time" in leak for leak in leaks)


async def test_evidence_that_tells_when_a_round_began_at_the_hosts_is_found(crawler: Crawler) -> None:
    await crawler.test_only("plant/evidence")
    await crawler.evidence()
    assert any(leak.startswith("time") for leaks in crawler.found.values() for leak in leaks)


async def test_a_mail_a_text_and_a_bell_that_name_another_home_are_found(crawler: Crawler) -> None:
    await crawler.messages(about=f"&address={crawler.cast['others_address']}")
    assert {"mail", "sms", "bell"} <= set(crawler.found)


async def test_a_host_who_is_told_where_the_mower_is_at_a_neighbours_is_found(host: Crawler) -> None:
    await host.test_only("mower/here")
    await host.test_only("plant/response")
    await host.ask("GET", f"/api/v1/mowers/{host.cast['mower']}/status")
    assert any("place" in leak for leaks in host.found.values() for leak in leaks), host.found
    await host.test_only("plant/export")
    await host.feed()
    leaks = [leak for leaks in host.found.values() for leak in leaks]
    assert any("word" in leak for leak in leaks) and any("time" in leak for leak in leaks)
