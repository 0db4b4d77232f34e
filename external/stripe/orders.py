"""Subscriptions: begun, changed, ended, paused."""

from datetime import datetime
from typing import Any

from core.billing.invoice_values import Invoice
from core.billing.payment_values import (
    PauseBehaviour,
    Proration,
    Subscription,
    SubscriptionChange,
    SubscriptionDraft,
    SubscriptionStatus,
)
from core.errors import NotFound
from external.stripe.calls import FLEXIBLE, Calls
from external.stripe.invoice_mapping import invoice_of
from external.stripe.mapping import seconds, subscription_of

EXPAND = ["discounts"]


class Subscriptions(Calls):
    async def subscribe(self, draft: SubscriptionDraft, *, key: str) -> Subscription:
        items = [_priced(price, quantity) for price, quantity in draft.prices.items()]
        made = await self._ask(
            self.v1.subscriptions.create_async, key=key, customer=draft.customer, items=items, billing_mode=FLEXIBLE,
            trial_end=seconds(draft.trial_end) if draft.trial_end else None, default_payment_method=draft.card,
            discounts=[{"coupon": one} for one in draft.coupons] or None, off_session=True,
            metadata={"reference": draft.reference} | dict(draft.metadata),
            payment_behavior="allow_incomplete" if draft.start_unpaid else "error_if_incomplete",
            trial_settings={"end_behavior": {"missing_payment_method": draft.without_card}},
            automatic_tax={"enabled": True} if draft.tax else None, expand=EXPAND,
        )  # fmt: skip
        return subscription_of(made)

    async def subscription(self, subscription: str) -> Subscription:
        return subscription_of(await self._ask(self.v1.subscriptions.retrieve_async, subscription, expand=EXPAND))

    async def preview(self, change: SubscriptionChange) -> Invoice:
        params = change_params(change)
        discounts = params.pop("discounts", None)
        preview = await self._ask(
            self.v1.invoices.create_preview_async, subscription=change.subscription, subscription_details=params,
            discounts=discounts,
        )  # fmt: skip
        return await self._whole(preview)

    async def preview_next(self, subscription: str) -> Invoice:
        return await self._whole(await self._ask(self.v1.invoices.create_preview_async, subscription=subscription))

    async def _whole(self, document: dict[str, Any]) -> Invoice:
        """With every line: a document holds the first ten."""
        if document["lines"]["has_more"]:
            rows = await self._all(self.v1.invoices.line_items.list_async, document["id"])
            document["lines"] |= {"data": rows, "has_more": False}
        return invoice_of(document)

    async def change(self, change: SubscriptionChange, *, key: str) -> Subscription:
        return await self._update(change.subscription, key, **change_params(change))

    async def cancel_at_period_end(self, subscription: str, *, key: str) -> Subscription:
        return await self._update(subscription, key, cancel_at_period_end=True)

    async def keep(self, subscription: str, *, key: str) -> Subscription:
        return await self._update(subscription, key, cancel_at_period_end=False)

    async def cancel_now(self, subscription: str, *, prorate: bool, invoice_now: bool, key: str) -> Subscription:
        try:
            ended = await self._ask(
                self.v1.subscriptions.cancel_async, subscription, key=key, prorate=prorate, invoice_now=invoice_now,
                expand=EXPAND,
            )  # fmt: skip
        except NotFound:  # a repeated call: Stripe keeps no key for deletions
            held = await self.subscription(subscription)
            if held.status is not SubscriptionStatus.CANCELED:
                raise
            return held
        return subscription_of(ended)

    async def pause(
        self, subscription: str, *, behaviour: PauseBehaviour, resumes_at: datetime | None, key: str
    ) -> Subscription:
        pause: dict[str, Any] = {"behavior": behaviour.value}
        if resumes_at is not None:
            pause["resumes_at"] = seconds(resumes_at)
        return await self._update(subscription, key, pause_collection=pause)

    async def unpause(self, subscription: str, *, key: str) -> Subscription:
        return await self._update(subscription, key, pause_collection="")

    async def resume(self, subscription: str, *, key: str) -> Subscription:
        await self._ask(self.v1.subscriptions.resume_async, subscription, key=key, billing_cycle_anchor="now")
        return await self.subscription(subscription)

    async def _update(self, subscription: str, key: str, **params: Any) -> Subscription:
        made = await self._ask(self.v1.subscriptions.update_async, subscription, key=key, expand=EXPAND, **params)
        return subscription_of(made)


def _priced(price: str, quantity: int | None) -> dict[str, Any]:
    return {"price": price} | ({} if quantity is None else {"quantity": quantity})


def change_params(change: SubscriptionChange) -> dict[str, Any]:
    """Stripe's parameters of a change: the same for a preview and for the change itself."""
    items = [{"id": item} | _priced(price, quantity) for item, (price, quantity) in change.replace.items()]
    items += [_priced(price, quantity) for price, quantity in change.add.items()]
    items += [{"id": item, "deleted": True} for item in change.remove]
    params: dict[str, Any] = {"proration_behavior": change.proration.value}
    if items:
        params["items"] = items
    if change.at is not None and change.proration is not Proration.NONE:  # together they are refused
        params["proration_date"] = seconds(change.at)
    if change.end_trial_now:
        params |= {"trial_end": "now", "billing_cycle_anchor": "now"}
    elif change.trial_end is not None:
        params["trial_end"] = seconds(change.trial_end)
    if change.restart:
        params["billing_cycle_anchor"] = "now"
    if change.coupons is not None:
        params["discounts"] = [{"coupon": one} for one in change.coupons] or ""
    return params
