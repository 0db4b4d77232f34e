"""The pitfalls of PyMammotion's direct path, by their number in the protocol notes (section 7).

Those met best beside their subject are tested there; each test names its pitfall, and the last one here counts them.
"""

import asyncio
import gc
import logging
import re
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pymammotion.proto import luba_msg_pb2

from core.clock import SystemClock
from core.fleet.inbox import Inbox
from core.fleet.listener import FleetListener, Message
from core.fleet.model import CommandKind, LinkState, Reading, Source
from external.mammotion import MammotionCloud
from external.mammotion.library_log import OncePerMinute, calm_library_log
from external.mammotion.link import MammotionLink
from external.mammotion.simulator import SimulatorOptions, SimulatorServer, Sites
from external.mammotion.simulator.default_sites import default_sites
from tests.external.mammotion import frames
from tests.external.mammotion.conftest import QUICK, Ear, Inject, OpenLink, eventually, request_counts

REPORTS = 200
QUOTA = 600


def send_reports(street: SimulatorServer, device_name: str, *, count: int = REPORTS, start: int = 0) -> None:
    """A burst from a mower at work, through the broker; each a millimetre further."""
    device = street.fleet.devices[device_name]
    for number in range(start, start + count):
        street.fleet.send_raw(
            device, frames.report(timestamp_ms=frames.NOW_MS + number, sequence=number % 256, x=10 * number)
        )


def heard_of(ear: Ear, device_name: str) -> int:
    """Readings of the bursts: their device time is far from now."""
    last = frames.NOW_MS + 100_000
    return sum(
        reading.device_name == device_name
        and reading.device_time.timestamp() * 1000 < last
        and reading.device_time.timestamp() * 1000 >= frames.NOW_MS
        for reading in ear.heard
    )


def transport_of(link: MammotionLink) -> Any:
    transport = link.connection.transport
    assert transport is not None
    return transport


async def test_a_consumer_of_ours_that_is_stuck_does_not_hold_up_the_account(street: SimulatorServer) -> None:
    """Pitfall 3: the connection waits for its handlers one by one, so ours only put into a queue."""
    batches: asyncio.Queue[Any] = asyncio.Queue()
    handled, gate = [], asyncio.Event()
    inbox: Inbox[Message] = Inbox()
    received: list[Reading] = []

    def take(batch: Any) -> None:
        received.extend(batch)
        batches.put_nowait(batch)

    async def consume() -> None:
        while True:
            batch = await batches.get()
            await gate.wait()  # a database that does not answer
            handled.append(batch)

    consumer = asyncio.create_task(consume())
    cloud = MammotionCloud(
        login_url=street.http_url, api_url=street.http_url, clock=SystemClock(), request_ceiling=1000, times=QUICK
    )
    link = await cloud.log_in(*street.accounts[0], FleetListener(take, inbox))
    try:
        await eventually(lambda: link.health.state is LinkState.UP)
        for start in range(0, REPORTS, 20):
            send_reports(street, link.devices[0].device_name, count=20, start=start)
            await eventually(lambda start=start: len(received) >= start + 20)
        assert handled == []
        gate.set()
        await eventually(batches.empty)
    finally:
        await link.close()
        consumer.cancel()


async def test_a_subscriber_of_pymammotions_that_is_stuck_does_not_hold_up_reports(
    link: MammotionLink, ear: Ear, street: SimulatorServer
) -> None:
    """Pitfall 3: PyMammotion awaits its own subscribers inline; its sample of the reports goes by another task."""
    name, gate, reached = link.devices[0].device_name, asyncio.Event(), []

    async def stuck(message: Any) -> None:
        reached.append(message)
        await gate.wait()

    subscription = link.connection.handle(name).subscribe_received(stuck)
    send_reports(street, name)
    await eventually(lambda: heard_of(ear, name) == REPORTS)
    assert len(reached) <= 1
    gate.set()
    subscription.cancel()


