"""What is known of a mower after a report or after the vendor's word online/offline. Pure.

Faults: a fault is raised by the device's fault mode, or by a fault number while it neither works nor stands at the
dock; it stays until recovery evidence - proven movement while mowing or returning, or standing docked or charging -
whatever mode or number is reported meanwhile. A number beside mowing, returning, docked or charging is a warning: it is
remembered as the last fault only.
"""

from dataclasses import replace
from datetime import datetime

from core.fleet.carry import merged
from core.fleet.evidence import NEEDS_PROOF, Proof, Weighed, proof_time, weigh
from core.fleet.judge import AT_DOCK, judge
from core.fleet.limits import StateLimits
from core.fleet.model import MowerSnapshot, MowerState, Prints, Reading, Source, Track
from core.fleet.prints import remember


def after_report(
    before: MowerSnapshot, reading: Reading, payload: int, track: Track, *, absurd: bool, limits: StateLimits
) -> MowerSnapshot:
    """The snapshot after an accepted report or property message."""
    is_property = reading.source is Source.PROPERTY
    newest = track.property_time if is_property else track.report_time
    advancing = newest is None or reading.device_time > newest
    new, prints = False, track.prints
    if not is_property:
        new, prints = remember(prints, payload, reading.received_at, limits.print_memory_s)
    weighed = weigh(track, reading, trusted=advancing and new and not absurd, limits=limits)
    carried = merged(before.reading, reading)
    changed = before.reading is None or carried.mode is not before.reading.mode
    claim = _claim(
        track, reading, carried.mode, changed=changed, new=advancing and (new or track.new_in_mode), limits=limits
    )
    proof = carried.mode is not None and weighed.proves(carried.mode)
    evidence_at = None if changed else before.evidence_at
    if proof:
        evidence_at = proof_time(reading)
    elif carried.mode in AT_DOCK and carried.charging and advancing:
        evidence_at = reading.received_at
    in_fault, fault_code, last_fault_code = _faults(before, reading, carried, moved=proof)
    facts = MowerSnapshot(
        number=before.number,
        device_name=before.device_name,
        version=before.version + 1,
        state=before.state,
        since=before.since,
        source=reading.source,
        evidence_at=evidence_at,
        device_time=_later(before.device_time, reading.device_time),
        received_at=_later(before.received_at, reading.received_at) if advancing else before.received_at,
        reading=carried,
        in_fault=in_fault,
        fault_code=fault_code,
        last_fault_code=last_fault_code,
        online=_online(before, track, reading, limits) if advancing else before.online,
        track=_track_after(
            track,
            reading,
            weighed,
            payload=payload,
            claimed_at=claim[0],
            claim_proven=claim[1] or proof,
            mode_since=reading.received_at if changed else track.mode_since,
            new_in_mode=new or (track.new_in_mode and not changed),
            prints=prints,
            limits=limits,
        ),
    )
    return _judged(facts, reading.received_at, limits)


def after_status(before: MowerSnapshot, reading: Reading, limits: StateLimits) -> MowerSnapshot:
    """The snapshot after the vendor's word; age and evidence stay, because the device itself said nothing."""
    track = replace(
        before.track,
        status_time=reading.device_time,
        status_sequence=reading.sequence,
        status_received_at=reading.received_at,
    )
    online = before.online if reading.online is None else reading.online
    facts = replace(
        before,
        version=before.version + 1,
        online=online,
        source=Source.STATUS if online is False or before.reading is None else before.source,
        track=track,
    )
    return _judged(facts, reading.received_at, limits)


def _judged(facts: MowerSnapshot, now: datetime, limits: StateLimits) -> MowerSnapshot:
    state, last_known, confidence = judge(facts, now, limits)
    return MowerSnapshot(
        number=facts.number,
        device_name=facts.device_name,
        version=facts.version,
        state=state,
        since=facts.since if state is facts.state and facts.since is not None else now,
        last_known=last_known,
        confidence=confidence,
        source=facts.source,
        evidence_at=facts.evidence_at,
        device_time=facts.device_time,
        received_at=facts.received_at,
        reading=facts.reading,
        in_fault=facts.in_fault,
        fault_code=facts.fault_code,
        last_fault_code=facts.last_fault_code,
        online=facts.online,
        track=facts.track,
    )


