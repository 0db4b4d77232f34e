"""What a series of stored readings adds to a mower's days: blade, distance, charge, faults, availability. Pure.

Between two readings the first one's state holds:

- at work for ``WORK_HOLD_S``; silence beyond that is time it was not available, for it should have spoken;
- at rest for ``REST_HOLD_S``; beyond that nothing is known, and the time counts neither for nor against it.

Fault, offline and unknown (reports that prove nothing) are time it was not available. A fault counts from the reading
that shows it until one that shows recovery; unknown and offline do not end it. Distance is summed between places
further apart than the noise of their fix, as `core.fleet.evidence` sees movement. Folding a series in two pieces, the
carry handed on, gives what folding it whole gives: so days are counted as readings come, or again later.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from math import cos, hypot, radians
from typing import Any, NamedTuple

from core.clock import from_epoch_ms
from core.fleet.limits import DEFAULT_LIMITS
from core.fleet.maintenance.model import DayTotals
from core.fleet.model import MowerState, PositionType
from core.geo import METRES_PER_DEGREE

WORK_HOLD_S = 120.0
REST_HOLD_S = 1_800.0
BLADE_HOLD_S = 60.0
SILENCE_MOST_S = 86_400.0
FASTEST_M_S = 3.0
SLACK_M = 10.0
AT_WORK = frozenset({MowerState.MOWING, MowerState.RETURNING})
DOWN = frozenset({MowerState.FAULT, MowerState.OFFLINE, MowerState.UNKNOWN})
NO_WORD = frozenset({MowerState.UNKNOWN, MowerState.OFFLINE})


class Sample(NamedTuple):
    """What is counted of one stored reading."""

    at_ms: int  # device time
    state: MowerState
    battery_percent: int | None
    charging: bool | None
    blade_on: bool | None
    longitude: float | None
    latitude: float | None
    fix: PositionType | None
    fault_code: int | None


@dataclass(slots=True)
class Carry:
    """What the next sample is compared with."""

    at_ms: int | None = None
    state: str = MowerState.UNKNOWN.value
    battery_percent: int | None = None
    charging: bool = False
    blade_on: bool = False
    longitude: float | None = None
    latitude: float | None = None
    anchor_ms: int = 0
    fault_since_ms: int | None = None

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Carry":
        return cls(**stored)

    def to_store(self) -> dict[str, Any]:
        return asdict(self)


def fold(carry: Carry, samples: Iterable[Sample]) -> tuple[Carry, dict[date, DayTotals]]:
    """Add samples, oldest first, to the days they fall into. The carry given is not changed."""
    now = Carry(**asdict(carry))
    days: dict[date, DayTotals] = {}
    for sample in samples:
        if now.at_ms is not None and sample.at_ms <= now.at_ms:
            continue  # a second stream's row of the same moment
        if now.at_ms is not None:
            _lasted(now, now.at_ms, sample.at_ms, days)
        _happened(now, sample, days)
        now.at_ms, now.state = sample.at_ms, sample.state.value
        now.battery_percent = sample.battery_percent if sample.battery_percent is not None else now.battery_percent
        now.charging = now.charging if sample.charging is None else sample.charging
        now.blade_on = now.blade_on if sample.blade_on is None else sample.blade_on
    return now, days


def _lasted(carry: Carry, since_ms: int, until_ms: int, days: dict[date, DayTotals]) -> None:
    """The time between two samples."""
    state, gap_s = MowerState(carry.state), (until_ms - since_ms) / 1000
    working = state in AT_WORK
    held_s = min(gap_s, WORK_HOLD_S if working else REST_HOLD_S)
    silent_s = min(gap_s - held_s, SILENCE_MOST_S) if working else 0.0
    down = state in DOWN or carry.fault_since_ms is not None
    for day, seconds in split_days(since_ms, held_s):
        totals = days.setdefault(day, DayTotals())
        totals.observed_s += seconds
        totals.available_s += 0.0 if down else seconds
        totals.work_s += seconds if state is MowerState.MOWING else 0.0
    if silent_s > 0:
        for day, seconds in split_days(since_ms + round(held_s * 1000), silent_s):
            days.setdefault(day, DayTotals()).observed_s += seconds
    if carry.blade_on and working:
        for day, seconds in split_days(since_ms, min(gap_s, BLADE_HOLD_S)):
            days.setdefault(day, DayTotals()).blade_s += seconds


def _happened(carry: Carry, sample: Sample, days: dict[date, DayTotals]) -> None:
    """What the sample itself shows."""
    totals = days.setdefault(from_epoch_ms(sample.at_ms).date(), DayTotals())
    battery = sample.battery_percent
    if battery is not None and carry.battery_percent is not None and (sample.charging or carry.charging):
        totals.charged_percent += max(0, battery - carry.battery_percent)
    if sample.state is MowerState.FAULT and carry.fault_since_ms is None:
        carry.fault_since_ms = sample.at_ms
        totals.faults += 1
        if sample.fault_code:
            code = str(abs(sample.fault_code))
            totals.codes[code] = totals.codes.get(code, 0) + 1
    elif carry.fault_since_ms is not None and sample.state not in NO_WORD | {MowerState.FAULT}:
        totals.repairs += 1
        totals.repair_s += (sample.at_ms - carry.fault_since_ms) / 1000
        carry.fault_since_ms = None
    totals.distance_m += _moved(carry, sample)


def _moved(carry: Carry, sample: Sample) -> float:
    """Metres driven since the last anchor, which moves on; 0 for noise and for what nobody drives."""
    noise = DEFAULT_LIMITS.noise_m(sample.fix)
    if sample.longitude is None or sample.latitude is None or noise is None:
        return 0.0
    if carry.longitude is None or carry.latitude is None:
        carry.longitude, carry.latitude, carry.anchor_ms = sample.longitude, sample.latitude, sample.at_ms
        return 0.0
    east = (sample.longitude - carry.longitude) * cos(radians(sample.latitude))
    metres = METRES_PER_DEGREE * hypot(east, sample.latitude - carry.latitude)
    if metres < noise:
        return 0.0
    seconds = (sample.at_ms - carry.anchor_ms) / 1000
    carry.longitude, carry.latitude, carry.anchor_ms = sample.longitude, sample.latitude, sample.at_ms
    return metres if metres <= FASTEST_M_S * seconds + SLACK_M else 0.0


def split_days(since_ms: int, seconds: float) -> Iterator[tuple[date, float]]:
    """A span from a moment on, cut at UTC midnights."""
    at = from_epoch_ms(since_ms)
    while seconds > 0:
        midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), at.tzinfo)
        part = min(seconds, (midnight - at).total_seconds())
        yield at.date(), part
        at, seconds = midnight, seconds - part
