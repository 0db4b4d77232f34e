"""A simulated mower as one frozen value; `motion.step` makes the next one."""

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Self

from external.mammotion.simulator.jobs import Job, Leg
from external.mammotion.simulator.lawn import Lawn
from external.mammotion.simulator.models import MowerModel


class Activity(StrEnum):
    """What the mower does. The vendor's work modes are made of it (`WorkMode`)."""

    DOCKED = "docked"
    TRAVELLING = "travelling"  # from the dock to the place where mowing starts or goes on
    MOWING = "mowing"
    PAUSED = "paused"
    RETURNING = "returning"
    WAITING = "waiting"  # in the dock with an unfinished job that goes on by itself
    IDLE = "idle"  # standing on the lawn without anything to do
    FAULT = "fault"
    UPDATING = "updating"


class WorkMode(IntEnum):
    """The vendor's ``sys_status`` numbers that simulated mowers report."""

    READY = 11
    WORKING = 13
    RETURNING = 14
    CHARGING = 15
    UPDATING = 16
    LOCK = 17
    SYSTEM_ERROR = 18
    PAUSE = 19
    LOCATION_ERROR = 37
    BOUNDARY_JUMP = 38
    CHARGING_PAUSE = 39


class StopReason(IntEnum):
    """The vendor's ``bp_info``: why a job stands still."""

    NONE = 0
    MANUAL = 1
    BLADE = 3
    STUCK = 4
    OUTSIDE = 5
    POSITIONING = 7
    NEEDS_CHARGE = 8
    RAIN = 11


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A real Mammotion error code, the work mode it leads to and the reason shown for the stop."""

    code: int
    meaning: str
    mode: WorkMode = WorkMode.LOCK
    reason: StopReason = StopReason.STUCK


FAULTS = (
    FaultKind(1201, "The robot is stuck"),
    FaultKind(2801, "Lift sensor triggered"),
    FaultKind(1032, "The robot slipped"),
    FaultKind(1004, "Tilt sensor activated"),
    FaultKind(11112, "Robot is trapped"),
    FaultKind(1030, "The robot's front wheels are lifted or tilted"),
    FaultKind(1207, "Front bumper is experiencing repeated triggering", WorkMode.SYSTEM_ERROR, StopReason.STUCK),
    FaultKind(1300, "Poor positioning status", WorkMode.LOCATION_ERROR, StopReason.POSITIONING),
    FaultKind(1551, "The RTK reference station has been disconnected", WorkMode.LOCATION_ERROR, StopReason.POSITIONING),
    FaultKind(1203, "Recharge has failed", WorkMode.SYSTEM_ERROR, StopReason.NONE),
    FaultKind(2705, "Battery system error", WorkMode.SYSTEM_ERROR, StopReason.NONE),
)
LIFTED = FAULTS[1]
STUCK = FAULTS[0]


def fault_of(code: int) -> FaultKind:
    """The fault for an error number; one that is not in the table is a plain system error."""
    known = {fault.code: fault for fault in FAULTS}
    return known.get(abs(code), FaultKind(abs(code), "", WorkMode.SYSTEM_ERROR, StopReason.NONE))


class RtkFix(IntEnum):
    """``rpt_rtk.status``."""

    NONE = 0
    SINGLE = 1
    FIXED = 4
    FLOAT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mower:
    """Where a mower is and what it is at. Metres in its own frame, angles counter-clockwise from x, battery percent.

    ``route`` is the drive outside the job (to it, or home). ``leg`` and ``along_m`` keep the place in the job.
    """

    lawn: Lawn
    model: MowerModel
    x: float
    y: float
    toward_deg: float
    battery: float
    activity: Activity = Activity.DOCKED
    job: Job | None = None
    leg: int = 0
    along_m: float = 0.0
    route: tuple[Leg, ...] = ()
    route_leg: int = 0
    route_along_m: float = 0.0
    resume_to: Activity | None = None
    stop_reason: StopReason = StopReason.NONE
    fault: FaultKind | None = None
    raining: bool = False
    dry_in_s: float = 0.0  # simulated seconds until the lawn counts as dry
    rtk: RtkFix = RtkFix.FIXED
    rtk_held: bool = False  # the fix was set from outside and does not heal by itself
    rtk_bad_s: float = 0.0
    satellites: int = 28
    speed_m_s: float = 0.0
    mileage_m: float = 0.0
    worked_s: float = 0.0
    battery_cycles: float = 12.0
    blade_used_s: float = 72_000.0
    simulated_s: float = 0.0

    @classmethod
    def docked(cls, lawn: Lawn, model: MowerModel, *, battery: float = 100.0) -> Self:
        """A mower standing in its dock."""
        return cls(
            lawn=lawn, model=model, x=lawn.dock[0], y=lawn.dock[1], toward_deg=lawn.dock_toward_deg, battery=battery
        )

    def but(self, **changes: object) -> Self:
        """A copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def blade_on(self) -> bool:
        legs = self.job.legs if self.job is not None else ()
        return self.activity is Activity.MOWING and self.leg < len(legs) and legs[self.leg].mowing

    @property
    def in_dock(self) -> bool:
        return self.activity in (Activity.DOCKED, Activity.WAITING, Activity.UPDATING)

    @property
    def charging(self) -> bool:
        """Whether the contacts hold (the vendor's ``charge_state``), a full battery included."""
        return self.in_dock

    @property
    def work_mode(self) -> WorkMode:
        if self.activity is Activity.FAULT:
            return self.fault.mode if self.fault else WorkMode.SYSTEM_ERROR
        if self.activity is Activity.DOCKED:
            return WorkMode.READY if self.battery >= 100 else WorkMode.CHARGING
        return _MODES[self.activity]

    @property
    def mown_m(self) -> float:
        """Metres of the job driven with the blade on."""
        if self.job is None:
            return 0.0
        if self.leg >= len(self.job.legs):
            return self.job.mowing_length_m
        here = self.job.legs[self.leg]
        return self.job.mown_before[self.leg] + (self.along_m if here.mowing else 0.0)

    @property
    def progress_percent(self) -> int:
        return 0 if self.job is None else min(100, int(100 * self.mown_m / self.job.mowing_length_m))

    @property
    def zone_hash(self) -> int:
        """The area of the job that is being mown, 0 elsewhere."""
        if self.job is None or self.activity is not Activity.MOWING or self.leg >= len(self.job.legs):
            return 0
        return self.job.legs[self.leg].zone_hash


_MODES = {
    Activity.TRAVELLING: WorkMode.WORKING,
    Activity.MOWING: WorkMode.WORKING,
    Activity.PAUSED: WorkMode.PAUSE,
    Activity.RETURNING: WorkMode.RETURNING,
    Activity.WAITING: WorkMode.CHARGING_PAUSE,
    Activity.IDLE: WorkMode.READY,
    Activity.UPDATING: WorkMode.UPDATING,
}
ACTIVE_MODES = frozenset({WorkMode.WORKING, WorkMode.RETURNING, WorkMode.PAUSE, WorkMode.CHARGING_PAUSE})
"""The modes in which a device pushes every second."""
