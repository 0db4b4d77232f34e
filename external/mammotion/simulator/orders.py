"""What a task-control command does to a mower, decided purely: (mower, action) -> (mower, result)."""

from collections.abc import Callable
from enum import IntEnum

from external.mammotion.simulator.jobs import Job, plan_job
from external.mammotion.simulator.motion import head_home, head_out
from external.mammotion.simulator.mower import Activity, Mower, StopReason, fault_of

START_BATTERY = 20.0


class TaskAction(IntEnum):
    """``nav.todev_taskctrl.action`` for type 1."""

    START = 1
    PAUSE = 2
    RESUME = 3
    CANCEL = 4
    RETURN = 5
    CONTINUE = 7
    CONTINUE_HERE = 9
    CANCEL_RETURN = 12


class TaskResult(IntEnum):
    """``todev_taskctrl_ack.result``: 0 is taken, the others are our own numbers for a refusal."""

    OK = 0
    WRONG_STATE = 1
    LOW_BATTERY = 2
    RAIN = 3
    FAULT = 4
    NO_JOB = 5
    UNKNOWN = 6


_MOVING = (Activity.TRAVELLING, Activity.MOWING, Activity.RETURNING)


def control(mower: Mower, action: int, planned: Job | None = None) -> tuple[Mower, TaskResult]:
    """Carry out one action. ``planned`` is the route generated beforehand, used by START when there is one."""
    if action == TaskAction.START:
        return _start(mower, planned)
    order = _ORDERS.get(action)
    return order(mower) if order is not None else (mower, TaskResult.UNKNOWN)


def start_job(mower: Mower, job: Job) -> tuple[Mower, TaskResult]:
    """Begin a job from wherever the mower stands."""
    if refused := _refusal(mower):
        return mower, refused
    if mower.activity not in (Activity.DOCKED, Activity.WAITING, Activity.IDLE):
        return mower, TaskResult.WRONG_STATE
    return head_out(mower.but(job=job, leg=0, along_m=0.0)), TaskResult.OK


def break_down(mower: Mower, code: int) -> Mower:
    """Stop with an error number; 0 clears it and leaves a paused job or an idle mower."""
    if code == 0:
        if mower.fault is None:
            return mower
        rest = Activity.PAUSED if mower.job is not None else Activity.IDLE
        at_dock = (mower.x, mower.y) == mower.lawn.dock
        return mower.but(
            fault=None,
            activity=Activity.DOCKED if at_dock else rest,
            stop_reason=StopReason.MANUAL if rest is Activity.PAUSED and not at_dock else StopReason.NONE,
        )
    fault = fault_of(code)
    came_from = mower.activity if mower.activity in _MOVING else mower.resume_to
    return mower.but(activity=Activity.FAULT, fault=fault, stop_reason=fault.reason, speed_m_s=0.0, resume_to=came_from)


def _start(mower: Mower, planned: Job | None) -> tuple[Mower, TaskResult]:
    if refused := _refusal(mower):
        return mower, refused
    return start_job(mower, planned or plan_job(mower.lawn, mower.model))


def _refusal(mower: Mower) -> TaskResult | None:
    if mower.fault is not None:
        return TaskResult.FAULT
    if mower.battery < START_BATTERY:
        return TaskResult.LOW_BATTERY
    return TaskResult.RAIN if mower.raining else None


def _pause(mower: Mower) -> tuple[Mower, TaskResult]:
    if mower.activity not in _MOVING:
        return mower, TaskResult.WRONG_STATE
    return (
        mower.but(activity=Activity.PAUSED, resume_to=mower.activity, stop_reason=StopReason.MANUAL, speed_m_s=0.0),
        TaskResult.OK,
    )


def _resume(mower: Mower) -> tuple[Mower, TaskResult]:
    if mower.fault is not None:
        return mower, TaskResult.FAULT
    if mower.activity is Activity.PAUSED and mower.resume_to is Activity.RETURNING:
        return head_home(mower, StopReason.NONE), TaskResult.OK
    if mower.job is None:
        return mower, TaskResult.NO_JOB
    if mower.activity not in (Activity.PAUSED, Activity.DOCKED, Activity.WAITING, Activity.IDLE):
        return mower, TaskResult.WRONG_STATE
    if refused := _refusal(mower):
        return mower, refused
    return head_out(mower), TaskResult.OK


def _cancel(mower: Mower) -> tuple[Mower, TaskResult]:
    if mower.job is None:
        return mower, TaskResult.NO_JOB
    rest = {
        Activity.WAITING: Activity.DOCKED,
        Activity.DOCKED: Activity.DOCKED,
        Activity.RETURNING: Activity.RETURNING,
        Activity.FAULT: Activity.FAULT,
    }.get(mower.activity, Activity.IDLE)
    return (
        mower.but(
            job=None, leg=0, along_m=0.0, activity=rest, resume_to=None, stop_reason=StopReason.NONE,
            speed_m_s=mower.speed_m_s if rest is Activity.RETURNING else 0.0,
        ),
        TaskResult.OK,
    )  # fmt: skip


def _return(mower: Mower) -> tuple[Mower, TaskResult]:
    if mower.fault is not None:
        return mower, TaskResult.FAULT
    if mower.in_dock or mower.activity is Activity.RETURNING:
        return mower, TaskResult.WRONG_STATE
    return head_home(mower, StopReason.NONE), TaskResult.OK


def _cancel_return(mower: Mower) -> tuple[Mower, TaskResult]:
    if mower.activity is not Activity.RETURNING:
        return mower, TaskResult.WRONG_STATE
    rest = Activity.PAUSED if mower.job is not None else Activity.IDLE
    return mower.but(activity=rest, resume_to=None, stop_reason=StopReason.MANUAL, speed_m_s=0.0), TaskResult.OK


_ORDERS: dict[int, Callable[[Mower], tuple[Mower, TaskResult]]] = {
    TaskAction.PAUSE: _pause,
    TaskAction.RESUME: _resume,
    TaskAction.CANCEL: _cancel,
    TaskAction.RETURN: _return,
    TaskAction.CONTINUE: _resume,
    TaskAction.CONTINUE_HERE: _resume,
    TaskAction.CANCEL_RETURN: _cancel_return,
}
