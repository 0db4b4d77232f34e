"""Commands, questions and the request budget of a live link."""

import asyncio

import pytest

from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.fleet.model import CommandKind, MowerState, Source
from external.mammotion.link import MammotionLink
from external.mammotion.sender import LINK_NAME
from external.mammotion.simulator import SimulatorServer
from external.mammotion.simulator.mower import Activity
from tests.external.mammotion.conftest import Ear, Inject, OpenLink, eventually, request_counts

K = CommandKind


def first(link: MammotionLink) -> str:
    return link.devices[0].device_name


async def test_each_command_does_what_it_says_and_the_mower_answers(
    link: MammotionLink, ear: Ear, street: SimulatorServer
) -> None:
    name = first(link)
    for number, (kind, mode) in enumerate(
        [
            (K.START, MowerState.MOWING),
            (K.PAUSE, MowerState.PAUSED),
            (K.RESUME, MowerState.MOWING),
            (K.HALT, MowerState.PAUSED),
            (K.RETURN, MowerState.RETURNING),
        ]
    ):
        receipt = await link.send(name, kind, {}, command_id=str(number))
        assert receipt.link == LINK_NAME
        await eventually(lambda mode=mode: (reading := ear.last(name)) is not None and reading.mode is mode)
        await eventually(lambda kind=kind: (name, kind, True, "") in ear.answers)
    await link.send(name, K.STOP, {}, command_id="stop")
    await eventually(lambda: (name, K.STOP, True, "") in ear.answers)
    assert street.devices[0].mower.job is None
    assert len(ear.answers) == 6


async def test_a_mower_that_refuses_says_so(link: MammotionLink, ear: Ear) -> None:
    await link.send(first(link), K.PAUSE, {}, command_id="1")  # in its dock: nothing to pause
    await eventually(lambda: ear.answers)
    assert ear.answers == [(first(link), K.PAUSE, False, "the mower answered with 1")]


async def test_an_answer_to_somebody_elses_command_is_not_told(link: MammotionLink, ear: Ear) -> None:
    handle = link.connection.handle(first(link))
    await link.tell_device(first(link), "start_job")  # as the owner's app would
    await eventually(lambda: handle.snapshot.raw.report_data.dev.sys_status == 13)  # type: ignore[union-attr]
    assert ear.answers == []


async def test_the_same_command_goes_out_once(link: MammotionLink, street: SimulatorServer) -> None:
    receipt = await link.send(first(link), K.START, {}, command_id="one")
    sent = street.journal.leaves["to_device nav.todev_taskctrl"]
    assert await link.send(first(link), K.START, {}, command_id="one") is receipt
    assert street.journal.leaves["to_device nav.todev_taskctrl"] == sent


async def test_chosen_areas_are_planned_first_and_only_they_are_mown(
    link: MammotionLink, street: SimulatorServer
) -> None:
    back = street.devices[0].lawn.areas[1]
    await link.send(first(link), K.START, {"areas": [back.hash], "angle_deg": 30}, command_id="1")
    job = await eventually(lambda: street.devices[0].mower.job)
    assert job.zone_hashes == (back.hash,)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (K.START, {"areas": "all"}),
        (K.START, {"areas": [0]}),
        (K.START, {"speed_m_s": 9}),
        (K.START, {"blade_height_mm": 50.5}),
        (K.START, {"angle_deg": True}),
        (K.START, {"colour": "green"}),
        (K.PAUSE, {"areas": [1]}),
    ],
)
async def test_wrong_parameters_are_told_and_nothing_goes_out(
    link: MammotionLink, street: SimulatorServer, kind: CommandKind, parameters: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        await link.send(first(link), kind, parameters, command_id="1")
    assert street.journal.leaves["to_device nav.todev_taskctrl"] == 0


async def test_an_unknown_mower_is_not_found(link: MammotionLink) -> None:
    for call in (
        link.send("Luba-VSNOBODY1", K.HALT, {}, command_id="1"),
        link.request_report("Luba-VSNOBODY1"),
        link.sync_map("Luba-VSNOBODY1"),
    ):
        with pytest.raises(NotFound):
            await call


async def test_an_offline_mower_is_unavailable_and_told_as_offline(
    link: MammotionLink, ear: Ear, inject: Inject
) -> None:
    await inject(f"mowers/{first(link)}", online=False)
    said = await eventually(lambda: next((r for r in ear.heard if r.source is Source.STATUS), None))
    assert (said.device_name, said.online) == (first(link), False)
    ear.heard.clear()
    with pytest.raises(Unavailable, match="offline"):
        await link.send(first(link), K.START, {}, command_id="1")
    assert [(r.source, r.online) for r in ear.heard] == [(Source.STATUS, False)]
    await inject(f"mowers/{first(link)}", online=True)
    await eventually(lambda: any(r.online for r in ear.heard))
    await link.send(first(link), K.START, {}, command_id="1")  # the refused one may be tried again


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 502, "shape": "html"}, "did not answer properly"),
        ({"status": 500, "shape": "status"}, "refused the request"),
        ({"status": 429, "shape": "status"}, "refused the request"),
        ({"status": 20056, "shape": "body"}, "in time"),
    ],
)
async def test_a_failing_cloud_makes_a_command_unavailable(
    link: MammotionLink, inject: Inject, ear: Ear, fault: dict[str, object], words: str
) -> None:
    await inject("http", endpoint="invoke", **fault)
    with pytest.raises(Unavailable, match=words):
        await link.send(first(link), K.START, {}, command_id="1")
    await inject("heal", all=True)
    await link.send(first(link), K.START, {}, command_id="1")
    await eventually(lambda: ear.answers)


