"""The gate: who gets in, where they land, what is refused and how it is told."""

import pytest

from core.accounts import Role
from tests.dashboard.conftest import HTML, PASSWORD, Site


@pytest.mark.parametrize(
    ("role", "landing"),
    [
        (Role.ADMIN, "/admin"),
        (Role.DISPATCHER, "/fleet"),
        (Role.TECHNICIAN, "/mowers"),
        (Role.HOMEOWNER, "/home"),
    ],
)
async def test_each_role_lands_on_its_own_page(site: Site, role: Role, landing: str) -> None:
    answer = await site.sign_in(role)
    assert (answer.status_code, answer.headers["location"]) == (303, landing)
    assert (await site.browser.get("/")).headers["location"] == landing


async def test_a_stranger_is_led_to_sign_in_and_back_to_where_they_wanted_to_go(site: Site) -> None:
    answer = await site.browser.get("/fleet?q=elm", headers=HTML)
    assert answer.headers["location"] == "/sign-in?next=%2Ffleet%3Fq%3Delm"
    page = await site.browser.get(answer.headers["location"])
    assert 'name="next" value="/fleet?q=elm"' in page.text
    signed_in = await site.sign_in(Role.DISPATCHER, next="/fleet?q=elm")
    assert signed_in.headers["location"] == "/fleet?q=elm"


async def test_a_program_without_a_session_gets_401_and_no_redirect(site: Site) -> None:
    assert (await site.browser.get("/fleet")).status_code == 401


async def test_the_wrong_role_gets_a_403_page_that_leads_on(site: Site) -> None:
    await site.sign_in(Role.HOMEOWNER)
    answer = await site.browser.get("/fleet", headers=HTML)
    assert answer.status_code == 403
    assert "Not for your role" in answer.text
    assert 'href="/"' in answer.text


async def test_an_address_without_a_page_gets_the_404_page(site: Site) -> None:
    answer = await site.browser.get("/nothing", headers=HTML)
    assert answer.status_code == 404
    assert "Page not found" in answer.text


async def test_a_thing_that_is_not_there_says_which(site: Site) -> None:
    answer = await site.browser.get("/gone", headers=HTML)
    assert answer.status_code == 404
    assert "no mower named &#x27;Gone&#x27;" in answer.text


async def test_a_page_that_breaks_shows_the_id_of_its_log_line_and_none_of_its_insides(site: Site) -> None:
    answer = await site.browser.get("/broken", headers=HTML)
    assert answer.status_code == 500
    assert "the insides" not in answer.text
    assert 'class="m-code"' in answer.text


async def test_a_session_that_ended_leads_to_sign_in_and_says_so(site: Site) -> None:
    await site.sign_in(Role.DISPATCHER)
    site.clock.move(13 * 3600)
    answer = await site.browser.get("/fleet", headers=HTML)
    assert answer.headers["location"] == "/sign-in?ended=1&next=%2Ffleet"
    assert "Your session has ended" in (await site.browser.get(answer.headers["location"])).text


async def test_open_pages_learn_from_the_session_route_whether_they_are_still_signed_in(site: Site) -> None:
    assert (await site.browser.get("/session")).status_code == 401
    await site.sign_in(Role.DISPATCHER)
    assert (await site.browser.get("/session")).json()["signed_in"] is True


async def test_the_language_of_the_person_is_spoken_from_the_first_byte(site: Site) -> None:
    await site.sign_in(Role.DISPATCHER)
    assert (await site.browser.get("/fleet")).text == "The dispatcher: Sign out"
    answer = await site.browser.post("/account/language", data={"language": "de"}, headers={"origin": "http://test"})
    assert answer.status_code == 204
    assert (await site.browser.get("/fleet")).text == "The dispatcher: Abmelden"


async def test_before_sign_in_the_browsers_wish_decides_the_language(site: Site) -> None:
    page = await site.browser.get("/sign-in", headers={"accept-language": "de-AT,de;q=0.9,en;q=0.5"})
    assert '<html lang="de"' in page.text
    assert "Passwort" in page.text


async def test_the_theme_a_browser_chose_stands_in_the_first_byte(site: Site) -> None:
    site.browser.cookies.set("mowthos_theme", "dark")
    assert 'data-theme="dark"' in (await site.browser.get("/sign-in")).text
    site.browser.cookies.set("mowthos_theme", '"><script>')
    assert 'data-theme="auto"' in (await site.browser.get("/sign-in")).text


async def test_every_answer_carries_the_id_of_its_request(site: Site) -> None:
    first, second = [(await site.browser.get("/sign-in")).headers["x-request-id"] for _ in range(2)]
    assert first != second


async def test_the_demo_people_are_one_click_away_and_the_click_works(site: Site) -> None:
    page = await site.browser.get("/sign-in")
    assert page.text.count("<form") == 2
    assert f'name="password" value="{PASSWORD}"' in page.text
