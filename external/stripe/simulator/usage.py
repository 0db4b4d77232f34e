"""Meter events: taken once, by identifier, and added up by customer and time."""

from external.stripe.simulator.faults import ApiError, refused, wrong
from external.stripe.simulator.forms import Doc, needed, whole
from external.stripe.simulator.store import fresh
from external.stripe.simulator.world import DAY, World

OLDEST_DAYS, AHEAD_S = 35, 300


def take_event(world: World, params: Doc) -> Doc:
    """POST /v1/billing/meter_events"""
    name, payload = needed(params, "event_name"), needed(params, "payload")
    meter = next(
        (one for one in world.store.every("billing.meter") if one["event_name"] == name and one["status"] == "active"),
        None,
    )
    if meter is None:
        raise ApiError(
            f"No active meter found for event_name {name}.", status=404, code="resource_missing", param="event_name"
        )
    customer = world.store.get("customer", needed(payload, meter["customer_mapping"]["event_payload_key"]), "payload")
    text = str(needed(payload, meter["value_settings"]["event_payload_key"]))
    if not text.removeprefix("-").isdecimal():
        raise wrong("payload[value]", f"Only whole values are simulated: {text}")
    now = world.now(customer)
    moment = whole(params, "timestamp", now) or now
    if moment < now - OLDEST_DAYS * DAY:
        raise refused("The timestamp is too far in the past: at most 35 days.", "timestamp_too_far_in_past")
    if moment > now + AHEAD_S:
        raise refused("The timestamp is too far in the future: at most 5 minutes.", "timestamp_in_future")
    identifier = params.get("identifier") or fresh("mevt")
    seen = world.store.find(f"_identifier:{identifier}")
    if seen is not None and world.wall() < seen["until"]:
        raise refused(f"An event already exists with identifier {identifier}.", "duplicate_meter_event")
    if seen is not None:
        world.store.remove(seen["id"])
    world.store.put({"id": f"_identifier:{identifier}", "until": world.wall() + DAY}, kind="_identifier")
    side = world.store.side("_usage", customer["id"])
    side["list"].append([moment, meter["id"], int(text)])
    world.store.touch(side)
    return {
        "object": "billing.meter_event", "created": now, "event_name": name, "identifier": identifier,
        "livemode": False, "payload": payload, "timestamp": moment,
    }  # fmt: skip


def used(world: World, meter: str, customer: str, start: int, end: int) -> int:
    """Units from ``start`` up to, but not at, ``end``."""
    rows = world.store.side("_usage", customer)["list"]
    return sum(value for moment, which, value in rows if which == meter and start <= moment < end)


def summaries(world: World, meter: Doc, params: Doc) -> list[Doc]:
    """GET /v1/billing/meters/{id}/event_summaries"""
    start, end = whole(params, "start_time"), whole(params, "end_time")
    if start is None or end is None:
        raise ApiError("start_time and end_time are needed.", code="parameter_missing", param="start_time")
    if start % 60 or end % 60:
        raise ApiError("start_time and end_time must lie on whole minutes.", param="start_time")
    customer = world.store.get("customer", needed(params, "customer"), "customer")
    total = used(world, meter["id"], customer["id"], start, end)
    if not total:
        return []
    return [
        {
            "object": "billing.meter_event_summary", "id": fresh("mtrusg"), "aggregated_value": float(total),
            "start_time": start, "end_time": end, "livemode": False, "meter": meter["id"],
        }
    ]  # fmt: skip
