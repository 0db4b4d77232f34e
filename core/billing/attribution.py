"""From telemetry to whole minutes, each for exactly one lot or for none. Pure.

A sample holds until the next, `HOLD_MS` at most. A clock minute counts when at least `COUNTS_MS` of it were proven
mowing; it goes to the lot with most of that time, the earliest in it on a tie. Time that no lot can be found for
competes like a lot of its own: such a minute is unattributed, and waits for a person.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol
from uuid import UUID

from core.geo import Point

MINUTE_MS = 60_000
HOLD_MS = 60_000
COUNTS_MS = 30_000


class Sample(NamedTuple):
    """One reading of a session: milliseconds since 1970, whether it was proven mowing, the area by name, the place."""

    at_ms: int
    mowing: bool
    zone: int | None
    position: Point | None


class LotRef(NamedTuple):
    """Whose ground a minute was mowed on."""

    lot_id: UUID
    household_id: UUID | None


class LotFinder(Protocol):
    """Whose ground is it? By the lot the mower's area was tied to at the moment; by the place where no area is told."""

    def lot_of(self, zone: int | None, position: Point | None, at_ms: int) -> LotRef | None: ...


class Work(NamedTuple):
    """One session of a mower with its readings, oldest first."""

    started_ms: int
    ended_ms: int
    samples: Sequence[Sample]


class Mowed(NamedTuple):
    """Whole minutes from ``start`` (minutes since 1970) within one session, for one lot or for none."""

    start: int
    minutes: int
    session_ms: int
    lot: LotRef | None
    zone: int | None


type _Owner = tuple[LotRef | None, int | None]


def attribute(work: Iterable[Work], finder: LotFinder) -> list[Mowed]:
    """The minutes of a mower's sessions, in order. A minute that two sessions share is counted once, as a whole."""
    minutes: dict[int, dict[_Owner, int]] = {}
    session_of: dict[int, int] = {}
    for session in sorted(work, key=lambda one: one.started_ms):
        for start_ms, end_ms, owner in _stretches(session, finder):
            for minute, span_ms in _by_minute(start_ms, end_ms):
                owners = minutes.setdefault(minute, {})
                owners[owner] = owners.get(owner, 0) + span_ms
                session_of.setdefault(minute, session.started_ms)
    counted = [
        (minute, session_of[minute], _winner(owners))
        for minute, owners in sorted(minutes.items())
        if sum(owners.values()) >= COUNTS_MS
    ]
    return joined_up(counted)


def joined_up(counted: Iterable[tuple[int, int, _Owner]]) -> list[Mowed]:
    """Single minutes (minute, session, owner) as stretches of the same session and owner."""
    found: list[Mowed] = []
    for minute, session_ms, (lot, zone) in counted:
        last = found[-1] if found else None
        if last and last.start + last.minutes == minute and last[2:] == (session_ms, lot, zone):
            found[-1] = last._replace(minutes=last.minutes + 1)
        else:
            found.append(Mowed(minute, 1, session_ms, lot, zone))
    return found


def _winner(owners: dict[_Owner, int]) -> _Owner:
    """Most time wins between lots; among the winner's areas the one with most time names the minute."""
    lots: dict[LotRef | None, int] = {}
    for (lot, _zone), span in owners.items():
        lots[lot] = lots.get(lot, 0) + span
    best = max(lots, key=lambda lot: lots[lot])  # the first of equals: dicts keep the order of time
    return max((owner for owner in owners if owner[0] == best), key=lambda owner: owners[owner])


def _stretches(session: Work, finder: LotFinder) -> Iterable[tuple[int, int, _Owner]]:
    samples = session.samples
    if not samples:
        return
    last = Sample(max(session.ended_ms, samples[-1].at_ms), False, None, None)
    for sample, following in pairwise([*samples, last]):
        end_ms = min(following.at_ms, sample.at_ms + HOLD_MS)
        if sample.mowing and end_ms > sample.at_ms:
            yield sample.at_ms, end_ms, (finder.lot_of(sample.zone, sample.position, sample.at_ms), sample.zone)


def _by_minute(start_ms: int, end_ms: int) -> Iterable[tuple[int, int]]:
    at = start_ms
    while at < end_ms:
        minute = at // MINUTE_MS
        until = min(end_ms, (minute + 1) * MINUTE_MS)
        yield minute, until - at
        at = until
