"""A look through a homeowner's eyes, and a link that opens without a sign-in, at the width of a phone."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsers import complaints, served
from tests.dashboard.everywhere.server import PASSWORDS, PEOPLE
from tests.dashboard.privacy.cast import HOST, OWN, TOWN

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("tests.dashboard.everywhere.server", tmp_path_factory.mktemp("eyes")) as url:
        yield url


@pytest.fixture(scope="module")
def samples(address: str) -> dict[str, str]:
    return dict(httpx.get(f"{address}/test/samples", timeout=60).json())


@asynccontextmanager
async def opened(browser: Browser, address: str, who: str = "") -> AsyncIterator[Page]:
    context = await browser.new_context(base_url=address, viewport=PHONE, reduced_motion="reduce")
    if who:
        form = {"email": PEOPLE[who], "password": PASSWORDS[PEOPLE[who]]}
        assert (await context.request.post("/sign-in", form=form, headers={"origin": address})).ok
    yield await context.new_page()
    await context.close()


async def test_an_admin_sees_a_homeowners_page_changes_nothing_and_comes_back(
    browser: Browser, address: str, samples: dict[str, str]
) -> None:
    async with opened(browser, address, "admin") as page:
        await page.goto(f"/admin/people/{samples['person_id']}")
        await page.get_by_role("button", name="View as homeowner").click()
        await page.wait_for_url("**/home")
        banner = page.locator(".m-seen-as")
        await expect(banner).to_contain_text("You see what")
        await expect(page.get_by_text(OWN.address).first).to_be_visible()
        assert HOST.address not in await page.content()
        assert await complaints(page) == []

        # an event over the open page's socket: nothing may come of it
        await page.get_by_role("button", name="Change gate, pets and way in").click()
        dialog = page.locator(".m-dialog")
        await dialog.locator("textarea").first.fill("a code of nobody's")
        await dialog.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("nothing can be changed from here").first).to_be_visible()
        await page.reload()
        assert "a code of nobody's" not in await page.content()

        # a form over HTTP, and pages that are not the homeowner's
        refused = await page.request.post("/join/home", form={"home": "1"}, headers={"origin": address})
        assert refused.status == 403
        assert (await page.request.get("/admin")).status == 403
        again = await page.request.post(f"/view-as/{samples['person_id']}", headers={"origin": address})
        assert again.status == 403

        await banner.get_by_role("button", name="Back to my own pages").click()
        await page.wait_for_url(f"**/admin/people/{samples['person_id']}")
        await expect(page.locator(".m-seen-as")).to_have_count(0)
        await page.goto("/admin?tab=audit")
        await expect(page.locator("tbody").get_by_text("stopped looking as a homeowner").first).to_be_visible()


async def test_whoever_may_not_look_is_refused(browser: Browser, address: str, samples: dict[str, str]) -> None:
    for who in ("technician", "host"):
        async with opened(browser, address, who) as page:
            answer = await page.request.post(f"/view-as/{samples['person_id']}", headers={"origin": address})
            assert answer.status == 403


async def test_a_link_shows_state_and_about_where_until_it_is_taken_back(
    browser: Browser, address: str, samples: dict[str, str]
) -> None:
    async with opened(browser, address, "dispatcher") as page:
        await page.goto(f"/clusters/{samples['cluster_id']}")
        await page.get_by_role("button", name="Share").click()
        await page.get_by_role("button", name="Make a link").click()
        field = page.locator(".m-share-link input")
        await expect(field).to_be_visible()
        path = "/s/" + (await field.input_value()).rpartition("/")[2]
        assert await complaints(page) == []

        async with opened(browser, address) as stranger:
            answer = await stranger.goto(path)
            assert answer is not None
            assert (answer.status, answer.headers["x-robots-tag"]) == (200, "noindex, nofollow")
            await expect(stranger.get_by_text("mow", exact=False).first).to_be_visible()
            await expect(stranger.get_by_role("img", name="About where it is")).to_be_visible()
            content = await stranger.content()
            told = [home.address for home in TOWN.homes if home.address in content]
            assert told == []
            assert "@" not in content.replace("@media", "")
            assert await complaints(stranger) == []

            await page.get_by_role("button", name="Take back").first.click()
            await expect(page.get_by_text("Link taken back").first).to_be_visible()
            answer = await stranger.goto(path)
            assert answer is not None
            assert answer.status == 410
            await expect(stranger.get_by_role("heading", name="Link taken back")).to_be_visible()
            answer = await stranger.goto("/s/nothing")
            assert answer is not None
            assert answer.status == 404


async def test_a_link_is_not_to_be_guessed_by_the_thousand(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        answers = [(await client.get(f"/s/guess{n}")).status_code for n in range(31)]
    assert answers[-1] == 429
    assert set(answers) == {404, 429}
