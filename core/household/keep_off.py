"""Keep off my lawn now (H8): for how long, what a mower is told, what the household may be told of it. Pure.

A mower that works on the lot is sent home, which stops its blade; when that is refused (somebody holds its controls,
say) it is told to stand still, which nobody can refuse but the mower itself. One that drives home or stands in its
dock is left alone. What the household sees is the command's own life, never more than was proven.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil, inf
from uuid import UUID

import shapely

from core.errors import Invalid
from core.fleet import CommandView
from core.fleet.model import CommandKind, CommandStatus, DeviceMap, MapZone, MowerSnapshot, MowerState
from core.neighbourhood import OwnLot, in_metres
from core.texts import N_, Text

LEAVES = frozenset({MowerState.MOWING, MowerState.PAUSED, MowerState.IDLE, MowerState.FAULT, MowerState.UNKNOWN})
"""Standing or working on the lot in one of these, a mower is sent home."""
MAY_MOVE = frozenset({MowerState.MOWING, MowerState.UNKNOWN})
"""In these it is told to stand still where it cannot be sent home."""
AGAIN = timedelta(seconds=30)
"""So long after an order a mower that still mows on the lot is told once more."""
GIVEN_UP = timedelta(seconds=60)
"""A mower that is not seen to follow for so long is told as one that did not."""
AT_ONCE = timedelta(seconds=10)
"""An order given so soon was caused by the tap; a later one by a mower that came in."""
SHARED_M2 = 1.0
"""An area that has less of its ground on the lot is not this lot's: drawn lines never agree fully."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepOffRules:
    """Minutes a keep-off may last; ``usual`` is offered first."""

    shortest: int = 10
    longest: int = 12 * 60
    usual: int = 60

    def __post_init__(self) -> None:
        if not 1 <= self.shortest <= self.usual <= self.longest <= 24 * 60:
            raise ValueError("expected 1 <= shortest <= usual <= longest <= 1440 minutes")

    def checked(self, minutes: int) -> timedelta:
        """``Invalid`` says what was expected."""
        if not self.shortest <= minutes <= self.longest:
            words = Text("minutes: {n} (expected {least} to {most})", n=minutes, least=self.shortest, most=self.longest)
            raise Invalid(words)
        return timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Order:
    """A command that a keep-off gave."""

    command_id: UUID
    device_name: str
    kind: CommandKind
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepOff:
    """No mower on this lot from ``asked_at`` up to, not including, ``until``."""

    id: UUID
    lot_id: UUID
    asked_by: str
    asked_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    ended_by: str = ""
    orders: tuple[Order, ...] = field(default=())

    @property
    def until(self) -> datetime:
        return self.ends_at if self.ended_at is None else min(self.ended_at, self.ends_at)

    def active(self, now: datetime) -> bool:
        return self.asked_at <= now < self.until

    def last_order(self, device_name: str) -> Order | None:
        return next((one for one in reversed(self.orders) if one.device_name == device_name), None)


class Told(StrEnum):
    """How far a keep-off has come, in the order in which it does."""

    CLEAR = "clear"  # no mower was on the lot: nothing had to be sent
    ASKED = "asked"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    SEEN = "seen"  # a reading shows it leaving or standing
    FAILED = "failed"  # refused, expired, not followed: a person must look


