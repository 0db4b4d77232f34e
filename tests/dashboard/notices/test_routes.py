"""Links that mails and text messages carry, and what a carrier tells: by whom, and with whose signature."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select
from twilio.request_validator import RequestValidator

from core.clock import MovableClock
from core.db import Database
from core.notices import Channel
from core.notices.tables import NoticeDelivery
from dashboard import gate
from dashboard.notices.parts import Outside, Telling, make_telling
from dashboard.notices.routes import sms_status_url, telling_router
from dashboard.notices.wording import short_of
from dashboard.pages.sign_in import sign_in_router
from dashboard.throttle import SignInThrottle
from external.sms.callbacks import TwilioCallbacks
from tests.core.notices.cast import PASSWORD, SECRET, Street, alarm, make_street, notice

TOKEN, BASE = "token of the tests", "http://test"


@dataclass
class Site:
    browser: httpx.AsyncClient
    street: Street
    telling: Telling

    async def sign_in(self, name: str) -> None:
        form = {"email": f"{name}@elm.example", "password": PASSWORD}
        await self.browser.post("/sign-in", data=form, headers={"origin": BASE})


@pytest.fixture
async def site(sqlite_database: Database, clock: MovableClock) -> AsyncIterator[Site]:
    street = await make_street(sqlite_database, clock)
    outside = Outside(
        base_url=BASE, secret=SECRET, senders={Channel.MAIL: street.mail, Channel.SMS: street.sms},
        callbacks=TwilioCallbacks(TOKEN),
    )  # fmt: skip
    telling = make_telling(database=sqlite_database, clock=clock, audit=street.people.audit, outside=outside)
    outer, app = FastAPI(openapi_url=None), FastAPI(openapi_url=None)
    app.include_router(sign_in_router(people=street.people, throttle=SignInThrottle()))
    app.include_router(telling_router(telling))
    gate.install(outer, people=street.people, clock=clock, pages=app)
    outer.mount("/", app)
    transport = httpx.ASGITransport(outer, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers={"accept": "text/html"}) as browser:
        yield Site(browser, street, telling)


async def test_a_mail_programs_one_click_turns_the_event_off_without_a_sign_in(site: Site) -> None:
    site.street.clock.move(3 * 3_600)
    await site.street.put(notice(site.street.hana, "tomorrow at nine"))
    await site.telling.turn()
    (letter,) = site.street.mail.letters
    assert letter.unsubscribe.startswith(f"{BASE}/unsubscribe/")
    assert letter.unsubscribe in letter.text and letter.unsubscribe in letter.html
    one_click = {"List-Unsubscribe": "One-Click"}
    answer = await site.browser.post(letter.unsubscribe, data=one_click)
    assert answer.status_code == 200
    await site.street.put(notice(site.street.hana, "the day after"), notice(site.street.hana, "moved", "visit.skipped"))
    await site.telling.turn()
    assert [one.subject for one in site.street.mail.letters[1:]] == ["moved"]


async def test_looking_at_the_link_changes_nothing_and_its_button_and_its_undo_do(site: Site) -> None:
    token = site.telling.unsubscribing.token(site.street.hana.id, "billing.bill")
    page = await site.browser.get(f"/unsubscribe/{token}")
    assert (page.status_code, "Bill and payment" in page.text) == (200, True)
    choices = (await site.telling.preferences.of(site.street.hana.id)).reader.choices
    assert choices == {}
    done = await site.browser.post(f"/unsubscribe/{token}")
    assert f'action="/unsubscribe/{token}?on=1"' in done.text
    await site.browser.post(f"/unsubscribe/{token}?on=1")
    choices = (await site.telling.preferences.of(site.street.hana.id)).reader.choices
    assert choices == {("billing.bill", Channel.MAIL): True}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_link_that_was_tampered_with_is_not_found(site: Site, method: str) -> None:
    token = site.telling.unsubscribing.token(site.street.hana.id, "billing.bill")
    assert (await site.browser.request(method, f"/unsubscribe/{token}x")).status_code == 404


async def test_a_short_link_leads_its_own_reader_to_what_it_is_about_and_marks_it_read(site: Site) -> None:
    await site.street.verified(site.street.dana)
    await site.street.put(alarm(site.street.dana, "lifted"))
    await site.telling.turn()
    link = site.street.sms.letters[0].text.split()[-1]
    assert link.startswith(f"{BASE}/n/")
    before = await site.browser.get(link)
    assert (before.status_code, before.headers["location"][:14]) == (303, "/sign-in?next=")
    await site.sign_in("dana")
    assert await site.telling.desk.unread(site.street.dana.id) == 1
    assert (await site.browser.get(link)).headers["location"] == "/"
    assert await site.telling.desk.unread(site.street.dana.id) == 0


async def test_another_persons_short_link_is_not_found(site: Site) -> None:
    await site.street.put(alarm(site.street.dana, "lifted"))
    await site.telling.turn()
    (one,) = await site.telling.desk.notices(site.street.dana.id)
    await site.sign_in("hana")
    assert (await site.browser.get(f"/n/{short_of(one.id)}")).status_code == 404
    assert (await site.browser.get("/n/nothing")).status_code == 404


async def test_what_a_carrier_tells_counts_when_it_is_signed_and_else_changes_nothing(site: Site) -> None:
    await site.street.verified(site.street.dana)
    await site.street.put(alarm(site.street.dana, "lifted"))
    await site.telling.turn()
    delivery = site.street.sms.letters[0].id
    fields = {"MessageSid": f"ref-{delivery}", "MessageStatus": "undelivered", "ErrorCode": "21610"}
    url = sms_status_url(BASE, delivery)
    forged = await site.browser.post(url, data=fields, headers={"x-twilio-signature": "Zm9yZ2Vk"})
    assert forged.status_code == 403
    assert await site.telling.deliveries.dead() == []
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    told = await site.browser.post(url, data=fields, headers={"x-twilio-signature": signature})
    assert told.status_code == 204
    (dead,) = await site.telling.deliveries.dead()
    assert (dead.id, dead.receipt, dead.last_error) == (
        delivery, "undelivered", "the carrier did not deliver it (Twilio 21610)",
    )  # fmt: skip
    phone = await site.telling.phones.of(site.street.dana.id)
    assert phone is not None and phone.stopped
    async with site.street.database.session() as session:
        states = (await session.exec(select(NoticeDelivery.state).where(NoticeDelivery.id == delivery))).all()
    assert states == ["dead"]
