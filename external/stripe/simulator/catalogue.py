"""Products, prices, coupons and meters."""

import re

from external.stripe.simulator.blanks import blank
from external.stripe.simulator.faults import ApiError, refused, wrong
from external.stripe.simulator.forms import Doc, flag, many, needed, whole, with_metadata
from external.stripe.simulator.store import fresh
from external.stripe.simulator.world import World


def create_product(world: World, params: Doc) -> Doc:
    product_id = params.get("id") or fresh("prod")
    if world.store.find(product_id):
        raise ApiError(f"Product already exists: {product_id}.", code="resource_already_exists", param="id")
    product = world.store.put(
        blank(
            "product", id=product_id, active=True, created=world.now(), updated=world.now(), images=[], livemode=False,
            marketing_features=[], metadata=with_metadata(None, params), name=needed(params, "name"), type="service",
            description=params.get("description"), unit_label=params.get("unit_label"),
        )
    )  # fmt: skip
    world.tell("product.created", product)
    return product


def update_product(world: World, product: Doc, params: Doc) -> Doc:
    for name in ("name", "description", "unit_label"):
        if name in params:
            product[name] = params[name]
    product["active"] = flag(params, "active", product["active"])
    product["metadata"] = with_metadata(product["metadata"], params)
    product["updated"] = world.now()
    world.store.touch(product)
    world.tell("product.updated", product)
    return product


def _product_of(world: World, params: Doc) -> str:
    if "product_data" in params:
        return str(create_product(world, params["product_data"])["id"])
    return str(world.store.get("product", needed(params, "product"), "product")["id"])


def _tier(given: Doc) -> Doc:
    unit, flat = whole(given, "unit_amount"), whole(given, "flat_amount")
    if unit is None and "unit_amount_decimal" not in given and flat is None:
        raise ApiError("A tier needs unit_amount or flat_amount.", param="tiers")
    end = needed(given, "up_to")
    return {
        "flat_amount": flat, "flat_amount_decimal": None if flat is None else str(flat),
        "unit_amount": unit, "unit_amount_decimal": None if unit is None else str(unit),
        "up_to": None if end == "inf" else int(end),
    }  # fmt: skip


def _claim_lookup_key(world: World, params: Doc) -> str | None:
    key = params.get("lookup_key")
    holder = next((one for one in world.store.every("price") if key and one["lookup_key"] == key), None)
    if holder is not None:
        if not flag(params, "transfer_lookup_key"):
            raise ApiError(f"A price (`{holder['id']}`) already uses that lookup key.", param="lookup_key")
        holder["lookup_key"] = None
        world.store.touch(holder)
    return key


def create_price(world: World, params: Doc) -> Doc:
    currency = str(needed(params, "currency")).lower()
    if not re.fullmatch("[a-z]{3}", currency):
        raise ApiError(f"Invalid currency: {currency}", param="currency")
    tiers = [_tier(one) for one in many(params.get("tiers"))]
    amount = whole(params, "unit_amount")
    if amount is None and not tiers:
        raise ApiError("Missing required param: unit_amount.", code="parameter_missing", param="unit_amount")
    if tiers and params.get("tiers_mode") != "graduated":
        raise ApiError("Only graduated tiers are simulated.", param="tiers_mode")
    recurring = None
    if given := params.get("recurring"):
        usage = given.get("usage_type", "licensed")
        meter = given.get("meter")
        if (usage == "metered") != bool(meter):
            raise ApiError("A metered price needs a meter, and only it.", param="recurring[meter]")
        if meter:
            world.store.get("billing.meter", meter, "recurring[meter]")
        interval = needed(given, "interval")
        if interval not in ("day", "week", "month", "year"):
            raise wrong("recurring[interval]", f"Invalid recurring[interval]: {interval}", "parameter_invalid_string")
        recurring = {
            "interval": interval, "interval_count": whole(given, "interval_count", 1), "meter": meter,
            "trial_period_days": None, "usage_type": usage,
        }  # fmt: skip
    price = world.store.put(
        blank(
            "price", id=fresh("price"), active=True, billing_scheme="tiered" if tiers else "per_unit",
            created=world.now(), currency=currency, livemode=False, lookup_key=_claim_lookup_key(world, params),
            metadata=with_metadata(None, params), nickname=params.get("nickname"), product=_product_of(world, params),
            recurring=recurring, tax_behavior=params.get("tax_behavior", "unspecified"),
            tiers_mode="graduated" if tiers else None, type="recurring" if recurring else "one_time",
            unit_amount=amount, unit_amount_decimal=None if amount is None else str(amount),
        )
        | ({"tiers": tiers} if tiers else {})
    )  # fmt: skip
    world.tell("price.created", price)
    return price