async def test_reports_are_not_paid_for_in_pymammotion_with_a_map_in_its_state_or_without(
    link: MammotionLink, ear: Ear, street: SimulatorServer
) -> None:
    """Pitfall 5: a report costs PyMammotion 5 ms, and 14 with a map in its state, copied whole for each."""
    name, reached = link.devices[0].device_name, []

    async def count(message: Any) -> None:
        if message.sys is not None and message.sys.toapp_report_data is not None:
            reached.append(message)

    subscription = link.connection.handle(name).subscribe_received(count)
    send_reports(street, name)
    await eventually(lambda: heard_of(ear, name) == REPORTS)
    await asyncio.sleep(0.2)
    assert 1 <= len(reached) <= 4  # the first, and changes of mode where the simulated mower's own report comes between
    await link.sync_map(name)
    assert link.connection.handle(name).snapshot.raw.map.area  # type: ignore[union-attr]
    reached.clear()
    send_reports(street, name, start=REPORTS)
    await eventually(lambda: heard_of(ear, name) == 2 * REPORTS)
    await asyncio.sleep(0.2)
    assert len(reached) <= 4
    subscription.cancel()


async def test_pymammotion_polls_nobody(link: MammotionLink) -> None:
    """Pitfall 6: it would ask each mower at once and for ever, and none while one of them talks."""
    running = [str(getattr(task.get_coro(), "__qualname__", "")) for task in asyncio.all_tasks()]
    assert "mqtt_activity_loop" not in running
    assert any(name.startswith("DeviceCommandQueue") for name in running)  # so names are told, and maps can be fetched


async def test_a_known_version_lifts_the_quota(link: MammotionLink, ear: Ear) -> None:
    """Pitfall 7: six hundred sends in twelve hours an account, until PyMammotion knows the firmware."""
    name = link.devices[0].device_name
    await eventually(lambda: link.known(name).firmware)
    transport, handle = transport_of(link), link.connection.handle(name)
    for _ in range(QUOTA):
        transport.record_send()
    assert transport.is_quota_exhausted
    assert (await link.sync_map(name)).areas  # what PyMammotion queues goes out
    assert not transport.is_send_blocked(handle.firmware_version)


async def test_a_version_nobody_told_yet_is_asked_for_before_the_quota_ends(
    open_link: OpenLink, street: SimulatorServer
) -> None:
    """Pitfall 7: nobody fetches it for us."""
    link = await open_link(times=replace(QUICK, firmware_after_s=600.0))
    await eventually(lambda: link.health.state is LinkState.UP)
    name = link.devices[0].device_name
    await eventually(lambda: link.known(name).firmware)  # it told by itself as it connected; not again for a while
    link.known(name).firmware = None
    for _ in range(QUOTA):
        transport_of(link).record_send()
    asked = street.journal.leaves["to_device net.todev_devinfo_req"]
    assert (await link.sync_map(name)).areas
    assert street.journal.leaves["to_device net.todev_devinfo_req"] == asked + 1
    assert link.known(name).firmware


async def test_a_spent_quota_stops_neither_a_person_nor_a_map_after_a_restore(
    link: MammotionLink, open_link: OpenLink, ear: Ear
) -> None:
    """Pitfall 7: after a restore our notes know the version and PyMammotion does not."""
    name = link.devices[0].device_name
    await eventually(lambda: all(device.firmware for device in link.devices))
    await link.close()
    back = await open_link(tokens=ear.tokens[-1])
    await eventually(lambda: back.health.state is LinkState.UP)
    transport, handle = transport_of(back), back.connection.handle(name)
    for _ in range(QUOTA):
        transport.record_send()
    assert transport.is_send_blocked(handle.firmware_version)
    ear.heard.clear()
    await back.request_report(name)
    await eventually(lambda: (reading := ear.last(name)) is not None and reading.source is Source.POLL)
    await back.send(name, CommandKind.START, {}, command_id="1")
    await eventually(lambda: ear.answers)
    assert (await back.sync_map(name)).areas
    assert not transport.is_send_blocked(handle.firmware_version)


async def test_a_mower_without_a_base_stands_nowhere_rather_than_off_africa(
    link: MammotionLink, ear: Ear, street: SimulatorServer
) -> None:
    """Pitfall 8: without a base position PyMammotion puts a mower metres from 0 N 0 E."""
    name = link.devices[0].device_name
    link.known(name).frame = None
    ear.heard.clear()
    await link.request_report(name)
    assert (await eventually(lambda: ear.last(name))).position is None
    await link.tell_device(name, "read_write_device", rw_id=5, context=1, rw=1)
    await eventually(lambda: link.known(name).frame)
    ear.heard.clear()
    await link.request_report(name)
    position = (await eventually(lambda: ear.last(name))).position
    assert position is not None
    dock = street.options.sites.accounts[0].mowers[0].dock  # type: ignore[union-attr]
    assert (position.longitude, position.latitude) == pytest.approx((dock.longitude, dock.latitude), abs=1e-5)