async def test_a_removed_mower_is_not_found_and_the_others_stay(link: MammotionLink, ear: Ear, inject: Inject) -> None:
    gone, other = (device.device_name for device in link.devices)
    await inject(f"mowers/{gone}", removed=True)
    with pytest.raises(NotFound):
        await link.send(gone, K.START, {}, command_id="1")
    await eventually(lambda: ear.removed == [gone])
    assert [device.device_name for device in link.devices] == [other]
    await link.request_report(other)  # the shared connection lives
    await eventually(lambda: (reading := ear.last(other)) is not None and reading.source is Source.POLL)


async def test_a_question_brings_a_report_even_while_another_mower_talks_all_the_time(
    link: MammotionLink, ear: Ear
) -> None:
    talker, silent = (device.device_name for device in link.devices)
    await link.send(talker, K.START, {}, command_id="1")
    await eventually(lambda: sum(r.device_name == talker for r in ear.heard) >= 3)
    ear.heard.clear()
    await link.request_report(silent)
    reading = await eventually(lambda: ear.last(silent))
    assert (reading.source, reading.mode) == (Source.POLL, MowerState.DOCKED)


async def test_every_request_is_counted_as_the_cloud_counts_it(link: MammotionLink, street: SimulatorServer) -> None:
    await link.request_report(first(link))
    await link.send(first(link), K.START, {}, command_id="1")
    assert link.health.requests_24h == sum(request_counts(street, street.accounts[0][0]).values())
    assert link.health.request_ceiling == 1000


async def test_nothing_is_asked_unasked_but_base_and_version(link: MammotionLink, street: SimulatorServer) -> None:
    """PyMammotion alone would send a report request to each mower at once, and again for ever."""
    await eventually(lambda: all(device.firmware for device in link.devices))
    await asyncio.sleep(1.0)
    leaves = street.journal.leaves
    assert leaves["to_device sys.todev_report_cfg"] == 0
    assert leaves["to_device net.todev_devinfo_req"] <= 2
    asked = {name for name in leaves if name.startswith("to_device")}
    assert asked <= {
        "to_device net.todev_ble_sync", "to_device net.todev_devinfo_req", "to_device sys.bidire_comm_cmd",
        "to_device nav.nav_sys_param_cmd",
    }  # fmt: skip


async def test_a_spent_budget_stops_questions_then_commands_but_never_a_halt(
    open_link: OpenLink, ear: Ear, street: SimulatorServer
) -> None:
    link = await open_link(ceiling=10)
    await eventually(lambda: link.health.requests_24h >= 9)
    with pytest.raises(Conflict, match="of 10 requests"):
        await link.request_report(first(link))
    with pytest.raises(Conflict):
        await link.sync_map(first(link))
    for number in range(6):
        try:
            await link.send(first(link), K.START, {}, command_id=str(number))
        except Conflict:
            break
    assert link.health.requests_24h >= 10
    with pytest.raises(Conflict):
        await link.send(first(link), K.RETURN, {}, command_id="home")
    await link.send(first(link), K.HALT, {}, command_id="halt")
    await eventually(lambda: any(kind is K.HALT for _, kind, _, _ in ear.answers))
    assert "budget" in link.health.detail


