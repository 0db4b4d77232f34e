"""Something of ours breaks under an open page: its toast names an id, and that id finds the line in the server's log.

Nothing in the product helps to break it: a table of the running server's own database is renamed under it.
"""

import asyncio
import json
import re
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import copyfile
from time import monotonic
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from core.accounts import HashCost, Passwords, People, Role
from core.clock import SystemClock
from core.db import open_database
from tests.browsers import ROOT, START_SECONDS, WCAG, complaints, free_port

pytestmark = pytest.mark.browser
ADA, PASSWORD = "ada@elm.example", "correct horse battery"
SAID = re.compile(r"Something broke on our side\..*this id: ([0-9a-f]{12})")


class Running:
    """The product as a machine would run it, with its log in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder, port = folder, free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            "PATH": "/usr/bin:/bin", "MOWTHOS_DATA_DIR": str(folder), "MOWTHOS_PORT": str(port),
            "MOWTHOS_SECRET_KEY": "k" * 40, "MOWTHOS_MAMMOTION_LINK_ACCOUNTS": "false",
        }  # fmt: skip
        command = [sys.executable, "-m", "dashboard", "serve"]
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    async def ready(self) -> None:
        until = monotonic() + START_SECONDS
        while monotonic() < until and self.process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/sign-in", timeout=2):
                return
            await asyncio.sleep(0.1)
        raise RuntimeError(f"the server did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def change(self, statement: str) -> None:
        """In its database, past it."""
        with sqlite3.connect(self.folder / "mowthos.sqlite3", timeout=20) as connection:
            connection.execute(statement)
        connection.close()

    def lines(self, problem_id: str) -> Sequence[dict[str, Any]]:
        """Where an id stands in its log. Every line of the log is a JSON object."""
        every = [json.loads(line) for line in (self.folder / "log").read_text().splitlines() if line.startswith("{")]
        return [line for line in every if line.get("problem_id") == problem_id]


@pytest.fixture
async def server(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Running]:
    copyfile(sqlite_template, tmp_path / "mowthos.sqlite3")
    database, clock = open_database(f"sqlite:///{tmp_path / 'mowthos.sqlite3'}"), SystemClock()
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    await people.create_person(email=ADA, role=Role.ADMIN, password=PASSWORD, name="Ada Lind")
    await database.close()
    running = Running(tmp_path)
    try:
        await running.ready()
        yield running
    finally:
        running.process.terminate()
        running.process.wait(30)


async def add_webhook(page: Page) -> None:
    await page.get_by_label("Address (https://...)").fill("https://hooks.example.com/mow")
    await page.get_by_role("button", name="Add", exact=True).click()


async def test_the_id_in_the_toast_finds_the_line_in_the_log(browser: Browser, server: Running, tmp_path: Path) -> None:
    context = await browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto("/sign-in?next=/admin/webhooks")
    await page.get_by_label("Email").fill(ADA)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="New webhook").click()

    server.change("ALTER TABLE hook_endpoint RENAME TO hook_endpoint_away")
    await add_webhook(page)
    toast = page.get_by_text(SAID)
    await expect(toast).to_be_visible()
    told = SAID.search(await toast.inner_text())
    assert told is not None
    for width, scheme in ((390, "dark"), (1440, "light")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert await complaints(page, of=WCAG) == []
        await page.screenshot(path=tmp_path / f"toast-{width}.png")
    (line,) = server.lines(told[1])
    assert (line["event"], line["level"]) == ("page.event_failed", "error")
    assert "no such table: hook_endpoint" in json.dumps(line["exception"])
    assert "whsec_" not in json.dumps(line)  # the new secret was a local variable of what broke

    answer = await page.request.get("/admin/webhooks", headers={"accept": "text/html"})
    found = re.search(r'class="m-code">([0-9a-f]{12})<', await answer.text())  # a page that breaks as it is opened
    assert answer.status == 500
    assert found is not None
    assert [line["event"] for line in server.lines(found[1])] == ["page.failed"]

    server.change("ALTER TABLE hook_endpoint_away RENAME TO hook_endpoint")
    await page.get_by_role("button", name="OK", exact=True).first.click()
    await add_webhook(page)  # the page is still alive, and so is what was typed
    await expect(page.locator(".m-dialog code")).to_be_visible()
    assert await complaints(page, of=WCAG) == []
    await context.close()
