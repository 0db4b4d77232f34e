"""When each kind's condition holds. Pure: one small function a kind, over the facts of one mower.

A function answers with the moment since which it holds where the facts know it, ``True`` where it holds and the
engine's own memory has to tell since when, and ``False``. ``watch`` is what is remembered (`None`: nothing), so that an
open alarm ends by another limit than it began with (hysteresis).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from core.fleet.alarms.model import AlarmKind, AlarmRule, MowerFacts, Watch
from core.fleet.model import MowerState, PositionType

AT_WORK = frozenset({MowerState.MOWING, MowerState.RETURNING})
STANDING = frozenset({MowerState.IDLE, MowerState.PAUSED})
AT_DOCK = frozenset({MowerState.DOCKED, MowerState.CHARGING})
NO_WORD = frozenset({MowerState.UNKNOWN, MowerState.OFFLINE})
UNCORRECTED = frozenset({PositionType.GNSS, PositionType.DEAD_RECKONING})
HEARD_LATELY = timedelta(seconds=120)
"""A mower heard within this is not silent: what it claims is judged instead."""
QUIET = timedelta(seconds=30)
"""Silence shorter than this is not worth remembering."""

type Holding = bool | datetime
type Condition = Callable[[MowerFacts, AlarmRule, Watch | None, datetime], Holding]


def at_work(facts: MowerFacts) -> bool:
    """Whether it worked when last known."""
    return facts.state in AT_WORK or (facts.state in NO_WORD and facts.last_known in AT_WORK)


def fault(facts: MowerFacts, _rule: AlarmRule, _watch: Watch | None, _now: datetime) -> Holding:
    return facts.in_fault


def silent(facts: MowerFacts, _rule: AlarmRule, watch: Watch | None, now: datetime) -> Holding:
    """Open, it ends with the first report after the silence, whatever the vendor says of the mower meanwhile."""
    heard_at = facts.heard_at
    if heard_at is None:
        return False
    if watch is not None and watch.raised_at is not None:
        return watch.since if heard_at <= watch.since else False
    return heard_at if at_work(facts) and now - heard_at > QUIET else False


def unproven(facts: MowerFacts, _rule: AlarmRule, _watch: Watch | None, now: datetime) -> Holding:
    if facts.state is not MowerState.UNKNOWN or facts.last_known not in AT_WORK:
        return False
    if facts.heard_at is None or now - facts.heard_at > HEARD_LATELY:
        return False
    return facts.proven_at or facts.since or True


def offline(facts: MowerFacts, _rule: AlarmRule, _watch: Watch | None, _now: datetime) -> Holding:
    """One that went offline at work is silent at work, which is worse and told by that rule."""
    if facts.state is not MowerState.OFFLINE or facts.last_known in AT_WORK:
        return False
    return facts.since or True


def stuck(facts: MowerFacts, _rule: AlarmRule, _watch: Watch | None, _now: datetime) -> Holding:
    return (facts.since or True) if facts.state in STANDING and not facts.charging else False


def battery_low(facts: MowerFacts, rule: AlarmRule, watch: Watch | None, _now: datetime) -> Holding:
    battery, threshold = facts.battery_percent, rule.threshold
    if battery is None or threshold is None or facts.charging or facts.state in AT_DOCK:
        return False
    return battery < threshold + rule.hysteresis if watch is not None and watch.open else battery <= threshold


def correction_lost(facts: MowerFacts, rule: AlarmRule, watch: Watch | None, _now: datetime) -> Holding:
    if not at_work(facts):
        return False
    if facts.position_type in UNCORRECTED:
        return True
    age_s, threshold = facts.correction_age_s, rule.threshold
    if age_s is None or threshold is None:
        return False
    return age_s > (threshold - rule.hysteresis if watch is not None and watch.open else threshold)


def left_ground(facts: MowerFacts, _rule: AlarmRule, _watch: Watch | None, _now: datetime) -> Holding:
    return AlarmKind.LEFT_GROUND in facts.signals


def lifted(facts: MowerFacts, _rule: AlarmRule, _watch: Watch | None, _now: datetime) -> Holding:
    return AlarmKind.LIFTED in facts.signals


def taken(facts: MowerFacts, _rule: AlarmRule, _watch: Watch | None, _now: datetime) -> Holding:
    return AlarmKind.TAKEN in facts.signals


CONDITIONS: Mapping[AlarmKind, Condition] = {
    AlarmKind.FAULT: fault,
    AlarmKind.SILENT: silent,
    AlarmKind.UNPROVEN: unproven,
    AlarmKind.OFFLINE: offline,
    AlarmKind.STUCK: stuck,
    AlarmKind.BATTERY_LOW: battery_low,
    AlarmKind.CORRECTION_LOST: correction_lost,
    AlarmKind.LEFT_GROUND: left_ground,
    AlarmKind.LIFTED: lifted,
    AlarmKind.TAKEN: taken,
}
"""Every kind of a mower; those of accounts follow from the state of their link (`model.LINK_KINDS`)."""
