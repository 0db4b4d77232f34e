"""Products, prices, meters, coupons, customers, cards and Stripe's own pages."""

from typing import Any

from core.billing.invoice_values import CouponDraft
from core.billing.payment_values import Card, Checkout, Customer, Page, Price, PriceDraft, SubscriptionDraft
from core.errors import Conflict, NotFound
from core.money import Money
from core.texts import N_, Text
from external.stripe.calls import FLEXIBLE, Calls
from external.stripe.mapping import card_of, checkout_of, customer_of, moment, price_of, seconds


class Catalogue(Calls):
    async def put_product(self, *, reference: str, name: str, key: str) -> str:
        try:
            held = await self._ask(self.v1.products.retrieve_async, reference)
        except NotFound:
            made = await self._ask(self.v1.products.create_async, key=key, id=reference, name=name)
            return str(made["id"])
        if held["name"] != name:
            await self._ask(self.v1.products.update_async, reference, key=key, name=name)
        return reference

    async def put_price(self, draft: PriceDraft, *, key: str) -> Price:
        found = await self._ask(
            self.v1.prices.list_async, lookup_keys=[draft.reference], limit=1, expand=["data.tiers"]
        )
        if found["data"]:
            price = price_of(found["data"][0])
            if _terms(price) != _terms(draft):
                raise Conflict(Text("Stripe has a price {reference} with other terms", reference=draft.reference))
            return price
        made = await self._ask(self.v1.prices.create_async, key=key, expand=["tiers"], **_price_params(draft))
        return price_of(made)

    async def archive_price(self, price: str, *, key: str) -> None:
        await self._ask(self.v1.prices.update_async, price, key=key, active=False)

    async def put_meter(self, *, event_name: str, name: str, key: str) -> str:
        for meter in await self._all(self.v1.billing.meters.list_async, status="active"):
            if meter["event_name"] == event_name:
                return str(meter["id"])
        made = await self._ask(
            self.v1.billing.meters.create_async, key=key, event_name=event_name, display_name=name,
            default_aggregation={"formula": "sum"},
        )  # fmt: skip
        return str(made["id"])

    async def put_coupon(self, draft: CouponDraft, *, key: str) -> str:
        try:
            held = await self._ask(self.v1.coupons.retrieve_async, draft.reference)
        except NotFound:
            off = draft.amount_off
            made = await self._ask(
                self.v1.coupons.create_async, key=key, id=draft.reference, duration=draft.duration.value,
                name=draft.name or None, percent_off=draft.percent_off, duration_in_months=draft.months,
                amount_off=off.minor if off else None, currency=off.currency.lower() if off else None,
            )  # fmt: skip
            return str(made["id"])
        return str(held["id"])


def _terms(price: Price | PriceDraft) -> tuple[Any, ...]:
    return price.product, price.interval, price.currency, price.unit, price.meter, price.tiers


def _price_params(draft: PriceDraft) -> dict[str, Any]:
    recurring: dict[str, Any] = {"interval": draft.interval.value}
    if draft.meter:
        recurring |= {"usage_type": "metered", "meter": draft.meter}
    params: dict[str, Any] = {
        "currency": draft.currency.lower(), "product": draft.product, "recurring": recurring,
        "lookup_key": draft.reference, "nickname": draft.nickname or None,
    }  # fmt: skip
    if draft.tiers:
        tiers = [
            {"up_to": "inf" if tier.up_to is None else tier.up_to, "unit_amount": tier.unit_minor}
            | ({"flat_amount": tier.flat_minor} if tier.flat_minor else {})
            for tier in draft.tiers
        ]
        return params | {"billing_scheme": "tiered", "tiers_mode": "graduated", "tiers": tiers}
    return params | {"unit_amount": draft.unit.minor if draft.unit else 0}


class Customers(Calls):
    async def create_customer(
        self, *, reference: str, email: str, name: str, key: str, clock: str | None = None
    ) -> Customer:
        made = await self._ask(
            self.v1.customers.create_async, key=key, email=email, name=name, test_clock=clock,
            metadata={"reference": reference},
        )  # fmt: skip
        return customer_of(made)

    async def update_customer(self, customer: str, *, email: str, name: str, key: str) -> Customer:
        return customer_of(await self._ask(self.v1.customers.update_async, customer, key=key, email=email, name=name))

    async def customer(self, customer: str) -> Customer:
        return customer_of(await self._ask(self.v1.customers.retrieve_async, customer))

    async def add_balance(self, customer: str, *, amount: Money, description: str, key: str) -> Customer:
        await self._ask(
            self.v1.customers.balance_transactions.create_async, customer, key=key, amount=amount.minor,
            currency=amount.currency.lower(), description=description,
        )  # fmt: skip
        return await self.customer(customer)

    async def cards(self, customer: str) -> tuple[Card, ...]:
        holder = await self.customer(customer)
        rows = await self._all(self.v1.customers.payment_methods.list_async, customer)
        return tuple(card_of(row, holder.default_card) for row in rows if row["type"] == "card")

    async def set_default_card(self, customer: str, *, card: str, key: str) -> Customer:
        settings = {"default_payment_method": card}
        return customer_of(
            await self._ask(self.v1.customers.update_async, customer, key=key, invoice_settings=settings)
        )

    async def remove_card(self, card: str, *, key: str) -> None:
        await self._ask(self.v1.payment_methods.detach_async, card, key=key)

    async def card_page(
        self, customer: str, *, reference: str, success_url: str, cancel_url: str, key: str, with_address: bool = False
    ) -> Page:
        made = await self._ask(
            self.v1.checkout.sessions.create_async, key=key, mode="setup", customer=customer, currency="usd",
            client_reference_id=reference, success_url=success_url, cancel_url=cancel_url,
            billing_address_collection="required" if with_address else None,
        )  # fmt: skip
        return _page(made)

    async def subscribe_page(self, draft: SubscriptionDraft, *, success_url: str, cancel_url: str, key: str) -> Page:
        data: dict[str, Any] = {
            "metadata": {"reference": draft.reference} | dict(draft.metadata),
            "billing_mode": FLEXIBLE,
            "trial_settings": {"end_behavior": {"missing_payment_method": draft.without_card}},
        }
        if draft.trial_end:
            data["trial_end"] = seconds(draft.trial_end)
        lines = [
            {"price": price} | ({} if quantity is None else {"quantity": quantity})
            for price, quantity in draft.prices.items()
        ]
        made = await self._ask(
            self.v1.checkout.sessions.create_async, key=key, mode="subscription", customer=draft.customer,
            client_reference_id=draft.reference, line_items=lines, subscription_data=data, success_url=success_url,
            cancel_url=cancel_url, discounts=[{"coupon": one} for one in draft.coupons] or None,
            automatic_tax={"enabled": True} if draft.tax else None, payment_method_collection="always",
        )  # fmt: skip
        return _page(made)

    async def checkout(self, page: str) -> Checkout:
        held = await self._ask(self.v1.checkout.sessions.retrieve_async, page, expand=["setup_intent"])
        return checkout_of(held)

    async def portal_page(self, customer: str, *, return_url: str, key: str) -> Page:
        made = await self._ask(
            self.v1.billing_portal.sessions.create_async, key=key, customer=customer, return_url=return_url
        )
        return _page(made)


def _page(document: dict[str, Any]) -> Page:
    if not document.get("url"):
        raise Conflict(N_("Stripe's page is closed already; open a new one"))
    return Page(document["id"], document["url"], moment(document.get("expires_at")))
