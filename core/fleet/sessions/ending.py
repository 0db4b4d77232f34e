"""Why a session ended, and whether the next one goes on with its task. Pure."""

from core.fleet.sessions.model import EndReason, MowingSession, SessionLimits

SAME_TASK_SLACK = 5
"""Percentage points by which a resumed task's progress may begin lower than it ended."""


def end_reason(
    *,
    at_ms: int,
    progress: int | None,
    battery: int | None,
    rain_ms: int | None,
    fault_ms: int | None,
    limits: SessionLimits,
) -> EndReason:
    """The reason of a mower that left its work at ``at_ms``; ``rain_ms`` and ``fault_ms``: when each last was there."""
    near = at_ms - round(limits.recent_s * 1000)
    if fault_ms is not None and fault_ms >= near:
        return EndReason.FAULT
    if progress is not None and progress >= limits.done_percent:
        return EndReason.DONE
    if rain_ms is not None and rain_ms >= near:
        return EndReason.RAIN
    if battery is not None and battery <= limits.low_battery:
        return EndReason.BATTERY
    return EndReason.OPERATOR


def goes_on(before: MowingSession, started_ms: int, progress: int | None, limits: SessionLimits) -> bool:
    """Whether work that starts now at ``progress`` is the task that ``before`` left unfinished."""
    if before.end_reason is EndReason.DONE or before.progress_end is None or progress is None:
        return False
    waited_s = (started_ms - before.ended_ms) / 1000
    return waited_s <= limits.resume_s and progress >= before.progress_end - SAME_TASK_SLACK
