"""May a command be given, and did it happen? Pure; one row a command says all that is particular to it.

| command | means | refused in | seen when the mower is | done when it is |
|---|---|---|---|---|
| start | begin the task | all but docked, charging, idle | mowing | mowing, proven |
| resume | go on with the paused task | all but paused | mowing | mowing, proven |
| pause | stand and wait | all but mowing, returning, unknown | paused | paused, again |
| stop | cancel the task | docked, charging, idle | idle, docked, charging, returning | the same, again |
| return | go to the dock | returning, docked, charging | returning, docked, charging | docked, charging |
| halt | stand still at once | offline, updating | paused, idle, docked, charging, fault | so, and not moved since |
| leave_dock | back out of the dock | all but docked, charging | idle, paused | the same, again |
| restart | start its computer anew | mowing, returning, updating, offline | gone from the cloud | heard of again |

Stop, return and halt are not refused for a fault, and no stopping command for an unknown or stale state. What speaks
against a start beside the mower's own state (quiet hours, rain, membership, a lease ...) is `core.fleet.guard`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.fleet.guard import NO_FACTS, Reason, StartFacts, guard_refusals
from core.fleet.model import (
    CommandKind,
    CommandStatus,
    Confidence,
    LinkHealth,
    LinkState,
    MowerSnapshot,
    MowerState,
)

S = MowerState
STANDING = frozenset({S.PAUSED, S.IDLE, S.DOCKED, S.CHARGING})


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLimits:
    """Time and battery limits of commands. Seconds and percent; bad values fail at construction."""

    unsent_s: float = 120
    unseen_s: float = 90
    unproven_s: float = 120
    docking_s: float = 7_200
    start_battery_percent: int = 20

    def __post_init__(self) -> None:
        for name in ("unsent_s", "unseen_s", "unproven_s", "docking_s"):
            if not 1 <= getattr(self, name) <= 86_400:
                raise ValueError(f"{name} is {getattr(self, name)!r}: expected 1 to 86400 s")
        if not 0 <= self.start_battery_percent <= 100:
            raise ValueError(f"start_battery_percent is {self.start_battery_percent!r}: expected 0 to 100 %")


DEFAULT_COMMAND_LIMITS = CommandLimits()
KEEP_OFF = "keep_off"
"""The source of orders that a household's keep-off gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandView:
    """A command and its life, as stored. Times in UTC; ``reasons`` say why it was refused, failed or expired."""

    id: UUID
    device_name: str
    kind: CommandKind
    status: CommandStatus
    parameters: dict[str, Any]
    asked_by: str
    person_id: UUID | None
    source: str
    requested_at: datetime
    queued_at: datetime | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    seen_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    link: str = ""
    reasons: tuple[str, ...] = ()
    override: str = ""
    """What the person typed who overrode the start guard; ``overridden`` says which of its reasons."""
    overridden: tuple[str, ...] = ()
    bulk_id: UUID | None = None
    sends: int = 0
    """How often a halt went out: it is repeated until telemetry shows standstill."""

    @property
    def is_open(self) -> bool:
        """Whether something can still happen to it."""
        return self.status not in FINAL


