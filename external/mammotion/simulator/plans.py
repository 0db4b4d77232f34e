"""Stored plans (schedules): read, create, change, delete, run."""

from typing import Any

from pymammotion.proto import luba_msg_pb2, mctrl_nav_pb2

from external.mammotion.simulator import orders, wire
from external.mammotion.simulator.device import Device
from external.mammotion.simulator.jobs import plan_job

_CREATE, _READ, _DELETE, _EDIT = 1, 2, 3, 4
_ECHO_OFFSET = 10
_ECHOED_BYTES = 7


def weekly_plan(device: Device) -> mctrl_nav_pb2.NavPlanJobSet:
    """The plan every simulated mower is delivered with: all areas, three mornings a week."""
    return mctrl_nav_pb2.NavPlanJobSet(
        pver=1,
        deviceId=device.name,
        version="1.0",
        planId=f"{device.iot_id[:16]}0week",
        jobId=device.iot_id[:8],
        taskId=device.iot_id[8:16],
        taskName="Weekly",
        jobName="Weekly",
        startTime="09:00",
        endTime="17:00",
        weeks=[1, 3, 5],
        week=1,
        triggerType=0,
        speed=device.model.speed_m_s,
        knifeHeight=device.model.knife_height_mm,
        routeSpacing=round(device.model.lane_width_m * 100),
        zoneHashs=[zone.hash for zone in device.lawn.areas],
        reserved=_echoed("\x01\x01\x00\x00\x00\x08\x00\x00"),
    )


def planjob(device: Device, request: Any, now_ms: int) -> list[luba_msg_pb2.LubaMsg]:
    """``todev_planjob_set``: an echo of what was done; a read answers one plan and how many there are."""
    reply = device.envelope(wire.NAV, now_ms=now_ms)
    answer = reply.nav.todev_planjob_set
    if request.subCmd == _READ:
        if request.PlanIndex < len(device.plans):
            answer.CopyFrom(device.plans[request.PlanIndex])
        answer.subCmd, answer.PlanIndex, answer.totalPlanNum = _READ, request.PlanIndex, len(device.plans)
        return [reply]
    answer.CopyFrom(request)
    plans = [plan for plan in device.plans if plan.planId != request.planId]
    if request.subCmd in (_CREATE, _EDIT):
        stored = mctrl_nav_pb2.NavPlanJobSet()
        stored.CopyFrom(request)
        stored.reserved = _echoed(request.reserved)
        plans.append(stored)
    device.store_plans(plans)
    return [reply]


def execute_plan(device: Device, request: Any, now_ms: int) -> list[luba_msg_pb2.LubaMsg]:
    """``plan_task_execute``: start a stored plan now."""
    reply = device.envelope(wire.NAV, now_ms=now_ms)
    answer = reply.nav.plan_task_execute
    answer.CopyFrom(request)
    plan = next((plan for plan in device.plans if plan.planId == request.id), None)
    if plan is None:
        answer.result = orders.TaskResult.NO_JOB
        return [reply]
    job = plan_job(
        device.lawn,
        device.model,
        zone_hashes=plan.zoneHashs,
        angle_deg=plan.routeAngle,
        speed_m_s=plan.speed or None,
        knife_height_mm=plan.knifeHeight or None,
        spacing_m=plan.routeSpacing / 100 or None,
        plan_id=plan.planId,
    )
    mower, result = orders.start_job(device.mower, job)
    answer.result = result
    if result is orders.TaskResult.OK:
        device.set_mower(mower, now_ms=now_ms)
    return [reply]


def _echoed(reserved: str) -> str:
    """The device adds 10 to each settings byte when it stores them."""
    raw = bytearray(reserved.encode("latin-1").ljust(8, b"\0")[:8])
    for index in range(_ECHOED_BYTES):
        raw[index] = (raw[index] + _ECHO_OFFSET) & 0x7F
    return raw.decode("latin-1")
