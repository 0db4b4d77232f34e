"""Which readings may enter, and which of their fields. Pure; every rule has a name under which it is counted.

Order is kept for each stream of a mower (reports, properties, the vendor's status word), because each has its own
clock.

| rule | when | what happens |
|---|---|---|
| duplicate | device time of the newest, and its sequence or its payload | refused |
| out_of_order | older by up to ``reorder_s`` | refused for live, stored as history |
| late | older than that, or more than ``lag_s`` behind its receive time | refused for live, stored as history |
| future | more than ``future_s`` ahead of its receive time | refused |
| null_island | position near 0 N 0 E | accepted without the position |
| jump | more than ``jump_m`` from the last believed place | the same, until the new place is confirmed |
| impossible_speed | further than ``speed_m_s`` allows | the same |
| battery_range, progress_range | outside 0-100 % | accepted without the value |

A reading with an absurd field proves nothing (`core.fleet.evidence`).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, hypot, radians

from core.fleet.limits import StateLimits
from core.fleet.model import Reading, Source, Track
from core.geo import METRES_PER_DEGREE, Point


class Refusal(StrEnum):
    """Why a reading did not become live."""

    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"
    LATE = "late"
    FUTURE = "future"
    UNKNOWN_DEVICE = "unknown_device"
    OVERLOAD = "overload"


HISTORY_ONLY = frozenset({Refusal.OUT_OF_ORDER, Refusal.LATE})
"""Refusals whose reading is still true of its own past moment, and is stored as such."""


class Repair(StrEnum):
    """Which field of an accepted reading was left out, and why."""

    NULL_ISLAND = "null_island"
    JUMP = "jump"
    IMPOSSIBLE_SPEED = "impossible_speed"
    BATTERY_RANGE = "battery_range"
    PROGRESS_RANGE = "progress_range"


def order(track: Track, reading: Reading, payload: int, limits: StateLimits) -> Refusal | None:
    """The refusal that order and clocks demand, if any. ``payload`` is the reading's fingerprint."""
    device_time = reading.device_time
    behind_s = (reading.received_at - device_time).total_seconds()
    if behind_s < -limits.future_s:
        return Refusal.FUTURE
    same_print = False
    if reading.source is Source.STATUS:
        newest, sequence = track.status_time, track.status_sequence
    elif reading.source is Source.PROPERTY:
        newest, sequence = track.property_time, track.property_sequence
    else:
        newest, sequence, same_print = track.report_time, track.report_sequence, payload == track.report_print
    if newest is not None:
        if device_time == newest:
            if same_print or reading.sequence == sequence:
                return Refusal.DUPLICATE
            if reading.sequence < sequence:
                return Refusal.OUT_OF_ORDER
        elif device_time < newest:
            close = newest - device_time <= timedelta(seconds=limits.reorder_s)
            return Refusal.OUT_OF_ORDER if close else Refusal.LATE
    return Refusal.LATE if behind_s > limits.lag_s else None


def believe(track: Track, reading: Reading, limits: StateLimits) -> tuple[Reading, tuple[Repair, ...], Track]:
    """The reading without its absurd fields, what was left out, and the track with the place believed or doubted."""
    repairs: list[Repair] = []
    battery, progress = reading.battery_percent, reading.progress_percent
    if battery is not None and not 0 <= battery <= 100:
        repairs.append(Repair.BATTERY_RANGE)
        reading = replace(reading, battery_percent=None)
    if progress is not None and not 0 <= progress <= 100:
        repairs.append(Repair.PROGRESS_RANGE)
        reading = replace(reading, progress_percent=None)
    position = reading.position
    if position is None:
        return reading, tuple(repairs), track
    fault = absurd_place(track.place, track.place_time, reading, limits)
    if fault in (Repair.JUMP, Repair.IMPOSSIBLE_SPEED):
        track, confirmed = _doubt(track, reading, limits)
        fault = None if confirmed else fault
    if fault is not None:
        repairs.append(fault)
        reading = replace(reading, position=None, heading_deg=None, position_type=None)
    return reading, tuple(repairs), track


def absurd_place(place: Point | None, since: datetime | None, reading: Reading, limits: StateLimits) -> Repair | None:
    """What is absurd about a reading's position, seen from the last believed one."""
    position = reading.position
    if position is None:
        return None
    if abs(position.longitude) <= limits.null_island_deg and abs(position.latitude) <= limits.null_island_deg:
        return Repair.NULL_ISLAND
    if place is None:
        return None
    moved = metres(place, position)
    if moved <= limits.speed_slack_m:
        return None
    if moved > limits.jump_m:
        return Repair.JUMP
    elapsed_s = (reading.device_time - since).total_seconds() if since is not None else 0.0
    return Repair.IMPOSSIBLE_SPEED if moved > limits.speed_slack_m + limits.speed_m_s * abs(elapsed_s) else None


def _doubt(track: Track, reading: Reading, limits: StateLimits) -> tuple[Track, bool]:
    again = track.doubt is not None and absurd_place(track.doubt, track.doubt_time, reading, limits) is None
    since = track.doubt_since if again and track.doubt_since is not None else reading.device_time
    doubts = track.doubts + 1 if again else 1
    lasted_s = (reading.device_time - since).total_seconds()
    confirmed = doubts >= limits.relocate_readings and lasted_s >= limits.relocate_s
    if confirmed:
        here = reading.position
        return replace(track, anchor=here, doubt=None, doubt_time=None, doubt_since=None, doubts=0), True
    doubted = replace(track, doubt=reading.position, doubt_time=reading.device_time, doubt_since=since, doubts=doubts)
    return doubted, False


def metres(a: Point, b: Point) -> float:
    """Distance in metres, flat: within 0.1 % for the few kilometres these rules look at."""
    return METRES_PER_DEGREE * hypot((b.longitude - a.longitude) * cos(radians(a.latitude)), b.latitude - a.latitude)