TOLD_WORDS = {
    Told.CLEAR: N_("No mower was on your lawn, and none comes before it ends."),
    Told.ASKED: N_("Asked. It is being handed to the mower."),
    Told.SENT: N_("Sent to the mower. It has not answered yet."),
    Told.ACKNOWLEDGED: N_("The mower has taken the order. We have not seen it leave yet."),
    Told.SEEN: N_("Seen: the mower has stopped mowing."),
    Told.FAILED: N_("The mower could not be reached or did not follow. Your operator has been told: keep clear of it."),
}
_STATUS = {
    CommandStatus.REQUESTED: Told.ASKED,
    CommandStatus.QUEUED: Told.ASKED,
    CommandStatus.SENT: Told.SENT,
    CommandStatus.ACKNOWLEDGED: Told.ACKNOWLEDGED,
    CommandStatus.SEEN: Told.SEEN,
    CommandStatus.DONE: Told.SEEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is known of a keep-off's newest order; seconds since the tap, or, where the mower came in later
    (``at_once`` false), since it was ordered away then. ``None`` = not yet."""

    told: Told
    at_once: bool = True
    ordered_s: float | None = None
    sent_s: float | None = None
    acknowledged_s: float | None = None
    seen_s: float | None = None


def progress_of(keep_off: KeepOff, commands: Sequence[CommandView], now: datetime) -> Progress:
    """From the commands it gave, oldest first. An order that is not seen to be followed is given again; they count as
    one, and as failed once `GIVEN_UP` has passed since the first of them."""
    run = _run(commands)
    if not run:
        return Progress(told=Told.CLEAR)

    at_once = run[0].requested_at - keep_off.asked_at <= AT_ONCE
    base = keep_off.asked_at if at_once else run[0].requested_at

    def after(moments: Iterable[datetime | None]) -> float | None:
        known = [at for at in moments if at is not None]
        return max(0.0, (min(known) - base).total_seconds()) if known else None

    told = Told.SEEN if run[-1].seen_at is not None else _STATUS.get(run[-1].status, Told.FAILED)
    if told is not Told.SEEN and now - run[0].requested_at >= GIVEN_UP:
        told = Told.FAILED
    return Progress(
        told=told, at_once=at_once, ordered_s=after([run[0].requested_at]), sent_s=after(one.sent_at for one in run),
        acknowledged_s=after(one.acknowledged_at for one in run), seen_s=after([run[-1].seen_at]),
    )  # fmt: skip


def tap_to_command(told: Iterable[Progress]) -> tuple[int, float | None]:
    """(how many taps had a mower to send away, seconds until it was sent to 95 % of them); ``None``: no tap yet (X18).

    An order that was never sent counts as endless: it must not make the figure better."""
    taps = sorted(
        inf if one.sent_s is None else one.sent_s for one in told if one.ordered_s is not None and one.at_once
    )
    return len(taps), taps[ceil(len(taps) * 0.95) - 1] if taps else None


def _run(commands: Sequence[CommandView]) -> list[CommandView]:
    """The newest order with those before it that were not followed either."""
    run: list[CommandView] = []
    for one in reversed(commands):
        if run and one.seen_at is not None:
            break
        run.insert(0, one)
    return run


def on_lot(snapshot: MowerSnapshot, lot: OwnLot, areas: frozenset[int] | None) -> bool:
    """Whether a mower is on the lot: by its place, or, while it knows none, by the area it says it mows."""
    reading = snapshot.reading
    if reading is None:
        return False
    if reading.position is not None and lot.boundary is not None:
        return lot.holds(reading.position)
    return areas is not None and reading.zone_hash in areas


def orders_for(state: MowerState) -> tuple[CommandKind, ...]:
    """What to tell a mower on the lot: the first that is not refused."""
    if state not in LEAVES:
        return ()
    return (CommandKind.RETURN, CommandKind.HALT) if state in MAY_MOVE else (CommandKind.RETURN,)


def wants_order(keep_off: KeepOff, snapshot: MowerSnapshot, now: datetime, *, here: bool, was_here: bool) -> bool:
    """Whether to tell it now: when it is found there or comes in, and again while it goes on mowing there."""
    if not here or not keep_off.active(now) or snapshot.state not in LEAVES:
        return False
    last = keep_off.last_order(snapshot.device_name)
    if last is None:
        return True
    if snapshot.state is not MowerState.MOWING:
        return False
    return not was_here or now - last.asked_at >= AGAIN


def resumes(keep_off: KeepOff, snapshot: MowerSnapshot, newest: CommandView | None, *, here: bool) -> bool:
    """Whether a mower that this keep-off made stand still goes on now that it is over: it still stands there paused,
    and nobody has told it anything since."""
    last = keep_off.last_order(snapshot.device_name)
    if last is None or last.kind is not CommandKind.HALT or newest is None or newest.id != last.command_id:
        return False
    return here and snapshot.state is MowerState.PAUSED


def areas_on(lawn: DeviceMap | None, lot: OwnLot) -> frozenset[int] | None:
    """The areas of a mower's map that reach onto the lot; ``None`` where that cannot be said: then any of them may."""
    if lawn is None or lot.boundary is None:
        return None
    return frozenset(zone.hash for zone in lawn.areas if _shared_m2(zone, lot) >= SHARED_M2)


def _shared_m2(zone: MapZone, lot: OwnLot) -> float:
    if len(zone.line) < 3:
        return 0.0
    ground = in_metres(lot.frame, {"type": "Polygon", "coordinates": [[*zone.line, zone.line[0]]]})
    return float(shapely.make_valid(ground).intersection(lot.ground).area)


def held_by(*held: frozenset[int] | None) -> frozenset[int] | None:
    """What several say a mower must keep off, as one; ``None`` = any of its areas."""
    found: frozenset[int] = frozenset()
    for one in held:
        if one is None:
            return None
        found |= one
    return found


def spared_spans(keep_offs: Iterable[KeepOff]) -> list[tuple[datetime, datetime]]:
    """When nothing is billed: from asking until it was over, by their beginning."""
    return sorted((one.asked_at, one.until) for one in keep_offs)
