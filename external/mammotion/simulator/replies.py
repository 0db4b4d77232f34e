"""What a device answers to each request: one table from the request's name to a small function.

Every function takes (device, request, now_ms) and returns the messages the device sends back, in order. They change
nothing but the device. The way of the map, the plans and the mow path is in `map_replies`.
"""

from collections.abc import Callable
from dataclasses import replace
from math import radians
from typing import Any

from pymammotion.proto import luba_msg_pb2

from external.mammotion.simulator import map_replies, orders, wire
from external.mammotion.simulator.device import Device, Stream
from external.mammotion.simulator.mower import Activity
from external.mammotion.simulator.plans import execute_plan, planjob

type Message = luba_msg_pb2.LubaMsg
type Answer = Callable[[Device, Any, int], list[Message]]

_LEAVES = {
    "nav": "SubNavMsg",
    "sys": "SubSysMsg",
    "net": "NetSubType",
    "driver": "SubDrvMsg",
    "base": "BaseStationSubType",
}


def leaf_of(request: Message) -> tuple[str, str]:
    """(group, leaf) names of a message, e.g. ("nav", "todev_taskctrl"); empty where it has none."""
    group = request.WhichOneof("LubaSubMsg") or ""
    oneof = _LEAVES.get(group)
    return group, (getattr(request, group).WhichOneof(oneof) or "") if oneof else ""


def answers(device: Device, request: Message, *, now_ms: int, now_s: float) -> list[Message] | None:
    """The device's answers to a request; ``None`` when it does not know the request."""
    group, leaf = leaf_of(request)
    if leaf == "todev_report_cfg":
        return _report_config(device, request.sys.todev_report_cfg, now_ms, now_s)
    answer = ANSWERS.get(leaf)
    return None if answer is None else answer(device, getattr(getattr(request, group), leaf), now_ms)


def _report_config(device: Device, config: Any, now_ms: int, now_s: float) -> list[Message]:
    if config.act == 1:
        device.stream = None
        return []
    if config.count == 0:
        period = max(0.2, config.period / 1000)
        device.stream = Stream(until_s=now_s + max(1.0, config.timeout / 1000), period_s=period, next_s=now_s + period)
    return [device.report(now_ms=now_ms, now_s=now_s, full=True)]


def _silence(_device: Device, _request: Any, _now_ms: int) -> list[Message]:
    """Taken without an answer, as devices do."""
    return []


def _task_control(device: Device, request: Any, now_ms: int) -> list[Message]:
    """Start, pause, resume, cancel, return: an acknowledgement with a result."""
    mower, result = orders.control(device.mower, request.action, device.planned)
    if result is orders.TaskResult.OK:
        device.set_mower(mower, now_ms=now_ms)
        if request.action == orders.TaskAction.START:
            device.planned = None
    reply = device.envelope(wire.NAV, now_ms=now_ms)
    ack = reply.nav.todev_taskctrl_ack
    ack.type, ack.action, ack.result, ack.nav_state = request.type, request.action, result, mower.work_mode
    return [reply]


def _leave_dock(device: Device, _request: Any, now_ms: int) -> list[Message]:
    """The mower backs out of its dock and stands there."""
    mower = device.mower
    if mower.in_dock and mower.activity is not Activity.UPDATING:
        x, y = mower.lawn.undock_point
        device.set_mower(mower.but(x=x, y=y, activity=Activity.IDLE), now_ms=now_ms)
    return []


def _restart(device: Device, _request: Any, now_ms: int) -> list[Message]:
    """Its computer starts anew: the device leaves the cloud and comes back (`DeviceFleet`); a task stands paused."""
    mower = device.mower
    if mower.activity in (Activity.MOWING, Activity.TRAVELLING, Activity.RETURNING):
        device.set_mower(mower.but(activity=Activity.PAUSED, resume_to=mower.activity, speed_m_s=0.0), now_ms=now_ms)
    device.restart_wanted = True
    return []


