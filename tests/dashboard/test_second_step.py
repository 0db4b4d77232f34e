"""The second step in the browser's hands: no session before it, none but its owner's after it, no word too many."""

import json

import pyotp
import pytest

from core.accounts import Role, Viewer
from core.accounts.second_factor import STEP_SECONDS
from tests.core.accounts.soft_key import SoftKey
from tests.dashboard.conftest import HTML, PASSWORD, Site

ORIGIN = {"origin": "http://test"}


async def with_app(site: Site) -> tuple[Viewer, pyotp.TOTP, list[str]]:
    _token, viewer = await site.people.sign_in("dispatcher@elm.example", PASSWORD)
    assert site.people.factors is not None
    new = await site.people.factors.begin_app(viewer)
    app = pyotp.TOTP(new.secret)
    codes = await site.people.factors.confirm_app(viewer, new.factor_id, app.at(site.clock.now()), name="Phone")
    site.clock.move(3 * STEP_SECONDS)
    return viewer, app, codes


async def test_the_password_leads_to_the_second_step_and_signs_nobody_in(site: Site) -> None:
    await with_app(site)
    answer = await site.sign_in(Role.DISPATCHER, next="/fleet")
    assert answer.headers["location"] == "/sign-in/second?next=%2Ffleet"
    assert "mowthos_session" not in site.browser.cookies
    assert (await site.browser.get("/fleet", headers=HTML)).status_code == 303
    page = (await site.browser.get("/sign-in/second?next=/fleet")).text
    assert 'autocomplete="one-time-code"' in page
    assert "<script" not in page  # there is no passkey to ask for


async def test_the_right_code_signs_in_and_leads_on_and_a_wrong_one_is_told(site: Site) -> None:
    _viewer, app, _codes = await with_app(site)
    await site.sign_in(Role.DISPATCHER)
    wrong = await site.browser.post("/sign-in/second", data={"code": "nonsense"}, headers=ORIGIN)
    assert wrong.status_code == 401
    assert "The code is wrong" in wrong.text
    right = {"code": app.at(site.clock.now()), "next": "/fleet"}
    answer = await site.browser.post("/sign-in/second", data=right, headers=ORIGIN)
    assert answer.headers["location"] == "/fleet"
    assert (await site.browser.get("/fleet", headers=HTML)).status_code == 200


async def test_the_second_step_leads_to_no_other_site(site: Site) -> None:
    _viewer, _app, codes = await with_app(site)
    await site.sign_in(Role.DISPATCHER)
    data = {"code": codes[0], "next": "https://evil.example"}
    answer = await site.browser.post("/sign-in/second", data=data, headers=ORIGIN)
    assert answer.headers["location"] == "/fleet"


@pytest.mark.parametrize("cookie", ["", "made-up"])
async def test_without_a_password_there_is_no_second_step(site: Site, cookie: str) -> None:
    await with_app(site)
    if cookie:
        site.browser.cookies["mowthos_step"] = cookie
    answer = await site.browser.post("/sign-in/second", data={"code": "000000"}, headers=ORIGIN)
    assert answer.headers["location"] == "/sign-in?ended=1"
    options = await site.browser.post("/sign-in/passkey/options", headers=ORIGIN)
    assert options.status_code == 403


async def test_a_passkey_alone_signs_in_also_while_strangers_guess(site: Site) -> None:
    _token, viewer = await site.people.sign_in("dispatcher@elm.example", PASSWORD)
    factors, key = site.people.factors, SoftKey("test", "http://test")
    assert factors is not None
    from core.accounts import Site as Place

    options, step = await factors.begin_passkey(viewer, Place("test", "http://test"))
    await factors.finish_passkey(viewer, Place("test", "http://test"), step, key.make(options), name="Key")
    for _try in range(6):
        assert (await site.sign_in(Role.DISPATCHER, password="a guess")).status_code == 401
    given = await site.browser.post("/sign-in/passkey/options", data={"alone": "true"}, headers=ORIGIN)
    credential = key.prove(json.loads(given.text))
    answer = await site.browser.post("/sign-in/passkey", data={"credential": credential}, headers=ORIGIN)
    assert answer.json() == {"to": "/fleet"}
    assert (await site.browser.get("/fleet", headers=HTML)).status_code == 200
    site.browser.cookies.clear()
    again = await site.browser.post("/sign-in/passkey", data={"credential": credential}, headers=ORIGIN)
    assert again.status_code == 401


async def test_a_browser_that_was_in_before_enters_while_strangers_guess(site: Site) -> None:
    await site.sign_in(Role.ADMIN)
    known = site.browser.cookies["mowthos_browser"]
    site.browser.cookies.clear()
    for _try in range(5):
        await site.sign_in(Role.ADMIN, password="a guess")
    locked = await site.sign_in(Role.ADMIN)
    assert locked.status_code == 401
    assert 'name="code"' in locked.text
    site.browser.cookies["mowthos_browser"] = known
    assert (await site.sign_in(Role.ADMIN)).status_code == 303


async def test_a_role_that_controls_is_led_to_its_second_factor_once_the_grace_is_over(site: Site) -> None:
    await site.sign_in(Role.DISPATCHER)
    assert (await site.browser.get("/fleet", headers=HTML)).status_code == 200
    site.clock.move(7 * 86_400)
    answer = await site.sign_in(Role.DISPATCHER)
    assert answer.headers["location"] == "/account/security"
    page = await site.browser.get("/fleet", headers=HTML)
    assert page.headers["location"] == "/account/security"
    assert (await site.browser.get("/fleet")).status_code == 403
