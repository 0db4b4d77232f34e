"""Programs sign in: short tokens anyone can check, refresh tokens that are good once, keys that are replaced."""

from datetime import timedelta
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from core.accounts import People, RefreshRefused, SignInRefused, Tokens
from core.accounts.people import PersonView
from core.accounts.token_keys import ROTATE_EVERY
from core.clock import MovableClock
from core.db import Database
from tests.core.accounts.conftest import PASSWORD
from tests.core.fleet.fakes import ReversingBox


@pytest.fixture
def tokens(database: Database, clock: MovableClock, people: People) -> Tokens:
    return Tokens(database, clock, people, ReversingBox())


async def test_an_access_token_stands_for_its_person_until_it_runs_out(
    tokens: Tokens, dana: PersonView, clock: MovableClock
) -> None:
    pair = await tokens.login(dana.email, PASSWORD)
    assert pair.expires_in == 3_600
    viewer = await tokens.viewer(pair.access)
    assert viewer is not None and viewer.person_id == dana.id
    assert viewer.expires_at == clock.now() + timedelta(hours=1)
    clock.move(3_601)
    assert await tokens.viewer(pair.access) is None


async def test_anyone_can_check_a_token_with_the_published_keys_and_nothing_private_is_published(
    tokens: Tokens, dana: PersonView
) -> None:
    pair = await tokens.login(dana.email, PASSWORD)
    published = await tokens.keys.public()
    read = jwt.decode(pair.access, KeySet.import_key_set(published), algorithms=["ES256"])
    assert read.claims["sub"] == str(dana.id)
    assert all("d" not in key for key in published["keys"])


async def test_a_refresh_token_leads_on_once_and_a_second_use_ends_the_whole_session(
    tokens: Tokens, people: People, dana: PersonView
) -> None:
    first = await tokens.login(dana.email, PASSWORD)
    second = await tokens.refresh(first.refresh)
    assert await tokens.viewer(second.access) is not None
    ended: list[UUID] = []
    people.session_ended.subscribe(ended.append)
    with pytest.raises(RefreshRefused, match="used before"):
        await tokens.refresh(first.refresh)
    assert ended == [first.viewer.session_id]
    assert await tokens.viewer(first.access) is None and await tokens.viewer(second.access) is None
    with pytest.raises(RefreshRefused):
        await tokens.refresh(second.refresh)
    assert "session.refresh_reused" in [line.action for line in await people.audit.lines()]


async def test_the_thief_of_one_login_does_not_end_another(tokens: Tokens, dana: PersonView) -> None:
    copied, other = await tokens.login(dana.email, PASSWORD), await tokens.login(dana.email, PASSWORD)
    await tokens.refresh(copied.refresh)
    with pytest.raises(RefreshRefused):
        await tokens.refresh(copied.refresh)
    assert await tokens.viewer(other.access) is not None


async def test_a_program_stays_signed_in_while_it_refreshes_and_not_beyond_its_days(
    tokens: Tokens, dana: PersonView, clock: MovableClock
) -> None:
    pair = await tokens.login(dana.email, PASSWORD)
    for _turn in range(3):
        clock.move(29 * 86_400)
        pair = await tokens.refresh(pair.refresh)
    clock.move(31 * 86_400)
    with pytest.raises(RefreshRefused):
        await tokens.refresh(pair.refresh)


async def test_a_revoked_session_refuses_its_access_token_at_once(
    tokens: Tokens, people: People, dana: PersonView
) -> None:
    pair = await tokens.login(dana.email, PASSWORD)
    await people.revoke(dana.id, by=pair.viewer)
    assert await tokens.viewer(pair.access) is None


async def test_forged_tokens_stand_for_nobody(tokens: Tokens, dana: PersonView, clock: MovableClock) -> None:
    pair = await tokens.login(dana.email, PASSWORD)
    kid = (await tokens.keys.newest()).kid
    claims = {
        "iss": "mowthos", "aud": "mowthos-api", "sub": str(dana.id), "sid": str(pair.viewer.session_id),
        "exp": int(clock.now().timestamp()) + 900,
    }  # fmt: skip
    foreign = ECKey.generate_key("P-256", private=True)
    head, body, signature = pair.access.split(".")
    own = await tokens.keys.newest()
    for forged in (
        jwt.encode({"alg": "ES256", "kid": kid, "typ": "at+jwt"}, claims, foreign),
        jwt.encode({"alg": "ES256", "kid": "nobody", "typ": "at+jwt"}, claims, foreign),
        jwt.encode({"alg": "ES256", "kid": kid, "typ": "at+jwt"}, claims | {"aud": "another"}, own.jwk),
        jwt.encode({"alg": "ES256", "kid": kid, "typ": "at+jwt"}, claims | {"sid": "no id"}, own.jwk),
        jwt.encode({"alg": "ES256", "kid": kid, "typ": "id+jwt"}, claims, own.jwk),
        f"{head}.{body}.",
        f"{head}.{body}x.{signature}",
        "eyJhbGciOiJub25lIn0." + body + ".",
        "a.b.c",
    ):
        assert await tokens.viewer(forged) is None, forged


async def test_a_new_key_signs_while_tokens_of_the_old_one_still_hold_and_then_the_old_one_goes(
    tokens: Tokens, dana: PersonView, clock: MovableClock
) -> None:
    old = await tokens.login(dana.email, PASSWORD)
    assert await tokens.keys.rotate() == 1
    assert await tokens.keys.rotate(now_at_once=True) == 2
    new = await tokens.login(dana.email, PASSWORD)
    assert await tokens.viewer(old.access) is not None and await tokens.viewer(new.access) is not None
    kids = [key["kid"] for key in (await tokens.keys.public())["keys"]]
    clock.move(2 * 3_600)
    assert await tokens.keys.rotate() == 1
    assert [key["kid"] for key in (await tokens.keys.public())["keys"]] == kids[1:]
    clock.move(ROTATE_EVERY.total_seconds())
    assert await tokens.keys.rotate() == 2


async def test_a_key_that_another_process_made_is_read(
    tokens: Tokens, dana: PersonView, database: Database, clock: MovableClock, people: People
) -> None:
    other = Tokens(database, clock, people, ReversingBox())
    await other.keys.newest()
    await tokens.keys.rotate(now_at_once=True)
    pair = await tokens.login(dana.email, PASSWORD)
    assert await other.viewer(pair.access) is not None


async def test_a_wrong_password_makes_no_token(tokens: Tokens, dana: PersonView) -> None:
    with pytest.raises(SignInRefused):
        await tokens.login(dana.email, "not the one")
