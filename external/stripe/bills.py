"""Invoices, and what corrects them."""

from collections.abc import Mapping, Sequence

from core.billing.invoice_values import CreditNote, Invoice, InvoiceItemDraft, Refund
from core.errors import Conflict
from core.money import Money
from core.texts import N_
from external.stripe.invoice_mapping import credit_note_of, refund_of
from external.stripe.mapping import money, seconds
from external.stripe.orders import Subscriptions


class Invoices(Subscriptions):
    async def invoice(self, invoice: str) -> Invoice:
        return await self._whole(await self._ask(self.v1.invoices.retrieve_async, invoice))

    async def invoices_of(self, customer: str) -> tuple[Invoice, ...]:
        rows = await self._all(self.v1.invoices.list_async, customer=customer)
        return tuple([await self._whole(row) for row in rows])

    async def create_invoice(
        self, customer: str, *, subscription: str | None, metadata: Mapping[str, str], key: str, tax: bool = False
    ) -> Invoice:
        made = await self._ask(
            self.v1.invoices.create_async, key=key, customer=customer, subscription=subscription, auto_advance=False,
            metadata=dict(metadata), pending_invoice_items_behavior=None if subscription else "include",
            automatic_tax={"enabled": True} if tax else None,
        )  # fmt: skip
        return await self._whole(made)

    async def preview_tax(self, customer: str, items: Sequence[InvoiceItemDraft]) -> Money:
        """The invoice is made in Stripe's head only."""
        given = [
            {"amount": item.amount.minor, "currency": item.amount.currency.lower(), "description": item.description,
             "tax_behavior": "exclusive"}
            for item in items
        ]  # fmt: skip
        made = await self._ask(
            self.v1.invoices.create_preview_async, customer=customer, invoice_items=given,
            automatic_tax={"enabled": True},
        )  # fmt: skip
        return money(sum(one["amount"] for one in made.get("total_taxes") or ()), made["currency"])

    async def hold_invoice(self, invoice: str, *, key: str) -> Invoice:
        return await self._whole(await self._ask(self.v1.invoices.update_async, invoice, key=key, auto_advance=False))

    async def release_invoice(self, invoice: str, *, key: str) -> Invoice:
        return await self._whole(await self._ask(self.v1.invoices.update_async, invoice, key=key, auto_advance=True))

    async def finalize(self, invoice: str, *, key: str) -> Invoice:
        return await self._whole(await self._ask(self.v1.invoices.finalize_invoice_async, invoice, key=key))

    async def pay(self, invoice: str, *, key: str, card: str | None = None) -> Invoice:
        return await self._whole(
            await self._ask(self.v1.invoices.pay_async, invoice, key=key, payment_method=card, off_session=True)
        )

    async def void(self, invoice: str, *, key: str) -> Invoice:
        return await self._whole(await self._ask(self.v1.invoices.void_invoice_async, invoice, key=key))

    async def write_off(self, invoice: str, *, key: str) -> Invoice:
        return await self._whole(await self._ask(self.v1.invoices.mark_uncollectible_async, invoice, key=key))

    async def add_item(self, draft: InvoiceItemDraft, *, key: str) -> str:
        span = draft.span
        made = await self._ask(
            self.v1.invoice_items.create_async, key=key, customer=draft.customer, amount=draft.amount.minor,
            currency=draft.amount.currency.lower(), description=draft.description, subscription=draft.subscription,
            invoice=draft.invoice, metadata=dict(draft.metadata),
            period={"start": seconds(span.start), "end": seconds(span.end)} if span else None,
            tax_behavior="exclusive" if draft.taxed else None,
        )  # fmt: skip
        return str(made["id"])

    async def remove_item(self, item: str, *, key: str) -> None:
        await self._ask(self.v1.invoice_items.delete_async, item, key=key)

    async def refund(self, invoice: str, *, amount: Money | None, reason: str, key: str) -> Refund:
        payments = await self._all(self.v1.invoice_payments.list_async, invoice=invoice, status="paid")
        intents = [one["payment"].get("payment_intent") for one in payments]
        intent = next((one for one in intents if one), None)
        if intent is None:
            raise Conflict(N_("No card paid this invoice, so there is none to pay back to"))
        made = await self._ask(
            self.v1.refunds.create_async, key=key, payment_intent=intent, amount=amount.minor if amount else None,
            reason="requested_by_customer", metadata={"invoice": invoice, "reason": reason[:500]},
        )  # fmt: skip
        return refund_of(made, invoice)

    async def credit(self, invoice: str, *, amount: Money, to_card: bool, reason: str, key: str) -> CreditNote:
        held = await self._ask(self.v1.invoices.retrieve_async, invoice)
        after = max(0, amount.minor - held["amount_remaining"])  # what was paid already
        where = "refund_amount" if to_card else "credit_amount"
        made = await self._ask(
            self.v1.credit_notes.create_async, key=key, invoice=invoice, amount=amount.minor, memo=reason[:500],
            **({where: after} if after else {}),
        )  # fmt: skip
        return credit_note_of(made)
