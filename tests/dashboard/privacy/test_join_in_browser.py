"""Joining from an address to a trial on a phone, with nobody's help; and back in when a password is lost."""

import asyncio
import html
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from dashboard.demo_seed import NEIGHBOUR_EMAIL
from tests.browsers import complaints, served

pytestmark = pytest.mark.browser
PASSWORD, NEW_PASSWORD = "a fresh meadow in June", "an even fresher meadow"
MAIL = "nora@elm.example"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("tests.dashboard.privacy.server", tmp_path_factory.mktemp("join")) as url:
        yield url


async def link_in_mail(page: Page, kind: str, to: str = MAIL) -> str:
    """The newest link of a kind that was sent to somebody; the mail leaves after the page that answers."""
    for _attempt in range(50):
        mails = (await (await page.request.get("/test/sent")).json())["mail"]
        found = [link for mail in mails if f"To: {to}" in mail for link in re.findall(rf"/{kind}/[\w-]+", mail)]
        if found:
            return str(found[-1])
        await page.wait_for_timeout(100)
    raise AssertionError(f"no mail with a link to {kind} came to {to}")


@pytest.mark.timeout(240)
async def test_from_an_address_to_a_trial_without_a_dispatcher(browser: Browser, address: str) -> None:
    context = await browser.new_context(base_url=address, viewport={"width": 390, "height": 844})
    page = await context.new_page()
    home = str(await (await page.request.get("/test/room")).json())
    number, street = home.split(" ", 1)

    await page.goto("/sign-in")
    await page.get_by_role("link", name="New here?").click()
    await page.get_by_label("Your address").fill(f"{number} {street[:3]}{street[4:]}")  # a letter is missing
    await page.get_by_role("button", name="Look").click()
    assert await complaints(page) == []
    await page.get_by_role("link", name=home).click()
    await expect(page.get_by_role("list", name="Clusters near you")).to_contain_text("1 place is free.")
    assert await complaints(page) == []
    await page.get_by_label("Your name").fill("Nora Lind")
    await page.get_by_label("Email").fill(MAIL)
    await page.get_by_role("button", name="Send me the mail").click()
    await expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()

    link = await link_in_mail(page, "verify")
    await page.goto(link)
    await page.get_by_label("New password").fill("short")
    await page.get_by_role("button", name="Create my account").click()
    await expect(page.get_by_role("alert")).to_contain_text("needs 10 or more")
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_role("button", name="Create my account").click()
    await page.wait_for_url("**/join")
    await expect(page.get_by_role("heading", name=home)).to_be_visible()
    assert await complaints(page) == []
    await page.get_by_role("button", name="Join C-").first.click()
    await page.get_by_role("button", name="Choose Large", exact=True).click()
    await page.wait_for_url("**/c/pay/**")
    for label, value in (("Card number", "4242 4242 4242 4242"), ("Expiry", "12/34"), ("Security code", "123"),
                         ("Name on card", "Nora Lind")):  # fmt: skip
        await page.get_by_label(label).fill(value)
    await page.get_by_role("button", name="Save card").click()
    await page.wait_for_url("**/join/done**")
    await expect(page.get_by_text("Your trial runs until")).to_be_visible()

    await page.goto(link)  # used up
    await expect(page.get_by_role("heading", name="That did not work")).to_be_visible()


async def signed_up(client: httpx.AsyncClient, email: str, home: int) -> str:
    """An account by mail; where the last step led."""
    await client.post("/sign-up", data={"email": email, "name": "Omar Reed", "home": str(home)})
    for _attempt in range(50):
        mails = (await client.get("/test/sent")).json()["mail"]
        links = [link for mail in mails if f"To: {email}" in mail for link in re.findall(r"/verify/[\w-]+", mail)]
        if links:
            entered = await client.post(links[-1], data={"password": PASSWORD})
            return entered.headers["location"]
        await asyncio.sleep(0.1)
    raise AssertionError(f"no mail came to {email}")


