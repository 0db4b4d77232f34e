"""Whoever guesses at an address slows themselves, and never shuts its owner out."""

import pyotp
import pytest

from core.accounts import FactorRules, People, Role, SecondFactors, SignInRefused
from core.accounts.people import PersonView
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from tests.core.accounts.conftest import PASSWORD
from tests.core.fleet.fakes import ReversingBox


async def guessed(people: People, tries: int = 5, browser: str = "") -> None:
    for _try in range(tries):
        with pytest.raises(SignInRefused):
            await people.sign_in("dana@elm.example", "a guess", browser=browser)


async def test_a_known_browser_enters_while_strangers_guess(people: People, dana: PersonView) -> None:
    browser = await people.remember_browser(dana.id, "")
    await guessed(people)
    with pytest.raises(SignInRefused, match="Too many"):
        await people.sign_in("dana@elm.example", PASSWORD)
    assert (await people.sign_in("dana@elm.example", PASSWORD, browser=browser)).viewer.person_id == dana.id


async def test_a_stolen_cookie_gives_no_more_guesses_than_a_stranger_has(people: People, dana: PersonView) -> None:
    browser = await people.remember_browser(dana.id, "")
    await guessed(people, browser=browser)
    with pytest.raises(SignInRefused, match="Too many"):
        await people.sign_in("dana@elm.example", PASSWORD, browser=browser)


async def test_a_browser_known_of_one_is_a_stranger_to_another(
    people: People, dana: PersonView, ada: PersonView
) -> None:
    browser = await people.remember_browser(ada.id, "")
    await guessed(people)
    with pytest.raises(SignInRefused, match="Too many"):
        await people.sign_in("dana@elm.example", PASSWORD, browser=browser)


async def test_a_known_browser_is_forgotten_with_a_new_password_and_after_half_a_year(
    people: People, dana: PersonView, clock: MovableClock
) -> None:
    first = await people.remember_browser(dana.id, "")
    assert await people.remember_browser(dana.id, first) == first
    viewer = (await people.sign_in("dana@elm.example", PASSWORD)).viewer
    await people.change_password(viewer, PASSWORD, "another horse battery")
    assert await people.remember_browser(dana.id, first) != first
    second = await people.remember_browser(dana.id, "")
    clock.move(181 * 86_400)
    assert await people.remember_browser(dana.id, second) != second


async def test_password_and_code_together_enter_while_strangers_guess(
    people: People, dana: PersonView, database: Database, clock: MovableClock
) -> None:
    people.factors = SecondFactors(database, clock, ReversingBox(), FactorRules())
    viewer = (await people.sign_in("dana@elm.example", PASSWORD)).viewer
    new = await people.factors.begin_app(viewer)
    app = pyotp.TOTP(new.secret)
    await people.factors.confirm_app(viewer, new.factor_id, app.at(clock.now()), name="Phone")
    clock.move(60)
    await guessed(people)
    said = set()
    for password, code in ((PASSWORD, ""), (PASSWORD, "000000"), ("a guess", app.at(clock.now()))):
        with pytest.raises(SignInRefused) as caught:
            await people.sign_in("dana@elm.example", password, code=code)
        said.add(str(caught.value))
    assert len(said) == 1  # a guesser does not learn which of the two was right
    assert await people.sign_in("dana@elm.example", PASSWORD, code=app.at(clock.now()))


async def test_a_made_up_code_opens_no_locked_account_without_a_factor(people: People, dana: PersonView) -> None:
    await guessed(people)
    with pytest.raises(SignInRefused, match="Too many"):
        await people.sign_in("dana@elm.example", PASSWORD, code="000000")


async def test_a_program_has_no_browser_session(people: People) -> None:
    await people.create_person(email="feed@elm.example", role=Role.SERVICE, password=PASSWORD)
    with pytest.raises(SignInRefused):
        await people.sign_in("feed@elm.example", PASSWORD)


async def test_changing_the_password_asks_for_the_old_one_and_ends_the_other_sessions(
    people: People, dana: PersonView
) -> None:
    other = await people.sign_in("dana@elm.example", PASSWORD)
    token, viewer = await people.sign_in("dana@elm.example", PASSWORD)
    with pytest.raises(SignInRefused):
        await people.change_password(viewer, "not the one", "another horse battery")
    with pytest.raises(Invalid):
        await people.change_password(viewer, PASSWORD, "short")
    await people.change_password(viewer, PASSWORD, "another horse battery")
    assert await people.viewer_for_token(token) is not None
    assert await people.viewer_for_token(other.token) is None
    assert await people.sign_in("dana@elm.example", "another horse battery")


async def test_one_ends_only_sessions_of_their_own(people: People, dana: PersonView, ada: PersonView) -> None:
    viewer = (await people.sign_in("dana@elm.example", PASSWORD)).viewer
    admin = (await people.sign_in("ada@elm.example", PASSWORD)).viewer
    assert admin.session_id is not None
    with pytest.raises(NotFound):
        await people.revoke_own(viewer, admin.session_id)
    assert await people.session_alive(admin.session_id)
    with pytest.raises(Conflict):
        await people.change_person(ada.id, by=admin, role=Role.AUDITOR)
