"""Stripe Tax on invoices of our own items: sent as Stripe takes it, answered at the rate the simulator is set to."""

from core.billing.invoice_values import InvoiceItemDraft, InvoiceStatus
from core.money import Money
from external.stripe import StripePayments
from external.stripe.simulator import StripeTwin
from external.stripe.simulator.forms import parsed
from tests.external.stripe.sdk_params import unknown_parameters


async def household(payments: StripePayments) -> str:
    made = await payments.create_customer(reference="h1", email="m@example.org", name="Maya", key="c")
    attach = payments.v1.payment_methods.attach_async
    method = await payments._ask(attach, "pm_card_visa", customer=made.id)
    await payments.set_default_card(made.id, card=method["id"], key="d")
    return made.id


async def billed(payments: StripePayments, customer: str, *amounts: int, tax: bool = True) -> str:
    made = await payments.create_invoice(customer, subscription=None, metadata={}, key="i", tax=tax)
    for number, minor in enumerate(amounts):
        draft = InvoiceItemDraft(customer, Money(minor), f"Line {number}", invoice=made.id, taxed=tax)
        await payments.add_item(draft, key=f"l{number}")
    return made.id


async def test_each_line_is_taxed_and_the_preview_says_the_same_before(
    twin: StripeTwin, payments: StripePayments
) -> None:
    twin.world.rules.tax_basis_points = 700
    maya = await household(payments)
    items = [InvoiceItemDraft(maya, Money(minor), "x", taxed=True) for minor in (2_999, -500)]
    assert await payments.preview_tax(maya, items) == Money(175)
    assert await payments.invoices_of(maya) == (), "a preview leaves nothing behind"
    invoice = await billed(payments, maya, 2_999, -500)
    final = await payments.finalize(invoice, key="f")
    assert (final.subtotal, final.tax, final.due) == (Money(2_499), Money(175), Money(2_674))
    paid = await payments.pay(invoice, key="p")
    assert (paid.status, paid.paid) == (InvoiceStatus.PAID, Money(2_674))


async def test_without_stripe_tax_nothing_is_added(twin: StripeTwin, payments: StripePayments) -> None:
    twin.world.rules.tax_basis_points = 700
    maya = await household(payments)
    final = await payments.finalize(await billed(payments, maya, 2_999, tax=False), key="f")
    assert (final.tax, final.due) == (Money(0), Money(2_999))


async def test_only_what_stripe_takes_is_sent(twin: StripeTwin, payments: StripePayments) -> None:
    sent: list[tuple[str, str, str]] = []
    twin.api.heard = lambda method, route, body: sent.append((method, route, body))
    maya = await household(payments)
    await payments.preview_tax(maya, [InvoiceItemDraft(maya, Money(2_999), "x", taxed=True)])
    await billed(payments, maya, 2_999)
    urls = {"success_url": "https://example.org/ok", "cancel_url": "https://example.org/no"}
    await payments.card_page(maya, reference="r", key="cp", with_address=True, **urls)
    posts = [(route, parsed(body)) for method, route, body in sent if method == "POST"]
    told = {name for _route, given in posts for name in given}
    assert {"automatic_tax", "invoice_items", "tax_behavior", "billing_address_collection"} <= told
    assert [fault for route, given in posts for fault in unknown_parameters("POST", route, given)] == []
