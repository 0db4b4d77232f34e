"""From one reading to the next snapshot. Pure: no session, no clock, no network.

A reading passes four files, in this order: `sanity` (may it enter, and which of its fields), `evidence` (what does it
prove), `reports` (what is known after it), `judge` (which state word that justifies).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from core.fleet.judge import happened, judge
from core.fleet.limits import DEFAULT_LIMITS, StateLimits
from core.fleet.model import Confidence, FleetEvent, MowerSnapshot, MowerState, Reading, Source, Track
from core.fleet.prints import payload_print
from core.fleet.reports import after_report, after_status
from core.fleet.sanity import HISTORY_ONLY, Refusal, Repair, believe, order


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a reading: the snapshot after it, and if it was refused, by which rule."""

    snapshot: MowerSnapshot
    accepted: bool
    refusal: Refusal | None = None
    repairs: tuple[Repair, ...] = ()
    events: tuple[FleetEvent, ...] = ()
    reading: Reading | None = None  # what to store: the reading without its absurd fields

    @property
    def stored(self) -> bool:
        """Whether the reading belongs into history."""
        return self.accepted or self.refusal in HISTORY_ONLY


def next_state(snapshot: MowerSnapshot, reading: Reading, limits: StateLimits = DEFAULT_LIMITS) -> Verdict:
    """Apply one reading to a mower's snapshot. A refused reading leaves the very same snapshot."""
    payload = payload_print(reading)
    refusal = order(snapshot.track, reading, payload, limits)
    clean, repairs, track = believe(snapshot.track, reading, limits)
    if refusal is not None:
        return Verdict(snapshot, False, refusal, repairs, reading=clean)
    if reading.source is Source.STATUS:
        after = after_status(snapshot, reading, limits)
    else:
        after = after_report(snapshot, clean, payload, track, absurd=bool(repairs), limits=limits)
    return Verdict(after, True, None, repairs, happened(snapshot, after, reading.received_at), clean)


def aged(snapshot: MowerSnapshot, now: datetime, limits: StateLimits = DEFAULT_LIMITS) -> MowerSnapshot:
    """The snapshot as it stands at ``now``; the same object when time changed nothing."""
    if snapshot.reading is None and snapshot.online is not False:
        return snapshot
    state, last_known, confidence = judge(snapshot, now, limits)
    if state is snapshot.state and confidence is snapshot.confidence and last_known is snapshot.last_known:
        return snapshot
    return replace(
        snapshot,
        version=snapshot.version + 1,
        state=state,
        last_known=last_known,
        confidence=confidence,
        since=snapshot.since if state is snapshot.state else now,
    )


def restored(number: int, reading: Reading, state: MowerState, mode_since: datetime | None = None) -> MowerSnapshot:
    """The snapshot of a mower after a restart, from the last reading we stored and the state it had then.

    Nothing restored is fresh: mowing and returning are unknown ("last known"), everything else is stale, the age is
    that of the stored reading, and only readings newer than it are accepted.
    """
    known = MowerSnapshot(
        number=number,
        device_name=reading.device_name,
        since=reading.received_at,
        source=Source.RESTORED,
        device_time=reading.device_time,
        received_at=reading.received_at,
        reading=replace(reading, source=Source.RESTORED),
        in_fault=state is MowerState.FAULT,
        fault_code=(reading.fault_code or None) if state is MowerState.FAULT else None,
        last_fault_code=reading.fault_code or None,
        online=False if state is MowerState.OFFLINE else None,
        track=Track(
            report_time=reading.device_time,
            report_sequence=reading.sequence,
            status_time=reading.device_time if state is MowerState.OFFLINE else None,
            status_received_at=reading.received_at if state is MowerState.OFFLINE else None,
            mode_since=mode_since or reading.received_at,
            anchor=reading.position,
            place=reading.position,
            place_time=reading.device_time,
            progress_percent=reading.progress_percent,
            blade_on=reading.blade_on,
        ),
    )
    word, last_known, confidence = judge(known, reading.received_at, DEFAULT_LIMITS)
    if confidence is not Confidence.NONE:
        confidence = Confidence.STALE
    return replace(known, version=1, state=word, last_known=last_known, confidence=confidence)
