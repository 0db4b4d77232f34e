"""Scripts in the place of words: every text field is filled in with them, and every page that shows one is opened in a
real browser. None runs, none becomes an element, and each is read as it was written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browsers import served
from tests.dashboard.everywhere.places import PLACES
from tests.dashboard.everywhere.server import PASSWORDS, PEOPLE
from tests.dashboard.everywhere.test_every_page_in_browser import READY
from tests.dashboard.xss.fields import text_fields
from tests.dashboard.xss.payloads import payload
from tests.dashboard.xss.server import VENDOR
from tests.dashboard.xss.writes import NOT_SHOWN, TEXT, VENDOR_SEEN, VERSION, WRITES, Write
from tests.proofs import cases, record

WATCH = """
window.__broken = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.__broken.push(`${event.effectiveDirective} ${event.sample}`));
"""
FOUND = """() => [
  ...(window.__xss === undefined ? [] : ["a script ran"]),
  ...window.__broken.map((one) => `the policy stopped ${one}`),
  ...[...document.querySelectorAll("[onerror], [onload], [src=x], a[href^='javascript:' i]")]
    .map((one) => `became an element: ${one.outerHTML.slice(0, 120)}`),
]"""
READ = """() => {
  const page = document.body.cloneNode(true);
  page.querySelectorAll("script, style, template").forEach((one) => one.remove());
  const told = [...page.querySelectorAll("*")].flatMap((one) =>
    ["value", "title", "aria-label", "placeholder"].map((name) => one.getAttribute(name) ?? ""));
  const typed = [...document.querySelectorAll("input, textarea")].map((one) => one.value);
  return [page.textContent, ...told, ...typed].join(" | ");
}"""
EVALUATED = str(6007 * 6011)
"""The product in the place of its template."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("tests.dashboard.xss.server", tmp_path_factory.mktemp("xss")) as url:
        yield url


@dataclass
class Pen:
    """Writes the table over REST."""

    client: httpx.Client
    ids: dict[str, Any]
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, who: str, call: str, body: object = None) -> httpx.Response:
        if who not in self.tokens:
            given = {"email": PEOPLE[who], "password": PASSWORDS[PEOPLE[who]]}
            self.tokens[who] = self.client.post("/api/v1/auth/login", json=given).json()["access_token"]
        method, path = call.format(**self.ids).split(" ", 1)
        headers = {"authorization": f"Bearer {self.tokens[who]}"}
        return self.client.request(method, f"/api/v1{path}", json=body, headers=headers)

    def write(self, number: int, row: Write) -> str:
        """The text as it was written."""
        if VERSION in str(row.body):
            self.ids["version"] = self.ask("admin", "GET /clusters/{cluster}").json()["version"]
        text = payload(number, row.limit) if row.shape == "{}" else row.shape
        answer = self.ask(row.who, row.call, self.filled(row.body, text))
        assert answer.status_code < 300, (row.call, answer.status_code, answer.text)
        if row.keeps:
            self.ids[row.keeps] = answer.json()["id"]
        return text

    def filled(self, part: Any, text: str) -> Any:
        if isinstance(part, dict):
            return {name: self.filled(value, text) for name, value in part.items()}
        if isinstance(part, list):
            return [self.filled(value, text) for value in part]
        if part == TEXT:
            return text
        named = isinstance(part, str) and part.startswith("{") and part.endswith("}")
        return self.ids[part[1:-1]] if named else part


@pytest.fixture
def pen(address: str) -> Iterator[Pen]:
    with httpx.Client(base_url=address, timeout=60) as client:
        ids = client.get("/test/ids").json()
        samples = client.get("/test/samples").json()
        yield Pen(client, samples | ids | {"held": samples["held_id"]})


@dataclass
class Reader:
    """Signed-in people, a context each, of one browser."""

    address: str
    browser: Browser
    contexts: dict[str, BrowserContext] = field(default_factory=dict)

    async def open(self, who: str) -> Page:
        if who not in self.contexts:
            self.contexts[who] = context = await self.browser.new_context(
                base_url=self.address, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
            )
            await context.add_init_script(WATCH)
            if who:
                form = {"email": PEOPLE[who], "password": PASSWORDS[PEOPLE[who]]}
                assert (await context.request.post("/sign-in", form=form, headers={"origin": self.address})).ok
        return await self.contexts[who].new_page()

    async def read(self, who: str, place: str) -> tuple[str, list[str]]:
        """All that stands on a page, with what is wrong there."""
        page, dialogs = await self.open(who), list[str]()

        async def asked(dialog: Any) -> None:
            dialogs.append(f"a script asked: {dialog.message}")
            await dialog.dismiss()

        page.on("dialog", asked)
        await page.goto(place)
        await page.wait_for_function(READY)
        await page.wait_for_timeout(600)  # what comes by the socket, and pictures that do not load
        wrong, text = await page.evaluate(FOUND), await page.evaluate(READ)
        if EVALUATED in text:
            wrong.append("a template was evaluated")
        await page.close()
        return " ".join(text.split()), wrong + dialogs

    async def close(self) -> None:
        for context in self.contexts.values():
            await context.close()


def test_every_text_field_of_the_api_is_in_the_table(pen: Pen) -> None:
    known = {name for row in WRITES for name in row.fields} | set(NOT_SHOWN)
    asked = set(text_fields(pen.client.get("/api/v1/openapi.json").json()))
    assert (sorted(asked - known), sorted(known - asked)) == ([], [])
    assert len(asked) > 70
    assert {name for row in WRITES if not row.seen for name in row.fields} <= set(NOT_SHOWN)


@pytest.mark.browser
@pytest.mark.prove
async def test_no_text_becomes_a_script(
    browser: Browser, address: str, pen: Pen, request: pytest.FixtureRequest
) -> None:
    wanted: dict[tuple[str, str], list[str]] = {}
    for number, row in enumerate(WRITES):
        text = pen.write(number, row)
        for place in row.seen:
            wanted.setdefault(place, []).append(text)
    for name, places in VENDOR_SEEN.items():
        for place in places:
            wanted.setdefault(place, []).append(VENDOR[name])
    every = [look for route, place in PLACES.items() for look in place.looks(route)[:: cases(sample=1_000, full=1)]]
    places = [*wanted, *(look for look in every if look not in wanted)]
    if cases(sample=1, full=2) == 1:
        places = list(wanted)

    reader, found = Reader(address, browser), dict[str, list[str]]()
    for who, place in places:
        text, wrong = await reader.read(who, place.format(**pen.ids))
        wrong += [f"not shown: {one}" for one in wanted.get((who, place), []) if " ".join(one.split()) not in text]
        if wrong:
            found[f"{place} {who}"] = wrong
    await reader.close()
    record(request, f"{len(WRITES) + len(VENDOR)} texts on {len(places)} pages")
    assert found == {}, json.dumps(found, indent=1)
