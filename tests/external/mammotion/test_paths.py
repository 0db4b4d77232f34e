"""The planned path of a new task comes by itself, so that the live map can draw what is to come and what is done."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.fleet.model import CommandKind, DeviceMap
from external.mammotion.frame import DeviceFrame
from external.mammotion.link import MammotionLink
from external.mammotion.maps import planned_path
from external.mammotion.simulator import SimulatorServer
from tests.external.mammotion.conftest import QUICK, Ear, Inject, OpenLink, eventually

LINES = "to_device nav.app_request_cover_paths"


def drawn(ear: Ear, device_name: str) -> DeviceMap | None:
    """The newest map of a mower, if it has a planned path."""
    newest = next((lawn for lawn in reversed(ear.maps) if lawn.device_name == device_name), None)
    return newest if newest is not None and newest.planned_path else None


async def test_a_mower_that_starts_brings_its_planned_path_by_itself(
    link: MammotionLink, ear: Ear, street: SimulatorServer
) -> None:
    name = link.devices[0].device_name
    lawn = await link.sync_map(name)
    assert lawn.planned_path == ()
    await link.send(name, CommandKind.START, {}, command_id="1")
    with_path = await eventually(lambda: drawn(ear, name))
    job, reading = street.devices[0].mower.job, ear.last(name)
    assert job is not None
    assert reading is not None
    assert with_path.path_hash == reading.path_hash == job.path_hash
    assert sum(map(len, with_path.planned_path)) == sum(len(line.points) for line in job.lines)
    assert (with_path.areas, with_path.dock, with_path.base) == (lawn.areas, lawn.dock, lawn.base)
    assert with_path.synced_at >= lawn.synced_at


async def test_a_path_is_fetched_once_and_another_one_anew(
    open_link: OpenLink, ear: Ear, street: SimulatorServer
) -> None:
    link = await open_link(times=replace(QUICK, fact_s=0.2))  # it would be asked for again soon, were it not told
    name = link.devices[0].device_name
    await link.sync_map(name)
    await link.send(name, CommandKind.START, {}, command_id="1")
    first = await eventually(lambda: drawn(ear, name))
    asked, told = street.journal.leaves[LINES], len(ear.maps)
    await asyncio.sleep(1.2)
    assert (street.journal.leaves[LINES], len(ear.maps)) == (asked, told)
    await link.send(name, CommandKind.STOP, {}, command_id="2")
    back = street.devices[0].lawn.areas[1]
    await link.send(name, CommandKind.START, {"areas": [back.hash]}, command_id="3")
    await eventually(lambda: (lawn := drawn(ear, name)) is not None and lawn.path_hash != first.path_hash)
    job, second = street.devices[0].mower.job, drawn(ear, name)
    assert job is not None
    assert second is not None
    assert second.path_hash == job.path_hash
    assert sum(map(len, second.planned_path)) == sum(len(line.points) for line in job.lines)


async def test_where_no_map_was_fetched_yet_the_whole_of_it_comes_with_the_path(link: MammotionLink, ear: Ear) -> None:
    """A path alone would take the place of the lawn that an earlier process fetched."""
    name = link.devices[0].device_name
    await link.send(name, CommandKind.START, {}, command_id="1")
    lawn = await eventually(lambda: drawn(ear, name))
    assert lawn.areas
    assert lawn.dock is not None


async def test_paths_stop_early_so_that_the_budget_is_kept_for_reports(open_link: OpenLink, ear: Ear) -> None:
    link = await open_link()
    name = link.devices[0].device_name
    while link.budget.may_spare:
        link.budget.count()
    await link.send(name, CommandKind.START, {}, command_id="1")
    await eventually(lambda: link.known(name).path_hash > 1)
    await asyncio.sleep(1.0)
    assert not ear.maps
    await link.request_report(name)  # what is more urgent goes out


async def test_a_path_that_does_not_come_is_no_path(link: MammotionLink, ear: Ear, inject: Inject) -> None:
    name = link.devices[0].device_name
    await link.sync_map(name)
    await inject("http", endpoint="invoke", status=500, shape="status")
    link.known(name).path_hash, link.known(name).work_mode = 4711, 13
    with pytest.raises(Exception, match="path of"):
        await link.follow_path(name)
    await inject("heal", all=True)
    assert drawn(ear, name) is None


def test_a_path_of_many_lines_is_drawn_whole_in_driving_order_and_without_old_ones() -> None:
    """PyMammotion asks for twenty lines at a time: each answer is a transaction of its own."""

    def packet(line_hash: int, number: int, x: float) -> SimpleNamespace:
        points = [SimpleNamespace(x=x, y=0.0), SimpleNamespace(x=x, y=1.0)]
        return SimpleNamespace(path_hash=line_hash, path_type=2, path_cur=number, data_couple=points)

    def frames(*packets: SimpleNamespace) -> dict[int, SimpleNamespace]:
        return {number: SimpleNamespace(path_packets=[one]) for number, one in enumerate(packets, start=1)}

    fetched = {
        100: frames(packet(9, 1, 9.0)),  # of an earlier task
        200: frames(packet(3, 1, 3.0), packet(3, 2, 3.5)),
        300: frames(packet(1, 1, 1.0), packet(2, 1, 2.0)),
    }
    frame = DeviceFrame.of_base(0.1, 0.9)
    assert frame is not None
    hash_list = SimpleNamespace(current_mow_path=fetched, line_root_hashlist=[1, 2, 3])
    lines = planned_path(hash_list, frame)
    assert [len(line) for line in lines] == [2, 2, 4]
    east = [line[0][0] for line in lines]
    assert east == sorted(east)
    without_list = planned_path(SimpleNamespace(current_mow_path=fetched, line_root_hashlist=[]), frame)
    assert [len(line) for line in without_list] == [2, 2]
    assert planned_path(SimpleNamespace(current_mow_path={}, line_root_hashlist=[]), frame) == ()