FINAL = frozenset({CommandStatus.REFUSED, CommandStatus.DONE, CommandStatus.FAILED, CommandStatus.EXPIRED})
UNDER_WAY = frozenset({CommandStatus.SENT, CommandStatus.ACKNOWLEDGED, CommandStatus.SEEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is particular to one kind of command."""

    allowed_in: frozenset[MowerState]
    already_in: frozenset[MowerState]  # refused there as "already"
    seen_in: frozenset[MowerState]
    done_in: frozenset[MowerState]
    proven: bool = False  # done needs proof, not only the device's word
    stops: bool = False  # a stopping command: its guard is mild
    change: bool = True  # seen needs the device's mode to have changed after it was sent


RULES: dict[CommandKind, Rule] = {
    CommandKind.START: Rule(
        allowed_in=frozenset({S.DOCKED, S.CHARGING, S.IDLE}),
        already_in=frozenset({S.MOWING}),
        seen_in=frozenset({S.MOWING}),
        done_in=frozenset({S.MOWING}),
        proven=True,
    ),
    CommandKind.RESUME: Rule(
        allowed_in=frozenset({S.PAUSED}),
        already_in=frozenset({S.MOWING}),
        seen_in=frozenset({S.MOWING}),
        done_in=frozenset({S.MOWING}),
        proven=True,
    ),
    CommandKind.PAUSE: Rule(
        allowed_in=frozenset({S.MOWING, S.RETURNING, S.UNKNOWN}),
        already_in=frozenset({S.PAUSED}),
        seen_in=frozenset({S.PAUSED}),
        done_in=frozenset({S.PAUSED}),
        stops=True,
    ),
    CommandKind.STOP: Rule(
        allowed_in=frozenset({S.MOWING, S.PAUSED, S.RETURNING, S.FAULT, S.UNKNOWN}),
        already_in=frozenset({S.IDLE, S.DOCKED, S.CHARGING}),
        seen_in=frozenset({S.IDLE, S.DOCKED, S.CHARGING, S.RETURNING}),
        done_in=frozenset({S.IDLE, S.DOCKED, S.CHARGING, S.RETURNING}),
        stops=True,
    ),
    CommandKind.RETURN: Rule(
        allowed_in=frozenset({S.MOWING, S.PAUSED, S.IDLE, S.FAULT, S.UNKNOWN}),
        already_in=frozenset({S.RETURNING, S.DOCKED, S.CHARGING}),
        seen_in=frozenset({S.RETURNING, S.DOCKED, S.CHARGING}),
        done_in=frozenset({S.DOCKED, S.CHARGING}),
        stops=True,
    ),
    CommandKind.HALT: Rule(
        allowed_in=frozenset(S) - {S.OFFLINE, S.UPDATING},
        already_in=frozenset(),
        seen_in=STANDING | {S.FAULT},
        done_in=STANDING | {S.FAULT},
        stops=True,
        change=False,
    ),
    CommandKind.LEAVE_DOCK: Rule(
        allowed_in=frozenset({S.DOCKED, S.CHARGING}),
        already_in=frozenset({S.IDLE}),
        seen_in=frozenset({S.IDLE, S.PAUSED}),
        done_in=frozenset({S.IDLE, S.PAUSED}),
    ),
    CommandKind.RESTART: Rule(
        allowed_in=frozenset({S.IDLE, S.PAUSED, S.DOCKED, S.CHARGING, S.FAULT, S.UNKNOWN}),
        already_in=frozenset(),
        seen_in=frozenset({S.OFFLINE}),
        done_in=frozenset(S) - {S.OFFLINE},
    ),
}


def refusals(
    kind: CommandKind,
    snapshot: MowerSnapshot,
    health: LinkHealth | None,
    under_way: Sequence[CommandView] = (),
    limits: CommandLimits = DEFAULT_COMMAND_LIMITS,
    facts: StartFacts = NO_FACTS,
    areas: Collection[int] = (),
) -> tuple[Reason, ...]:
    """Every reason against a command now; none = it may be given. ``health`` is that of the mower's account."""
    rule, state = RULES[kind], snapshot.state
    reasons: list[Reason] = []
    reading = snapshot.reading
    battery = None if reading is None else reading.battery_percent
    if state in rule.already_in:
        reasons.append(Reason.ALREADY)
    elif state not in rule.allowed_in:
        reasons.append(_STATE_REASONS.get(state, Reason.NOT_NOW))
    elif snapshot.confidence is Confidence.STALE and not rule.stops:
        reasons.append(Reason.STALE)
    if kind is CommandKind.START and battery is not None and battery < limits.start_battery_percent:
        reasons.append(Reason.LOW_BATTERY)
    if health is None or health.state is LinkState.STOPPED:
        reasons.append(Reason.NO_LINK)
    elif health.state in (LinkState.BLOCKED, LinkState.REAUTH_NEEDED):
        reasons.append(Reason.BLOCKED)
    elif health.state is LinkState.CLOUD_DOWN and not rule.stops:
        reasons.append(Reason.CLOUD_DOWN)
    if any(_on_its_way(command, kind, rule) for command in under_way):
        reasons.append(Reason.ON_ITS_WAY)
    return (*reasons, *guard_refusals(kind, snapshot, facts, areas))


def _on_its_way(command: CommandView, kind: CommandKind, rule: Rule) -> bool:
    """A stopping command that went out may be given again: the first may have been lost."""
    return command.kind is kind and (command.status is CommandStatus.QUEUED if rule.stops else command.is_open)


_STATE_REASONS = {
    S.OFFLINE: Reason.OFFLINE,
    S.UNKNOWN: Reason.UNKNOWN,
    S.FAULT: Reason.FAULT,
    S.UPDATING: Reason.UPDATING,
}


def seen(command: CommandView, snapshot: MowerSnapshot) -> bool:
    """Whether a reading newer than ``sent`` shows a change into the wanted state.

    Newer on both clocks: received after it was sent, and measured by the device after it was sent. A halt needs no
    change: what it wants is that the mower stands.
    """
    rule, changed_at = RULES[command.kind], snapshot.track.mode_since
    if command.kind is CommandKind.RESTART:
        return _went_away(command, snapshot)
    if not _newer(snapshot, command.sent_at) or command.sent_at is None:
        return False
    if rule.change and (changed_at is None or changed_at <= command.sent_at):
        return False
    return _shown(snapshot) in rule.seen_in


def _went_away(command: CommandView, snapshot: MowerSnapshot) -> bool:
    """A computer that starts anew drops off the vendor's cloud for a while: the vendor says so."""
    left_at = snapshot.track.status_received_at
    return command.sent_at is not None and left_at is not None and left_at > command.sent_at and not snapshot.online


def done(command: CommandView, snapshot: MowerSnapshot) -> bool:
    """Whether a reading newer than the one that showed it first settles it (proven, at the dock, standing)."""
    rule = RULES[command.kind]
    if command.seen_at is None or not _newer(snapshot, command.sent_at) or _shown(snapshot) not in rule.done_in:
        return False
    if snapshot.received_at is None or snapshot.received_at <= command.seen_at:
        return rule.proven and snapshot.confidence is Confidence.PROVEN
    moved_at = snapshot.track.moved_at
    if command.kind is CommandKind.HALT and moved_at is not None and moved_at > command.seen_at:
        return False
    return not rule.proven or snapshot.confidence is Confidence.PROVEN


def overdue(
    command: CommandView, now: datetime, limits: CommandLimits = DEFAULT_COMMAND_LIMITS
) -> tuple[CommandStatus, Reason] | None:
    """How a command ends because time ran out at ``now``; ``None`` while it has time."""
    if command.status is CommandStatus.QUEUED:
        late = _older(command.queued_at or command.requested_at, now, limits.unsent_s)
        return (CommandStatus.EXPIRED, Reason.UNSENT) if late else None
    if command.status is CommandStatus.SENT and _older(command.sent_at, now, limits.unseen_s):
        return CommandStatus.EXPIRED, Reason.UNSEEN
    if command.status is CommandStatus.ACKNOWLEDGED and _older(command.sent_at, now, limits.unseen_s):
        return CommandStatus.FAILED, Reason.NOT_FOLLOWED
    if command.status is CommandStatus.SEEN:
        span = limits.docking_s if command.kind is CommandKind.RETURN else limits.unproven_s
        return (CommandStatus.FAILED, Reason.NOT_PROVEN) if _older(command.seen_at, now, span) else None
    return None


def _shown(snapshot: MowerSnapshot) -> MowerState:
    """The state word; behind a fault, which outlasts commands, the device's own mode."""
    mode = None if snapshot.reading is None else snapshot.reading.mode
    return mode if snapshot.state is S.FAULT and mode is not None else snapshot.state


def _newer(snapshot: MowerSnapshot, sent_at: datetime | None) -> bool:
    if sent_at is None or snapshot.received_at is None or snapshot.device_time is None:
        return False
    return snapshot.received_at > sent_at and snapshot.device_time > sent_at


def _older(moment: datetime | None, now: datetime, span_s: float) -> bool:
    return moment is not None and (now - moment).total_seconds() >= span_s