def _claim(
    track: Track, reading: Reading, mode: MowerState | None, *, changed: bool, new: bool, limits: StateLimits
) -> tuple[datetime | None, bool]:
    """(since when, whether proven) of the claim to a state that needs proof, after a reading.

    A change of mode makes a new claim only if something in it is new (a replay repeats its changes of mode, too), and
    if the claim before was proven or another mode has lasted: one that flaps cannot claim for ever.
    """
    if not changed or mode not in NEEDS_PROOF:
        return track.claimed_at, track.claim_proven
    lasted_s = 0.0 if track.mode_since is None else (reading.received_at - track.mode_since).total_seconds()
    if new and (track.claim_proven or lasted_s >= limits.evidence_s):
        return proof_time(reading), False
    return track.claimed_at, track.claim_proven


def _faults(
    before: MowerSnapshot, reading: Reading, carried: Reading, *, moved: bool
) -> tuple[bool, int | None, int | None]:
    """(in fault, its number, last fault number) after a reading."""
    code = reading.fault_code or None
    last = before.last_fault_code if code is None else code
    if carried.mode in AT_DOCK or (carried.mode in NEEDS_PROOF and moved):
        return False, None, last
    if carried.mode is MowerState.FAULT or (code is not None and carried.mode not in NEEDS_PROOF):
        return True, before.fault_code if code is None else code, last
    return before.in_fault, before.fault_code, last


def _online(before: MowerSnapshot, track: Track, reading: Reading, limits: StateLimits) -> bool | None:
    """A device that reports is there, unless the report was already under way when the vendor said "offline"."""
    if before.online is not False or track.status_time is None or track.status_received_at is None:
        return True
    waited_s = (reading.received_at - track.status_received_at).total_seconds()
    return reading.device_time > track.status_time or waited_s >= limits.offline_grace_s


def _track_after(
    track: Track,
    reading: Reading,
    weighed: Weighed,
    *,
    payload: int,
    claimed_at: datetime | None,
    claim_proven: bool,
    mode_since: datetime | None,
    new_in_mode: bool,
    prints: Prints,
    limits: StateLimits,
) -> Track:
    is_property = reading.source is Source.PROPERTY
    placed, anchored = reading.position is not None, weighed.anchor_moved
    noise_m = (limits.noise_m(reading.position_type) or limits.noise_gnss_m) if anchored else track.anchor_noise_m
    return Track(
        report_time=track.report_time if is_property else reading.device_time,
        report_sequence=track.report_sequence if is_property else reading.sequence,
        report_print=track.report_print if is_property else payload,
        property_time=reading.device_time if is_property else track.property_time,
        property_sequence=reading.sequence if is_property else track.property_sequence,
        status_time=track.status_time,
        status_sequence=track.status_sequence,
        status_received_at=track.status_received_at,
        claimed_at=claimed_at,
        claim_proven=claim_proven,
        mode_since=mode_since,
        anchor=reading.position if anchored else track.anchor,
        anchor_noise_m=noise_m,
        moved_at=reading.received_at if weighed.proof is Proof.MOVEMENT else track.moved_at,
        place=reading.position if placed else track.place,
        place_time=reading.device_time if placed else track.place_time,
        doubt=None if placed else track.doubt,
        doubt_time=None if placed else track.doubt_time,
        doubt_since=None if placed else track.doubt_since,
        doubts=0 if placed else track.doubts,
        progress_percent=weighed.progress_percent,
        blade_on=weighed.blade_on,
        blade_spent=weighed.blade_spent,
        new_in_mode=new_in_mode,
        prints=prints,
    )


def _later(before: datetime | None, now: datetime) -> datetime:
    return now if before is None or now > before else before
