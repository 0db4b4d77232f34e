"""Managing people: good input only, nobody locks themselves out, everything leaves a line."""

import pytest

from core.accounts import People, Role, Viewer
from core.accounts.people import PersonView
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from tests.core.accounts.conftest import PASSWORD


@pytest.fixture
async def admin(people: People, ada: PersonView) -> Viewer:
    _token, viewer = await people.sign_in(ada.email, PASSWORD)
    return viewer


@pytest.mark.parametrize("email", ["", "dana", "@elm.example", "dana@", "dana@elm", "a b@elm.example", "a@b@c.example"])
async def test_what_is_no_email_address_is_refused_with_what_was_expected(people: People, email: str) -> None:
    with pytest.raises(Invalid, match=r"expected name@host\.tld"):
        await people.create_person(email=email, role=Role.ADMIN, password=PASSWORD)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "has 5 characters, needs 10 or more"),
        ("aaaaaaaaaaaaaa", "repeats fewer than 4 different characters"),
        ("Password123", "tried first by anyone who guesses"),
        ("new@elm.example", "is the account's own name"),
        ("x1" * 150, "may have 200 at most"),
    ],
)
async def test_a_weak_password_is_refused_with_the_rule_it_breaks(people: People, password: str, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        await people.create_person(email="new@elm.example", role=Role.ADMIN, password=password)
    assert any(reason in told for told in caught.value.reasons)
    assert password not in caught.value.message


async def test_a_taken_address_is_a_conflict_whatever_its_case(people: People, dana: PersonView) -> None:
    with pytest.raises(Conflict, match="has an account already"):
        await people.create_person(email="DANA@elm.example", role=Role.ADMIN, password=PASSWORD)


async def test_an_unknown_language_is_refused(people: People) -> None:
    with pytest.raises(Invalid, match="'tlh' is not one of en, de"):
        await people.create_person(email="new@elm.example", role=Role.ADMIN, password=PASSWORD, language="tlh")


async def test_nobody_changes_their_own_role_or_closes_their_own_account(people: People, admin: Viewer) -> None:
    with pytest.raises(Conflict, match="ask another admin"):
        await people.change_person(admin.person_id, by=admin, active=False)


async def test_changing_someone_who_is_not_there_is_not_found(people: People, admin: Viewer) -> None:
    with pytest.raises(NotFound):
        await people.change_person(new_id(), by=admin, role=Role.ADMIN)


async def test_a_closed_account_opens_again_with_its_old_password(
    people: People, dana: PersonView, admin: Viewer
) -> None:
    await people.change_person(dana.id, by=admin, active=False)
    await people.change_person(dana.id, by=admin, active=True)
    await people.sign_in(dana.email, PASSWORD)


async def test_the_list_counts_live_sessions_and_tells_when_each_was_last_seen(
    people: People, dana: PersonView, admin: Viewer
) -> None:
    rows = {row.email: row for row in await people.people()}
    assert (rows["ada@elm.example"].sessions, rows["dana@elm.example"].sessions) == (1, 0)
    assert rows["ada@elm.example"].last_seen_at is not None
    assert rows["dana@elm.example"].last_seen_at is None


async def test_a_language_is_remembered_with_the_person(people: People, dana: PersonView) -> None:
    token, viewer = await people.sign_in(dana.email, PASSWORD)
    await people.set_language(viewer, "de")
    again = await people.viewer_for_token(token)
    assert again is not None
    assert again.language == "de"
