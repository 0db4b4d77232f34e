"""What the pages show: a subscription to be, the portal's sections, an invoice."""

from html import escape

from external.stripe.simulator.cards import cards_of
from external.stripe.simulator.forms import Doc, whole
from external.stripe.simulator.html import box, button, day, money
from external.stripe.simulator.lines import name_of
from external.stripe.simulator.subscriptions import items_of
from external.stripe.simulator.world import World


def subscription_summary(world: World, session: Doc) -> str:
    """What a Checkout session in mode subscription begins."""
    if session["mode"] == "setup":
        return "<p>Your card is saved for later payments; nothing is charged now.</p>"
    rows = ""
    for one in session["_lines"]:
        price = world.store.get("price", one["price"])
        rows += _row(name_of(world, price), price_text(price))
    days = whole(session["_data"], "trial_period_days")
    end = whole(session["_data"], "trial_end")
    if days or end:
        until = f"{days} days free" if days else f"Free until {day(end)}"
        rows += _row("Trial", until)
    rows += _row("Due today", money(session["amount_total"] or 0))
    return box("Your plan", rows)


def price_text(price: Doc) -> str:
    recurring = price["recurring"]
    if recurring["usage_type"] == "metered":
        return "by use"
    return f"{money(price['unit_amount'], price['currency'])} per {recurring['interval']}"


def _row(left: str, right: str, more: str = "") -> str:
    return f'<div class="row"><span>{escape(left)}</span><span class="num">{escape(right)}</span>{more}</div>'


def portal_body(world: World, session: Doc, customer: Doc) -> str:
    root = f"/p/session/{session['id']}"
    body = _subscriptions(world, root, customer) + _cards(world, root, customer) + _invoices(world, customer)
    if session["return_url"]:
        body += f'<p><a href="{escape(session["return_url"])}">Return</a></p>'
    return body


def _subscriptions(world: World, root: str, customer: Doc) -> str:
    rows = ""
    for one in world.store.every("subscription"):
        if one["customer"] != customer["id"]:
            continue
        items = items_of(world, one)
        names = ", ".join(f"{name_of(world, item['price'])} ({price_text(item['price'])})" for item in items)
        if one["ended_at"]:
            rows += _row(names, f"ended {day(one['ended_at'])}")
        elif one["cancel_at"]:
            act = button(f"{root}/keep", "Keep my plan", subscription=one["id"])
            rows += _row(names, f"ends {day(one['cancel_at'])}", act)
        else:
            act = button(f"{root}/cancel", "Cancel plan", subscription=one["id"])
            rows += _row(names, f"renews {day(min(item['current_period_end'] for item in items))}", act)
    return box("Plan", rows or '<p class="dim">No plan.</p>')


def _cards(world: World, root: str, customer: Doc) -> str:
    default = customer["invoice_settings"]["default_payment_method"]
    rows = ""
    for one in cards_of(world, customer["id"]):
        card = one["card"]
        text = f"{card['brand'].capitalize()} ending in {card['last4']}"
        acts = '<span class="good">Default</span>' if one["id"] == default else (
            button(f"{root}/default", f"Use card {card['last4']}", card=one["id"])
            + button(f"{root}/remove", f"Remove card {card['last4']}", card=one["id"])
        )  # fmt: skip
        rows += _row(text, f"{card['exp_month']:02d}/{card['exp_year']}", f'<span class="acts">{acts}</span>')
    return box("Cards", f'{rows}<p><a class="button" href="{root}/card">Add a card</a></p>')


def _invoices(world: World, customer: Doc) -> str:
    rows = ""
    for name in reversed(world.store.side("_invoices", customer["id"])["list"][-24:]):
        one = world.store.get("invoice", name)
        if one.get("deleted") or one["status"] == "draft":
            continue
        link = f'<a href="/invoice/{one["id"]}">Invoice {escape(one["number"] or "")}</a>'
        rows += _row(day(one["created"]), f"{money(one['amount_due'])} {one['status']}", link)
    return box("Invoices", rows or '<p class="dim">No invoice yet.</p>')


def invoice_box(world: World, invoice: Doc) -> str:
    rows = "".join(_row(line["description"] or "", money(line["amount"])) for line in invoice["lines"]["data"])
    discount = sum(one["amount"] for one in invoice["total_discount_amounts"])
    if discount:
        rows += _row("Discount", money(-discount))
    rows += _row("Total", money(invoice["total"]))
    rows += _row("Due", money(invoice["amount_due"]))
    customer = world.store.get("customer", invoice["customer"])
    return box(customer["name"] or "Customer", rows)
