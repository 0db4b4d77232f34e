"""Sessions out of samples: one tracker a mower, fed in the order of device time. Pure: no clock, database or network.

A session begins with the first sample whose state is mowing (proven, see `core.fleet.evidence`). It ends

- with the first sample that says returning, charging, docked, idle or updating;
- where a pause, a fault or a time without proof began, once that has lasted longer than its limit;
- with the last sample, once nothing was heard for ``silence_s``.

Time between two samples belongs to what the earlier one said; mowing is proven by it for a minute only. The tracker is
a mutable accumulator because it takes every reading of the fleet; what it gives away is frozen. It knows only the
samples since the session began and the session before, so it can start anew at any moment outside a session: that is
how late readings are taken in.
"""

from collections.abc import Iterable
from enum import IntEnum

from core.fleet.limits import DEFAULT_LIMITS
from core.fleet.live import STATE_CODES
from core.fleet.model import MowerState
from core.fleet.sessions.ending import end_reason, goes_on
from core.fleet.sessions.model import DEFAULT_SESSION_LIMITS, EndReason, MowingSession, SessionLimits
from core.fleet.sessions.path import Path
from core.fleet.sessions.sample import Sample

NEW_TASK_DROP = 5
"""Percentage points by which progress falls when another task begins."""


PROVEN_MS = round(DEFAULT_LIMITS.evidence_s * 1000)
"""A reading proves mowing for this long; what lies beyond, up to the next one, is time without proof."""


class Phase(IntEnum):
    WORK = 0
    PAUSE = 1
    FAULT = 2
    UNPROVEN = 3
    AWAY = 4


_PHASES = {
    MowerState.MOWING: Phase.WORK,
    MowerState.PAUSED: Phase.PAUSE,
    MowerState.FAULT: Phase.FAULT,
    MowerState.OFFLINE: Phase.UNPROVEN,
    MowerState.UNKNOWN: Phase.UNPROVEN,
}
PHASES = tuple(_PHASES.get(state, Phase.AWAY) for state in STATE_CODES)
"""What each stored state means for a session."""


class _Work:
    """A session under way."""

    __slots__ = (
        "area_m2", "battery", "battery_used", "fault_at", "faults", "highest", "last", "path", "pauses", "phase",
        "progress_start", "rain_at", "since", "spent", "started", "zones",
    )  # fmt: skip

    def __init__(self, first: Sample) -> None:
        self.started = self.since = first.device_time_ms
        self.phase = Phase.WORK
        self.spent = [0, 0, 0, 0]  # milliseconds in each phase
        self.last = first
        self.pauses = self.battery_used = 0
        self.faults: list[int] = []
        self.zones: dict[int, int] = {}
        self.path = Path()
        self.path.go(first)
        self.battery = first.battery_percent
        self.progress_start = self.highest = first.progress_percent
        self.area_m2: float | None = None
        self.rain_at = first.device_time_ms if first.rains else None
        self.fault_at: int | None = None

    def hear(self, sample: Sample, phase: Phase) -> None:
        """Take in a sample of the session, or the one that ends it (``Phase.AWAY``)."""
        if self.phase is Phase.WORK:
            span = sample.device_time_ms - self.last.device_time_ms
            if span > PROVEN_MS:
                self.spent[Phase.WORK] -= span - PROVEN_MS
                self.spent[Phase.UNPROVEN] += span - PROVEN_MS
                span = PROVEN_MS
            if self.last.zone_hash:
                self.zones[self.last.zone_hash] = self.zones.get(self.last.zone_hash, 0) + span
            if phase is Phase.WORK:
                self.path.go(sample)
        battery = sample.battery_percent
        if battery is not None:
            if self.battery is not None and battery < self.battery:
                self.battery_used += self.battery - battery
            self.battery = battery
        if sample.progress_percent is not None and phase is not Phase.AWAY:
            self._progress(sample.progress_percent, sample.area_m2)
        if sample.rains:
            self.rain_at = sample.device_time_ms
        if phase is not self.phase:
            self._turn_to(phase, sample)
        elif phase is Phase.FAULT and sample.fault_code and not self.faults[-1]:
            self.faults[-1] = sample.fault_code
        self.last = sample

    def _progress(self, percent: int, area_m2: float | None) -> None:
        if self.highest is None or self.highest - percent >= NEW_TASK_DROP:
            self.highest = percent
            if self.progress_start is None:
                self.progress_start = percent
        elif percent > self.highest:
            if area_m2:
                self.area_m2 = (self.area_m2 or 0.0) + area_m2 * (percent - self.highest) / 100
            self.highest = percent

    def _turn_to(self, phase: Phase, sample: Sample) -> None:
        if self.phase is Phase.FAULT:
            self.fault_at = sample.device_time_ms
        self.spent[self.phase] += sample.device_time_ms - self.since
        self.phase, self.since = phase, sample.device_time_ms
        if phase is Phase.PAUSE:
            self.pauses += 1
        elif phase is Phase.FAULT:
            self.faults.append(sample.fault_code or 0)
        elif phase is Phase.WORK:
            self.path.go(sample, again=True)


