"""A person chooses what they are told, verifies a phone, unsubscribes; an admin sees what was given up: in Chromium."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsers import complaints, in_every_look, served
from tests.dashboard.alarms.conftest import enter

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("tests.dashboard.notices.server", tmp_path_factory.mktemp("notices")) as url:
        yield url


async def happens(page: Page, what: str) -> None:
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    assert (await page.request.post(f"/test/{what}", headers={"origin": origin})).ok


async def arrived(page: Page, what: str, **wanted: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await (await page.request.get(f"/test/{what}")).json()
    return [one for one in found if all(text in str(one[name]) for name, text in wanted.items())]


def box(page: Page, event: str, channel: str) -> Any:
    return page.locator(f'tr[data-event="{event}"] input[data-channel="{channel}"]')


async def test_a_choice_is_kept_holds_for_what_comes_next_and_is_reset(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/account/notices")
    await expect(box(page, "alarm.critical", "in_app")).to_be_disabled()
    mail = box(page, "alarm.assigned", "mail")
    await expect(mail).to_be_checked()
    await mail.uncheck()
    await expect(page.get_by_text("Kept.")).to_be_visible()
    await happens(page, f"tell/dana?kind=alarm.assigned&weight=info&title={quote('given one')}")
    await page.reload()
    await expect(mail).not_to_be_checked()
    assert await arrived(page, "mails", subject="given one") == []
    await page.get_by_role("button", name="Back to the defaults").click()
    await expect(mail).to_be_checked()
    await happens(page, f"tell/dana?kind=alarm.assigned&weight=info&title={quote('given two')}")
    assert len(await arrived(page, "mails", subject="given two")) == 1


async def test_a_phone_is_verified_by_keyboard_and_then_rings_for_a_critical_alarm(
    browser: Browser, address: str
) -> None:
    page = await enter(browser, address, "dana", "/account/notices")
    number = page.get_by_label("Mobile number")
    await number.fill("12")
    await page.get_by_role("button", name="Send the code").click()
    await expect(page.get_by_text("expected a number such as +1 507 555 0123")).to_be_visible()
    await number.fill("507 555 0123")
    await page.get_by_role("button", name="Send the code").click()
    code = page.get_by_label("Code")
    await expect(code).to_be_visible()
    (text,) = await arrived(page, "texts", to="+15075550123", body="code")
    await code.fill("00")
    await code.press("Enter")
    await expect(page.get_by_text("this is not the code that was sent")).to_be_visible()
    found = re.search(r"\d{6}", text["body"])
    assert found is not None
    await code.fill(found.group())
    await code.press("Enter")
    await expect(page.get_by_text("+15075550123")).to_be_visible()
    await expect(page.get_by_text("Verified", exact=True)).to_be_visible()
    await happens(page, f"tell/dana?title={quote('Luba-1 was lifted')}")
    (rung,) = await arrived(page, "texts", body="Luba-1 was lifted")
    link = rung["body"].split()[-1]
    await page.goto(link)
    await expect(page).to_have_url(re.compile("/account/notices$"))
    await page.get_by_role("button", name="Remove").click()
    await expect(number).to_be_visible()


async def test_quiet_hours_zone_and_limit_are_kept_over_a_reload(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/account/notices")
    await page.get_by_role("switch", name="Keep quiet hours").click()
    await page.locator("input[data-begins]").fill("22:30")
    await page.locator("input[data-ends]").fill("06:15")
    await page.get_by_role("button", name="Sun", exact=True).click()
    await page.get_by_label("Messages an hour, at most, by each channel").fill("3")
    await page.get_by_label("Time zone").select_option("Europe/Berlin")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Quiet hours are kept.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("switch", name="Keep quiet hours")).to_be_checked()
    await expect(page.locator("input[data-begins]")).to_have_value("22:30")
    await expect(page.locator("input[data-ends]")).to_have_value("06:15")
    await expect(page.get_by_role("button", name="Sun", exact=True)).to_have_attribute("aria-pressed", "false")
    await expect(page.get_by_label("Messages an hour, at most, by each channel")).to_have_value("3")
    await expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")


async def test_a_homeowner_sees_rows_of_the_home_and_unsubscribes_by_the_link_of_a_mail(
    browser: Browser, address: str
) -> None:
    page = await enter(browser, address, "hana", "/account/notices", 390)
    await expect(page.locator('tr[data-event="visit.coming"]')).to_be_visible()
    await expect(page.locator('tr[data-event="alarm.critical"]')).to_have_count(0)
    await page.get_by_role("switch", name="Keep quiet hours").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Quiet hours are kept.")).to_be_visible()
    await happens(page, f"tell/hana?kind=visit.coming&weight=info&title={quote('It comes at nine')}")
    (mail,) = await arrived(page, "mails", subject="It comes at nine")
    stranger = await (await browser.new_context(base_url=address)).new_page()
    await stranger.goto(mail["link"].strip("<>"))
    await stranger.get_by_role("button", name="Turn them off").click()
    await expect(stranger.get_by_role("status")).to_contain_text("No more mails of this kind: Visit coming.")
    assert await complaints(stranger) == []
    await page.reload()
    await expect(box(page, "visit.coming", "mail")).not_to_be_checked()


async def test_an_admin_sees_what_was_given_up_and_sends_it_again_and_previews_messages(
    browser: Browser, address: str
) -> None:
    page = await enter(browser, address, "ada", "/admin/notices")
    await expect(page.get_by_text("Nothing was given up")).to_be_visible()
    await happens(page, "refuse/ada@elm.example/550")
    await happens(page, f"tell/ada?title={quote('Luba-2 was taken')}")
    await page.reload()
    row = page.locator("tbody tr", has_text="Luba-2 was taken")
    await expect(row).to_contain_text("the mail server refuses this address: 550 no such mailbox")
    await row.get_by_role("button", name="Try again: Luba-2 was taken").click()
    await expect(page.get_by_text("Nothing was given up")).to_be_visible()
    await page.get_by_label("Message").select_option("billing.trial_reminder")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(".t-preview")).to_contain_text("The trial ends in 7 days")
    mail = page.frame_locator("iframe")
    await expect(mail.get_by_role("heading", level=1)).to_contain_text("The trial ends in 7 days: $29.99")
    await page.get_by_role("link", name="Deutsch").click()
    await expect(page.locator(".t-preview")).to_contain_text("Hallo Ada Lind")
    await page.get_by_role("link", name="Text", exact=True).click()
    await expect(page.locator(".t-preview")).to_contain_text("/n/")
    await expect(page).to_have_url(re.compile("message=billing.trial_reminder&language=de&channel=sms"))


async def test_the_page_is_german_for_a_german(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "gerda", "/account/notices")
    await expect(page.locator("h1")).to_have_text("Was Sie erfahren")
    await expect(page.locator('tr[data-event="alarm.critical"]')).to_contain_text("Kritischer Alarm")


@in_every_look
async def test_no_page_breaks_an_accessibility_rule_or_scrolls_sideways(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    found: list[str] = []
    for who, path in (("gerda", "/account/notices"), ("hana", "/account/notices"), ("ada", "/admin/notices")):
        page = await enter(browser, address, who, path, width)
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await expect(page.locator("h1")).to_be_visible()
        found += [f"{who} {path}: {complaint}" for complaint in await complaints(page)]
    assert found == []
