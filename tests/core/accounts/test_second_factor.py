"""The second step: codes of an app, codes on paper, passkeys; each once, and only its owner's."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from core.accounts import Entrance, FactorRules, People, Right, Role, SecondFactors, SignInRefused, Site, Tokens, Viewer
from core.accounts import Passwords as Hashes
from core.accounts.people import PersonView, SecondStepNeeded
from core.accounts.roles import PERMISSIONS
from core.accounts.second_factor import STEP_SECONDS, matching_step, new_recovery_codes, step_of
from core.accounts.sign_in_tables import RecoveryCode, SecondFactor
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.core.accounts.conftest import CHEAP, PASSWORD
from tests.core.accounts.soft_key import SoftKey
from tests.core.fleet.fakes import ReversingBox

SITE = Site("mowers.example", "https://mowers.example")


@pytest.fixture
def factors(database: Database, clock: MovableClock) -> SecondFactors:
    """Needed by roles that control, seven days after they first enter without."""
    return SecondFactors(database, clock, ReversingBox(), FactorRules(required=True, grace_days=7))


@pytest.fixture
def people(database: Database, clock: MovableClock, factors: SecondFactors) -> People:
    return People(database, clock, passwords=Hashes(CHEAP), factors=factors)


@pytest.fixture
def entrance(database: Database, clock: MovableClock, people: People, factors: SecondFactors) -> Entrance:
    return Entrance(database, clock, people, factors)


async def with_app(people: People, factors: SecondFactors, clock: MovableClock) -> tuple[Viewer, str, list[str]]:
    """Dana, the secret in her app, and her recovery codes."""
    _token, viewer = await people.sign_in("dana@elm.example", PASSWORD)
    new = await factors.begin_app(viewer)
    codes = await factors.confirm_app(viewer, new.factor_id, pyotp.TOTP(new.secret).at(clock.now()), name="Phone")
    clock.move(STEP_SECONDS * 3)
    return viewer, new.secret, codes


async def step_for(people: People) -> str:
    with pytest.raises(SecondStepNeeded) as caught:
        await people.sign_in("dana@elm.example", PASSWORD)
    return caught.value.step


async def test_with_an_app_the_password_opens_nothing_and_the_code_enters(
    people: People, factors: SecondFactors, entrance: Entrance, clock: MovableClock, dana: PersonView
) -> None:
    _viewer, secret, _codes = await with_app(people, factors, clock)
    before = len(await people.sessions(dana.id))
    step = await step_for(people)
    assert len(await people.sessions(dana.id)) == before
    assert await people.viewer_for_token(step) is None
    _token, viewer = await entrance.finish(step, pyotp.TOTP(secret).at(clock.now()))
    assert viewer.person_id == dana.id


async def test_a_used_code_is_refused_also_when_it_comes_twice_at_once(
    people: People, factors: SecondFactors, clock: MovableClock, dana: PersonView
) -> None:
    _viewer, secret, _codes = await with_app(people, factors, clock)
    code = pyotp.TOTP(secret).at(clock.now())
    assert sorted(await asyncio.gather(*(factors.use_code(dana.id, code) for _try in range(2)))) == [False, True]
    assert not await factors.use_code(dana.id, code)


async def test_the_code_that_set_the_app_up_does_not_sign_in_as_well(
    people: People, factors: SecondFactors, clock: MovableClock, dana: PersonView
) -> None:
    _token, viewer = await people.sign_in("dana@elm.example", PASSWORD)
    new = await factors.begin_app(viewer)
    code = pyotp.TOTP(new.secret).at(clock.now())
    await factors.confirm_app(viewer, new.factor_id, code, name="Phone")
    assert not await factors.use_code(dana.id, code)


@given(off=st.integers(-10, 10), now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_a_clock_off_by_one_step_is_let_pass_and_not_more(off: int, now: object) -> None:
    from datetime import UTC, datetime

    assert isinstance(now, datetime)
    at = now.replace(tzinfo=UTC)
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    code = pyotp.TOTP(secret).generate_otp(step_of(at) + off)
    near = {pyotp.TOTP(secret).generate_otp(step_of(at) + step) for step in (-1, 0, 1)}
    assert (matching_step(secret, code, at, None) is not None) == (code in near)
    assert matching_step(secret, code, at, step_of(at) + 1) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_code_is_refused(code: str, clock: MovableClock) -> None:
    assert matching_step("JBSWY3DPEHPK3PXP", code, clock.now(), None) is None


async def test_a_recovery_code_enters_once_however_it_is_typed(
    people: People, factors: SecondFactors, entrance: Entrance, clock: MovableClock, dana: PersonView
) -> None:
    _viewer, _secret, codes = await with_app(people, factors, clock)
    typed = " " + codes[0].upper().replace("-", " ")
    assert (await entrance.finish(await step_for(people), typed)).viewer.person_id == dana.id
    assert await factors.codes_left(dana.id) == 9
    with pytest.raises(SignInRefused):
        await entrance.finish(await step_for(people), codes[0])


async def test_recovery_codes_are_kept_as_digests_and_apps_sealed(
    people: People, factors: SecondFactors, clock: MovableClock, database: Database, dana: PersonView
) -> None:
    _viewer, secret, codes = await with_app(people, factors, clock)
    async with database.session() as session:
        kept = [row.code_hash for row in (await session.exec(select(RecoveryCode))).all()]
        sealed = [row.sealed for row in (await session.exec(select(SecondFactor))).all()]
    assert len(set(kept)) == 10
    assert not any(code.replace("-", "") in digest for code in codes for digest in kept)
    assert sealed != [secret]
    lines = await people.audit.lines(action="factor.")
    assert not any(secret in str(line) or any(code in str(line) for code in codes) for line in lines)


async def test_new_recovery_codes_end_the_old_ones(
    people: People, factors: SecondFactors, clock: MovableClock, dana: PersonView
) -> None:
    viewer, _secret, old = await with_app(people, factors, clock)
    new = await factors.renew_codes(viewer)
    assert not await factors.use_code(dana.id, old[1])
    assert await factors.use_code(dana.id, new[1])


async def test_recovery_codes_of_one_open_nothing_of_another(
    people: People, factors: SecondFactors, clock: MovableClock, dana: PersonView, ada: PersonView
) -> None:
    _viewer, _secret, codes = await with_app(people, factors, clock)
    assert not await factors.use_code(ada.id, codes[0])


async def test_five_wrong_codes_wait_and_a_stranger_cannot_cause_it(
    people: People, factors: SecondFactors, entrance: Entrance, clock: MovableClock, dana: PersonView
) -> None:
    _viewer, secret, _codes = await with_app(people, factors, clock)
    step = await step_for(people)
    for _try in range(5):
        with pytest.raises(SignInRefused):
            await entrance.finish(step, "nonsense")
    with pytest.raises(SignInRefused, match="Too many"):
        await entrance.finish(step, pyotp.TOTP(secret).at(clock.now()))
    clock.move(16 * 60)
    assert await entrance.finish(await step_for(people), pyotp.TOTP(secret).at(clock.now()))


async def test_a_step_is_over_after_ten_minutes_and_after_one_use(
    people: People, factors: SecondFactors, entrance: Entrance, clock: MovableClock, dana: PersonView
) -> None:
    _viewer, secret, codes = await with_app(people, factors, clock)
    used, late = await step_for(people), await step_for(people)
    await entrance.finish(used, codes[2])
    with pytest.raises(NotAllowed, match="begin again"):
        await entrance.finish(used, codes[3])
    clock.move(10 * 60)
    with pytest.raises(NotAllowed, match="begin again"):
        await entrance.finish(late, pyotp.TOTP(secret).at(clock.now()))


async def test_an_app_counts_only_once_its_code_was_told(
    people: People, factors: SecondFactors, clock: MovableClock, dana: PersonView, ada: PersonView
) -> None:
    _token, viewer = await people.sign_in("dana@elm.example", PASSWORD)
    new = await factors.begin_app(viewer)
    with pytest.raises(Invalid, match="check the clock"):
        await factors.confirm_app(viewer, new.factor_id, "000000x", name="Phone")
    assert await people.sign_in("dana@elm.example", PASSWORD)
    other = (await people.sign_in("ada@elm.example", PASSWORD)).viewer
    with pytest.raises(NotFound):
        await factors.confirm_app(other, new.factor_id, pyotp.TOTP(new.secret).at(clock.now()), name="Mine")
    with pytest.raises(NotFound):
        await factors.remove(other, new.factor_id)


async def with_passkey(people: People, factors: SecondFactors, key: SoftKey) -> Viewer:
    _token, viewer = await people.sign_in("dana@elm.example", PASSWORD)
    options, step = await factors.begin_passkey(viewer, SITE)
    await factors.finish_passkey(viewer, SITE, step, key.make(options), name="Key")
    return viewer


async def test_a_passkey_is_the_second_step(
    people: People, factors: SecondFactors, entrance: Entrance, dana: PersonView
) -> None:
    key = SoftKey(verified=False)
    await with_passkey(people, factors, key)
    options, secret = await entrance.passkey_options(SITE, await step_for(people))
    assert [known["id"] for known in options["allowCredentials"]] == await factors.passkeys_of(dana.id)
    assert (await entrance.finish_passkey(SITE, secret, key.prove(dict(options)))).viewer.person_id == dana.id


async def test_a_passkey_alone_enters_if_it_knows_who_holds_it(
    people: People, factors: SecondFactors, entrance: Entrance, dana: PersonView
) -> None:
    key = SoftKey()
    await with_passkey(people, factors, key)
    for verified in (False, True):
        key.verified = verified
        options, secret = await entrance.passkey_options(SITE)
        if verified:
            assert (await entrance.finish_passkey(SITE, secret, key.prove(dict(options)))).viewer.person_id == dana.id
        else:
            with pytest.raises(NotAllowed):
                await entrance.finish_passkey(SITE, secret, key.prove(dict(options)))


@pytest.mark.parametrize("fault", ["origin", "site", "challenge", "key", "replay", "counter", "unknown", "nonsense"])
async def test_a_forged_passkey_is_refused(
    people: People, factors: SecondFactors, entrance: Entrance, dana: PersonView, fault: str
) -> None:
    key = SoftKey(counts=5)
    await with_passkey(people, factors, key)
    options, secret = await entrance.passkey_options(SITE)
    given = dict(options)
    thief = {
        "origin": replace(key, origin="https://mowers.example.evil"),
        "site": replace(key, rp_id="evil.example"),
        "key": replace(key, key=SoftKey().key),
        "unknown": SoftKey(),
    }.get(fault, key)
    if fault == "challenge":
        given["challenge"] = "AAAA"
    if fault == "counter":
        key.counts = 1
    answer = "{}" if fault == "nonsense" else thief.prove(given)
    if fault == "replay":
        await entrance.finish_passkey(SITE, secret, answer)
    with pytest.raises(NotAllowed):
        await entrance.finish_passkey(SITE, secret, answer)


async def test_another_persons_passkey_does_not_finish_a_sign_in(
    people: People, factors: SecondFactors, entrance: Entrance, clock: MovableClock, dana: PersonView, ada: PersonView
) -> None:
    key = SoftKey()
    await with_passkey(people, factors, key)
    admin = (await people.sign_in("ada@elm.example", PASSWORD)).viewer
    mine = SoftKey()
    options, step = await factors.begin_passkey(admin, SITE)
    await factors.finish_passkey(admin, SITE, step, mine.make(options), name="Ada's")
    asked, secret = await entrance.passkey_options(SITE, await step_for(people))
    with pytest.raises(NotAllowed):
        await entrance.finish_passkey(SITE, secret, mine.prove(dict(asked)))


async def test_one_passkey_is_taken_in_once(people: People, factors: SecondFactors, dana: PersonView) -> None:
    key = SoftKey()
    viewer = await with_passkey(people, factors, key)
    options, step = await factors.begin_passkey(viewer, SITE)
    with pytest.raises(Conflict, match="in use"):
        await factors.finish_passkey(viewer, SITE, step, key.make(options), name="Again")


async def test_taking_the_last_factor_away_takes_the_paper_with_it(
    people: People, factors: SecondFactors, clock: MovableClock, dana: PersonView
) -> None:
    viewer, _secret, codes = await with_app(people, factors, clock)
    await factors.remove(viewer, (await factors.of(dana.id))[0].id)
    assert not await factors.use_code(dana.id, codes[0])
    assert (await people.sign_in("dana@elm.example", PASSWORD)).viewer.person_id == dana.id


def test_roles_that_move_mowers_or_money_need_a_factor_and_no_other() -> None:
    rules = FactorRules(required=True)
    need = {role for role in Role if rules.requires(role)}
    assert need == {Role.ADMIN, Role.DISPATCHER, Role.TECHNICIAN}
    assert not any(FactorRules(required=False).requires(role) for role in Role)
    for role in set(Role) - need - {Role.SERVICE}:
        assert not PERMISSIONS[role] & {Right.COMMAND_MOWERS, Right.MANAGE_BILLING}


async def test_after_the_grace_nothing_is_allowed_before_a_factor_is_set_up(
    people: People, factors: SecondFactors, clock: MovableClock, dana: PersonView
) -> None:
    token, viewer = await people.sign_in("dana@elm.example", PASSWORD)
    assert viewer.factor_due_at == clock.now() + timedelta(days=7)
    assert viewer.may(Right.COMMAND_MOWERS)
    clock.move(7 * 86_400)
    token, viewer = await people.sign_in("dana@elm.example", PASSWORD)
    assert viewer.factor_first
    assert not any(viewer.may(right) for right in Right)
    new = await factors.begin_app(viewer)
    await factors.confirm_app(viewer, new.factor_id, pyotp.TOTP(new.secret).at(clock.now()), name="Phone")
    after = await people.viewer_for_token(token)
    assert after is not None
    assert after.may(Right.COMMAND_MOWERS)


async def test_whoever_controls_nothing_is_not_asked_for_a_factor(people: People, clock: MovableClock) -> None:
    await people.create_person(email="hugo@elm.example", role=Role.HOMEOWNER, password=PASSWORD)
    _token, viewer = await people.sign_in("hugo@elm.example", PASSWORD)
    assert viewer.factor_due_at is None


def test_recovery_codes_differ_and_hold_no_letter_that_is_read_as_another() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert not set("".join(codes)) & set("il1o0")


async def test_a_program_needs_the_second_factor_too_and_a_password_alone_opens_nothing(
    database: Database, people: People, factors: SecondFactors, clock: MovableClock, dana: PersonView
) -> None:
    viewer, secret, _codes = await with_app(people, factors, clock)
    tokens = Tokens(database, clock, people, ReversingBox())
    open_before = len(await people.sessions(viewer.person_id))
    with pytest.raises(SecondStepNeeded):
        await tokens.login(dana.email, PASSWORD)
    assert len(await people.sessions(viewer.person_id)) == open_before
    pair = await tokens.login(dana.email, PASSWORD, code=pyotp.TOTP(secret).at(clock.now()))
    assert pair.viewer.person_id == viewer.person_id
