"""The genuine PyMammotion client against the simulated cloud, over real sockets."""

import asyncio
from math import cos, degrees, pi, sin

import pytest
from pymammotion.client import MammotionClient
from pymammotion.data.model import GenerateRouteInformation
from pymammotion.messaging.command_queue import Priority
from pymammotion.transport.base import LoginFailedError

from external.mammotion.simulator import SimulatorServer, Sites
from external.mammotion.simulator.device import Device
from external.mammotion.simulator.geodesy import BaseFrame
from external.mammotion.simulator.mower import Activity
from tests.external.mammotion.simulator.conftest import Control, eventually


def luba_of(cloud: SimulatorServer) -> Device:
    return cloud.devices[0]


async def press(client: MammotionClient, name: str, key: str, **fields: object) -> None:
    await client.send_command_with_args(name, key, priority=Priority.USER, **fields)


async def test_a_client_signs_in_and_hears_every_mower_of_its_account(
    client: MammotionClient, cloud: SimulatorServer, elm_street: Sites
) -> None:
    handles = client.device_registry.all_devices
    assert [h.device_name for h in handles] == [mower.device_name for mower in elm_street.accounts[0].mowers]
    for handle in handles:
        dev = handle.snapshot.raw.report_data.dev
        assert (dev.sys_status, dev.charge_state, dev.battery_val) == (11, 1, 100)


async def test_a_wrong_password_is_refused(client: MammotionClient, cloud: SimulatorServer) -> None:
    with pytest.raises(LoginFailedError):
        await MammotionClient().login_and_initiate_cloud(cloud.accounts[1][0], "guess")


async def test_a_report_says_what_is_true(client: MammotionClient, cloud: SimulatorServer, control: Control) -> None:
    luba = luba_of(cloud)
    await press(client, luba.name, "read_write_device", rw_id=5, context=1, rw=1)
    cloud.fleet.speed = 60.0
    await control(f"mowers/{luba.name}", action=1)
    await eventually(lambda: luba.mower.blade_on and luba.mower.progress_percent > 2)
    cloud.fleet.speed = 0.1
    handle = client.device_registry.get_by_name(luba.name)
    assert handle is not None
    await asyncio.sleep(2.2)  # two reports at walking pace
    raw, truth = handle.snapshot.raw, await control(f"mowers/{luba.name}")
    assert raw.report_data.dev.sys_status == truth["work_mode"] == 13
    assert raw.report_data.dev.blade_state.name == "ON"
    assert raw.report_data.work.mow_percent == truth["progress_percent"]
    assert raw.report_data.work.area_mowed == round(luba.mower.job.area_m2)  # type: ignore[union-attr]
    minutes = raw.report_data.work.progress
    assert 0 < minutes >> 16 <= minutes & 0xFFFF == luba.mower.job.minutes_total  # type: ignore[union-attr]
    assert raw.report_data.rtk.status == 4
    assert raw.report_data.rtk.gps_stars == pytest.approx(truth["satellites"], abs=2)
    assert raw.report_data.connect.wifi_rssi < -40
    assert raw.location.device.longitude == pytest.approx(truth["longitude"], abs=2e-6)
    assert raw.location.device.latitude == pytest.approx(truth["latitude"], abs=2e-6)
    assert luba.lawn.frame.compass(raw.location.orientation) == pytest.approx(truth["heading_deg"], abs=1.5)


async def test_the_map_syncs_to_completion(client: MammotionClient, cloud: SimulatorServer, elm_street: Sites) -> None:
    luba, site = luba_of(cloud), elm_street.accounts[0].mowers[0]
    handle = client.device_registry.get_by_name(luba.name)
    assert handle is not None
    await client.start_map_sync(luba.name)
    await press(client, luba.name, "read_write_device", rw_id=5, context=1, rw=1)

    def synced() -> bool:
        raw = handle.snapshot.raw
        locations = raw.report_data.locations
        return bool(locations) and raw.map.is_map_synced(locations[0].bol_hash)

    await eventually(synced)
    raw = handle.snapshot.raw
    assert {area.name for area in raw.map.area_name} == {"Front", "Back"}
    assert (len(raw.map.area), len(raw.map.obstacle), len(raw.map.path), len(raw.map.dump)) == (2, 1, 1, 0)
    front = next(area.hash for area in raw.map.area_name if area.name == "Front")
    points = [luba.lawn.frame.to_lonlat(p.x, p.y) for frame in raw.map.area[front].data for p in frame.data_couple]
    expected = [tuple(position) for position in site.areas[0].ring]
    assert points == [pytest.approx(position, abs=1e-7) for position in expected]
    base = raw.location.RTK
    assert (degrees(base.longitude), degrees(base.latitude)) == pytest.approx(
        (site.base.longitude, site.base.latitude), abs=1e-6
    )
    dock = luba.lawn.frame.to_lonlat(raw.location.dock.longitude, raw.location.dock.latitude)
    assert dock == pytest.approx((site.dock.longitude, site.dock.latitude), abs=1e-7)


