"""A payment provider in a file: idempotent by key, with cards that pay or do not, and calls that can fail or crash."""

import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.billing.invoice_values import Invoice, InvoiceItemDraft, InvoiceStatus, Refund
from core.billing.payment_values import Card, Checkout, Customer, ObjectKind, Page, ProviderEvent, Span, UsageReport
from core.billing.ports import CardDeclined
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from core.money import Money

START = datetime(2026, 6, 1, tzinfo=UTC)


class FakeProvider:
    """Only what billing calls. ``before`` and ``after`` are called around every act, and may raise."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.state: dict[str, Any] = {
            "customers": {}, "invoices": {}, "refunds": {}, "usage": {}, "keys": {}, "pages": {}, "card": "good",
        }  # fmt: skip
        if path is not None and path.exists():
            self.state = json.loads(path.read_text())
        self.before: Callable[[str], None] = lambda _name: None
        self.after: Callable[[str], None] = lambda _name: None
        self.down = False
        self.events: list[dict[str, Any]] = []  # newest first

    def _once(self, name: str, key: str, act: Callable[[], Any]) -> Any:
        self.before(name)
        if self.down:
            raise Unavailable("the provider does not answer")
        kept = self.state["keys"].get(key)
        if kept is None:
            kept = {"answer": act()}
            self.state["keys"][key] = kept
            self._save()
        self.after(name)
        return kept["answer"]

    def _save(self) -> None:
        if self._path is not None:
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(self.state))
            os.replace(fresh, self._path)

    def _new(self, shelf: str, prefix: str, value: dict[str, Any]) -> str:
        name = f"{prefix}_{len(self.state[shelf]) + 1}"
        self.state[shelf][name] = value | {"id": name}
        return name

    async def create_customer(
        self, *, reference: str, email: str, name: str, key: str, clock: str | None = None
    ) -> Customer:
        made = self._once(
            "customer", key, lambda: self._new("customers", "cus", {"email": email, "name": name, "card": "pm_1"})
        )
        return Customer(made, email, name, Money(0))

    async def update_customer(self, customer: str, *, email: str, name: str, key: str) -> Customer:
        self._once("update", key, lambda: self.state["customers"][customer].update(email=email, name=name))
        return self.customer_of(self.state["customers"][customer])

    async def card_page(
        self, customer: str, *, reference: str, success_url: str, cancel_url: str, key: str, with_address: bool = False
    ) -> Page:
        made = self._once(
            "page",
            key,
            lambda: self._new("pages", "cs", {"customer": customer, "reference": reference, "status": "open"}),
        )
        return Page(made, f"https://pay.example/{made}")

    async def portal_page(self, customer: str, *, return_url: str, key: str) -> Page:
        return Page("bps_1", f"https://pay.example/portal/{customer}")

    async def checkout(self, page: str) -> Checkout:
        found = self.state["pages"].get(page)
        if found is None:
            raise NotFound("no such page")
        return Checkout(page, found["status"], found["customer"], found["reference"])

    async def cards(self, customer: str) -> tuple[Card, ...]:
        card = self.state["customers"][customer]["card"]
        return () if card is None else (Card(card, "visa", "4242", 12, 2030, default=True),)

    async def set_default_card(self, customer: str, *, card: str, key: str) -> Customer:
        self._once("default", key, lambda: self.state["customers"][customer].update(card=card))
        return Customer(customer, "", "", Money(0), card)

    async def create_invoice(
        self, customer: str, *, subscription: str | None, metadata: Mapping[str, str], key: str, tax: bool = False
    ) -> Invoice:
        fresh = {"customer": customer, "status": "draft", "items": [], "metadata": dict(metadata), "attempts": 0}
        made = self._once("invoice", key, lambda: self._new("invoices", "in", fresh))
        return await self.invoice(made)

    async def add_item(self, draft: InvoiceItemDraft, *, key: str) -> str:
        def act() -> str:
            items = self.state["invoices"][draft.invoice]["items"]
            items.append({"minor": draft.amount.minor, "text": draft.description})
            return f"ii_{draft.invoice}_{len(items)}"

        answer: str = self._once("item", key, act)
        return answer

    async def invoice(self, invoice: str) -> Invoice:
        if self.down:
            raise Unavailable("the provider does not answer")
        found = self.state["invoices"].get(invoice)
        if found is None:
            raise NotFound("no such invoice")
        total = Money(sum(item["minor"] for item in found["items"]))
        none = Money(0)
        paid = total if found["status"] == "paid" else none
        return Invoice(
            id=invoice, customer=found["customer"], status=InvoiceStatus(found["status"]), lines=(), subtotal=total,
            discount=none, tax=none, total=total, due=total, paid=paid, remaining=total - paid, starting_balance=none,
            ending_balance=None, created=START, span=Span(START, START), reason="manual", attempts=found["attempts"],
            metadata=found["metadata"],
        )  # fmt: skip

    async def finalize(self, invoice: str, *, key: str) -> Invoice:
        self._once("finalize", key, lambda: self.state["invoices"][invoice].update(status="open"))
        return await self.invoice(invoice)

    async def pay(self, invoice: str, *, key: str, card: str | None = None) -> Invoice:
        def act() -> str:
            found = self.state["invoices"][invoice]
            found["attempts"] += 1
            if self.state["card"] != "good":
                return "declined"
            found["status"] = "paid"
            return "paid"

        if self._once("pay", key, act) == "declined":
            raise CardDeclined("the card was declined", decline=self.state["card"])
        return await self.invoice(invoice)

    async def void(self, invoice: str, *, key: str) -> Invoice:
        self._once("void", key, lambda: self.state["invoices"][invoice].update(status="void"))
        return await self.invoice(invoice)

    async def refund(self, invoice: str, *, amount: Money | None, reason: str, key: str) -> Refund:
        assert amount is not None
        made = self._once(
            "refund", key, lambda: self._new("refunds", "re", {"invoice": invoice, "minor": amount.minor})
        )
        return Refund(made, amount, "succeeded", invoice, START)

    async def put_meter(self, *, event_name: str, name: str, key: str) -> str:
        answer: str = self._once("put_meter", key, lambda: f"mtr_{event_name}")
        return answer

    async def report_usage(self, report: UsageReport) -> None:
        self.before("meter")
        if self.down:
            raise Unavailable("the provider does not answer")
        if report.identifier in self.state["usage"]:
            raise Conflict("this identifier was taken before")
        event = {"customer": report.customer, "units": report.units, "at": int(report.at.timestamp())}
        self.state["usage"][report.identifier] = event
        self._save()
        self.after("meter")

    async def metered(self, meter: str, customer: str, *, start: datetime, end: datetime) -> int:
        return sum(
            one["units"]
            for one in self.state["usage"].values()
            if one["customer"] == customer and start.timestamp() <= one["at"] < end.timestamp()
        )

    async def read(self, kind: ObjectKind, object_id: str) -> Mapping[str, Any]:
        if kind is ObjectKind.PAYMENT_METHOD:
            return {"id": object_id, "customer": "cus_1"}
        return dict(self.state["invoices"][object_id])

    async def list_all(self, kind: ObjectKind, *, since: datetime | None = None) -> AsyncIterator[Mapping[str, Any]]:
        if kind is ObjectKind.EVENT:
            if self.down:
                raise Unavailable("no answer")
            for found in [one for one in self.events if since is None or one["at"] >= since.timestamp()]:
                yield found
        shelf = {ObjectKind.INVOICE: "invoices", ObjectKind.CUSTOMER: "customers"}.get(kind)
        for found in list(self.state[shelf].values() if shelf else ()):
            yield found

    def customer_of(self, document: Mapping[str, Any]) -> Customer:
        return Customer(document["id"], document["email"], document["name"], Money(0), document["card"])

    def invoice_of(self, document: Mapping[str, Any]) -> Invoice:
        raise NotImplementedError

    def event_of(self, document: Mapping[str, Any]) -> ProviderEvent:
        told = dict(document)
        created = datetime.fromtimestamp(told["at"], UTC)
        return ProviderEvent(told["id"], told["type"], created, told["kind"], told["object"], told)

    def verify(self, body: bytes, signature: str) -> ProviderEvent:
        if signature != "genuine":
            raise NotAllowed("no secret of ours signed this")
        try:
            told = json.loads(body)
            return ProviderEvent(told["id"], told["type"], START, told["kind"], told["object"], told)
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid("this is no event") from error