def update_price(world: World, price: Doc, params: Doc) -> Doc:
    price["active"] = flag(params, "active", price["active"])
    price["nickname"] = params.get("nickname", price["nickname"])
    price["metadata"] = with_metadata(price["metadata"], params)
    if "lookup_key" in params:
        price["lookup_key"] = _claim_lookup_key(world, params)
    world.store.touch(price)
    world.tell("price.updated", price)
    return price


def plan_of(price: Doc) -> Doc:
    """The older face of a price, which subscription items still carry."""
    recurring = price["recurring"]
    return blank(
        "plan", id=price["id"], active=price["active"], amount=price["unit_amount"],
        amount_decimal=price["unit_amount_decimal"], billing_scheme=price["billing_scheme"], created=price["created"],
        currency=price["currency"], interval=recurring["interval"], interval_count=recurring["interval_count"],
        livemode=False, metadata=price["metadata"], meter=recurring["meter"], nickname=price["nickname"],
        product=price["product"], tiers_mode=price["tiers_mode"], usage_type=recurring["usage_type"],
    )  # fmt: skip


def create_coupon(world: World, params: Doc) -> Doc:
    coupon_id = params.get("id") or fresh("coup").upper()[:20]
    if world.store.find(coupon_id):
        raise ApiError("Coupon already exists.", code="resource_already_exists", param="id")
    percent, amount = params.get("percent_off"), whole(params, "amount_off")
    if (percent is None) == (amount is None):
        raise ApiError("Exactly one of percent_off and amount_off is needed.", param="percent_off")
    if percent is not None and not 0 < float(percent) <= 100:
        raise wrong("percent_off", "percent_off must be above 0 and at most 100.")
    duration = params.get("duration", "once")
    months = whole(params, "duration_in_months")
    if (duration == "repeating") != (months is not None):
        raise ApiError("duration_in_months goes with duration=repeating, and only with it.", param="duration")
    coupon = world.store.put(
        blank(
            "coupon", id=coupon_id, amount_off=amount, created=world.now(), duration=duration,
            currency=str(needed(params, "currency")).lower() if amount is not None else None, livemode=False,
            duration_in_months=months, metadata=with_metadata(None, params), name=params.get("name"),
            percent_off=None if percent is None else float(percent), times_redeemed=0, valid=True,
            max_redemptions=whole(params, "max_redemptions"), redeem_by=whole(params, "redeem_by"),
        )
    )  # fmt: skip
    world.tell("coupon.created", coupon)
    return coupon


def delete_coupon(world: World, coupon: Doc) -> Doc:
    """Nobody can redeem it any more; those who have it keep it."""
    coupon["valid"] = False
    world.store.touch(coupon)
    world.tell("coupon.deleted", coupon)
    return {"id": coupon["id"], "object": "coupon", "deleted": True}


def create_meter(world: World, params: Doc) -> Doc:
    name = needed(params, "event_name")
    if any(one["event_name"] == name and one["status"] == "active" for one in world.store.every("billing.meter")):
        raise refused(f"An active meter with the event name {name} already exists.", "billing_meter_event_name_exists")
    formula = needed(params, "default_aggregation").get("formula")
    if formula != "sum":
        raise ApiError("Only the sum of values is simulated.", param="default_aggregation[formula]")
    meter = world.store.put(
        blank(
            "billing.meter", id=fresh("mtr"), created=world.now(), updated=world.now(), livemode=False,
            customer_mapping={"event_payload_key": "stripe_customer_id", "type": "by_id"},
            default_aggregation={"formula": formula}, display_name=needed(params, "display_name"), event_name=name,
            status="active", status_transitions={"deactivated_at": None},
            value_settings={"event_payload_key": params.get("value_settings", {}).get("event_payload_key", "value")},
        )
    )  # fmt: skip
    world.tell("billing.meter.created", meter)
    return meter
