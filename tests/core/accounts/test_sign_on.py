"""Signing on: whose account it is that opens, and what the provider decides."""

from dataclasses import dataclass, field, replace

import pytest

from core.accounts import Identity, LinkNeeded, People, Role, SecondStepNeeded, SignOn, SignOnRules
from core.accounts.people import PersonView
from core.accounts.tables import Person
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, NotAllowed, NotFound
from tests.core.accounts.conftest import PASSWORD

DANA = Identity("https://id.example", "sub-dana", "dana@elm.example", True, "Dana at work")
NEW = Identity("https://id.example", "sub-nina", "nina@elm.example", True, "Nina", frozenset({"ops"}))
BACK = "https://mowers.example/sign-on/callback"
RULES = SignOnRules(create=True, roles={"it": Role.ADMIN, "ops": Role.DISPATCHER})


@dataclass
class Desk:
    """A provider that vouches for whoever stands here."""

    name: str = "id.example"
    who: Identity = DANA
    asked: list[dict[str, str]] = field(default_factory=list)

    async def address(self, **given: str) -> str:
        self.asked.append(given)
        return "https://id.example/authorize"

    async def identity(self, *, redirect_uri: str, code: str, nonce: str, verifier: str) -> Identity:
        last = self.asked[-1]
        assert (redirect_uri, nonce, verifier) == (last["redirect_uri"], last["nonce"], last["verifier"])
        return self.who


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def sign_on(database: Database, clock: MovableClock, people: People, desk: Desk) -> SignOn:
    return SignOn(database, clock, people, desk, RULES)


async def come_back(sign_on: SignOn, desk: Desk, who: Identity) -> tuple[object, str]:
    desk.who = who
    _address, step = await sign_on.begin(redirect_uri=BACK, target="/mowers")
    return await sign_on.finish(step=step, state=desk.asked[-1]["state"], code="code", redirect_uri=BACK)


async def tied(sign_on: SignOn, desk: Desk, people: People) -> None:
    with pytest.raises(LinkNeeded) as caught:
        await come_back(sign_on, desk, DANA)
    viewer = (await people.sign_in("dana@elm.example", PASSWORD)).viewer
    assert await sign_on.offered(viewer, caught.value.step) == "dana@elm.example"
    assert await sign_on.link(viewer, caught.value.step) == "/mowers"


async def test_a_verified_mail_does_not_open_an_account_that_has_a_password(
    sign_on: SignOn, desk: Desk, people: People, dana: PersonView
) -> None:
    with pytest.raises(LinkNeeded):
        await come_back(sign_on, desk, DANA)
    assert await people.sessions(dana.id) == []


async def test_its_owner_signs_in_once_to_tie_both_and_then_never_again(
    sign_on: SignOn, desk: Desk, people: People, dana: PersonView
) -> None:
    await tied(sign_on, desk, people)
    done, target = await come_back(sign_on, desk, replace(DANA, email="", email_verified=False))
    assert (done.viewer.person_id, target) == (dana.id, "/mowers")  # type: ignore[attr-defined]


async def test_nobody_else_ties_the_account_to_theirs_nor_twice(
    sign_on: SignOn, desk: Desk, people: People, dana: PersonView, ada: PersonView
) -> None:
    with pytest.raises(LinkNeeded) as caught:
        await come_back(sign_on, desk, DANA)
    with pytest.raises(LinkNeeded) as second:
        await come_back(sign_on, desk, DANA)
    admin = (await people.sign_in("ada@elm.example", PASSWORD)).viewer
    with pytest.raises(NotAllowed):
        await sign_on.link(admin, caught.value.step)
    viewer = (await people.sign_in("dana@elm.example", PASSWORD)).viewer
    await sign_on.link(viewer, caught.value.step)
    with pytest.raises(NotAllowed):
        await sign_on.link(viewer, caught.value.step)
    with pytest.raises(Conflict):
        await sign_on.link(viewer, second.value.step)


async def test_who_proved_themselves_ties_an_account_of_any_mail_and_takes_it_away(
    sign_on: SignOn, desk: Desk, people: People, dana: PersonView, ada: PersonView
) -> None:
    viewer = (await people.sign_in("dana@elm.example", PASSWORD)).viewer
    admin = (await people.sign_in("ada@elm.example", PASSWORD)).viewer
    proof = await sign_on.links.ask_tie(viewer)
    for who, given in ((admin, proof), (viewer, "made up")):
        with pytest.raises(NotAllowed):
            await sign_on.begin(redirect_uri=BACK, target="/account", viewer=who, proof=given)
    desk.who = at_work = replace(DANA, subject="work", email="d@work.example", email_verified=False)
    _address, step = await sign_on.begin(redirect_uri=BACK, target="/account", viewer=viewer, proof=proof)
    with pytest.raises(NotAllowed):  # its proof is used up
        await sign_on.begin(redirect_uri=BACK, target="/account", viewer=viewer, proof=proof)
    state = desk.asked[-1]["state"]
    assert await sign_on.finish(step=step, state=state, code="code", redirect_uri=BACK) == (None, "/account")
    done, _target = await come_back(sign_on, desk, at_work)
    assert done.viewer.person_id == dana.id  # type: ignore[attr-defined]

    (link,) = await sign_on.links.of(viewer)
    assert (link.host, link.email) == ("id.example", "d@work.example")
    with pytest.raises(NotFound):
        await sign_on.links.remove(admin, link.id)
    await sign_on.links.remove(viewer, link.id)
    assert await sign_on.links.of(viewer) == []
    assert [line.actor for line in await people.audit.lines(action="person.unlink")] == ["dana@elm.example"]


