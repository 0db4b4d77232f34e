"""Stripe as our payment provider. The SDK's address decides whether it is the real one or the simulated twin."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.billing.invoice_values import Invoice
from core.billing.payment_values import Customer, ObjectKind, ProviderEvent, Subscription, UsageReport
from core.billing.ports import PaymentProvider
from core.clock import Clock
from core.errors import NeedsHuman, Unavailable
from core.texts import N_
from external.stripe import invoice_mapping, mapping, webhooks
from external.stripe.bills import Invoices
from external.stripe.calls import TIMEOUT_S, plain
from external.stripe.errors import answered
from external.stripe.sales import Catalogue, Customers

# Stripe moves a test clock by two of the shortest billing periods at a time, at most
CLOCK_STEP = timedelta(days=28)
CLOCK_TRIES = 120


class StripePayments(Catalogue, Customers, Invoices):
    """Implements `core.billing.ports.PaymentProvider`.

    ``http_client`` replaces the SDK's own (see the twin's `inside`).
    """

    def __init__(
        self, *, secret_key: str, clock: Clock, webhook_secrets: Sequence[str] = (), api_url: str | None = None,
        timeout_s: float = TIMEOUT_S, http_client: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            secret_key=secret_key, api_url=api_url, clock=clock, timeout_s=timeout_s, http_client=http_client
        )
        self._webhook_secrets = tuple(webhook_secrets)

    async def report_usage(self, report: UsageReport) -> None:
        await self._ask(
            self.v1.billing.meter_events.create_async, key=report.identifier, event_name=report.event_name,
            identifier=report.identifier, timestamp=mapping.seconds(report.at),
            payload={"stripe_customer_id": report.customer, "value": str(report.units)},
        )  # fmt: skip

    async def metered(self, meter: str, customer: str, *, start: datetime, end: datetime) -> int:
        rows = await self._all(
            self.v1.billing.meters.event_summaries.list_async, meter, customer=customer,
            start_time=mapping.seconds(start), end_time=mapping.seconds(end),
        )  # fmt: skip
        return int(sum(row["aggregated_value"] for row in rows))

    async def read(self, kind: ObjectKind, object_id: str) -> Mapping[str, Any]:
        document = await self._ask(self._service(kind).retrieve_async, object_id, **_EXPAND.get(kind, {}))
        return await self._with_lines(kind, document)

    async def list_all(self, kind: ObjectKind, *, since: datetime | None = None) -> AsyncIterator[Mapping[str, Any]]:
        params: dict[str, Any] = {"limit": 100}
        if kind is ObjectKind.SUBSCRIPTION:
            params |= {"status": "all", "expand": ["data.discounts"]}
        floor = mapping.seconds(since) if since else 0
        if since and kind not in _NO_CREATED:
            params["created"] = {"gte": floor}
        page = await answered(self._service(kind).list_async(params=params))
        while page is not None:
            for row in page.data:
                document = plain(row)
                if document.get("created", document.get("date", floor)) >= floor:
                    yield await self._with_lines(kind, document)
            page = await answered(page.next_page_async()) if page.has_more else None

    async def _with_lines(self, kind: ObjectKind, document: dict[str, Any]) -> dict[str, Any]:
        if kind is ObjectKind.INVOICE and not document.get("deleted") and document["lines"]["has_more"]:
            rows = await self._all(self.v1.invoices.line_items.list_async, document["id"])
            document["lines"] |= {"data": rows, "has_more": False}
        return document

    def _service(self, kind: ObjectKind) -> Any:
        service = self.v1
        for part in _SERVICES[kind].split("."):
            service = getattr(service, part)
        return service

    def customer_of(self, document: Mapping[str, Any]) -> Customer:
        return mapping.customer_of(document)

    def subscription_of(self, document: Mapping[str, Any]) -> Subscription:
        return mapping.subscription_of(document)

    def invoice_of(self, document: Mapping[str, Any]) -> Invoice:
        return invoice_mapping.invoice_of(document)

    def event_of(self, document: Mapping[str, Any]) -> ProviderEvent:
        return webhooks.event_of(document)

    def verify(self, body: bytes, signature: str) -> ProviderEvent:
        return webhooks.verify(body, signature, secrets=self._webhook_secrets, clock=self._clock)

    # the sandbox's movable clock

    async def make_clock(self, *, at: datetime, name: str, key: str) -> str:
        made = await self._ask(
            self.v1.test_helpers.test_clocks.create_async, key=key, frozen_time=mapping.seconds(at), name=name
        )
        return str(made["id"])

    async def move_clock(self, clock: str, *, to: datetime) -> None:
        held = await self._clock_at(clock)
        while held < to:
            held = min(to, held + CLOCK_STEP)
            await self._ask(self.v1.test_helpers.test_clocks.advance_async, clock, frozen_time=mapping.seconds(held))
            await self._clock_at(clock)

    async def _clock_at(self, clock: str) -> datetime:
        """Where the clock stands, once it is at rest."""
        for _ in range(CLOCK_TRIES):
            held = await self._ask(self.v1.test_helpers.test_clocks.retrieve_async, clock)
            if held["status"] == "ready":
                return mapping.at(held["frozen_time"])
            if held["status"] == "internal_failure":
                raise NeedsHuman(N_("Stripe's test clock broke; make a new one"))
            await self._clock.sleep(1)
        raise Unavailable(N_("Stripe's test clock is still moving. Try again in a minute."))


_SERVICES = {
    ObjectKind.CUSTOMER: "customers",
    ObjectKind.SUBSCRIPTION: "subscriptions",
    ObjectKind.INVOICE: "invoices",
    ObjectKind.INVOICE_ITEM: "invoice_items",
    ObjectKind.PAYMENT_INTENT: "payment_intents",
    ObjectKind.PAYMENT_METHOD: "payment_methods",
    ObjectKind.SETUP_INTENT: "setup_intents",
    ObjectKind.CHECKOUT: "checkout.sessions",
    ObjectKind.REFUND: "refunds",
    ObjectKind.CREDIT_NOTE: "credit_notes",
    ObjectKind.PRODUCT: "products",
    ObjectKind.PRICE: "prices",
    ObjectKind.COUPON: "coupons",
    ObjectKind.METER: "billing.meters",
    ObjectKind.EVENT: "events",
}
_EXPAND: dict[ObjectKind, dict[str, Any]] = {
    ObjectKind.SUBSCRIPTION: {"expand": ["discounts"]},
    ObjectKind.PRICE: {"expand": ["tiers"]},
}
_NO_CREATED = frozenset({ObjectKind.PAYMENT_METHOD, ObjectKind.METER})

if TYPE_CHECKING:
    _implemented: type[PaymentProvider] = StripePayments
