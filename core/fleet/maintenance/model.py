"""Frozen values of service: counters, plan items with how much of them is used up, the log, and reliability."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from core.money import Money


class Measure(StrEnum):
    """What a service interval is counted in."""

    BLADE_HOURS = "blade_hours"
    DISTANCE_KM = "distance_km"
    CHARGE_CYCLES = "charge_cycles"
    DAYS = "days"


class Due(StrEnum):
    """Where an item stands; ``due`` from `DUE_FROM` of its interval on."""

    FINE = "fine"
    DUE = "due"
    OVERDUE = "overdue"


DUE_FROM = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What a mower has done since we know it, derived from its telemetry."""

    blade_hours: float = 0.0
    distance_km: float = 0.0
    charge_cycles: float = 0.0

    def of(self, measure: Measure) -> float:
        """The counter of a measure; days are counted from dates, not from here."""
        return {
            Measure.BLADE_HOURS: self.blade_hours,
            Measure.DISTANCE_KM: self.distance_km,
            Measure.CHARGE_CYCLES: self.charge_cycles,
        }.get(measure, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One line of a mower's plan. ``used`` and ``every`` are in the measure's unit."""

    id: UUID
    device_name: str
    model: str
    name: str
    measure: Measure
    every: float
    used: float
    since: datetime

    @property
    def share(self) -> float:
        """How much of the interval is used up: 1 is all of it."""
        return self.used / self.every

    @property
    def due(self) -> Due:
        return Due.OVERDUE if self.share >= 1 else Due.DUE if self.share >= DUE_FROM else Due.FINE


@dataclass(frozen=True, slots=True)
class Part:
    """A part that was used."""

    name: str
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """One service done."""

    id: UUID
    device_name: str
    item_name: str
    done_at: datetime
    done_by: str
    what: str
    parts: Sequence[Part]
    cost: Money | None
    reset: bool
    counters: Counters


@dataclass(slots=True)
class DayTotals:
    """What one mower did on one UTC day. Adds up."""

    observed_s: float = 0.0
    available_s: float = 0.0
    work_s: float = 0.0
    blade_s: float = 0.0
    distance_m: float = 0.0
    charged_percent: float = 0.0
    faults: int = 0
    repairs: int = 0
    repair_s: float = 0.0
    codes: dict[str, int] = field(default_factory=dict)


type Days = Mapping[date, DayTotals]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How a mower (or all of a model) held up. ``None`` where nothing was seen, or nothing broke."""

    name: str
    model: str
    mowers: int
    observed_h: float
    availability: float | None  # 0 to 1
    between_faults_h: float | None  # available hours a fault
    to_recover_min: float | None  # minutes from a fault to recovery evidence
    faults: int
    top_codes: Sequence[tuple[int, int]]  # (vendor's number, how often), most first