def _device_info(device: Device, request: Any, now_ms: int) -> list[Message]:
    """Versions and names by their ids."""
    reply = device.envelope(wire.ESP, now_ms=now_ms)
    facts = {(1, 6): device.model.firmware, (1, 1): device.name, (1, 2): device.model.internal}
    for asked in request.req_ids:
        fact = facts.get((asked.id, asked.type))
        found = "DRV_RESULT_NOTSUP" if fact is None else "DRV_RESULT_SUC"
        reply.net.toapp_devinfo_resp.resp_ids.add(id=asked.id, type=asked.type, res=found, info=fact or "")
    return [reply]


_MODULES = ((1, "H7", "1.7.2"), (3, "LM", "2.0.4"), (4, "RM", "2.0.4"), (5, "RTK", "3.1.9"), (7, "BMS", "1.2.0"))


def _firmware(device: Device, _request: Any, now_ms: int) -> list[Message]:
    """The main version and those of the modules."""
    reply = device.envelope(wire.SYS, now_ms=now_ms)
    info = reply.sys.toapp_dev_fw_info
    info.result, info.version = 1, device.model.firmware
    for kind, name, version in _MODULES:
        info.mod.add(type=kind, identify=name, version=version)
    return [reply]


def _product_type(device: Device, _request: Any, now_ms: int) -> list[Message]:
    """The model's numbers."""
    reply = device.envelope(wire.SYS, now_ms=now_ms)
    reply.sys.device_product_type_info.result = 1
    reply.sys.device_product_type_info.main_product_type = device.model.internal
    reply.sys.device_product_type_info.sub_product_type = device.model.title
    return [reply]


def _network(device: Device, _request: Any, now_ms: int) -> list[Message]:
    """Wi-Fi name, address and signal."""
    reply = device.envelope(wire.ESP, now_ms=now_ms)
    info = reply.net.toapp_networkinfo_rsp
    info.req_ids, info.wifi_ssid, info.wifi_rssi = 1, "Garden", wire.wifi_rssi(device.mower)
    info.wifi_mac = ":".join(device.iot_id[i : i + 2] for i in range(0, 12, 2))
    info.ip = 192 | 168 << 8 | 1 << 16 | (device.random.getrandbits(7) + 20) << 24
    return [reply]


def _parameter(device: Device, request: Any, now_ms: int) -> list[Message]:
    """Read or write a setting; 5 asks for a buffer (base and dock, errors, areas) instead."""
    if request.id == 5:
        return [buffer_message(device, request.context, now_ms)]
    reply = device.envelope(wire.SYS, now_ms=now_ms)
    _settle(device, request, reply.sys.bidire_comm_cmd)
    return [reply]


def _nav_parameter(device: Device, request: Any, now_ms: int) -> list[Message]:
    """The same channel of newer models."""
    if request.id == 5:
        return [buffer_message(device, request.context, now_ms)]
    reply = device.envelope(wire.NAV, now_ms=now_ms)
    _settle(device, request, reply.nav.nav_sys_param_cmd)
    return [reply]


def _settle(device: Device, request: Any, reply: Any) -> None:
    if request.rw == 1:
        device.settings[request.id] = request.context
    reply.rw, reply.id, reply.context = request.rw, request.id, device.settings.get(request.id, 0)


def buffer_message(device: Device, kind: int, now_ms: int) -> Message:
    """``system_update_buf``: 1 base and dock, 2 the last ten errors, 3 the state of the job's areas."""
    message = device.envelope(wire.SYS, now_ms=now_ms)
    buffers = {1: _base_buffer, 2: _error_buffer, 3: _zone_buffer}
    message.sys.systemUpdateBuf.update_buf_data.extend(buffers.get(kind, _base_buffer)(device))
    return message


