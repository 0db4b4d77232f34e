"""The one place that chooses a mower's state word from what is known. Pure.

1. The vendor's word "offline" holds until a later report or the word "online".
2. A fault holds until recovery evidence (`core.fleet.reports`).
3. The device's own mode, else unknown.
4. Mowing and returning need proof (`core.fleet.evidence`) younger than ``evidence_s``. Entering such a mode grants the
   same span once, as *reported*; then the state is unknown, with ``last_known``, until proof comes.
5. Every other state goes stale ``stale_after_s`` after the last reading. Offline does not: it is the absence of news.
"""

from datetime import datetime, timedelta

from core.fleet.evidence import NEEDS_PROOF
from core.fleet.limits import StateLimits
from core.fleet.model import Confidence, FleetEvent, FleetEventKind, MowerSnapshot, MowerState, Source

AT_DOCK = frozenset({MowerState.DOCKED, MowerState.CHARGING})


def judge(known: MowerSnapshot, now: datetime, limits: StateLimits) -> tuple[MowerState, MowerState | None, Confidence]:
    """(state, last known state, confidence) that the facts in ``known`` justify at ``now``."""
    mode = None if known.reading is None else known.reading.mode
    if known.online is False:
        return MowerState.OFFLINE, None if mode is MowerState.OFFLINE else mode, Confidence.REPORTED
    if known.in_fault:
        return MowerState.FAULT, None, _freshness(known, now, limits)
    if mode is None:
        return MowerState.UNKNOWN, None, Confidence.NONE
    return _working(known, mode, now, limits) if mode in NEEDS_PROOF else (mode, None, _freshness(known, now, limits))


def _working(
    known: MowerSnapshot, mode: MowerState, now: datetime, limits: StateLimits
) -> tuple[MowerState, MowerState | None, Confidence]:
    span = timedelta(seconds=limits.evidence_s)
    if known.evidence_at is not None and now - known.evidence_at < span:
        return mode, None, Confidence.PROVEN
    claimed_at = known.track.claimed_at
    if claimed_at is not None and now - claimed_at < span and known.source is not Source.RESTORED:
        return mode, None, Confidence.REPORTED
    return MowerState.UNKNOWN, mode, Confidence.STALE


def _freshness(known: MowerSnapshot, now: datetime, limits: StateLimits) -> Confidence:
    reading = known.reading
    if reading is None or known.received_at is None or known.source is Source.RESTORED:
        return Confidence.STALE
    if now - known.received_at >= timedelta(seconds=limits.stale_after_s):
        return Confidence.STALE
    return Confidence.PROVEN if reading.mode in AT_DOCK and reading.charging else Confidence.REPORTED


def happened(before: MowerSnapshot, after: MowerSnapshot, at: datetime) -> tuple[FleetEvent, ...]:
    """What the step from one snapshot to the next means, in words that sessions and alerts understand."""
    if before.state is after.state and before.in_fault is after.in_fault and before.online is after.online:
        return ()
    kinds = {
        FleetEventKind.STATE_CHANGED: before.state is not after.state,
        FleetEventKind.PROOF_LOST: before.state in NEEDS_PROOF and after.last_known is before.state,
        FleetEventKind.FAULT_RAISED: after.in_fault and not before.in_fault,
        FleetEventKind.FAULT_CLEARED: before.in_fault and not after.in_fault,
        FleetEventKind.WENT_OFFLINE: after.online is False and before.online is not False,
        FleetEventKind.CAME_ONLINE: after.online is True and before.online is False,
    }
    code = after.fault_code if after.in_fault else before.fault_code
    return tuple(
        FleetEvent(
            kind=kind, device_name=after.device_name, at=at, before=before.state, after=after.state, fault_code=code
        )
        for kind, holds in kinds.items()
        if holds
    )