async def test_an_account_tied_to_somebody_is_tied_to_nobody_else(
    sign_on: SignOn, desk: Desk, people: People, dana: PersonView, ada: PersonView
) -> None:
    await tied(sign_on, desk, people)
    admin = (await people.sign_in("ada@elm.example", PASSWORD)).viewer
    proof = await sign_on.links.ask_tie(admin)
    _address, step = await sign_on.begin(redirect_uri=BACK, target="", viewer=admin, proof=proof)
    with pytest.raises(Conflict):
        await sign_on.finish(step=step, state=desk.asked[-1]["state"], code="code", redirect_uri=BACK)


async def test_the_only_way_in_is_not_taken_away(sign_on: SignOn, desk: Desk, people: People) -> None:
    done, _target = await come_back(sign_on, desk, NEW)
    (link,) = await sign_on.links.of(done.viewer)  # type: ignore[attr-defined]
    with pytest.raises(Conflict, match="no password"):
        await sign_on.links.remove(done.viewer, link.id)  # type: ignore[attr-defined]


async def test_an_answer_in_another_browser_or_to_another_question_is_refused(
    sign_on: SignOn, desk: Desk, dana: PersonView
) -> None:
    _address, step = await sign_on.begin(redirect_uri=BACK, target="")
    for given in ("", "made up"):
        with pytest.raises(NotAllowed):
            await sign_on.finish(step=given, state=desk.asked[-1]["state"], code="code", redirect_uri=BACK)
    with pytest.raises(NotAllowed):
        await sign_on.finish(step=step, state="of another", code="code", redirect_uri=BACK)
    with pytest.raises(NotAllowed):  # its one try is used up
        await sign_on.finish(step=step, state=desk.asked[-1]["state"], code="code", redirect_uri=BACK)


async def test_a_mail_that_is_not_vouched_for_opens_and_makes_nothing(
    sign_on: SignOn, desk: Desk, people: People, dana: PersonView
) -> None:
    for who in (DANA, NEW):
        with pytest.raises(NotAllowed, match="vouch"):
            await come_back(sign_on, desk, replace(who, email_verified=False))
    assert [person.email for person in await people.people()] == ["dana@elm.example"]


async def test_an_account_is_made_with_the_role_of_its_group_where_a_setting_allows(
    sign_on: SignOn, desk: Desk, people: People, database: Database, clock: MovableClock
) -> None:
    strict = SignOn(database, clock, people, desk, SignOnRules())
    with pytest.raises(NotAllowed, match="ask an admin"):
        await come_back(strict, desk, NEW)
    done, _target = await come_back(sign_on, desk, NEW)
    assert done.viewer.role is Role.DISPATCHER  # type: ignore[attr-defined]
    assert not await people.has_password(done.viewer)  # type: ignore[attr-defined]


async def test_the_provider_takes_a_role_back_with_the_group(sign_on: SignOn, desk: Desk, people: People) -> None:
    roles = []
    for groups in ({"ops"}, {"ops", "it"}, {"other"}):
        done, _target = await come_back(sign_on, desk, replace(NEW, groups=frozenset(groups)))
        roles.append(done.viewer.role)  # type: ignore[attr-defined]
    assert roles == [Role.DISPATCHER, Role.ADMIN, Role.HOMEOWNER]
    assert len(await people.audit.lines(action="person.change")) == 2


async def test_a_role_given_here_stays_where_the_provider_says_nothing(
    sign_on: SignOn, desk: Desk, people: People, dana: PersonView
) -> None:
    await tied(sign_on, desk, people)
    done, _target = await come_back(sign_on, desk, DANA)
    assert done.viewer.role is Role.DISPATCHER  # type: ignore[attr-defined]


async def test_a_second_factor_is_asked_for_unless_the_provider_asked(
    sign_on: SignOn, desk: Desk, people: People, dana: PersonView, database: Database, clock: MovableClock
) -> None:
    await tied(sign_on, desk, people)
    async with database.session() as session:
        person = await session.get_one(Person, dana.id)
        person.second_factor_at = clock.now()
        session.add(person)
    with pytest.raises(SecondStepNeeded) as caught:
        await come_back(sign_on, desk, DANA)
    assert caught.value.target == "/mowers"
    assert await come_back(sign_on, desk, replace(DANA, strong=True))


async def test_a_closed_account_stays_closed(
    sign_on: SignOn, desk: Desk, people: People, dana: PersonView, ada: PersonView
) -> None:
    await tied(sign_on, desk, people)
    admin = (await people.sign_in("ada@elm.example", PASSWORD)).viewer
    await people.change_person(dana.id, by=admin, active=False)
    with pytest.raises(NotAllowed, match="closed"):
        await come_back(sign_on, desk, DANA)
