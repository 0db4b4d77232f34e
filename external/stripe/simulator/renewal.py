"""What happens by itself when time passes: renewals, trial ends, retries, expiries. One function for each plan."""

from collections.abc import Callable

from external.stripe.simulator.forms import Doc
from external.stripe.simulator.invoices import finalize, void, write_off
from external.stripe.simulator.lines import usage_lines
from external.stripe.simulator.payments import attempt, cancel_intents, restore, set_status
from external.stripe.simulator.subscriptions import (
    bill_period,
    end_subscription,
    is_metered,
    items_of,
    plan_periods,
    restart_segments,
    set_period,
)
from external.stripe.simulator.world import World


def period(world: World, subscription: Doc) -> Doc | None:
    """The items whose period ends now begin their next, and the draft of an invoice for it is made."""
    now = world.now()
    due = [item for item in items_of(world, subscription) if item["current_period_end"] == now]
    if not due or subscription["status"] in ("canceled", "incomplete", "incomplete_expired", "paused"):
        return None
    trial = subscription["status"] == "trialing"
    if trial and not world.trial_run and _trial_has_no_card(world, subscription):  # a preview tells the price anyhow
        return None
    usage: list[Doc] = []
    for item in due:
        if is_metered(item) and not trial:
            usage += usage_lines(world, item, subscription["customer"], item["current_period_start"], now)
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= now:
        end_subscription(world, subscription)
        return bill_period(world, subscription, [], reason="subscription_cycle", now=now, usage=usage)
    for item in due:
        set_period(subscription, item, now)
        if is_metered(item):
            restart_segments(world, item, now)
        world.store.touch(item)
    pause = (subscription["pause_collection"] or {}).get("behavior")
    advance = pause is None and subscription["status"] != "unpaid"
    if trial:
        set_status(world, subscription, "active")
    invoice = bill_period(world, subscription, due, reason="subscription_cycle", now=now, usage=usage, advance=advance)
    plan_periods(world, subscription)
    world.store.touch(subscription)
    world.tell("customer.subscription.updated", subscription)
    if invoice is not None and pause in ("void", "mark_uncollectible"):
        finalize(world, invoice)
        if invoice["amount_remaining"] == 0:
            attempt(world, invoice)
        elif pause == "void":
            void(world, invoice)
        else:
            write_off(world, invoice)
    return invoice


def _trial_has_no_card(world: World, subscription: Doc) -> bool:
    customer = world.store.get("customer", subscription["customer"])
    if subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]:
        return False
    wanted = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if wanted == "cancel":
        end_subscription(world, subscription)
    elif wanted == "pause":
        subscription["status_details"] = {"paused": {
            "subscription": {"type": "trial_end_without_payment_method"}, "transitioned_at": world.now(),
            "type": "subscription"}}  # fmt: skip
        subscription["status"] = "paused"
        world.store.touch(subscription)
        world.tell("customer.subscription.paused", subscription)
    return wanted in ("cancel", "pause")


def remind(world: World, subscription: Doc) -> None:
    if subscription["status"] == "trialing" and subscription["trial_end"] == world.now() + 3 * 86_400:
        world.tell("customer.subscription.trial_will_end", subscription)


def close_draft(world: World, invoice: Doc) -> None:
    """An hour after it was made: final, and charged."""
    if invoice["status"] == "draft" and invoice["auto_advance"] and invoice["automatically_finalizes_at"]:
        finalize(world, invoice)
        attempt(world, invoice)


def retry(world: World, invoice: Doc) -> None:
    if invoice["status"] == "open" and invoice["next_payment_attempt"] == world.now():
        attempt(world, invoice)


def charge(world: World, invoice: Doc) -> None:
    """An hour after it was made final by hand."""
    if invoice["status"] == "open" and invoice["auto_advance"] and not invoice["attempted"]:
        attempt(world, invoice)


def expire(world: World, subscription: Doc) -> None:
    """23 hours without a first payment."""
    if subscription["status"] != "incomplete":
        return
    invoice = world.store.get("invoice", subscription["latest_invoice"])
    subscription.update(status="incomplete_expired", ended_at=world.now())
    if invoice["status"] == "open":
        void(world, invoice)
        cancel_intents(world, invoice)
    world.store.touch(subscription)
    world.tell("customer.subscription.updated", subscription)


def unpause(world: World, subscription: Doc) -> None:
    if subscription["pause_collection"] and subscription["pause_collection"]["resumes_at"] == world.now():
        subscription["pause_collection"] = None
        world.store.touch(subscription)
        world.tell("customer.subscription.updated", subscription)


def expire_page(world: World, session: Doc) -> None:
    if session["status"] == "open":
        session.update(status="expired", url=None)
        world.store.touch(session)
        world.tell("checkout.session.expired", session)


PLANS: dict[str, Callable[[World, Doc], Doc | None]] = {
    "period": period,
    "remind": remind,
    "finalize": close_draft,
    "retry": retry,
    "charge": charge,
    "expire": expire,
    "unpause": unpause,
    "expire_page": expire_page,
}


def carry_out(world: World, clock_id: str, until: int) -> int:
    """Everything that is due on one clock up to ``until``, in order, each at its own time. Returns how much it was."""
    done = 0
    while (row := world.next_due(clock_id, until)) is not None:
        doc = world.store.find(row["on"])
        if doc is not None and not doc.get("deleted"):
            with world.at_time(max(row["at"], 0)):
                PLANS[row["what"]](world, doc)
        done += 1
    return done


def void_invoice(world: World, invoice: Doc) -> Doc:
    """POST /v1/invoices/{id}/void"""
    void(world, invoice)
    cancel_intents(world, invoice)
    restore(world, invoice)
    return invoice


def write_off_invoice(world: World, invoice: Doc) -> Doc:
    """POST /v1/invoices/{id}/mark_uncollectible"""
    write_off(world, invoice)
    restore(world, invoice)
    return invoice
