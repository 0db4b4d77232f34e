"""What a device answers, asked with PyMammotion's own command builders."""

from typing import Any

import pytest
from pymammotion.mammotion.commands.mammotion_command import MammotionCommand
from pymammotion.proto import luba_msg_pb2

from external.mammotion.simulator import Sites, orders
from external.mammotion.simulator.device import Device
from external.mammotion.simulator.mower import Activity
from external.mammotion.simulator.replies import answers


@pytest.fixture
def luba(elm_street: Sites) -> Device:
    return Device(elm_street.accounts[0].mowers[0], seed=1)


def ask(device: Device, key: str, **fields: Any) -> list[luba_msg_pb2.LubaMsg] | None:
    content = getattr(MammotionCommand(device.name, 1), key)(**fields)
    return answers(device, luba_msg_pb2.LubaMsg.FromString(content), now_ms=1_790_000_000_000, now_s=1.0)


def one(device: Device, key: str, **fields: Any) -> luba_msg_pb2.LubaMsg:
    replies = ask(device, key, **fields)
    assert replies is not None
    assert len(replies) == 1
    return replies[0]


def test_every_answer_is_addressed_to_the_app_and_numbered(luba: Device) -> None:
    first, second = one(luba, "get_device_version_main"), one(luba, "start_job")
    assert [(m.sender, m.rcver, m.msgattr, m.version) for m in (first, second)] == [(1, 7, 2, 1)] * 2
    assert (first.msgtype, second.msgtype) == (248, 240)
    assert second.seqs == first.seqs + 1
    assert first.timestamp == 1_790_000_000_000


def test_one_press_takes_it_out_of_the_dock(luba: Device) -> None:
    assert ask(luba, "leave_dock") == []
    assert luba.mower.activity is Activity.IDLE
    assert (luba.mower.x, luba.mower.y) == luba.lawn.undock_point


def test_settings_are_written_and_read_on_either_channel(luba: Device) -> None:
    written = one(luba, "read_write_device", rw_id=3, context=0, rw=1).nav.nav_sys_param_cmd
    read = one(luba, "read_write_device", rw_id=3, context=1, rw=0).nav.nav_sys_param_cmd
    assert (written.id, written.context, read.context) == (3, 0, 0)
    one(luba, "allpowerfull_rw", rw_id=7, context=1, rw=1)
    assert one(luba, "allpowerfull_rw", rw_id=7, context=0, rw=0).sys.bidire_comm_cmd.context == 1


def test_the_error_buffer_holds_ten_pairs_newest_first(luba: Device) -> None:
    for code in range(1201, 1213):
        luba.set_mower(orders.break_down(luba.mower, code), now_ms=code * 1000)
    data = list(one(luba, "read_write_device", rw_id=5, context=2, rw=1).sys.systemUpdateBuf.update_buf_data)
    assert len(data) == 24
    assert data[:5] == [2, 23, 10, -1212, 1212]
    assert data[21:23] == [-1203, 1203]


def test_the_area_buffer_tells_which_area_is_mown(luba: Device) -> None:
    idle = list(one(luba, "read_write_device", rw_id=5, context=3, rw=1).sys.systemUpdateBuf.update_buf_data)
    assert idle == [3, 0, 0]
    luba.set_mower(orders.control(luba.mower, orders.TaskAction.START)[0], now_ms=0)
    data = list(one(luba, "read_write_device", rw_id=5, context=3, rw=1).sys.systemUpdateBuf.update_buf_data)
    front, back = (zone.hash for zone in luba.lawn.areas)
    assert data == [3, 0, 2, front, 2, back, 1]


def test_an_area_can_be_renamed(luba: Device) -> None:
    back = luba.lawn.areas[1].hash
    echo = one(luba, "set_area_name", device_id="x", hash_id=back, name="Orchard").nav.toapp_map_name_msg
    assert (echo.hash, echo.name) == (back, "Orchard")
    names = one(luba, "get_area_name_list", device_id="x").nav.toapp_all_hash_name.hashnames
    assert {entry.name for entry in names} == {"Front", "Orchard"}


def test_drawing_is_refused_aloud(luba: Device) -> None:
    assert one(luba, "start_draw_border").nav.toapp_get_commondata_ack.result == 1


def test_acknowledging_nothing_brings_nothing(luba: Device) -> None:
    assert ask(luba, "get_hash_response", total_frame=1, current_frame=1) == []


def test_the_driven_part_of_a_job_can_be_asked_for(luba: Device) -> None:
    assert len(one(luba, "get_dynamic_route").nav.toapp_get_commondata_ack.dataCouple) == 0
    luba.set_mower(orders.control(luba.mower, orders.TaskAction.START)[0].but(leg=5), now_ms=0)
    assert len(one(luba, "get_dynamic_route").nav.toapp_get_commondata_ack.dataCouple) == 5


def test_the_knife_height_is_set_for_the_running_job(luba: Device) -> None:
    luba.set_mower(orders.control(luba.mower, orders.TaskAction.START)[0], now_ms=0)
    assert one(luba, "set_blade_height", height=65).driver.bidire_knife_height_report.knifeHeight == 65
    assert one(luba, "get_report_cfg").sys.toapp_report_data.work.knife_height == 65


def test_quiet_hours_are_echoed_held_and_read(luba: Device) -> None:
    reply = one(luba, "job_do_not_disturb", unable_start_time="20:00", unable_end_time="07:00")
    assert reply.nav.todev_unable_time_set.unableEndTime == "07:00"
    read = one(luba, "read_job_do_not_disturb").nav.todev_unable_time_set
    assert (read.subCmd, read.unableStartTime, read.unableEndTime) == (2, "20:00", "07:00")
    one(luba, "job_do_not_disturb_del")
    assert one(luba, "read_job_do_not_disturb").nav.todev_unable_time_set.unableStartTime == ""


def test_an_unknown_plan_cannot_be_run(luba: Device) -> None:
    assert one(luba, "single_schedule", plan_id="none").nav.plan_task_execute.result == orders.TaskResult.NO_JOB


def test_a_request_it_does_not_know_is_left_unanswered(luba: Device) -> None:
    assert ask(luba, "indoor_simulation", flag=1) is None
