"""The live map in a real browser: what a dispatcher sees, presses and is told."""

import asyncio
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, TimeoutError, WebSocketRoute, expect

from dashboard.gate import COOKIE
from tests.browsers import ROOT, WCAG, complaints, free_port
from tests.dashboard.components.live_app import PASSWORD

pytestmark = pytest.mark.browser
READY = "() => window.mowthosLive?.map?.view && window.mowthosLive.frames > 0"

OLD_ONCE = """if (!sessionStorage.loaded) {
  sessionStorage.loaded = "once";
  window.WebSocket = class extends WebSocket {
    constructor(url) {
      super(url.replace(/build=[0-9a-f]+/, "build=0"));
    }
  };
}"""


@dataclass
class LiveApp:
    folder: Path
    port: int
    mowers: int
    module: str = "tests.dashboard.components.live_app"
    token: str = ""
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module, self.folder, str(self.port), str(self.mowers)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith('{"token"'):
                self.token = json.loads(line)["token"]
                return
        raise RuntimeError("the live map did not start; its own message stands above")

    def stop(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def put(self, number: int, **changes: Any) -> None:
        """Replace one mower's snapshot in the running server."""
        self._post("put", {"number": number, **changes})

    def report(self) -> None:
        """Every mower reports now: nothing has faded, however long the tests before took."""
        self._post("report", {})

    def _post(self, path: str, body: dict[str, Any]) -> None:
        request = urllib.request.Request(
            f"{self.url}/{path}", data=json.dumps(body).encode(), headers={"content-type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=10).close()


def app_of(folder: Path, mowers: int, **options: str) -> LiveApp:
    app = LiveApp(folder, free_port(), mowers, **options)
    app.start()
    return app


@pytest.fixture
def browser(webgl_browser: Browser) -> Browser:
    """The live map is drawn with WebGL."""
    return webgl_browser


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveApp]:
    app = app_of(tmp_path_factory.mktemp("live"), 12)
    yield app
    app.stop()


async def opened(
    browser: Browser,
    app: LiveApp,
    path: str = "/fleet",
    *,
    heard: Callable[[WebSocketRoute], None] | None = None,
    **options: Any,
) -> Page:
    """The page, drawn; ``heard`` stands between it and the live socket."""
    size = {"width": 1280, "height": 800}
    app.report()
    context = await browser.new_context(viewport=size, reduced_motion="reduce", **options)
    url = f"http://127.0.0.1:{app.port}"
    await context.add_cookies([{"name": COOKIE, "value": app.token, "url": url}])
    page = await context.new_page()
    if heard is not None:
        await page.route_web_socket(re.compile("/live/ws"), heard)
    await page.goto(url + path)
    await page.wait_for_function(READY, timeout=60_000)
    return page


def row(page: Page, number: int) -> Any:
    return page.locator(f'.l-row[data-mower="Luba-{number:06d}"]')


async def click_on_map(page: Page, number: int) -> None:
    """A real click where the mower's marker is drawn, once it is drawn and the map stands still; again if it was lost
    between two frames, which take a second where no GPU draws them."""
    spot = """(name) => {
      const { map } = window.mowthosLive;
      const [x, y] = map.view.getViewports()[0].project(map.placeOf(name));
      const box = map.container.getBoundingClientRect();
      const still = window.lastSpot?.[0] === x && window.lastSpot[1] === y;
      window.lastSpot = [x, y];
      return still && map.view.pickObject({ x, y, radius: 4 })?.object?.name === name ? [x + box.x, y + box.y] : null;
    }"""
    for _ in range(5):
        found = await page.wait_for_function(spot, arg=f"Luba-{number:06d}", timeout=30_000, polling=300)
        x, y = await found.json_value()
        await page.mouse.move(x, y)
        await page.mouse.click(x, y, delay=50)
        with suppress(TimeoutError):
            await page.wait_for_function(f"window.mowthosLive.selected === 'Luba-{number:06d}'", timeout=20_000)
            return


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_tells_every_mower_and_is_accessible_by_day_and_night(
    browser: Browser, live: LiveApp, scheme: str
) -> None:
    page = await opened(browser, live, color_scheme=scheme)
    await expect(page.locator(".l-list-head h2")).to_contain_text("12")
    await row(page, 0).click()
    await expect(page.locator(".l-card [data-card-state]")).to_have_text("Mowing")
    await expect(page.locator('[data-fact="zone"] dd')).to_have_text("Front lawn")
    await page.locator("[data-layers]").click()
    assert await complaints(page, of=WCAG) == []


async def test_selecting_goes_both_ways_between_list_and_map(browser: Browser, live: LiveApp) -> None:
    page = await opened(browser, live)
    await click_on_map(page, 5)
    await expect(row(page, 5)).to_have_attribute("aria-selected", "true")
    await row(page, 2).click()
    await expect(page.locator(".l-card h2")).to_have_text("Luba-000002")
    assert await page.evaluate("window.mowthosLive.selected") == "Luba-000002"
    await page.wait_for_url("**mower=Luba-000002**")


async def test_the_card_comes_also_when_mowers_are_named_before_a_frame_fits_them(
    browser: Browser, live: LiveApp
) -> None:
    held: list[str | bytes] = []

    def of_another_roster_at_first(page_side: WebSocketRoute) -> None:
        server, begun = page_side.connect_to_server(), asyncio.get_running_loop().time()

        def hand_on(message: str | bytes) -> None:
            late = asyncio.get_running_loop().time() - begun > 3
            if isinstance(message, bytes) and bytes not in map(type, held):
                page_side.send(message[:8] + (1).to_bytes(4, "little") + message[12:])
            held.append(message)
            while late and len(held) > 1:
                page_side.send(held.pop(0))

        server.on_message(hand_on)

    page = await opened(browser, live, "/fleet?mower=Luba-000002", heard=of_another_roster_at_first)
    await expect(page.locator(".l-card h2")).to_have_text("Luba-000002")


async def test_a_change_of_state_reaches_list_and_card_without_a_reload(browser: Browser, live: LiveApp) -> None:
    page = await opened(browser, live, "/fleet?mower=Luba-000008")
    await expect(row(page, 8)).to_have_attribute("data-state", "mowing")
    live.put(8, state="fault", battery=11)
    await expect(row(page, 8)).to_have_attribute("data-state", "fault", timeout=20_000)
    await expect(page.locator(".l-card [data-card-state]")).to_have_text("Fault", timeout=20_000)
    live.put(8, state="mowing")


async def test_a_mower_without_evidence_is_never_shown_mowing(browser: Browser, live: LiveApp) -> None:
    page = await opened(browser, live)
    live.put(4, state="mowing", age_s=58)
    await expect(row(page, 4)).to_have_attribute("data-state", "unknown")
    await expect(row(page, 4)).to_contain_text("Last known: mowing")
    await expect(page.locator('[data-trouble="silent"]')).to_contain_text("Luba-000004 is silent")
    live.put(4, state="mowing")


async def test_filters_search_and_camera_survive_a_reload(browser: Browser, live: LiveApp) -> None:
    page = await opened(browser, live)
    await page.locator('.l-counter[data-state="charging"]').click()
    await expect(page.locator(".l-row")).to_have_count(3)
    await page.locator(".l-tools button").first.click()
    await page.wait_for_timeout(800)
    zoom = await page.evaluate("window.mowthosLive.map.camera.view.zoom")
    await page.reload()
    await page.wait_for_function(READY, timeout=60_000)
    await expect(page.locator(".l-row")).to_have_count(3)
    assert await page.evaluate("window.mowthosLive.map.camera.view.zoom") == pytest.approx(zoom)
    await page.locator(".l-clear").click()
    await page.keyboard.press("/")
    await page.keyboard.type("000007")
    await expect(page.locator(".l-row")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator(".l-card h2")).to_have_text("Luba-000007")


async def test_the_whole_day_can_be_done_with_keys(browser: Browser, live: LiveApp) -> None:
    page = await opened(browser, live)
    await page.keyboard.press("j")
    first = await page.locator(".l-card h2").text_content()
    await page.keyboard.press("j")
    await expect(page.locator(".l-card h2")).not_to_have_text(str(first))
    await page.keyboard.press("k")
    await expect(page.locator(".l-card h2")).to_have_text(str(first))
    await page.keyboard.press("f")
    await expect(page.locator(".l-following")).to_contain_text(str(first))
    await expect(page.locator("[data-stop]")).to_contain_text("vendor account is not linked")
    await page.keyboard.press("s")
    await expect(page.locator("[data-denied]")).to_contain_text("Stop:")
    await page.keyboard.press("Escape")
    await expect(page.locator(".l-card")).to_have_count(0)


async def test_a_button_that_cannot_be_pressed_says_why(browser: Browser, live: LiveApp) -> None:
    page = await opened(browser, live, "/fleet?mower=Luba-000003")
    pause = page.locator('[data-command="pause"]')
    await expect(pause).to_have_attribute("aria-disabled", "true")
    await expect(pause).to_have_attribute("title", "The mower's present state does not allow this. "
                                                   "The mower's vendor account is not linked here.")  # fmt: skip
    await pause.click(force=True)
    await expect(page.locator("[data-denied]")).to_contain_text("vendor account is not linked")


async def test_a_home_found_by_address_shows_its_neighbours_and_what_blocks_them(
    browser: Browser, live: LiveApp
) -> None:
    page = await opened(browser, live)
    await page.keyboard.press("/")
    await page.keyboard.type("12 elm")
    await page.locator(".l-home").first.click()
    hood = page.locator("[data-neighbours]")
    await expect(hood.locator("h2")).to_have_text("Neighbours of 12 Elm St")
    await expect(hood.locator('[data-verdict="qualified"]')).to_contain_text("14 Elm St")
    await expect(hood.locator('[data-verdict="blocked"]')).to_contain_text("No way round Elm Street")
    await expect(page.locator(".l-credit")).to_contain_text("© OpenStreetMap contributors")


async def test_a_phone_shows_sheets_without_sideways_scroll_and_targets_big_enough(
    browser: Browser, live: LiveApp
) -> None:
    page = await opened(browser, live)
    await page.set_viewport_size({"width": 360, "height": 720})
    await row(page, 0).click()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    small = await page.evaluate(
        """() => [...document.querySelectorAll('.l-live button, .l-live select')]
          .filter((target) => target.offsetParent && !target.closest('footer'))
          .map((target) => [target.className, target.offsetHeight]).filter(([, height]) => height < 44)"""
    )
    assert small == []


async def test_two_thousand_rows_keep_only_those_in_sight_in_the_document(browser: Browser, tmp_path: Path) -> None:
    app = app_of(tmp_path, 2000)
    try:
        page = await opened(browser, app)
        await expect(page.locator(".l-list-head h2")).to_contain_text("2000")
        assert await page.locator(".l-row").count() < 40
        grouped = "window.mowthosLive.map.mowers.groups.reduce((sum, { members }) => sum + members.length, 0)"
        await page.wait_for_function(f"() => {grouped} > 1000", timeout=30_000)
        await page.locator(".l-scroll").focus()
        await page.keyboard.press("End")
        await expect(page.locator('.l-row[aria-posinset="2000"]')).to_have_attribute("aria-selected", "true")
        assert await page.locator(".l-row").count() < 40
    finally:
        app.stop()


async def test_an_open_page_has_one_socket_and_nothing_of_it_is_kept_on_the_server(
    browser: Browser, live: LiveApp
) -> None:
    page = await (await browser.new_context()).new_page()
    sockets: list[str] = []
    troubles: list[str] = []
    page.on("websocket", lambda socket: sockets.append(urlsplit(socket.url).path))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    await page.context.add_cookies([{"name": COOKIE, "value": live.token, "url": live.url}])
    await page.goto(f"{live.url}/fleet")
    await page.wait_for_function(READY, timeout=60_000)
    await row(page, 0).click()
    await expect(page.locator(".l-card h2")).to_have_text("Luba-000000")
    assert (set(sockets), troubles) == ({"/live/ws"}, [])
    assert await (await page.request.get(f"{live.url}/pages")).json() == 0


async def test_the_bell_is_heard_on_the_map_too(browser: Browser, live: LiveApp) -> None:
    page = await opened(browser, live)
    await page.request.post(f"{live.url}/ring/3", headers={"origin": live.url})
    await expect(page.locator(".m-bell")).to_have_attribute("aria-label", "Notices, 3 unread")
    await expect(page.locator("#m-bell-said")).to_have_text("Ding")


async def test_an_ended_session_leads_to_sign_in(browser: Browser, tmp_path: Path) -> None:
    app = app_of(tmp_path, 4)  # of its own: the session of all the others would end with it
    try:
        page = await opened(browser, app, "/fleet?mower=Luba-000002")
        await page.request.post(f"{app.url}/end-sessions", headers={"origin": app.url})
        await page.wait_for_url("**/sign-in?ended=1&next=%2Ffleet%3Fmower%3DLuba-000002")
    finally:
        app.stop()


async def test_a_map_whose_session_ran_out_goes_on_in_place(browser: Browser, tmp_path: Path) -> None:
    app = app_of(tmp_path, 4)
    try:
        page = await opened(browser, app, "/fleet?mower=Luba-000001")
        await page.evaluate("window.stayed = true")
        await page.request.post(f"{app.url}/run-out", headers={"origin": app.url})
        again = page.get_by_role("dialog", name="Your session has ended")
        await again.get_by_label("Password").fill(PASSWORD)
        await again.get_by_role("button", name="Go on").click()
        await expect(again).to_be_hidden()
        frames = await page.evaluate("window.mowthosLive.frames")
        await page.wait_for_function(f"window.mowthosLive.frames > {frames}")
        assert await page.evaluate("window.stayed")
    finally:
        app.stop()


async def test_a_page_older_than_its_server_loads_itself_anew(browser: Browser, live: LiveApp) -> None:
    page = await (await browser.new_context()).new_page()
    await page.add_init_script(OLD_ONCE)
    await page.context.add_cookies([{"name": COOKIE, "value": live.token, "url": live.url}])
    await page.goto(f"{live.url}/fleet")
    await page.wait_for_function(READY, timeout=60_000)
    assert await page.evaluate("performance.getEntriesByType('navigation')[0].type") == "reload"


async def test_a_lost_server_is_told_nothing_stays_live_and_the_page_comes_back(
    browser: Browser, tmp_path: Path
) -> None:
    app = app_of(tmp_path, 4)
    try:
        page = await opened(browser, app, "/fleet?mower=Luba-000000")
        await expect(page.locator(".l-card [data-card-state]")).to_have_text("Mowing")
        app.stop()
        await expect(page.locator('[data-trouble="server"]')).to_be_visible(timeout=30_000)
        await expect(page.locator(".l-card [data-card-state]")).to_have_text("Last known: mowing")
        await expect(page.locator('[data-command="halt"]')).to_have_attribute("aria-disabled", "true")
        app.start()
        await expect(page.locator('[data-trouble="server"]')).to_have_count(0, timeout=10_000)
        await expect(page.locator(".l-card [data-card-state]")).to_have_text("Mowing", timeout=20_000)
    finally:
        app.stop()


async def test_a_temporary_no_go_is_a_layer_of_the_map_while_the_clock_says_so(browser: Browser, live: LiveApp) -> None:
    ring = [[-92.48, 44.02], [-92.4799, 44.02], [-92.4799, 44.0201]]
    now = time.time()
    spans = {"over": (-60, -1), "party": (-60, 4), "soon": (3600, 7200), "next week": (600_000, 700_000)}
    areas = [{"name": name, "ring": ring, "starts": now + a, "ends": now + b} for name, (a, b) in spans.items()]
    request = urllib.request.Request(
        f"http://127.0.0.1:{live.port}/no-go", json.dumps(areas).encode(), {"content-type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=10).close()
    page = await opened(browser, live)
    drawn = """() => {
      const { map } = window.mowthosLive;
      map.camera.set({ longitude: -92.48, latitude: 44.02, zoom: 17 });
      const layer = map.layers().find(({ id }) => id === "temporary-no-go");
      return JSON.stringify((layer?.props.data ?? []).map(({ name, active }) => [name, active]));
    }"""
    both, later = '[["party",true],["soon",false]]', '[["soon",false]]'
    assert await page.evaluate(drawn) in (both, later)
    await page.wait_for_function(f"({drawn})() === '{later}'", timeout=20_000)
    await page.evaluate("window.mowthosLive.map.setLayer('no-go', false)")
    assert await page.evaluate(drawn) == "[]"
    await page.evaluate("window.mowthosLive.map.setLayer('no-go', true)")


SHOWN = """() => {
  const { map } = window.mowthosLive;
  const of = (id) => map.layers().find((layer) => layer.id === id)?.props.data ?? [];
  return {
    hulls: of("cluster-hulls").length,
    names: of("cluster-names").map(({ name, suspended }) => (suspended ? `${name} (suspended)` : name)),
    fixes: of("fix-quality").map(({ kind }) => kind),
    trails: map.layers().some(({ id }) => id === "trails"),
    patches: of("missed-patches").length,
  };
}"""


async def test_hulls_position_fixes_and_missed_patches_are_layers_that_a_person_keeps(
    browser: Browser, live: LiveApp
) -> None:
    page = await opened(browser, live, "/fleet?mower=Luba-000000")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.evaluate("window.mowthosLive.map.camera.set({ longitude: -92.4998, latitude: 44.0101, zoom: 18 })")
    await page.wait_for_function(f"({SHOWN})().names.join() === 'Elm Row'", timeout=20_000)
    before = await page.evaluate(SHOWN)
    assert (before["hulls"], before["fixes"], before["patches"], before["trails"]) == (1, [], 0, True)
    await expect(page.locator('[data-fact="missed"]')).to_have_count(0)
    assert [url for url in asked if "missed" in url or "fix=" in url] == []  # what is off costs nothing

    await page.locator("[data-layers]").focus()
    await page.keyboard.press("Enter")
    for name in ("quality", "missed"):
        await page.locator(f'[data-layer="{name}"]').focus()
        await page.keyboard.press("Space")
    for step, fix in enumerate(("rtk_fixed", "rtk_float", "rtk_float", "gnss", "unknown"), 1):
        live.put(0, fix=fix, east_deg=step * 4e-5)
        await page.wait_for_function(
            "lon => Math.abs((window.mowthosLive.trails.paths.get('Luba-000000')?.at(-1)[1] ?? 0) - lon) < 1e-6",
            arg=-92.5 + step * 4e-5,
            timeout=20_000,
        )
    await page.wait_for_function(f"new Set(({SHOWN})().fixes).size === 4 && ({SHOWN})().patches === 2", timeout=10_000)
    shown = await page.evaluate(SHOWN)
    assert (set(shown["fixes"]), shown["trails"]) == ({"fixed", "float", "single", "none"}, False)
    assert shown["fixes"].count("float") > 1  # a way of 6 m, in dashes
    await expect(page.locator('[data-fact="missed"] dd')).to_contain_text("2 patches, ")
    for key, word in (("fix-single", "GNSS only"), ("hull-suspended", "Cluster, suspended"), ("missed", "Missed")):
        await expect(page.locator(f'[data-legend="{key}"]')).to_contain_text(word)
    assert await complaints(page, of=WCAG) == []

    await page.request.post(f"{live.url}/suspend-cluster", headers={"origin": live.url})
    await page.wait_for_function(f"({SHOWN})().names.join() === 'Elm Row (suspended)'", timeout=20_000)
    assert (await page.evaluate(SHOWN))["hulls"] > 5
    await page.reload()
    await page.wait_for_function(READY, timeout=60_000)
    await page.wait_for_function(f"({SHOWN})().patches === 2 && ({SHOWN})().fixes.length > 2", timeout=20_000)
    await page.evaluate("window.mowthosLive.map.setLayer('missed', false)")
    await expect(page.locator('[data-fact="missed"]')).to_have_count(0)