def estate() -> Sites:
    """One mower with 24 areas, the first of them round with 100 corners."""
    frame = BaseFrame(-92.5, 44.01, 30.0)
    circle = [frame.to_lonlat(8 * cos(i * pi / 50), 8 * sin(i * pi / 50)) for i in range(100)]
    squares = [
        [frame.to_lonlat(x + dx, y + dy) for dx, dy in ((0, 0), (3, 0), (3, 3), (0, 3))]
        for x in range(12, 36, 4)
        for y in range(-8, 8, 4)
    ][:23]
    dock = frame.to_lonlat(-10, 0)
    areas = [{"name": f"Lawn {n}", "ring": ring} for n, ring in enumerate([circle, *squares])]
    mower = {
        "device_name": "Luba-VPESTATE1",
        "dock": {"longitude": dock[0], "latitude": dock[1]},
        "base": {"longitude": frame.longitude, "latitude": frame.latitude},
        "yaw_deg": frame.yaw_deg,
        "areas": areas,
    }
    return Sites.model_validate({"accounts": [{"account": "estate@x", "password": "p", "mowers": [mower]}]})


@pytest.mark.parametrize("elm_street", [estate()])
async def test_a_large_map_comes_in_many_acknowledged_frames(client: MammotionClient, cloud: SimulatorServer) -> None:
    luba, counts = luba_of(cloud), cloud.journal.leaves
    handle = client.device_registry.get_by_name(luba.name)
    assert handle is not None
    await client.start_map_sync(luba.name)
    await eventually(lambda: handle.snapshot.raw.map.is_map_synced(luba.lawn.bol_hash))
    round_lawn = luba.lawn.areas[0]
    frames = handle.snapshot.raw.map.area[round_lawn.hash].data
    assert [len(frame.data_couple) for frame in frames] == [40, 40, 20]
    points = [(p.x, p.y) for frame in frames for p in frame.data_couple]
    assert points == [pytest.approx(point, abs=1e-4) for point in round_lawn.points]
    assert counts["from_device nav.toapp_gethash_ack"] == 3  # two frames of zones, and no dump points
    assert counts["from_device nav.toapp_get_commondata_ack"] == 26


async def test_plans_are_read_changed_and_deleted(client: MammotionClient, cloud: SimulatorServer) -> None:
    luba = luba_of(cloud)
    handle = client.device_registry.get_by_name(luba.name)
    assert handle is not None
    await client.start_plan_sync(luba.name)
    plans = await eventually(lambda: dict(handle.snapshot.raw.map.plan))
    plan = next(iter(plans.values()))
    assert (plan.task_name, plan.is_enabled()) == ("Weekly", True)
    await press(client, luba.name, "rename_plan", plan=plan, new_name="Fridays")
    await eventually(lambda: luba.plans[0].taskName == "Fridays")
    assert luba.plans[0].reserved == plan.reserved  # what is sent back is not shifted by ten again
    await press(client, luba.name, "delete_plan_by_id", plan_id=plan.plan_id)
    await eventually(lambda: not luba.plans and not handle.snapshot.raw.map.plan)


async def test_a_plan_can_be_run_now(client: MammotionClient, cloud: SimulatorServer) -> None:
    luba = luba_of(cloud)
    await press(client, luba.name, "single_schedule", plan_id=luba.plans[0].planId)
    await eventually(lambda: luba.mower.activity is Activity.TRAVELLING)
    assert luba.mower.job is not None
    assert luba.mower.job.plan_id == luba.plans[0].planId


