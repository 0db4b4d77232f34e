"""Text messages through Twilio's SDK to its twin over a socket: taken, refused, told of later, never sent twice."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from uuid import UUID

import httpx
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from core.clock import SystemClock
from core.errors import Invalid, MowthosError, NeedsHuman, NotAllowed, Unavailable
from core.ids import new_id
from core.notices import Letter, Unreachable
from external.sms.callbacks import TwilioCallbacks
from external.sms.client import TwilioSms
from external.sms.simulator import TwilioTwin, TwilioTwinOptions
from external.sms.simulator.book import BLOCKED, INVALID_NUMBER, NO_SMS, UNHEARD

TOKEN, OURS, HANA = "token of the tests", "+15005550006", "+15075550123"
OPTIONS = TwilioTwinOptions(auth_token=TOKEN, step_s=0.01)


@pytest.fixture
async def twin() -> AsyncIterator[TwilioTwin]:
    async with TwilioTwin(OPTIONS) as running:
        yield running


def sms(twin: TwilioTwin, **given: object) -> TwilioSms:
    more = {"account_sid": OPTIONS.account_sid, "auth_token": TOKEN, "sender": OURS, "api_url": twin.url} | given
    return TwilioSms(**more)  # type: ignore[arg-type]


def letter(to: str = HANA, **given: object) -> Letter:
    fields = {"id": new_id(), "to": to, "subject": "", "text": "Luba-1 was lifted http://mow/n/abc"} | given
    return Letter(**fields)  # type: ignore[arg-type]


async def test_a_message_is_taken_with_its_words_and_a_sid(twin: TwilioTwin) -> None:
    sent = letter()
    sid = await sms(twin).send(sent)
    (message,) = twin.book.messages
    assert (message.sid, message.to, message.sender, message.body) == (sid, HANA, OURS, sent.text)
    assert sid.startswith("SM") and len(sid) == 34


@pytest.mark.parametrize(
    ("number", "stopped"), [(INVALID_NUMBER, False), ("+1", False), (BLOCKED, True), (NO_SMS, False)]
)
async def test_a_number_that_takes_nothing_is_told_so_and_stop_is_told_apart(
    twin: TwilioTwin, number: str, stopped: bool
) -> None:
    with pytest.raises(Unreachable) as told:
        await sms(twin).send(letter(number))
    assert told.value.stopped is stopped


async def test_after_stop_nothing_goes_until_start(twin: TwilioTwin) -> None:
    async with httpx.AsyncClient(base_url=twin.url) as control:
        await control.post("/control/stop", json={"number": HANA})
        with pytest.raises(Unreachable, match="STOP"):
            await sms(twin).send(letter())
        await control.post("/control/stop", json={"number": HANA, "start": True})
    await sms(twin).send(letter())


async def test_too_many_wrong_account_and_no_answer_are_three_errors() -> None:
    async with TwilioTwin(TwilioTwinOptions(auth_token=TOKEN, per_minute=1)) as twin:
        await sms(twin).send(letter())
        with pytest.raises(Unavailable, match="no more messages"):
            await sms(twin).send(letter())
        with pytest.raises(NeedsHuman, match="MOWTHOS_TWILIO_AUTH_TOKEN"):
            await sms(twin, auth_token="another").send(letter())
        gone = sms(twin)
    with pytest.raises(Unavailable, match="does not answer"):
        await gone.send(letter())


async def test_a_message_twilio_finds_wrong_needs_a_person(twin: TwilioTwin) -> None:
    with pytest.raises(NeedsHuman, match="21617"):
        await sms(twin).send(letter(text="x" * 1_601))


async def test_an_answer_that_is_lost_does_not_make_a_second_message(twin: TwilioTwin) -> None:
    twin.book.mute = 1
    sent = letter()
    with pytest.raises(Unavailable):
        await sms(twin).send(sent)
    assert len(twin.book.messages) == 1  # taken: only its answer was lost
    again = letter(id=sent.id, tried_at=SystemClock().now())
    assert await sms(twin).send(again) == twin.book.messages[0].sid
    assert len(twin.book.messages) == 1
    other = letter(text="Luba-2 was lifted http://mow/n/def", tried_at=SystemClock().now())
    assert await sms(twin).send(other) != twin.book.messages[0].sid
    assert len(twin.book.messages) == 2


async def test_a_message_that_was_lost_on_the_way_is_sent_anew(twin: TwilioTwin) -> None:
    first = await sms(twin).send(letter(UNHEARD))
    while twin.book.messages[0].status != "undelivered":
        await asyncio.sleep(0.01)
    assert await sms(twin).send(letter(UNHEARD, tried_at=SystemClock().now())) != first


async def test_what_becomes_of_a_message_is_told_signed_and_in_order(twin: TwilioTwin) -> None:
    heard: asyncio.Queue[tuple[str, Mapping[str, str], str]] = asyncio.Queue()

    async def hear(request: web.Request) -> web.Response:
        fields = {name: str(value) for name, value in (await request.post()).items()}
        await heard.put((str(request.url), fields, request.headers["X-Twilio-Signature"]))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/sms/status/{id}", hear)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    told, callbacks = [], TwilioCallbacks(TOKEN)
    for number, count in ((HANA, 2), (UNHEARD, 2)):
        sent = letter(number)
        sid = await sms(twin, callback=lambda one: f"{base}/sms/status/{one}").send(sent)
        for _ in range(count):
            url, fields, signature = await asyncio.wait_for(heard.get(), 10)
            assert url == f"{base}/sms/status/{sent.id}"
            receipt = callbacks.read(url, fields, signature)
            assert receipt.reference == sid
            told.append((receipt.status, receipt.error))
    await runner.cleanup()
    lost = "the carrier did not deliver it (Twilio 30003)"
    assert told == [("sent", ""), ("delivered", ""), ("sent", ""), ("undelivered", lost)]


URL = f"https://mowthos.example/sms/status/{UUID(int=7)}"
FIELDS = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": HANA}


def signed(fields: Mapping[str, str], url: str = URL, token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, fields))


def test_a_callback_counts_only_when_its_address_and_every_field_are_signed_with_our_token() -> None:
    callbacks = TwilioCallbacks(TOKEN)
    assert callbacks.read(URL, FIELDS, signed(FIELDS)).status == "delivered"
    forged = [
        (URL, FIELDS, ""),
        (URL, FIELDS, signed(FIELDS, token="another")),
        (URL, FIELDS | {"MessageStatus": "failed"}, signed(FIELDS)),
        (URL.replace("7", "8"), FIELDS, signed(FIELDS)),
    ]
    for url, fields, signature in forged:
        with pytest.raises(NotAllowed):
            callbacks.read(url, fields, signature)


def test_a_signed_callback_without_a_message_is_refused_and_stop_is_told_apart() -> None:
    callbacks = TwilioCallbacks(TOKEN)
    with pytest.raises(Invalid):
        callbacks.read(URL, {"To": HANA}, signed({"To": HANA}))
    stopped = FIELDS | {"MessageStatus": "undelivered", "ErrorCode": "21610"}
    assert callbacks.read(URL, stopped, signed(stopped)).stopped


async def test_the_page_of_the_twin_shows_messages_escaped_and_strangers_get_twilios_own_errors(
    twin: TwilioTwin,
) -> None:
    await sms(twin).send(letter(text="<b>hello</b>"))
    async with httpx.AsyncClient(base_url=twin.url) as browser:
        page = (await browser.get("/")).text
        assert "&lt;b&gt;hello" in page and "<b>hello" not in page
        answer = await browser.get(f"/2010-04-01/Accounts/{OPTIONS.account_sid}/Messages.json")
        assert (answer.status_code, answer.json()["code"]) == (401, 20003)


async def test_no_error_of_ours_holds_the_token(twin: TwilioTwin) -> None:
    for number, token in ((INVALID_NUMBER, TOKEN), (HANA, "wrong token")):
        with pytest.raises(MowthosError) as told:
            await sms(twin, auth_token=token).send(letter(number))
        assert token not in told.value.message
