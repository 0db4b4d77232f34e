"""The sign-in form: works with password managers, tells nothing of accounts, sends nobody to another site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts import Role
from dashboard.pages.sign_in import safe_target
from tests.dashboard.conftest import Site


async def test_the_form_names_its_fields_as_password_managers_expect(site: Site) -> None:
    page = (await site.browser.get("/sign-in")).text
    assert 'name="email" type="email" autocomplete="username"' in page
    assert 'name="password" type="password" autocomplete="current-password"' in page
    assert "<script" not in page


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(site: Site) -> None:
    cookie = (await site.sign_in(Role.DISPATCHER)).headers["set-cookie"]
    assert cookie.startswith("mowthos_session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


async def test_over_https_the_cookie_is_never_sent_in_the_clear(site: Site) -> None:
    headers = {"origin": "http://test", "x-forwarded-proto": "https"}
    data = {"email": "admin@elm.example", "password": "correct horse battery"}
    answer = await site.browser.post("/sign-in", data=data, headers=headers)
    assert "Secure" in answer.headers["set-cookie"]


async def test_a_wrong_password_keeps_the_address_and_never_the_password(site: Site) -> None:
    answer = await site.sign_in(Role.ADMIN, password="not the one")
    assert answer.status_code == 401
    assert "The email or the password is wrong." in answer.text
    assert 'value="admin@elm.example"' in answer.text
    assert "not the one" not in answer.text


async def test_wrong_password_and_unknown_account_get_the_same_page(site: Site) -> None:
    pages = [
        (await site.sign_in(Role.ADMIN, email=email, password="not the one")).text.replace(email, "?")
        for email in ("admin@elm.example", "ghost@elm.example")
    ]
    assert pages[0] == pages[1]


async def test_a_locked_account_is_told_for_how_long(site: Site) -> None:
    for _try in range(5):
        await site.sign_in(Role.ADMIN, password="not the one")
    answer = await site.sign_in(Role.ADMIN)
    assert answer.status_code == 401
    assert "Try again in 15 min." in answer.text


async def test_a_network_that_fails_too_often_is_told_to_wait(site: Site) -> None:
    for attempt in range(30):
        await site.sign_in(Role.ADMIN, email=f"guess{attempt}@elm.example", password="not the one")
    answer = await site.sign_in(Role.ADMIN)
    assert answer.status_code == 429
    assert "from your network" in answer.text


async def test_an_empty_form_says_what_to_enter(site: Site) -> None:
    answer = await site.sign_in(Role.ADMIN, email="", password="")
    assert answer.status_code == 400
    assert "Enter your email and your password." in answer.text


async def test_what_was_typed_is_shown_as_text(site: Site) -> None:
    answer = await site.sign_in(Role.ADMIN, email='"><script>alert(1)</script>', password="not the one")
    assert "<script" not in answer.text


async def test_signing_out_ends_the_session_on_the_server(site: Site) -> None:
    await site.sign_in(Role.DISPATCHER)
    token = site.browser.cookies["mowthos_session"]
    answer = await site.browser.post("/sign-out", headers={"origin": "http://test"})
    assert answer.headers["location"] == "/sign-in"
    assert await site.people.viewer_for_token(token) is None


async def test_a_link_cannot_sign_anybody_out(site: Site) -> None:
    await site.sign_in(Role.DISPATCHER)
    assert (await site.browser.get("/sign-out")).status_code == 405
    assert (await site.browser.get("/session")).status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "/\n/evil.example", "javascript:alert(1)", "evil.example", "http:/evil.example", " /fleet", "/sign-in",
        "/sign-out", "",
    ],
)  # fmt: skip
def test_no_target_leads_to_another_site_or_in_a_circle(target: str) -> None:
    assert safe_target(target) == ""


@pytest.mark.parametrize("target", ["/fleet", "/mowers?q=a%2Fb&sort=age", "/fleet#x", "/"])
def test_an_address_of_ours_is_kept_as_it_is(target: str) -> None:
    assert safe_target(target) == target


@given(st.text(alphabet=st.sampled_from("/\\:.@?#%\t\n ahtps"), max_size=30))
def test_whatever_is_kept_starts_with_exactly_one_slash(target: str) -> None:
    kept = safe_target(target)
    assert kept in {"", target}
    assert not kept.startswith("//")
    assert kept == "" or kept.startswith("/")
