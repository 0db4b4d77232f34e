"""Tax that Stripe adds: shown before, billed, booked, owed, and given back with a refund, to the cent."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from core.accounts import Audit
from core.billing import FactKind
from core.billing.journal import Account
from core.billing.tables import InvoiceRow
from core.clock import MovableClock, SystemClock
from core.db import Database
from core.errors import Conflict
from core.ids import new_id
from core.money import Money
from dashboard.billing.parts import Billing, make_billing
from dashboard.billing.words import drift_words
from external.stripe import StripePayments
from external.stripe.simulator import StripeTwin, StripeTwinOptions

KEY, SECRET = "sk_test_of_tax", "whsec_of_tax"
DAY = 86_400.0


class Elm:
    """12 Elm Street, whose bills are taxed at 7 percent by the simulated Stripe."""

    def __init__(self, billing: Billing, stripe: StripePayments, clock: MovableClock) -> None:
        self.billing, self.stripe, self.clock = billing, stripe, clock
        self.home = UUID(int=0)

    async def join(self, card: str = "pm_card_visa") -> "Elm":
        plan = await self.billing.plans.save(
            by="ann", code="standard", name="Standard", interval="month", price_minor=2_999, included_minutes=240,
            overage_minor=15,
        )  # fmt: skip
        self.home = await self.billing.desk.pre_join(
            household_id=new_id(), lot_id=new_id(), cluster_id=None, address="12 ELM ST", host=False, lawn_m2=400,
            plan_version_id=plan.version_id, payer_name="Eve", payer_email="eve@example.org", person_id=None, by="eve",
        )  # fmt: skip
        row, _life, _usage = await self.billing.desk.life(self.home)
        self.payer = row.payer_id
        assert self.billing.payments is not None
        customer = await self.billing.payments.jobs.customer_of(self.payer)
        method = await self.stripe._ask(self.stripe.v1.payment_methods.attach_async, card, customer=customer)
        await self.stripe.set_default_card(customer, card=method["id"], key="d")
        await self.billing.desk.tell(self.home, FactKind.CARD_SAVED, key="card", by="eve")
        return self

    async def days(self, days: float) -> None:
        self.clock.move(days * DAY)
        await self.billing.turn()

    async def bill(self) -> InvoiceRow:
        return (await self.billing.reads.invoices(self.home))[0]

    async def books(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in await self.billing.reads.journal(self.clock.now().replace(year=2000), self.clock.now()):
            found[row.account] = found.get(row.account, 0) + row.minor
        assert sum(found.values()) == 0
        return {account: minor for account, minor in found.items() if minor}

    async def refund(self, minor: int, to: str = "card") -> None:
        data = {"number": 1, "minor": minor, "to": to, "reason": "rain"}
        await self.billing.desk.tell(self.home, FactKind.REFUNDED, data, key=str(new_id()), by="ann")
        await self.days(0.01)


@pytest.fixture
async def elm(sqlite_database: Database, clock: MovableClock) -> AsyncIterator[Elm]:
    async with StripeTwin(StripeTwinOptions(secret_key=KEY, tax_basis_points=700)) as twin:
        stripe = StripePayments(secret_key=KEY, clock=SystemClock(), webhook_secrets=[SECRET], api_url=twin.url)
        billing = make_billing(
            database=sqlite_database, clock=clock, audit=Audit(sqlite_database, clock), secret="a secret of the tests",
            provider=stripe, tax=True,
        )  # fmt: skip
        yield Elm(billing, stripe, clock)
        await stripe.close()


async def test_tax_is_shown_before_and_is_what_is_billed_and_booked(elm: Elm) -> None:
    await elm.join()
    await elm.billing.desk.tell(elm.home, FactKind.CREDITED, {"minor": 500, "note": "sorry"}, key="c", by="ann")
    forecast = await elm.billing.desk.next_bill(elm.home)
    assert forecast is not None
    shown = await elm.billing.tax_on(elm.payer, forecast)
    assert shown == Money(175)
    await elm.days(31)
    bill = await elm.bill()
    assert (bill.state, bill.due_minor, bill.tax_minor, bill.shadow_minor) == ("paid", 2_499, 175, 2_499)
    theirs = await elm.stripe.invoice(bill.provider_id or "")
    assert (theirs.total.minor, theirs.paid.minor) == (2_674, 2_674)
    await elm.days(0.01)
    assert await elm.books() == {
        Account.CASH: 2_674, Account.TAX: -175, Account.PLANS: -2_999, Account.OTHER: 500,
    }  # fmt: skip


async def test_refunds_in_parts_give_the_whole_tax_back(elm: Elm) -> None:
    await elm.join()
    await elm.days(31)
    await elm.refund(1_000)
    assert (await elm.books())[Account.TAX] == -140
    await elm.refund(1_999)
    bill = await elm.bill()
    assert (bill.refunded_minor, bill.tax_minor) == (2_999, 210)
    assert await elm.books() == {Account.PLANS: -2_999, Account.REFUNDS: 2_999}
    assert elm.billing.payments is not None
    assert await elm.billing.payments.outbox.failed() == []


async def test_what_is_owed_after_a_declined_card_holds_the_tax(elm: Elm) -> None:
    await elm.join(card="pm_card_chargeCustomerFail")
    await elm.days(31)
    bill = await elm.bill()
    assert (bill.state, bill.tax_minor) == ("open", 210)
    _row, life, _usage = await elm.billing.desk.life(elm.home)
    assert life.owed == Money(3_209)
    assert (await elm.billing.board.read()).owed_minor == 3_209
    await elm.billing.desk.tell(elm.home, FactKind.BILL_VOIDED, {"number": 1}, key="void", by="ann")
    await elm.days(0.01)
    assert await elm.books() == {}


async def test_another_tax_than_the_provider_s_is_a_difference_for_a_person(elm: Elm) -> None:
    await elm.join()
    await elm.days(31)
    assert await elm.billing.reconcile() == 0
    async with elm.billing.database.session() as session:
        bill = await session.get(InvoiceRow, (await elm.bill()).id)
        assert bill is not None
        bill.tax_minor -= 10
        session.add(bill)
    assert await elm.billing.reconcile() == 1
    assert elm.billing.payments is not None
    books = elm.billing.payments.reconciling
    (drift,) = await books.drifts()
    assert (drift.field, drift.ours, drift.theirs) == ("tax", "200 USD", "210 USD")
    assert drift_words(drift) == "Tax: ours $2.00, theirs $2.10"
    with pytest.raises(Conflict, match="amounts differ"):
        await books.fix(drift.id, by="ann")


async def test_a_payer_the_provider_does_not_know_sees_no_tax_yet(elm: Elm) -> None:
    await elm.join()
    stranger = await elm.billing.desk.next_bill(elm.home)
    assert stranger is not None
    async with elm.billing.database.session() as session:
        row = await session.get(type(await elm.billing.desk.payer(elm.payer)), elm.payer)
        assert row is not None
        row.provider_id = None
        session.add(row)
    assert await elm.billing.tax_on(elm.payer, stranger) is None