async def test_a_map_comes_whole_and_in_its_place(link: MammotionLink, ear: Ear, street: SimulatorServer) -> None:
    site = street.options.sites.accounts[0].mowers[0]  # type: ignore[union-attr]
    lawn = await link.sync_map(first(link))
    assert ear.maps == [lawn]
    assert {area.name for area in lawn.areas} == {area.name for area in site.areas}
    front = next(area for area in lawn.areas if area.name == site.areas[0].name)
    assert list(front.line) == [pytest.approx(tuple(place), abs=1e-6) for place in site.areas[0].ring]
    assert len(lawn.no_go) == len(site.no_go)
    assert len(lawn.channels) == len(site.channels)
    assert lawn.dock is not None
    assert (lawn.dock.longitude, lawn.dock.latitude) == pytest.approx(
        (site.dock.longitude, site.dock.latitude), abs=1e-6
    )
    assert lawn.dock_heading_deg is not None
    assert abs((lawn.dock_heading_deg - site.dock.heading_deg + 180) % 360 - 180) < 1.0
    assert lawn.base is not None
    assert (lawn.base.longitude, lawn.base.latitude) == pytest.approx(
        (site.base.longitude, site.base.latitude), abs=1e-6
    )
    assert lawn.base_yaw_deg == pytest.approx(site.yaw_deg, abs=1e-4)
    assert lawn.planned_path == ()


async def test_a_mowing_mowers_map_has_its_planned_path(link: MammotionLink, street: SimulatorServer) -> None:
    await link.send(first(link), K.START, {}, command_id="1")
    await eventually(lambda: street.devices[0].mower.activity is not Activity.DOCKED)
    await eventually(lambda: link.known(first(link)).work_mode == 13)
    lawn = await link.sync_map(first(link))
    job = street.devices[0].mower.job
    assert job is not None
    assert sum(map(len, lawn.planned_path)) == sum(len(line.points) for line in job.lines)
    assert lawn.path_hash == job.path_hash


async def test_a_map_is_fetched_once_at_a_time(link: MammotionLink) -> None:
    running = asyncio.create_task(link.sync_map(first(link)))
    await asyncio.sleep(0.05)
    with pytest.raises(Conflict, match="already"):
        await link.sync_map(first(link))
    assert (await running).areas


async def test_a_fault_has_its_number(link: MammotionLink, ear: Ear, inject: Inject) -> None:
    await inject(f"mowers/{first(link)}", error=1201)
    reading = await eventually(
        lambda: next((r for r in reversed(ear.heard) if r.mode is MowerState.FAULT and r.fault_code), None)
    )
    assert reading.fault_code == 1201
    ear.heard.clear()
    await inject(f"mowers/{first(link)}", error=0)
    await eventually(lambda: any(r.fault_code == 0 for r in ear.heard))


async def test_positions_are_where_the_mower_truly_is(link: MammotionLink, ear: Ear, inject: Inject) -> None:
    await link.send(first(link), K.START, {}, command_id="1")
    await eventually(lambda: (reading := ear.last(first(link))) is not None and reading.mode is MowerState.MOWING)
    await link.send(first(link), K.PAUSE, {}, command_id="2")
    await eventually(lambda: (reading := ear.last(first(link))) is not None and reading.mode is MowerState.PAUSED)
    truth = await inject(f"mowers/{first(link)}")
    reading = ear.last(first(link))
    assert reading is not None
    assert reading.position is not None
    place = (reading.position.longitude, reading.position.latitude)
    assert place == pytest.approx((truth["longitude"], truth["latitude"]), abs=2e-6)
    assert reading.heading_deg == pytest.approx(truth["heading_deg"], abs=1.0)


async def test_a_closed_link_refuses(link: MammotionLink) -> None:
    name = first(link)
    await link.close()
    with pytest.raises(Conflict, match="closed"):
        await link.request_report(name)