async def test_a_position_tunnel_moves_no_mower(link: MammotionLink, ear: Ear, street: SimulatorServer) -> None:
    """Pitfall 9: PyMammotion divides it twice, so that a mower seems to stand on its base."""
    device = street.devices[0]
    ear.heard.clear()
    message = frames.envelope()
    message.sys.systemTardStateTunnel.tard_state_data.extend([13, 0, 0, 0, 80, 50_000, 30_000, 300_000, *[0] * 12])
    street.fleet.send_raw(device, message.SerializeToString())
    send_reports(street, device.name, count=1)
    await eventually(lambda: heard_of(ear, device.name))
    assert heard_of(ear, device.name) == 1  # the report's; the tunnel's frame came before it


async def test_the_sync_that_goes_out_by_itself_is_counted(
    link: MammotionLink, open_link: OpenLink, ear: Ear, street: SimulatorServer
) -> None:
    """Pitfall 10: a question to a device that was not spoken to for seconds costs two requests."""
    await eventually(lambda: all(device.firmware for device in link.devices))
    await link.close()
    back = await open_link(tokens=ear.tokens[-1])
    await eventually(lambda: back.health.state is LinkState.UP)
    used, synced = back.health.requests_24h, street.journal.leaves["to_device net.todev_ble_sync"]
    asked = request_counts(street, back.account)["invoke"]
    await back.request_report(back.devices[0].device_name)
    assert street.journal.leaves["to_device net.todev_ble_sync"] == synced + 1
    assert request_counts(street, back.account)["invoke"] == asked + 2
    assert back.health.requests_24h == used + 2


async def test_two_links_of_an_account_do_not_fight_for_the_broker(
    street: SimulatorServer, ear: Ear, inject: Inject
) -> None:
    """Pitfall 12: both would bear the same client id, and push each other off for ever."""
    cloud = MammotionCloud(
        login_url=street.http_url, api_url=street.http_url, clock=SystemClock(), request_ceiling=1000, times=QUICK
    )
    first = await cloud.log_in(*street.accounts[0], ear)
    await eventually(lambda: first.health.state is LinkState.UP)
    second = await cloud.log_in(*street.accounts[0], ear)
    await eventually(lambda: second.health.state is LinkState.UP)
    accepted = street.front.counts["accepted"]
    await asyncio.sleep(1.2)  # PyMammotion comes back a second after a loss
    assert (first.health.state, second.health.state) == (LinkState.STOPPED, LinkState.UP)
    assert street.front.counts["accepted"] == accepted
    assert street.front.connected.count(second.account) == 1
    await second.close()


