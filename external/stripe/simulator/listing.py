"""Lists as Stripe gives them: newest first, a page at a time, filtered by what each list allows."""

from dataclasses import dataclass

from external.stripe.simulator.faults import ApiError, missing
from external.stripe.simulator.forms import Doc, whole
from external.stripe.simulator.show import as_list, shown
from external.stripe.simulator.world import World

MOST, DEFAULT = 100, 10


@dataclass(frozen=True, slots=True)
class ListOf:
    """``filters``: query parameters that must equal the field of that name."""

    kind: str
    filters: tuple[str, ...] = ()


LISTS = {
    "/v1/customers": ListOf("customer", ("email", "test_clock")),
    "/v1/payment_methods": ListOf("payment_method", ("customer", "type")),
    "/v1/products": ListOf("product"),
    "/v1/prices": ListOf("price", ("product", "currency", "type")),
    "/v1/coupons": ListOf("coupon"),
    "/v1/billing/meters": ListOf("billing.meter", ("status",)),
    "/v1/subscriptions": ListOf("subscription", ("customer", "test_clock")),
    "/v1/subscription_items": ListOf("subscription_item", ("subscription",)),
    "/v1/invoices": ListOf("invoice", ("customer", "status")),
    "/v1/invoiceitems": ListOf("invoiceitem", ("customer", "invoice")),
    "/v1/invoice_payments": ListOf("invoice_payment", ("invoice", "status")),
    "/v1/payment_intents": ListOf("payment_intent", ("customer",)),
    "/v1/setup_intents": ListOf("setup_intent", ("customer",)),
    "/v1/charges": ListOf("charge", ("customer", "payment_intent")),
    "/v1/refunds": ListOf("refund", ("charge", "payment_intent")),
    "/v1/credit_notes": ListOf("credit_note", ("customer", "invoice")),
    "/v1/checkout/sessions": ListOf("checkout.session", ("customer", "status", "subscription")),
    "/v1/events": ListOf("event", ("type",)),
    "/v1/webhook_endpoints": ListOf("webhook_endpoint"),
    "/v1/test_helpers/test_clocks": ListOf("test_helpers.test_clock"),
}


def answer_list(world: World, path: str, params: Doc) -> Doc:
    listed = LISTS[path]
    rows = [doc for doc in _candidates(world, listed.kind, params) if not doc.get("deleted") and not doc.get("_gone")]
    rows.sort(key=lambda doc: doc["id"], reverse=True)  # ids sort by the time they were made
    for name in listed.filters:
        if name in params:
            rows = [doc for doc in rows if doc.get(name) == params[name]]
    rows = _special(listed.kind, rows, params)
    rows = _created(rows, params.get("created"))
    return paged(world, path, rows, params)


def _candidates(world: World, kind: str, params: Doc) -> list[Doc]:
    """All of a kind; a customer's invoices by their index, since a month's end asks for those of thousands."""
    if kind == "invoice" and "customer" in params:
        return [world.store.get("invoice", one) for one in world.store.side("_invoices", params["customer"])["list"]]
    return list(world.store.every(kind))


def _special(kind: str, rows: list[Doc], params: Doc) -> list[Doc]:
    """Filters that are more than an equal field."""
    if kind == "subscription":
        return _by_status(rows, params.get("status"))
    if kind == "invoice" and "subscription" in params:
        return [
            doc for doc in rows
            if doc["parent"] and doc["parent"]["subscription_details"]["subscription"] == params["subscription"]
        ]  # fmt: skip
    if kind == "invoiceitem" and params.get("pending") in ("true", True):
        return [doc for doc in rows if doc["invoice"] is None]
    if kind == "price":
        keys = params.get("lookup_keys")
        rows = [doc for doc in rows if keys is None or doc["lookup_key"] in keys]
        active = params.get("active")
        return [doc for doc in rows if active is None or doc["active"] == (active in ("true", True))]
    if kind == "event" and "types" in params:
        return [doc for doc in rows if doc["type"] in params["types"]]
    return rows


def _by_status(rows: list[Doc], status: str | None) -> list[Doc]:
    if status is None:
        return [doc for doc in rows if doc["status"] != "canceled"]
    wanted = {"ended": ("canceled", "incomplete_expired")}.get(status, (status,))
    return [doc for doc in rows if status == "all" or doc["status"] in wanted]


def _created(rows: list[Doc], given: Doc | str | None) -> list[Doc]:
    if given is None:
        return rows
    bounds = given if isinstance(given, dict) else {"gte": given, "lte": given}
    tests = {
        "gt": lambda moment, bound: moment > bound,
        "gte": lambda moment, bound: moment >= bound,
        "lt": lambda moment, bound: moment < bound,
        "lte": lambda moment, bound: moment <= bound,
    }
    for name, bound in bounds.items():
        rows = [doc for doc in rows if tests[name](doc.get("created", doc.get("date", 0)), int(bound))]
    return rows


def paged(world: World, path: str, rows: list[Doc], params: Doc) -> Doc:
    """One page of ``rows`` after, or before, the row that the request names."""
    limit = whole(params, "limit", DEFAULT) or 0
    if not 1 <= limit <= MOST:
        raise ApiError("This value must be between 1 and 100.", code="parameter_invalid_integer", param="limit")
    more = False
    if "ending_before" in params:
        before = rows[: _place(rows, params["ending_before"], "ending_before")]
        more, rows = len(before) > limit, before[-limit:]
    else:
        if "starting_after" in params:
            rows = rows[_place(rows, params["starting_after"], "starting_after") + 1 :]
        more, rows = len(rows) > limit, rows[:limit]
    expand = [path_.removeprefix("data.") for path_ in params.get("expand", [])]
    return as_list(path, [shown(world, doc, expand) for doc in rows], has_more=more)


def _place(rows: list[Doc], object_id: str, param: str) -> int:
    for number, doc in enumerate(rows):
        if doc["id"] == object_id:
            return number
    raise missing("object", object_id, param)
