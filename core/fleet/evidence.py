"""What proves that a mower works. Pure.

"Mowing" and "returning" are claims until something a stuck, frozen or replayed feed cannot produce bears them out:

- **Movement**: displacement from where the last movement ended, larger than the noise of the worse of the two positions
  (`StateLimits.noise_m`). Dead reckoning is no proof (a stuck mower turns its wheels), nor is a reported speed or a
  changing heading.
- **Progress** (mowing only): the task's percentage above the highest seen in this task. A fall by ``NEW_TASK_DROP``
  or more is a new task, not work done; a smaller one is jitter. Minutes left and task area are no proof: they
  may run on a timer.
- **Blade** (mowing only): the blade starting, once, until movement or progress follows. A blade flag that stays on is
  what a stuck mower shows, so a constant flag proves nothing, and neither does one that flaps on the spot.

Nothing in a reading counts unless its device time is newer than that of every report before it, no field of it was
absurd, and its payload was never shown before (a frozen feed repeats one payload, a replay repeats a series, whatever
time stamps they carry). Proof is dated with the receive time, or the device time where that is earlier: a buffered
report proves what was, not what is.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from core.fleet.limits import StateLimits
from core.fleet.model import MowerState, Reading, Track
from core.fleet.sanity import metres


class Proof(Enum):
    """What a reading proves, strongest first."""

    MOVEMENT = "movement"
    PROGRESS = "progress"
    BLADE = "blade"
    NOTHING = "nothing"


NEW_TASK_DROP = 5
"""Percentage points by which progress falls when another task begins."""

NEEDS_PROOF = frozenset({MowerState.MOWING, MowerState.RETURNING})


@dataclass(frozen=True, slots=True)
class Weighed:
    """The outcome of weighing one reading; the fields that follow replace those of the track."""

    proof: Proof
    anchor_moved: bool
    progress_percent: int | None
    blade_on: bool | None
    blade_spent: bool

    def proves(self, state: MowerState) -> bool:
        if state is MowerState.MOWING:
            return self.proof is not Proof.NOTHING
        return state is MowerState.RETURNING and self.proof is Proof.MOVEMENT


def weigh(track: Track, reading: Reading, *, trusted: bool, limits: StateLimits) -> Weighed:
    """What ``reading`` proves, seen from ``track``. An untrusted reading (old, absurd, seen before) proves nothing."""
    progress, blade = reading.progress_percent, reading.blade_on
    highest = track.progress_percent
    if not trusted:
        return Weighed(Proof.NOTHING, False, highest, track.blade_on, track.blade_spent)
    moved = _moved(track, reading, limits)
    progressed = progress is not None and highest is not None and progress > highest
    started = blade is True and track.blade_on is False and not track.blade_spent
    proof = Proof.MOVEMENT if moved else Proof.PROGRESS if progressed else Proof.BLADE if started else Proof.NOTHING
    return Weighed(
        proof,
        moved or (track.anchor is None and reading.position is not None),
        _highest(highest, progress),
        track.blade_on if blade is None else blade,
        (started or track.blade_spent) and not (moved or progressed),
    )


def _highest(highest: int | None, progress: int | None) -> int | None:
    if progress is None or highest is None:
        return highest if progress is None else progress
    return progress if progress > highest or highest - progress >= NEW_TASK_DROP else highest


def proof_time(reading: Reading) -> datetime:
    """The moment a reading speaks of: never later than when it was received."""
    return min(reading.received_at, reading.device_time)


def _moved(track: Track, reading: Reading, limits: StateLimits) -> bool:
    anchor, position = track.anchor, reading.position
    if anchor is None or position is None:
        return False
    noise = limits.noise_m(reading.position_type)
    return noise is not None and metres(anchor, position) >= max(noise, track.anchor_noise_m)