async def test_a_mower_that_is_removed_leaves_the_others_their_connection(
    link: MammotionLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    """Pitfall 13: stopping one mower's handle would disconnect the account."""
    gone, other = (device.device_name for device in link.devices)
    transport, accepted = transport_of(link), street.front.counts["accepted"]
    await inject(f"mowers/{gone}", removed=True)
    await link.look_for_devices()
    await link.look_for_devices()
    assert ear.removed == [gone]
    assert link.connection.transport is transport
    assert transport.is_connected
    send_reports(street, other, count=5)
    await eventually(lambda: heard_of(ear, other) == 5)
    assert street.front.counts["accepted"] == accepted


async def test_closing_ends_what_was_subscribed(link: MammotionLink, ear: Ear) -> None:
    """Pitfall 14: a subscription lives until it is cancelled."""
    transport, iot_id = transport_of(link), link.devices[0].iot_id
    before = transport.on_device_message
    assert before is not None
    await link.close()
    for callback in ("message", "status", "mammotion_properties", "notification"):
        assert getattr(transport, f"on_device_{callback}") is None
    told = (len(ear.healths), len(ear.heard))
    await transport._notify_availability(transport.availability.CONNECTED)
    assert (len(ear.healths), len(ear.heard)) == told
    assert iot_id


async def test_a_client_that_was_replaced_is_held_by_nobody(link: MammotionLink, ear: Ear) -> None:
    """Pitfall 14: what an old client still subscribes to would keep it, its maps and its tokens alive."""
    old, client = weakref.ref(link.connection), weakref.ref(link.connection.client)
    await link.rebuild()
    await eventually(lambda: link.health.state is LinkState.UP)
    for _ in range(3):
        gc.collect()
        await asyncio.sleep(0.05)
    assert old() is None
    assert client() is None


async def test_bad_frames_do_not_fill_the_log(
    link: MammotionLink, street: SimulatorServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Pitfall 15: PyMammotion logs a traceback for each frame with a field of the wrong type."""
    logger, device = logging.getLogger("pymammotion.device.handle"), street.devices[0]
    message = frames.envelope()
    message.nav.toapp_get_commondata_ack.ParseFromString(b"\x0a\x02\x05\x06")  # a list where a number belongs
    content = message.SerializeToString()

    def complaints() -> int:
        return sum(record.name == logger.name and record.levelno >= logging.ERROR for record in caplog.records)

    async def send(count: int) -> None:
        transport = transport_of(link)
        for _ in range(count):
            await transport.on_device_message(device.iot_id, content)

    installed = [known for known in logger.filters if isinstance(known, OncePerMinute)]
    assert installed
    for known in installed:
        logger.removeFilter(known)
    await send(5)
    assert complaints() == 5  # so it is without us
    caplog.clear()
    calm_library_log(SystemClock())
    await send(50)
    assert complaints() == 1


class TestManyModels:
    """A street with one mower of each of three kinds."""

    @pytest.fixture
    def lots(self) -> Sites:
        return default_sites(mowers=12, accounts=1, seed=4)

    async def test_a_command_is_addressed_as_the_models_name_asks(
        self, link: MammotionLink, ear: Ear, street: SimulatorServer
    ) -> None:
        """Pitfall 16: the name decides the model, and the model which part of the mower a command goes to."""
        addressed: dict[str, int] = {}
        for number, device in enumerate(street.devices):
            await link.send(device.name, CommandKind.START, {}, command_id=str(number))
            sent = [
                frame
                for frame in street.journal.latest(device_name=device.name, limit=4000)
                if frame["leaf"] == "nav.todev_taskctrl"
            ]
            content = bytes.fromhex(str(sent[-1]["content"]))
            addressed[device.model.prefix] = luba_msg_pb2.LubaMsg.FromString(content).rcver
            assert link.known(device.name).model
        await eventually(lambda: len(ear.answers) == len(street.devices))
        assert all(accepted for _, _, accepted, _ in ear.answers)
        assert len(addressed) >= 4
        assert set(addressed.values()) <= {1, 17}
        assert {prefix for prefix, part in addressed.items() if part == 17} == {
            prefix for prefix in addressed if prefix in SPEAKS_TO_NAVIGATION
        }


SPEAKS_TO_NAVIGATION = {"Luba-VS", "Luba-VP", "Luba-MN", "Luba-VA", "Yuka-MN", "Yuka-"}


async def test_an_account_with_more_mowers_than_a_page_says_so(ear: Ear) -> None:
    """Pitfall 1: PyMammotion reads one page of a hundred; the rest needs another account, and a person to know it."""
    first, second = default_sites(mowers=101, accounts=2, seed=9).accounts
    crowded = Sites(accounts=[first.model_copy(update={"mowers": [*first.mowers, *second.mowers]})])
    server = SimulatorServer(SimulatorOptions(sites=crowded, owners=False))
    await server.start()
    try:
        cloud = MammotionCloud(
            login_url=server.http_url, api_url=server.http_url, clock=SystemClock(), request_ceiling=10, times=QUICK
        )
        link = await cloud.log_in(*server.accounts[0], ear)
        await eventually(lambda: link.health.state is LinkState.UP)
        assert (link.health.devices, len(link.devices)) == (100, 100)
        assert "1 more mowers need another account" in link.health.detail
        await link.close()
    finally:
        await server.stop()


def test_every_pitfall_has_a_test() -> None:
    named: set[int] = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        named |= {int(number) for number in re.findall(r'"""Pitfall (\d+)', path.read_text(encoding="utf-8"))}
    assert named == set(range(1, 17))