async def test_a_planned_route_can_be_followed_before_it_is_driven(
    client: MammotionClient, cloud: SimulatorServer
) -> None:
    luba = luba_of(cloud)
    handle = client.device_registry.get_by_name(luba.name)
    assert handle is not None
    back = luba.lawn.areas[1]
    await client.start_mow_path_saga(
        luba.name, zone_hashs=[back.hash], route_info=GenerateRouteInformation(one_hashs=[back.hash], toward=30)
    )
    await eventually(lambda: luba.planned is not None and handle.snapshot.raw.map.current_mow_path)
    route = luba.planned
    assert route is not None
    await eventually(lambda: handle.snapshot.raw.map.is_mow_path_current(route.path_hash))
    packets = [
        packet
        for frames in handle.snapshot.raw.map.current_mow_path.values()
        for _, frame in sorted(frames.items())
        for packet in frame.path_packets
    ]
    points = [(point.x, point.y) for packet in packets for point in packet.data_couple]
    assert {packet.zone_hash for packet in packets} == {back.hash}
    assert points == [pytest.approx(point, abs=1e-3) for point in route.lines[0].points]


async def test_commands_change_what_a_mower_does_and_are_acknowledged(
    client: MammotionClient, cloud: SimulatorServer
) -> None:
    luba = luba_of(cloud)
    handle = client.device_registry.get_by_name(luba.name)
    assert handle is not None
    acks: list[tuple[int, int]] = []

    async def heard(message: object) -> None:
        nav = getattr(message, "nav", None)
        ack = getattr(nav, "todev_taskctrl_ack", None)
        if ack is not None:
            acks.append((ack.action, ack.result))

    handle.subscribe_received(heard)
    for key, mode in (
        ("start_job", 13),
        ("pause_execute_task", 19),
        ("resume_execute_task", 13),
        ("return_to_dock", 14),
        ("cancel_return_to_dock", 19),
        ("cancel_job", 11),
    ):
        await press(client, luba.name, key)
        await eventually(lambda mode=mode: handle.snapshot.raw.report_data.dev.sys_status == mode)
    assert acks == [(1, 0), (2, 0), (3, 0), (5, 0), (12, 0), (4, 0)]
    await press(client, luba.name, "cancel_job")
    await eventually(lambda: (4, 5) in acks)  # nothing to cancel: the device says so


async def test_device_facts_arrive_on_request(client: MammotionClient, cloud: SimulatorServer) -> None:
    luba = luba_of(cloud)
    handle = client.device_registry.get_by_name(luba.name)
    assert handle is not None
    for key in (
        "get_device_version_main",
        "get_device_version_info",
        "get_device_product_model",
        "get_device_network_info",
    ):
        await press(client, luba.name, key)
    state = await eventually(
        lambda: handle.snapshot.raw.mower_state if handle.snapshot.raw.mower_state.wifi_ssid else None
    )
    assert state.swversion == luba.model.firmware
    assert state.model_id == luba.model.internal
    assert handle.snapshot.raw.device_firmwares.bms == "1.2.0"


async def test_a_stream_of_reports_is_sent_while_it_is_wanted(client: MammotionClient, cloud: SimulatorServer) -> None:
    luba = luba_of(cloud)
    before = cloud.journal.leaves["from_device sys.toapp_report_data"]
    await client.request_iot_sync_continuous(luba.name, period=500)
    await eventually(lambda: luba.stream is not None)
    await asyncio.sleep(2.2)
    assert cloud.journal.leaves["from_device sys.toapp_report_data"] - before >= 3
    await client.request_iot_sync_continuous_stop(luba.name)
    await eventually(lambda: luba.stream is None)


async def test_an_error_is_pushed_and_can_be_read(
    client: MammotionClient, cloud: SimulatorServer, control: Control
) -> None:
    luba = luba_of(cloud)
    handle = client.device_registry.get_by_name(luba.name)
    assert handle is not None
    await control(f"mowers/{luba.name}", error=1201)
    await eventually(lambda: handle.snapshot.raw.errors.err_code_list[:1] == [-1201])
    await eventually(lambda: handle.snapshot.raw.report_data.dev.sys_status == 17)
    await control(f"mowers/{luba.name}", error=0)
    await eventually(lambda: handle.snapshot.raw.report_data.dev.sys_status != 17)
