"""The page of the simulated mail server shows what came, escaped, and can be told to refuse."""

import httpx

from external.mail.simulator import MailTwin
from tests.external.mail.conftest import letter, post


async def test_mails_are_listed_shown_and_told_to_programs() -> None:
    async with MailTwin() as twin, httpx.AsyncClient(base_url=twin.url) as browser:
        assert "No mail yet" in (await browser.get("/")).text
        await post(twin).send(letter(subject="<script>alert(1)</script>"))
        listed = (await browser.get("/")).text
        assert "&lt;script&gt;" in listed
        assert "<script>" not in listed
        shown = (await browser.get("/mails/1")).text
        assert "List-Unsubscribe" in shown and "Hello Hana" in shown
        assert "<b>Hana</b>" in (await browser.get("/mails/1/html")).text
        (mail,) = (await browser.get("/mails.json")).json()
        assert (mail["number"], mail["recipients"]) == (1, ["hana@elm.example"])
        assert (await browser.get("/mails/2")).status_code == 404
        refused = await browser.post("/control/refuse", json={"address": "Hana@elm.example", "code": 550})
        assert refused.json() == {"hana@elm.example": 550}
        assert (await browser.post("/control/refuse", json={"address": "hana@elm.example", "code": 0})).json() == {}
