"""Mowers that come to an account or leave it while its link is up."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import Conflict, NotFound, Unavailable
from core.fleet.model import CommandKind, LinkState
from external.mammotion.link import MammotionLink
from external.mammotion.simulator import SimulatorServer
from tests.external.mammotion.conftest import QUICK, Ear, Inject, OpenLink, eventually, request_counts

LOOKING = replace(QUICK, look_s=0.3, look_again_s=0.2, looks_share=1e6)


async def settled(open_link: OpenLink, times: object = LOOKING) -> MammotionLink:
    link = await open_link(times=times)
    await eventually(lambda: link.health.state is LinkState.UP)
    await eventually(lambda: all(link.known(device.device_name).base_told for device in link.devices))
    return link


async def test_a_mower_that_leaves_is_told_and_one_that_comes_is_found_and_works(
    open_link: OpenLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    link = await settled(open_link)
    one, other = (device.device_name for device in link.devices)
    await inject(f"mowers/{one}", removed=True)
    await eventually(lambda: ear.removed == [one])
    assert [device.device_name for device in link.devices] == [other]
    with pytest.raises(NotFound):
        await link.request_report(one)
    ear.found.clear()
    before = len(ear.healths)
    await inject(f"mowers/{one}", removed=False)
    await eventually(lambda: any(device.device_name == one for device in ear.found))
    assert {device.device_name for device in link.devices} == {one, other}
    ear.heard.clear()
    for name in (one, other):
        await link.request_report(name)
        await eventually(lambda name=name: ear.last(name))
    assert LinkState.BROKER_DOWN not in [health.state for health in ear.healths[before:]]
    assert request_counts(street, link.account)["login"] == 1
    assert ear.removed == [one]


async def test_nobody_is_asked_for_a_report_when_a_mower_comes(
    open_link: OpenLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    one = street.devices[0].name
    await inject(f"mowers/{one}", removed=True)
    link = await settled(open_link)
    assert len(link.devices) == 1
    await inject(f"mowers/{one}", removed=False)
    await eventually(lambda: len(link.devices) == 2)
    await asyncio.sleep(1.0)
    assert street.journal.leaves["to_device sys.todev_report_cfg"] == 0


async def test_a_list_that_is_short_once_is_not_believed(link: MammotionLink, ear: Ear, inject: Inject) -> None:
    one = link.devices[0].device_name
    await inject(f"mowers/{one}", removed=True)
    await link.look_for_devices()
    assert link.missing_devices
    await inject(f"mowers/{one}", removed=False)
    await link.look_for_devices()
    assert not link.missing_devices
    assert ear.removed == []
    assert len(link.devices) == 2


async def test_an_account_without_mowers_is_no_broken_link_and_its_next_mower_is_found(
    open_link: OpenLink, ear: Ear, inject: Inject
) -> None:
    link = await settled(open_link)
    names = [device.device_name for device in link.devices]
    for name in names:
        await inject(f"mowers/{name}", removed=True)
    await eventually(lambda: sorted(ear.removed) == sorted(names))
    await eventually(lambda: "no mowers" in link.health.detail)
    assert link.health.state is LinkState.UP
    await inject(f"mowers/{names[0]}", removed=False)
    await eventually(lambda: [device.device_name for device in link.devices] == names[:1])
    await eventually(lambda: link.health.detail == "")
    await link.request_report(names[0])
    await eventually(lambda: ear.last(names[0]))


async def test_looks_stay_within_their_share_of_the_budget(open_link: OpenLink, street: SimulatorServer) -> None:
    link = await settled(open_link, replace(LOOKING, looks_share=0.1))  # of 1000 requests: every 864 s
    before = request_counts(street, link.account)["device_page"]
    await asyncio.sleep(1.0)
    assert request_counts(street, link.account)["device_page"] == before


async def test_no_mower_is_lost_to_a_failing_cloud(link: MammotionLink, ear: Ear, inject: Inject) -> None:
    await inject("http", endpoint="device_page", status=500, shape="status")
    for _ in range(3):
        with pytest.raises(Unavailable, match="list of mowers"):
            await link.look_for_devices()
    assert ear.removed == []
    await inject("heal", all=True)
    await link.look_for_devices()
    assert len(link.devices) == 2


async def test_a_map_that_is_being_fetched_is_not_cut_short_by_a_new_mower(
    open_link: OpenLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    one, other = (device.name for device in street.devices[:2])
    await inject(f"mowers/{one}", removed=True)
    link = await settled(open_link, QUICK)
    await inject(f"mowers/{one}", removed=False)
    fetching = asyncio.create_task(link.sync_map(other))
    await eventually(lambda: link.fetching_maps)
    await link.look_for_devices()
    assert (await fetching).areas
    assert len(link.devices) == 1
    await link.look_for_devices()
    assert len(link.devices) == 2


async def test_a_new_client_that_does_not_come_up_is_tried_again_with_the_same_tokens(
    link: MammotionLink, ear: Ear, street: SimulatorServer
) -> None:
    await street.stop()
    with pytest.raises(Unavailable):
        await link.rebuild()
    assert link.connection.gave_up
    assert link.health.state is LinkState.BROKER_DOWN
    ear.tokens.clear()
    link.keep_tokens()
    assert all('"refresh_token"' in text for text in ear.tokens)


async def test_commands_go_on_after_a_mower_came(open_link: OpenLink, ear: Ear, inject: Inject) -> None:
    link = await settled(open_link)
    one, other = (device.device_name for device in link.devices)
    await inject(f"mowers/{one}", removed=True)
    await eventually(lambda: ear.removed)
    await inject(f"mowers/{one}", removed=False)
    await eventually(lambda: len(link.devices) == 2)
    for number, name in enumerate((one, other)):
        await link.send(name, CommandKind.START, {}, command_id=str(number))
    await eventually(lambda: len(ear.answers) == 2)
    assert all(accepted for _, _, accepted, _ in ear.answers)


async def test_a_closed_link_looks_no_more(link: MammotionLink) -> None:
    await link.close()
    with pytest.raises(Conflict, match="closed"):
        await link.look_for_devices()
