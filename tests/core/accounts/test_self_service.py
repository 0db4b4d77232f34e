"""Sign-up and new passwords by mail: single use, ending, counted, and silent about which accounts exist."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.accounts import (
    ConsentKind,
    MailKind,
    People,
    Role,
    SelfService,
    SignInRefused,
    TokenKind,
    forget_account_mails,
)
from core.accounts.people import PersonView
from core.accounts.self_service import MOST_AN_HOUR, RESET_LIFE, SIGN_UP_LIFE
from core.accounts.tables import AccountToken
from core.clock import MovableClock
from core.db import Database
from core.db.reads.consents import consents_of
from core.errors import Conflict, Invalid, NotFound
from tests.core.accounts.conftest import PASSWORD

NEW_PASSWORD = "a fresh meadow in June"


@pytest.fixture
def service(database: Database, clock: MovableClock, people: People) -> SelfService:
    return SelfService(database, clock, people)


async def secret_for(service: SelfService, email: str = "nora@elm.example", home_id: int | None = 12) -> str:
    mail = await service.sign_up(email=email, name="Nora  Lind", language="de", home_id=home_id)
    assert mail is not None and mail.kind is MailKind.VERIFY
    return mail.secret


async def test_a_proven_address_becomes_a_homeowners_account_with_the_password_chosen_then(
    service: SelfService, people: People
) -> None:
    secret = await secret_for(service)
    assert await service.good(TokenKind.SIGN_UP, secret)
    signed_up = await service.confirm(secret, NEW_PASSWORD)
    assert signed_up.home_id == 12
    _token, viewer = await people.sign_in("nora@elm.example", NEW_PASSWORD)
    assert (viewer.person_id, viewer.role, viewer.name, viewer.language) == (
        signed_up.person_id, Role.HOMEOWNER, "Nora Lind", "de",
    )  # fmt: skip
    assert "person.sign_up" in [line.action for line in await people.audit.lines()]


async def test_a_link_is_good_once_and_for_its_time_and_a_weak_password_uses_nothing_up(
    service: SelfService, clock: MovableClock
) -> None:
    secret = await secret_for(service)
    with pytest.raises(Invalid, match="needs 10 or more"):
        await service.confirm(secret, "short")
    await service.confirm(secret, NEW_PASSWORD)
    with pytest.raises(NotFound, match="used up"):
        await service.confirm(secret, NEW_PASSWORD)
    late = await secret_for(service, "late@elm.example")
    clock.move(SIGN_UP_LIFE.total_seconds())
    assert not await service.good(TokenKind.SIGN_UP, late)
    with pytest.raises(NotFound):
        await service.confirm(late, NEW_PASSWORD)
    with pytest.raises(NotFound):
        await service.reset("made up", NEW_PASSWORD)


async def test_the_database_keeps_no_secret_and_forgets_what_is_a_week_old(
    service: SelfService, database: Database, clock: MovableClock
) -> None:
    secret = await secret_for(service)
    async with database.session() as session:
        (row,) = (await session.exec(select(AccountToken))).all()
    assert secret not in str(row.model_dump()) and "password" not in str(row.content)
    clock.move(timedelta(days=8).total_seconds())
    assert await forget_account_mails(database, clock) == 1


async def test_a_known_address_leaves_the_same_trace_and_only_its_owner_learns_of_it(
    service: SelfService, database: Database, dana: PersonView
) -> None:
    mail = await service.sign_up(email=dana.email.upper(), name="Somebody")
    assert mail is not None and (mail.kind, mail.to, mail.secret) == (MailKind.KNOWN, dana.email, "")
    assert await service.forgot("nobody@elm.example") is None
    async with database.session() as session:
        rows = (await session.exec(select(AccountToken))).all()
    assert len(rows) == 2 and all(row.used_at is not None and row.content == {} for row in rows)


async def test_more_than_a_few_mails_an_hour_are_not_sent_to_one_address(
    service: SelfService, clock: MovableClock, dana: PersonView
) -> None:
    mails = [await service.forgot(dana.email) for _ in range(MOST_AN_HOUR + 2)]
    assert [mail is not None for mail in mails] == [True] * MOST_AN_HOUR + [False] * 2
    clock.move(3_600)
    assert await service.forgot(dana.email) is not None


async def test_a_new_password_ends_every_session_and_the_old_password(
    service: SelfService, people: People, dana: PersonView, clock: MovableClock
) -> None:
    token, _viewer = await people.sign_in(dana.email, PASSWORD)
    mail = await service.forgot(dana.email)
    assert mail is not None
    with pytest.raises(NotFound):
        await service.confirm(mail.secret, NEW_PASSWORD)  # a secret is good for its own purpose alone
    assert await service.reset(mail.secret, NEW_PASSWORD) == dana.id
    assert await people.viewer_for_token(token) is None
    with pytest.raises(SignInRefused):
        await people.sign_in(dana.email, PASSWORD)
    await people.sign_in(dana.email, NEW_PASSWORD)
    with pytest.raises(NotFound):
        await service.reset(mail.secret, "another one entirely")
    other = await service.forgot(dana.email)
    assert other is not None
    clock.move(RESET_LIFE.total_seconds())
    with pytest.raises(NotFound):
        await service.reset(other.secret, NEW_PASSWORD)


async def test_of_two_who_signed_up_with_one_address_the_second_to_confirm_is_told(service: SelfService) -> None:
    first, second = await secret_for(service), await secret_for(service)
    await service.confirm(first, NEW_PASSWORD)
    with pytest.raises(Conflict, match="sign in"):
        await service.confirm(second, NEW_PASSWORD)


@pytest.mark.parametrize(("email", "name"), [("nora", "Nora"), ("nora@elm.example", "   "), ("a@b.c", "x" * 121)])
async def test_what_is_no_address_or_name_is_refused(service: SelfService, email: str, name: str) -> None:
    with pytest.raises(Invalid):
        await service.sign_up(email=email, name=name)


async def test_who_signs_up_agrees_to_the_terms_of_the_day_and_it_is_logged(
    database: Database, clock: MovableClock, people: People
) -> None:
    service = SelfService(database, clock, people, terms="2026-05")
    for agreed in ("", "2025-01"):
        with pytest.raises(Invalid, match="version 2026-05"):
            await service.sign_up(email="nora@elm.example", name="Nora", agreed=agreed)
    mail = await service.sign_up(email="nora@elm.example", name="Nora", agreed="2026-05")
    assert mail is not None
    clock.move(60)
    signed_up = await service.confirm(mail.secret, NEW_PASSWORD)
    (one,) = await consents_of(database, signed_up.person_id)
    assert (one.kind, one.subject, one.given_at, one.withdrawn_at) == (
        ConsentKind.TERMS, "2026-05", clock.now(), None,
    )  # fmt: skip
