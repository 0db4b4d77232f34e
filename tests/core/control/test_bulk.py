"""One command for many: preview, a row each, abort of the rest, and nothing twice over a restart."""

import asyncio

import pytest

from core.control import BulkDesk
from core.control.bulk import AT_ONCE
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.fleet import Reason
from core.fleet.model import CommandKind, CommandStatus
from core.ids import new_id
from tests.core.control.cast import Dispatcher, Street
from tests.core.fleet.cast import LUBA, YUKA, docked

K, T = CommandKind, CommandStatus


@pytest.fixture
async def desk(street: Street) -> BulkDesk:
    """Both mowers stand charged."""
    await street.hears(docked(1, device_name=YUKA))
    return street.control.bulk


async def stepping(street: Street, desk: BulkDesk) -> None:
    """Take the fleet's steps until the running orders have asked for all."""
    asking = asyncio.create_task(desk.settle())
    while not asking.done():
        await asyncio.sleep(0)
        await street.fleet.commands.step()
    await asking


async def test_a_preview_says_who_would_be_refused_and_writes_nothing(
    street: Street, desk: BulkDesk, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, ben = dispatchers
    await street.control.leases.take(LUBA, await street.control.mower_id(LUBA), ben)
    rows = await desk.preview(K.START, [LUBA, YUKA, LUBA], person_id=ana.person_id)
    assert [(row.device_name, row.reasons, row.overridable) for row in rows] == [
        (LUBA, (Reason.HELD,), False),
        (YUKA, (), False),
    ]
    assert await street.fleet.commands.recent(LUBA) == []
    with pytest.raises(NotFound):
        await desk.preview(K.START, ["Nobody"], person_id=None)
    with pytest.raises(Invalid, match="expected 1 to 500"):
        await desk.preview(K.START, [], person_id=None)


async def test_each_mower_gets_its_own_command_and_the_refused_ones_their_reasons(
    street: Street, desk: BulkDesk, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, _ = dispatchers
    await street.hears(docked(2, battery_percent=9, device_name=YUKA))
    order = await desk.order(K.START, [LUBA, YUKA], ana, parameters={"blade_height_mm": 50})
    await stepping(street, desk)
    after = await desk.get(order.id)
    by_name = {row.device_name: row.command for row in after.rows}
    luba, yuka = by_name[LUBA], by_name[YUKA]
    assert luba is not None and yuka is not None
    assert (luba.status, luba.parameters, luba.bulk_id) == (T.SENT, {"blade_height_mm": 50}, order.id)
    assert (yuka.status, yuka.reasons) == (T.REFUSED, (Reason.LOW_BATTERY,))
    assert after.ended_at is not None
    assert ("bulk.order", ana.email, "") in await street.audited()


async def test_the_same_order_id_is_one_order_and_wrong_parameters_begin_nothing(
    street: Street, desk: BulkDesk, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, _ = dispatchers
    with pytest.raises(Invalid, match="blade_height_mm"):
        await desk.order(K.START, [LUBA], ana, parameters={"blade_height_mm": 5})
    bulk_id = new_id()
    await desk.order(K.START, [LUBA], ana, bulk_id=bulk_id)
    await desk.order(K.START, [LUBA, YUKA], ana, bulk_id=bulk_id)
    await stepping(street, desk)
    assert [row.device_name for row in (await desk.get(bulk_id)).rows] == [LUBA]
    assert len(street.cloud.link.sent) == 1


async def test_an_abort_leaves_the_rest_unasked_and_what_was_asked_goes_on(
    street: Street, desk: BulkDesk, dispatchers: tuple[Dispatcher, Dispatcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, _ = dispatchers
    monkeypatch.setattr("core.control.bulk.AT_ONCE", 1)
    assert AT_ONCE > 1
    street.cloud.link.send_errors = [Unavailable("no answer")] * 50
    order = await desk.order(K.START, [LUBA, YUKA], ana)
    while (await desk.get(order.id)).rows[0].command is None:
        await asyncio.sleep(0)
    aborted = await desk.abort(order.id, ana)
    assert [row.state for row in aborted.rows] == ["asked", "aborted"]
    assert aborted.aborted_by == ana.email
    street.cloud.link.send_errors = []
    await stepping(street, desk)
    assert [name for name, *_ in street.cloud.link.sent] == [LUBA]
    assert await street.fleet.commands.recent(YUKA) == []
    with pytest.raises(Conflict, match="Nothing is left"):
        await desk.abort(order.id, ana)
    with pytest.raises(NotFound):
        await desk.abort(new_id(), ana)


async def test_a_restart_asks_for_what_was_waiting_and_for_nothing_twice(
    street: Street, desk: BulkDesk, dispatchers: tuple[Dispatcher, Dispatcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, _ = dispatchers
    monkeypatch.setattr("core.control.bulk.AT_ONCE", 1)
    street.cloud.link.send_errors = [Unavailable("no answer")] * 50
    order = await desk.order(K.START, [LUBA, YUKA], ana)
    while (await desk.get(order.id)).rows[0].command is None:
        await asyncio.sleep(0)
    await desk.stop()  # as a kill would: the second was never asked for
    street.cloud.link.send_errors = []
    again = BulkDesk(street.database, street.fleet.commands, street.clock, street.audit)
    await again.start()
    await stepping(street, again)
    street.clock.move(5)
    await street.fleet.commands.step()
    assert sorted(name for name, *_ in street.cloud.link.sent) == [LUBA, YUKA]
    assert [row.state for row in (await again.get(order.id)).rows] == ["asked", "asked"]
