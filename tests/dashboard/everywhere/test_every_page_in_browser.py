"""Every page and every dialog, by everybody who may open it, on the narrowest phone and a desk, by day and by night."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browsers import ROOT, complaints, served
from tests.dashboard.everywhere.dialogs import ELSEWHERE, WAYS, go, missing
from tests.dashboard.everywhere.keys import in_and_out
from tests.dashboard.everywhere.places import NO_PAGES, PLACES
from tests.dashboard.everywhere.server import PASSWORDS, PEOPLE
from tests.proofs import SEED, cases, record

LOOKS = [(360, "light"), (1440, "dark"), (360, "dark"), (1440, "light")]
TARGETS = (Path(__file__).parent / "targets.js").read_text()
LEAST_PX = 44
WEBGL = ("/fleet",)
READY = "() => document.readyState === 'complete' && !document.querySelector('.m-skeleton')"


def test_every_dialog_has_a_way_to_it() -> None:
    without, gone = missing()
    assert (without, gone) == (set(), set())
    for test, dialogs in Counter(ELSEWHERE.values()).items():
        assert (ROOT / test).read_text().count("open_complaints(page)") >= dialogs, test


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("tests.dashboard.everywhere.server", tmp_path_factory.mktemp("everywhere")) as url:
        yield url


@dataclass
class Viewers:
    """Signed-in browsers, one a person and look, kept for all that is looked at."""

    address: str
    browsers: dict[bool, Browser]
    samples: dict[str, str]
    kept: dict[tuple[object, ...], BrowserContext] = field(default_factory=dict)

    async def open(self, who: str, place: str, width: int, scheme: str) -> Page:
        drawn = place.startswith(WEBGL)
        key = (drawn, who, width, scheme)
        if key not in self.kept:
            context = await self.browsers[drawn].new_context(
                base_url=self.address, viewport={"width": width, "height": 900}, color_scheme=scheme,
                reduced_motion="reduce",
            )  # fmt: skip
            self.kept[key] = context
            if who:
                form = {"email": PEOPLE[who], "password": PASSWORDS[PEOPLE[who]]}
                entered = await context.request.post("/sign-in", form=form, headers={"origin": self.address})
                assert entered.ok
        page = await self.kept[key].new_page()
        answer = await page.goto(place.format(**self.samples))
        assert answer is not None
        missing_link = any(part in place for part in ("no-such", "/n/"))
        assert answer.status == (404 if missing_link and answer.status == 404 else 200), (place, answer.status)
        await page.wait_for_function(READY)
        return page


@pytest.fixture
async def viewers(address: str, browser: Browser, webgl_browser: Browser) -> AsyncIterator[Viewers]:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        samples = (await client.get("/test/samples")).json()
    made = Viewers(address, {False: browser, True: webgl_browser}, samples)
    yield made
    for context in made.kept.values():
        await context.close()


async def wrong(page: Page, width: int) -> list[str]:
    """What breaks a rule here."""
    found = await complaints(page)
    if width == 360:
        found += await page.evaluate(TARGETS, LEAST_PX)
    return found


def some[T](all_of: Sequence[T], count: int, *, of: str) -> list[T]:
    """All when proving; else a seeded few, others for each look."""
    return random.Random(f"{SEED} {of}").sample(all_of, min(count, len(all_of)))


async def test_every_address_that_answers_with_a_page_is_looked_at(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        routes = (await client.get("/test/routes")).json()
    served_ones = {one["path"] for one in routes if "GET" in one["methods"]}
    pages = {one for one in served_ones if one in PLACES or not one.startswith(NO_PAGES)}
    assert pages == set(PLACES)


@pytest.mark.browser
@pytest.mark.prove
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_no_page_breaks_a_rule(viewers: Viewers, request: pytest.FixtureRequest, width: int, scheme: str) -> None:
    every = [look for route, place in PLACES.items() for look in place.looks(route)]
    found: dict[str, list[str]] = {}
    chosen = some(every, cases(sample=2, full=len(every)), of=f"pages {width} {scheme}")
    for who, side in chosen:
        page = await viewers.open(who, side, width, scheme)
        if told := await wrong(page, width):
            found[f"{side} {who}"] = told
        await page.close()
    record(request, f"{len(chosen)} pages")
    assert found == {}


@pytest.mark.browser
@pytest.mark.prove
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_no_open_dialog_breaks_a_rule(
    viewers: Viewers, request: pytest.FixtureRequest, width: int, scheme: str
) -> None:
    found: dict[str, list[str]] = {}
    chosen = some(list(WAYS.items()), cases(sample=1, full=len(WAYS)), of=f"dialogs {width} {scheme}")
    for name, way in chosen:
        page = await viewers.open(way.who, way.address, width, scheme)
        try:
            await go(page, way)
            told = await wrong(page, width)
        except Exception as error:
            told = [f"does not open: {str(error)[:300]}"]
        if told:
            found[name] = told
        await page.close()
    record(request, f"{len(chosen)} dialogs")
    assert found == {}


@pytest.mark.browser
@pytest.mark.prove
async def test_every_dialog_is_opened_and_left_with_nothing_but_keys(
    viewers: Viewers, request: pytest.FixtureRequest
) -> None:
    found: dict[str, list[str]] = {}
    chosen = some(list(WAYS.items()), cases(sample=2, full=len(WAYS)), of="keys")
    for name, way in chosen:
        page = await viewers.open(way.who, way.address, 1440, "light")
        try:
            told = await in_and_out(page, way)
        except Exception as error:
            told = [f"does not open: {str(error)[:300]}"]
        if told:
            found[name] = told
        await page.close()
    record(request, f"{len(chosen)} dialogs by keys")
    assert found == {}
