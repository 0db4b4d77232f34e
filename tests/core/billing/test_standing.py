"""Unpaid blocks new starts only, and only where it is everybody's bill (G16)."""

from core.billing import STATUS, Standing, Status
from core.fleet import StartFacts
from core.fleet.guard import BEGINS_WORK, guard_refusals
from core.fleet.model import CommandKind, MowerSnapshot
from tests.core.billing.conftest import ELM_12, ELM_14, House


async def test_an_unpaid_home_alone_stops_new_starts_and_a_payment_lets_them_again(house: House) -> None:
    standing = Standing(house.database)
    elm = await house.join(await house.plan())
    await house.days(30)
    await house.fail(elm, 1)
    await standing.refresh()
    assert standing.stops([ELM_12.lot_id])
    await house.pay(elm, 1)
    await standing.refresh()
    assert not standing.stops([ELM_12.lot_id])


async def test_one_unpaid_home_does_not_stop_its_neighbours_mower(house: House) -> None:
    standing, plan = Standing(house.database), await house.plan()
    first, second = await house.join(plan, ELM_12), await house.join(plan, ELM_14)
    await house.days(30)
    await house.pay(second, 1)
    await house.fail(first, 1)
    await standing.refresh()
    assert not standing.stops([ELM_12.lot_id, ELM_14.lot_id])
    assert standing.stops([ELM_12.lot_id])


async def test_a_home_without_any_subscription_is_not_stopped(house: House) -> None:
    standing = Standing(house.database)
    await standing.refresh()
    assert not standing.stops([ELM_12.lot_id])


def test_money_never_strands_a_mower() -> None:
    unpaid, mower = StartFacts(suspended=True), MowerSnapshot(number=1, device_name="Luba-ELM")
    held_back = {kind for kind in CommandKind if guard_refusals(kind, mower, unpaid)}
    assert held_back == BEGINS_WORK == {CommandKind.START, CommandKind.RESUME}


def test_every_status_says_whether_it_serves_and_why_not() -> None:
    assert STATUS.keys() == set(Status)
    assert all(row.serves or row.refusal for row in STATUS.values())
