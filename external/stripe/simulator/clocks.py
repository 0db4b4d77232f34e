"""Test clocks: time that moves when it is told to, for the customers made on it."""

from external.stripe.simulator.blanks import blank
from external.stripe.simulator.faults import ApiError, refused
from external.stripe.simulator.forms import Doc, whole
from external.stripe.simulator.renewal import carry_out
from external.stripe.simulator.store import fresh
from external.stripe.simulator.world import DAY, World

KIND = "test_helpers.test_clock"
# Stripe moves two of the shortest billing periods at a time, for instance two months
LONGEST_STEP_S = 2 * 366 * DAY


def create_clock(world: World, params: Doc) -> Doc:
    frozen = whole(params, "frozen_time")
    if frozen is None:
        raise ApiError("Missing required param: frozen_time.", code="parameter_missing", param="frozen_time")
    clock = world.store.put(
        blank(
            KIND, id=fresh("clock"), created=world.wall(), deletes_after=world.wall() + 30 * DAY, frozen_time=frozen,
            livemode=False, name=params.get("name"), status="ready", status_details={},
        )
    )  # fmt: skip
    world.tell("test_helpers.test_clock.created", clock)
    return clock


def advance_clock(world: World, clock: Doc, params: Doc) -> Doc:
    """POST /v1/test_helpers/test_clocks/{id}/advance: all that is due until then happens, each at its own second."""
    target = whole(params, "frozen_time")
    if target is None:
        raise ApiError("Missing required param: frozen_time.", code="parameter_missing", param="frozen_time")
    if target <= clock["frozen_time"]:
        raise refused("You cannot advance a test clock to a time in its past.", "test_clock_advance_past")
    if target > clock["frozen_time"] + LONGEST_STEP_S:
        raise refused("A test clock advances two years at a time, at most.")
    world.tell("test_helpers.test_clock.advancing", clock)
    carry_out(world, clock["id"], target)
    clock["frozen_time"] = target
    world.store.touch(clock)
    world.tell("test_helpers.test_clock.ready", clock)
    return clock


def delete_clock(world: World, clock: Doc) -> Doc:
    """Its customers go with it."""
    for customer in world.store.every("customer"):
        if customer.get("test_clock") == clock["id"]:
            gone = {"id": customer["id"], "object": "customer", "deleted": True}
            customer.clear()
            customer.update(gone)
            world.store.touch(customer)
    world.store.remove(clock["id"])
    return {"id": clock["id"], "object": KIND, "deleted": True}