class SessionTracker:
    """Feed `take` with samples in key order; it gives each session once, when it has ended."""

    def __init__(
        self, number: int, *, last: MowingSession | None = None, limits: SessionLimits = DEFAULT_SESSION_LIMITS
    ) -> None:
        self.number = number
        self.last = last  # the session before, finished
        self._limits = limits
        self._work: _Work | None = None
        self._patience = {
            Phase.WORK: round(limits.silence_s * 1000),
            Phase.PAUSE: round(limits.pause_s * 1000),
            Phase.FAULT: round(limits.fault_s * 1000),
            Phase.UNPROVEN: round(limits.silence_s * 1000),
        }

    def take(self, sample: Sample) -> MowingSession | None:
        """Take the next sample; the session that it ended, if any."""
        ended = self.settle(sample.device_time_ms)
        phase = PHASES[sample.state]
        work = self._work
        if work is None:
            if phase is Phase.WORK:
                self._work = _Work(sample)
            return ended
        work.hear(sample, phase)
        if phase is Phase.AWAY:
            reason = end_reason(
                at_ms=sample.device_time_ms,
                progress=work.highest,
                battery=work.battery,
                rain_ms=work.rain_at,
                fault_ms=work.fault_at,
                limits=self._limits,
            )
            return self._close(sample.device_time_ms, reason)
        return None

    def settle(self, now_ms: int) -> MowingSession | None:
        """Let time pass up to ``now_ms``: the session that ran out of patience on the way, if any."""
        work = self._work
        if work is None:
            return None
        since = work.last.device_time_ms if work.phase is Phase.WORK else work.since
        if now_ms - since <= self._patience[work.phase]:
            return None
        if work.phase is Phase.WORK:
            work.spent[Phase.WORK] += since - work.since
            return self._close(since, EndReason.LOST)
        return self._close(since, self._given_up(work))

    @property
    def at_work(self) -> bool:
        return self._work is not None

    @property
    def open(self) -> MowingSession | None:
        """The session under way as it stands."""
        work = self._work
        if work is None:
            return None
        end, spent = work.last.device_time_ms, list(work.spent)
        spent[work.phase] += end - work.since
        return self._session(work, end, spent, None)

    def _given_up(self, work: _Work) -> EndReason:
        if work.phase is Phase.FAULT:
            return EndReason.FAULT
        if work.phase is Phase.UNPROVEN:
            return EndReason.LOST
        near = round(self._limits.recent_s * 1000)
        raining = work.rain_at is not None and work.rain_at >= work.since - near
        return EndReason.RAIN if raining else EndReason.OPERATOR

    def _close(self, end_ms: int, reason: EndReason) -> MowingSession:
        work, self._work = self._work, None
        assert work is not None
        self.last = self._session(work, end_ms, work.spent, reason)
        return self.last

    def _session(self, work: _Work, end_ms: int, spent: list[int], reason: EndReason | None) -> MowingSession:
        zones = sorted(work.zones.items(), key=lambda zone: (-zone[1], zone[0]))
        return MowingSession(
            number=self.number,
            started_ms=work.started,
            ended_ms=end_ms,
            end_reason=reason,
            mowing_s=spent[Phase.WORK] / 1000,
            paused_s=spent[Phase.PAUSE] / 1000,
            fault_s=spent[Phase.FAULT] / 1000,
            pauses=work.pauses,
            faults=tuple(work.faults),
            distance_m=round(work.path.metres, 2),
            battery_used=work.battery_used,
            area_m2=None if work.area_m2 is None else round(work.area_m2, 2),
            progress_start=work.progress_start,
            progress_end=work.highest,
            zones=tuple((zone, span / 1000) for zone, span in zones),
            task_ms=self.last.task_ms
            if self.last and goes_on(self.last, work.started, work.progress_start, self._limits)
            else work.started,
        )


def derive(
    number: int,
    samples: Iterable[Sample],
    *,
    until_ms: int,
    last: MowingSession | None = None,
    limits: SessionLimits = DEFAULT_SESSION_LIMITS,
) -> tuple[list[MowingSession], SessionTracker]:
    """Every session that ended in these samples (in key order) as seen at ``until_ms``, and the tracker after them."""
    tracker = SessionTracker(number, last=last, limits=limits)
    found = [ended for sample in samples if (ended := tracker.take(sample)) is not None]
    if (ended := tracker.settle(until_ms)) is not None:
        found.append(ended)
    return found, tracker