def _base_buffer(device: Device) -> list[int]:
    frame, mower = device.lawn.frame, device.mower
    data = [0] * 14
    data[0], data[1] = 1, 10
    data[2] = round(mower.battery)
    data[3] = round(mower.lawn.dock_toward_deg)
    data[4] = round(mower.model.speed_m_s * 100)
    data[5], data[6] = round(radians(frame.latitude) * 1e8), round(radians(frame.longitude) * 1e8)
    data[7], data[8] = round(mower.lawn.dock[0] * 1e4), round(mower.lawn.dock[1] * 1e4)
    data[9] = 1
    data[13] = round(radians(frame.yaw_deg) * 1e8)
    return data


def _error_buffer(device: Device) -> list[int]:
    data = [0] * 24
    data[0], data[1], data[2] = 2, 23, len(device.errors)
    for place, (code, at_s) in enumerate(device.errors):
        data[3 + 2 * place], data[4 + 2 * place] = code, at_s
    return data


_NOT_STARTED, _MOWING, _COMPLETE = 1, 2, 3


def _zone_buffer(device: Device) -> list[int]:
    mower = device.mower
    hashes = mower.job.zone_hashes if mower.job is not None else ()
    now = mower.job.legs[min(mower.leg, len(mower.job.legs) - 1)].zone_hash if mower.job is not None else 0
    at = hashes.index(now) if now in hashes else 0
    states = [_COMPLETE if i < at else _MOWING if i == at else _NOT_STARTED for i in range(len(hashes))]
    return [3, 0, len(hashes), *(value for pair in zip(hashes, states, strict=True) for value in pair)]


def _quiet_hours(device: Device, request: Any, now_ms: int) -> list[Message]:
    """Hours without mowing: sub command 1 stores them (trigger 0 = none any more) and is echoed, 2 reads them. Animal
    protection comes in the same message with trigger 99, and is only echoed."""
    reply = device.envelope(wire.NAV, now_ms=now_ms)
    answer = reply.nav.todev_unable_time_set
    if request.subCmd == _SETS_HOURS and request.trigger != _ANIMALS:
        device.no_work.CopyFrom(request)
    if request.subCmd == _READS_HOURS and request.trigger != _ANIMALS:
        answer.CopyFrom(device.no_work)
        answer.subCmd = _READS_HOURS
    else:
        answer.CopyFrom(request)
    return [reply]


_SETS_HOURS, _READS_HOURS, _ANIMALS = 1, 2, 99


def _knife_height(device: Device, request: Any, now_ms: int) -> list[Message]:
    """The knife height, set for the running job and echoed."""
    job = device.mower.job
    if job is not None:
        device.set_mower(device.mower.but(job=replace(job, knife_height_mm=request.knifeHeight)), now_ms=now_ms)
    reply = device.envelope(243, now_ms=now_ms)
    reply.driver.bidire_knife_height_report.CopyFrom(request)
    return [reply]


ANSWERS: dict[str, Answer] = {
    "todev_ble_sync": _silence,
    "todev_data_time": _silence,
    "todev_time_zone": _silence,
    "todev_taskctrl": _task_control,
    "todev_one_touch_leave_pile": _leave_dock,
    "to_dev_remote_reset": _restart,
    "todev_devinfo_req": _device_info,
    "todev_get_dev_fw_info": _firmware,
    "device_product_type_info": _product_type,
    "todev_networkinfo_req": _network,
    "bidire_comm_cmd": _parameter,
    "nav_sys_param_cmd": _nav_parameter,
    "todev_unable_time_set": _quiet_hours,
    "todev_knife_height_set": _knife_height,
    "todev_planjob_set": planjob,
    "plan_task_execute": execute_plan,
    "toapp_map_name_msg": map_replies.area_names,
    "todev_gethash": map_replies.hash_list,
    "todev_get_commondata": map_replies.common_data,
    "bidire_reqconver_path": map_replies.route_request,
    "app_request_cover_paths": map_replies.cover_paths,
}
"""Requests a device knows beside ``todev_report_cfg``."""