async def test_where_the_cluster_is_full_a_home_waits_in_line_and_sees_no_plan(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, headers={"Accept": "text/html"}, timeout=30) as client:
        near = (await client.get("/test/near")).json()
        assert await signed_up(client, near["email"], near["home"]) == "/join"  # the address the office wrote down
        page = (await client.get("/join")).text
        assert "Wait in line for C-0001" in page and "Choose Large" not in page
        cluster = re.findall(r'name=\\?"cluster\\?" value=\\?"([0-9a-f-]{36})', html.unescape(page))[0]
        await client.post("/join/cluster", data={"home": str(near["home"]), "cluster": cluster})
        page = (await client.get("/join")).text
        assert re.search(r"You are number \d+ in line", page) and "Choose Large" not in page

        await client.get("/test/free", params={"home": near["home"]})
        page = (await client.get("/join")).text
        assert "A place is free for you. It is held until Wed, Jun 3, 2026" in page and "Choose Large" not in page
        await client.post("/join/line/leave", data={"home": str(near["home"]), "cluster": cluster})
        assert "Join C-0001" in (await client.get("/join")).text  # given up, and nobody else waits for it
        await client.post("/join/cluster", data={"home": str(near["home"]), "cluster": cluster})
        page = (await client.get("/join")).text
        assert "Choose Large" in page and "Code of a neighbour who brought you" in page
        lot = re.findall(r'name=\\?"lot\\?" value=\\?"([0-9a-f-]{36})', html.unescape(page))[0]
        wrong = await client.post("/join/code", data={"lot": lot, "code": "NOSUCH"})
        assert wrong.headers["location"] == "/join?problem=code"
        code = (await client.get("/test/code")).json()
        await client.post("/join/code", data={"lot": lot, "code": code})
        assert "You came by a neighbour's code" in html.unescape((await client.get("/join")).text)
        given = {"email": near["email"], "password": PASSWORD}
        token = (await client.post("/api/v1/auth/login", json=given)).json()["access_token"]
        for said, status in (("NOSUCH", 404), (code, 204)):  # the same again does nothing
            body, header = {"lot_id": lot, "code": said}, {"Authorization": f"Bearer {token}"}
            assert (await client.post("/api/v1/payments/came-by", json=body, headers=header)).status_code == status


async def test_a_home_that_is_somebodys_is_not_given_away_and_nobody_is_named(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, headers={"Accept": "text/html"}, timeout=30) as client:
        theirs = (await client.get("/test/cast")).json()["others_address"]
        found = re.findall(r"/join\?home=(\d+)", (await client.get("/join", params={"address": theirs})).text)
        assert await signed_up(client, "stranger@elm.example", int(found[0])) == "/join?problem=taken"
        page = (await client.get("/join?problem=taken")).text
        assert "registered already" in page and "Henrietta" not in page and "Your address" in page
        answer = await client.post("/join/home", data={"home": found[0]})
        assert answer.headers["location"].endswith("problem=taken")
        assert (await client.get("/join", params={"home": 999_999})).status_code == 404


async def test_an_address_tells_anybody_why_not_but_neither_distances_nor_who_is_a_member(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, headers={"Accept": "text/html"}, timeout=30) as client:
        members = [(await client.get("/test/cast")).json()["others_address"]]
        told = []
        for text in (*members, "448 Juniper Meadow Street", "1465 Birch Run Drive"):
            found = await client.get("/join", params={"address": text})
            home = re.findall(r"/join\?home=(\d+)", found.text)[0]
            told.append(re.sub(r"<[^>]+>", " ", (await client.get("/join", params={"home": home})).text))
    member, far, behind = told
    assert "It is full: 5 of 5 places are taken." in member or "is free" in member
    assert "It is too far from this home for its mower." in far
    assert "A road or other ground lies between" in behind
    for page in told:
        assert not re.search(r"\d m\b|member|\bhost\b", page)


async def test_a_lost_password_is_replaced_by_mail_and_nobody_learns_who_has_an_account(
    browser: Browser, address: str
) -> None:
    context = await browser.new_context(base_url=address, viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await page.goto("/forgot")
    assert await complaints(page) == []
    await page.get_by_label("Email").fill(NEIGHBOUR_EMAIL)
    await page.get_by_role("button", name="Send it").click()
    await page.goto(await link_in_mail(page, "reset", NEIGHBOUR_EMAIL))
    await page.get_by_label("New password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Set the new password").click()
    await expect(page.get_by_role("heading", name="Done")).to_be_visible()

    async with httpx.AsyncClient(base_url=address) as client:
        entered = await client.post("/sign-in", data={"email": NEIGHBOUR_EMAIL, "password": NEW_PASSWORD})
        assert entered.status_code == 303
        answers = {
            (path, email): await client.post(path, data={"email": email, "name": "Somebody"})
            for path in ("/forgot", "/sign-up")
            for email in (NEIGHBOUR_EMAIL, "nobody@elm.example")
        }
        for path in ("/forgot", "/sign-up"):
            known, unknown = answers[path, NEIGHBOUR_EMAIL], answers[path, "nobody@elm.example"]
            assert known.status_code == unknown.status_code == 200
            assert known.text.replace(NEIGHBOUR_EMAIL, "nobody@elm.example") == unknown.text
        assert (await client.post("/sign-up", data={"email": "no address", "name": "N"})).status_code == 400
        asked = [(await client.post("/forgot", data={"email": "x@elm.example"})).status_code for _ in range(40)]
        assert asked[-1] == 429
