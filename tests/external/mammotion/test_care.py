"""What a link does by itself, and what it lets PyMammotion do by itself."""

import asyncio

from core.fleet.model import CommandKind, LinkState, MowerState, Source
from external.mammotion.link import MammotionLink
from external.mammotion.simulator import SimulatorServer
from tests.external.mammotion import frames
from tests.external.mammotion.conftest import Ear, Inject, OpenLink, eventually


async def test_a_fault_without_a_number_is_asked_for_once(link: MammotionLink, street: SimulatorServer) -> None:
    device = link.known(link.devices[0].device_name)
    await eventually(lambda: device.firmware)
    transport = link.connection.transport
    assert transport is not None
    assert transport.on_device_message is not None
    before = street.journal.leaves["to_device sys.bidire_comm_cmd"]
    await transport.on_device_message(device.iot_id, frames.report(mode=17))
    await eventually(lambda: street.journal.leaves["to_device sys.bidire_comm_cmd"] == before + 1)
    await asyncio.sleep(0.5)
    assert street.journal.leaves["to_device sys.bidire_comm_cmd"] == before + 1


async def test_a_changed_map_is_fetched_anew(link: MammotionLink, ear: Ear) -> None:
    name = link.devices[0].device_name
    await link.send(name, CommandKind.START, {}, command_id="1")
    await eventually(lambda: link.known(name).bol_hash)
    await link.sync_map(name)
    assert len(ear.maps) == 1
    link.known(name).map_hash = 1  # as if the last one had been fetched before an edit in the vendor's app
    await eventually(lambda: len(ear.maps) == 2)
    assert ear.maps[1].areas == ear.maps[0].areas


async def test_an_event_of_a_silent_device_makes_pymammotion_ask_and_of_a_lively_one_not(
    link: MammotionLink, ear: Ear, street: SimulatorServer
) -> None:
    lively, silent = (device.device_name for device in link.devices)
    await link.send(lively, CommandKind.START, {}, command_id="1")
    await eventually(lambda: (reading := ear.last(lively)) is not None and reading.mode is MowerState.MOWING)
    link.known(silent).heard_at = None
    for name in (lively, silent):
        device = link.known(name)
        topic = f"/sys/{device.product_key}/{name}/thing/event/device_warning_code_event/post"
        street.fleet.publish(topic, b'{"params": {"code": 7}}')
    await eventually(lambda: any(r.device_name == silent and r.source is Source.POLL for r in ear.heard))
    asked = [frame for frame in street.journal.latest(limit=4000) if frame["leaf"] == "sys.todev_report_cfg"]
    assert {frame["device_name"] for frame in asked} == {silent}


async def test_a_docked_mowers_properties_teach_its_version(link: MammotionLink, ear: Ear, inject: Inject) -> None:
    name = link.devices[0].device_name
    link.known(name).firmware = None
    await inject(f"mowers/{name}", battery=99)
    await link.send(name, CommandKind.START, {}, command_id="1")
    await eventually(lambda: link.known(name).firmware)
    assert any(device.firmware for device in ear.found if device.device_name == name)


async def test_tokens_are_handed_over_when_something_was_learned(link: MammotionLink, ear: Ear) -> None:
    await eventually(lambda: all(device.firmware for device in link.devices))
    await eventually(
        lambda: ear.tokens and '"firmware": null' not in ear.tokens[-1] and '"base": null' not in ear.tokens[-1]
    )


async def test_pymammotions_copy_follows_the_modes_of_a_mower_at_work(
    open_link: OpenLink, ear: Ear, street: SimulatorServer
) -> None:
    link = await open_link()
    await eventually(lambda: link.health.state is LinkState.UP)
    name = link.devices[0].device_name
    handle = link.connection.handle(name)
    await link.send(name, CommandKind.START, {}, command_id="1")
    await eventually(lambda: handle.snapshot.raw.report_data.dev.sys_status == 13)  # type: ignore[union-attr]
    await eventually(lambda: sum(r.device_name == name for r in ear.heard) >= 4)
    seen = handle.last_report_data_at
    await asyncio.sleep(2.2)
    assert handle.last_report_data_at == seen  # two more reports were ours alone
