"""What a mowing session is. Times are milliseconds since 1970, as telemetry keeps them; percentages 0-100."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.clock import from_epoch_ms


class EndReason(StrEnum):
    """Why a session ended. The first that holds, in this order, is told."""

    FAULT = "fault"  # it stood in a fault when it ended
    DONE = "done"  # the task's progress was complete
    RAIN = "rain"  # the device said that it rains
    BATTERY = "battery"  # it left for its dock with a low battery
    OPERATOR = "operator"  # nothing of the above: somebody told it to, here or in the vendor's app
    LOST = "lost"  # nothing more was heard, or nothing proved that it still mowed


@dataclass(frozen=True, slots=True, kw_only=True)
class MowingSession:
    """One stretch of work: from the first proven mowing until the mower leaves, gives up or falls silent.

    ``mowing_s`` + ``paused_s`` + ``fault_s`` + time without proof = the session's length. ``area_m2`` is what the
    task's progress grew by, as the device counts it (``None`` when it never said); the swept area comes from coverage.
    ``battery_used`` is the sum of all falls of the battery, in percent of a charge: the vendor tells no watt hours.
    """

    number: int  # of the mower
    started_ms: int
    ended_ms: int  # of an open session: the last reading taken in
    end_reason: EndReason | None = None  # None while it is open
    mowing_s: float = 0.0
    paused_s: float = 0.0
    fault_s: float = 0.0
    pauses: int = 0
    faults: tuple[int, ...] = ()  # the vendor's fault numbers in order; 0 where it gave none
    distance_m: float = 0.0
    battery_used: int = 0
    area_m2: float | None = None
    progress_start: int | None = None
    progress_end: int | None = None
    zones: tuple[tuple[int, float], ...] = ()  # (zone hash as stored: signed, seconds mowed there), longest first
    task_ms: int = 0  # start of the first session of this task: work that goes on after rain or charging is one task

    @property
    def open(self) -> bool:
        return self.end_reason is None

    @property
    def continues(self) -> bool:
        """Whether it went on with a task that an earlier session left unfinished."""
        return self.task_ms != self.started_ms

    @property
    def started_at(self) -> datetime:
        return from_epoch_ms(self.started_ms)

    @property
    def ended_at(self) -> datetime:
        return from_epoch_ms(self.ended_ms)

    @property
    def seconds(self) -> float:
        return (self.ended_ms - self.started_ms) / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """Thresholds of the rule, in seconds unless said otherwise."""

    silence_s: float = 600
    """Nothing heard, or nothing proven, for this long ends a session where the last proof was (range 60-3,600)."""
    pause_s: float = 1_800
    """A longer pause ends the session where the pause began (60-86,400)."""
    fault_s: float = 900
    """A longer fault ends the session where the fault began (60-86,400)."""
    recent_s: float = 120
    """Rain or a fault this long before the end is still the reason of the end (0-3,600)."""
    low_battery: int = 25
    """At or below this percentage a mower that leaves went for its battery (5-60)."""
    done_percent: int = 98
    """Progress from which a task counts as done: the last report comes before the last metre (80-100)."""
    resume_s: float = 86_400
    """A task left unfinished is gone on with within this time (0-604,800)."""

    def __post_init__(self) -> None:
        ranges = {
            "silence_s": (60, 3_600),
            "pause_s": (60, 86_400),
            "fault_s": (60, 86_400),
            "recent_s": (0, 3_600),
            "low_battery": (5, 60),
            "done_percent": (80, 100),
            "resume_s": (0, 604_800),
        }
        for name, (low, high) in ranges.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is {getattr(self, name)!r}: expected {low} to {high}")

    @property
    def reach_s(self) -> float:
        """How far a reading can reach: one that comes late may move bounds of sessions this near to it."""
        return max(self.silence_s, self.pause_s, self.fault_s)


DEFAULT_SESSION_LIMITS = SessionLimits()
