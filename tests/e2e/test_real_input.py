"""Real addresses, real roads, mowers that stand among them: the expected neighbours, by every way there is to ask."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from playwright.async_api import Page, expect

from core.geo import LocalFrame, Point
from tests.browsers import ROOT, free_port

pytestmark = [pytest.mark.browser, pytest.mark.shared]

HOSTS = ("957 FOX KNOLL DR SW", "948 WHITNEY LN SW", "981 FOXWOODS CT SW")
PASSWORD = "a long enough password"
DISPATCHER = "dana@lawns.example"
ACCOUNT = "fleet@lawns.example"


def expected_of(shared_data: Path) -> dict[str, dict[str, Any]]:
    """Hosts of the expected file by address."""
    lines = (shared_data / "cluster_logic_expected.jsonl").read_text().splitlines()
    return {entry["host"]["address"]: entry for entry in map(json.loads, lines)}


def site(name: str, host: dict[str, Any]) -> dict[str, Any]:
    """A mower in the garden of a host: a dock at the address point and a lawn of ten metres beside it."""
    frame = LocalFrame(Point(host["lon"], host["lat"]))

    def place(x: float, y: float) -> list[float]:
        longitude, latitude = frame.to_lonlat(x, y)  # type: ignore[arg-type]
        return [float(longitude), float(latitude)]

    dock = place(0, 0)
    return {
        "device_name": name,
        "dock": {"longitude": dock[0], "latitude": dock[1]},
        "base": {"longitude": dock[0], "latitude": dock[1]},
        "areas": [{"name": "Garden", "ring": [place(2, 2), place(12, 2), place(12, 12), place(2, 12)]}],
    }


@dataclass
class County:
    """The product on a machine of its own, taken through its command line only."""

    folder: Path
    shared: Path
    hosts: dict[str, dict[str, Any]]
    port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[str]] = field(default_factory=list)
    cloud: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MOWTHOS_")}
        return kept | {
            "MOWTHOS_SECRET_KEY": "a key of this test and of nothing else",
            "MOWTHOS_DATA_DIR": str(self.folder),
            "MOWTHOS_MAMMOTION_LOGIN_URL": self.cloud.get("http_url", "http://127.0.0.1:9"),
            "MOWTHOS_MAMMOTION_API_URL": self.cloud.get("http_url", "http://127.0.0.1:9"),
        }

    def mowthos(self, *arguments: str, stdin: str = "") -> Any:
        """Run one command; its JSON answer."""
        result = subprocess.run(
            [sys.executable, "-m", "dashboard", *arguments, "--json"],
            cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", *arguments], cwd=ROOT, env=self.environment, text=True, **options
        )
        self.running.append(process)
        return process

    def start_cloud(self) -> None:
        sites = self.folder / "sites.json"
        mowers = [site(f"Luba-VSFOX{n:04d}", host["host"]) for n, host in enumerate(self.hosts.values())]
        sites.write_text(json.dumps({"accounts": [{"account": ACCOUNT, "password": PASSWORD, "mowers": mowers}]}))
        process = self.start("simulate", "mammotion", "--sites", str(sites), stdout=subprocess.PIPE)
        assert process.stdout is not None
        self.cloud = json.loads(process.stdout.readline())

    def start_dashboard(self) -> None:
        with (self.folder / "server.log").open("w") as log:
            self.start("serve", "--port", str(self.port), stdout=log, stderr=log)
        until = monotonic() + 60
        while monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/ready", timeout=2):
                return
            sleep(0.2)
        raise RuntimeError((self.folder / "server.log").read_text()[-3000:])

    def ask(self, path: str, token: str | None = None, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {}),
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def stop(self) -> None:
        for process in reversed(self.running):
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    shared = ROOT.parent / "shared" / "data"
    if not shared.is_dir():
        pytest.skip("needs the folder ../shared/data with real data")
    expected = expected_of(shared)
    place = County(tmp_path_factory.mktemp("county"), shared, {host: expected[host] for host in HOSTS})
    addresses = place.mowthos("import", "addresses", str(shared / "olmsted_addresses_559xx.csv"))
    assert addresses["accepted"] == 71_441
    roads = place.mowthos("import", "roads", str(shared / "rochester_nw_overpass.json"), "--name", "Rochester NW")
    assert roads["accepted"] > 200
    place.mowthos(
        "user", "create", DISPATCHER, "--role", "dispatcher", "--password-stdin", stdin=PASSWORD + "\n"
    )  # fmt: skip
    place.start_cloud()
    place.start_dashboard()
    place.mowthos("fleet", "link", ACCOUNT, "--password-stdin", stdin=PASSWORD + "\n")
    yield place
    place.stop()


def verdicts(candidates: list[dict[str, Any]]) -> dict[str, str]:
    return {candidate["address"]: candidate["verdict"] for candidate in candidates}


def wanted(host: dict[str, Any]) -> dict[str, str]:
    return {entry["address"]: "qualified" if entry["line"] else "blocked" for entry in host["candidates"]}


async def test_the_host_clicked_on_the_map_has_exactly_the_expected_neighbours(page: Page, county: County) -> None:
    address, host = next(iter(county.hosts.items()))
    await page.goto(f"{county.url}/sign-in")
    await page.fill("#email", DISPATCHER)
    await page.fill("#password", PASSWORD)
    await page.locator('main > form button[type="submit"]').first.click()
    await page.wait_for_url("**/fleet")
    await page.wait_for_function("() => window.mowthosLive?.map?.view && window.mowthosLive.frames > 0", timeout=60_000)
    await expect(page.locator(".l-row")).to_have_count(len(HOSTS), timeout=60_000)
    await expect(page.locator('.l-row[data-state="unknown"]')).to_have_count(0, timeout=60_000)
    await page.keyboard.press("/")
    await page.keyboard.type(address)
    await page.locator(".l-home").first.click()
    hood = page.locator("[data-neighbours]")
    await expect(hood.locator("h2")).to_contain_text(address)
    told = {}
    for verdict in ("qualified", "blocked", "needs_review"):
        for entry in await hood.locator(f'[data-verdict="{verdict}"]').all():
            text = await entry.inner_text()
            name = next(candidate for candidate in wanted(host) if candidate in text)
            told[name] = verdict
    place = f"lat={host['host']['lat']}&lon={host['host']['lon']}"
    token = county.ask("/auth/login", body={"email": DISPATCHER, "password": PASSWORD})["access_token"]
    by_path = {entry["address"]: entry for entry in county.ask(f"/neighbors?{place}", token)["candidates"]}
    assert told == verdicts(list(by_path.values()))
    for name, verdict in wanted(host).items():  # as the straight line says, but for corridors round the end of a road
        assert told[name] == verdict or (told[name] == "qualified" and by_path[name]["length_m"] <= 160)
    await expect(page.locator(".l-credit")).to_contain_text("© OpenStreetMap contributors")


def test_command_line_and_rest_answer_as_the_map_does(county: County) -> None:
    token = county.ask("/auth/login", body={"email": DISPATCHER, "password": PASSWORD})["access_token"]
    for address, entry in county.hosts.items():
        by_address = county.mowthos("neighbors", "--address", f"{address}, ROCHESTER", "--rule", "line")
        host = entry["host"]
        by_place = county.ask(f"/neighbors?lat={host['lat']}&lon={host['lon']}&radius_m=80&rule=line", token)
        assert verdicts(by_address["candidates"]) == verdicts(by_place["candidates"]) == wanted(entry)


def test_the_mowers_stand_where_their_docks_are(county: County) -> None:
    token = county.ask("/auth/login", body={"email": DISPATCHER, "password": PASSWORD})["access_token"]
    until = monotonic() + 60
    mowers: list[dict[str, Any]] = []
    while monotonic() < until:
        mowers = county.ask("/mowers", token)
        if len(mowers) == len(HOSTS) and all(mower["location"]["latitude"] for mower in mowers):
            break
        sleep(0.5)
    for mower, entry in zip(mowers, county.hosts.values(), strict=True):
        assert mower["location"]["latitude"] == pytest.approx(entry["host"]["lat"], abs=3e-4)
        assert mower["location"]["longitude"] == pytest.approx(entry["host"]["lon"], abs=3e-4)
        assert mower["account"] == ACCOUNT
