"""Billing's notices reach the household's people through the outbox of notices, each person once."""

from datetime import timedelta
from uuid import UUID

import pytest

from core.accounts import HashCost, Passwords, People, Role
from core.billing import BillingReads, Teller
from core.clock import MovableClock
from core.db import Database
from core.db.reads.billing_people import BillingPeople
from core.neighbourhood import add_person
from core.neighbourhood.tables import Household
from core.notices import Channel, InApp, NoticeDesk, NoticeView, Outbox, Weight
from dashboard.i18n import told, use_language
from dashboard.notices.parts import Outside, make_telling
from tests.core.billing.conftest import DAY, ELM_12, ELM_14, House
from tests.core.notices.cast import Post


async def member(database: Database, clock: MovableClock, name: str, household: UUID) -> UUID:
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    made = await people.create_person(
        email=f"{name}@elm.example", role=Role.HOMEOWNER, password="correct horse battery"
    )
    await add_person(database, household_id=household, person_id=made.id)
    return made.id


class Street:
    """Eve and Finn live at 12 Elm Street; nobody at 14 has an account."""

    def __init__(self, house: House) -> None:
        self.house = house
        in_app = InApp()
        self.desk = NoticeDesk(house.database, house.clock, in_app)
        self.post = Outbox(house.database, house.clock, {Channel.IN_APP: in_app})

    async def move_in(self) -> "Street":
        async with self.house.database.session() as session:
            for lot in (ELM_12, ELM_14):
                assert lot.household_id is not None
                session.add(Household(id=lot.household_id, name="Elm", created_at=self.house.clock.now()))
        assert ELM_12.household_id is not None
        self.eve, self.finn = [
            await member(self.house.database, self.house.clock, name, ELM_12.household_id) for name in ("eve", "finn")
        ]
        return self

    def teller(self) -> Teller:
        return Teller(self.house.database, self.house.clock, BillingPeople(self.house.database))

    async def days(self, days: int) -> None:
        for _ in range(days):
            await self.house.days(1)
            await self.tell()

    async def tell(self) -> int:
        told_now = await self.teller().run()
        await self.post.flush()
        return told_now

    async def heard(self, person: UUID) -> list[NoticeView]:
        """Oldest first, as the bell has them."""
        return list(reversed(await self.desk.notices(person)))


@pytest.fixture
async def street(house: House) -> Street:
    return await Street(house).move_in()


@pytest.fixture
async def street_on_both(house_on_both: House) -> Street:
    return await Street(house_on_both).move_in()


async def test_the_trials_reminders_come_7_and_3_days_before_its_end_to_everyone_once(street_on_both: Street) -> None:
    street = street_on_both
    await street.house.join(await street.house.plan())
    await street.days(22)
    assert await street.heard(street.eve) == []
    await street.days(1)
    (first,) = await street.heard(street.eve)
    assert first.title == "The trial ends in 7 days: 29.99 USD will be charged"
    assert (first.kind, first.link) == ("billing_trial_reminder", "/home")
    ends = street.house.clock.now() + timedelta(days=7)
    assert first.body.startswith(f"12 ELM ST: the trial ends on {ends:%a %d %b %Y}")
    with use_language("de"):
        assert "29,99" in told(first.title)
        assert told(first.body).startswith("12 ELM ST: Die Probezeit endet am ")
    await street.days(5)
    titles = [notice.title for notice in await street.heard(street.finn)]
    assert [title.split(":")[0] for title in titles] == ["The trial ends in 7 days", "The trial ends in 3 days"]
    assert await street.desk.unread(street.finn) == 2
    assert await street.tell() == 0


async def test_a_bill_its_failed_payment_each_stage_and_the_suspension_are_told_and_then_the_thanks(
    street: Street,
) -> None:
    home = await street.house.join(await street.house.plan())
    await street.days(31)
    (invoice,) = await BillingReads(street.house.database, street.house.ledger).invoices(home)
    ready = (await street.heard(street.eve))[-1]
    assert (ready.kind, ready.link) == ("billing_bill", f"/billing/invoices/{invoice.id}")
    await street.house.pay(home, 1)
    await street.days(31)
    await street.house.fail(home, 2)
    await street.days(31)
    kinds = [notice.kind.removeprefix("billing_") for notice in await street.heard(street.eve)]
    assert kinds.count("trial_reminder") == 2
    assert (kinds.count("bill"), kinds.count("paid"), kinds.count("payment_failed")) == (3, 1, 1)
    assert (kinds.count("dunning"), kinds.count("suspended")) == (10, 1)
    failed = next(one for one in await street.heard(street.eve) if one.kind == "billing_payment_failed")
    assert (failed.weight, failed.title) == (Weight.WARNING, "The payment failed: 29.99 USD is owed")


async def test_a_household_without_an_account_hears_nothing_late(street: Street) -> None:
    await street.house.join(await street.house.plan(), ELM_14)
    await street.days(28)
    assert ELM_14.household_id is not None
    gus = await member(street.house.database, street.house.clock, "gus", ELM_14.household_id)
    street.house.clock.move(DAY / 2)
    await street.tell()
    assert sorted(one.title[:24] for one in await street.heard(gus)) == [
        "The trial ends in 3 days",
        "The trial ends in 7 days",
    ]
    street.house.clock.move(30 * DAY)
    hal = await member(street.house.database, street.house.clock, "hal", ELM_14.household_id)
    await street.tell()
    assert await street.heard(hal) == []


async def test_the_trials_end_is_mailed_in_the_readers_language_with_its_day_and_price(street: Street) -> None:
    house, mail = street.house, Post()
    people = People(house.database, house.clock, passwords=Passwords(HashCost(1, 8, 1)))
    signed_in = await people.sign_in("eve@elm.example", "correct horse battery")
    await people.set_language(signed_in.viewer, "de")
    outside = Outside(base_url="https://mow.example", secret="a secret", senders={Channel.MAIL: mail})
    telling = make_telling(database=house.database, clock=house.clock, audit=people.audit, outside=outside)
    await house.join(await house.plan())
    for _ in range(23):
        await house.days(1)
        await street.teller().run()
        await telling.turn()
    house.clock.move(DAY / 2)  # whatever the hour was: in half a day nobody sleeps
    await telling.turn()
    german, english = sorted(mail.letters, key=lambda letter: letter.to)
    assert (german.to, english.to) == ("eve@elm.example", "finn@elm.example")
    assert english.subject == "The trial ends in 7 days: $29.99 will be charged"
    assert german.subject.startswith("Die Probezeit endet in 7 Tagen") and "29,99" in german.subject
    assert "Die Probezeit endet am " in german.text and "the trial ends on " in english.text
    assert german.unsubscribe.startswith("https://mow.example/unsubscribe/")
