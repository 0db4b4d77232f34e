"""Frozen values of the alarm rules: what can be wrong, from which limits on, and what is remembered between looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.errors import Invalid
from core.fleet.faults import Severity
from core.fleet.model import LinkState, MowerState, PositionType
from core.texts import Text


class AlarmKind(StrEnum):
    """What can be wrong. Mower kinds first, then those of a vendor account."""

    FAULT = "fault"
    SILENT = "silent"  # no report while it was at work
    UNPROVEN = "unproven"  # reports come and say "mowing", nothing proves it
    OFFLINE = "offline"  # the vendor says so
    STUCK = "stuck"  # stands idle or paused away from its dock
    BATTERY_LOW = "battery_low"
    CORRECTION_LOST = "correction_lost"
    LEFT_GROUND = "left_ground"
    LIFTED = "lifted"
    TAKEN = "taken"
    ACCOUNT_BLOCKED = "account_blocked"
    REAUTH_NEEDED = "reauth_needed"
    BROKER_DOWN = "broker_down"
    CLOUD_DOWN = "cloud_down"


LINK_KINDS: Mapping[LinkState, AlarmKind] = {
    LinkState.BLOCKED: AlarmKind.ACCOUNT_BLOCKED,
    LinkState.REAUTH_NEEDED: AlarmKind.REAUTH_NEEDED,
    LinkState.BROKER_DOWN: AlarmKind.BROKER_DOWN,
    LinkState.CLOUD_DOWN: AlarmKind.CLOUD_DOWN,
}
OF_ACCOUNTS = frozenset(LINK_KINDS.values())
CONTAGIOUS = frozenset({AlarmKind.SILENT, AlarmKind.OFFLINE, AlarmKind.UNPROVEN})
"""Kinds that many mowers share when something they have in common breaks: told as one alarm (`storms`)."""


class SubjectKind(StrEnum):
    """What an alarm is about."""

    MOWER = "mower"
    ACCOUNT = "account"
    VENDOR = "vendor"  # what all accounts have in common: the vendor's broker, or our own line


class Subject(NamedTuple):
    """A mower, an account, or the vendor as a whole (``name`` empty)."""

    kind: SubjectKind
    name: str = ""


VENDOR = Subject(SubjectKind.VENDOR)


class Key(NamedTuple):
    """The identity of an open alarm: one rule, one subject. The database holds it unique among open ones."""

    rule: str
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Range and unit of a number a person may set."""

    low: float
    high: float
    unit: str
    default: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """One rule as people edit it.

    The condition must hold for ``duration_s`` to raise, and its opposite for ``clear_after_s`` to clear;
    ``threshold`` and ``hysteresis`` are in the kind's own unit (`core.fleet.alarms.kinds`).
    """

    key: str
    kind: AlarmKind
    name: str = ""
    enabled: bool = True
    severity: Severity = Severity.WARNING
    duration_s: int = 0
    clear_after_s: int = 30
    threshold: float | None = None
    hysteresis: float = 0.0

    def __post_init__(self) -> None:
        for name, value, high in (
            ("duration_s", self.duration_s, 604_800),
            ("clear_after_s", self.clear_after_s, 86_400),
        ):
            if not 0 <= value <= high:
                raise Invalid(Text("{name}: expected 0 to {high} s, not {value}", name=name, high=high, value=value))


class MowerFacts(NamedTuple):
    """What the rules look at of one mower (a tuple: made for every report)."""

    name: str
    account: str | None
    state: MowerState
    last_known: MowerState | None
    in_fault: bool
    fault_code: int | None
    online: bool | None
    since: datetime | None
    heard_at: datetime | None
    proven_at: datetime | None  # the last proof, or the begin of the claim that still lacks one
    battery_percent: int | None
    charging: bool | None
    position_type: PositionType | None
    correction_age_s: float | None
    signals: frozenset[AlarmKind] = frozenset()  # told by events: left its ground, was lifted, was taken


class LinkFacts(NamedTuple):
    """What the rules look at of one vendor account."""

    account: str
    state: LinkState
    since: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules look at in one look."""

    mowers: tuple[MowerFacts, ...] = ()
    links: tuple[LinkFacts, ...] = ()
    began_at: datetime | None = None  # when we began to listen: silence before it is ours, not the mower's


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered of one rule and subject while there is anything to remember."""

    since: datetime  # the condition holds since
    raised_at: datetime | None = None  # an alarm of its own is open since
    part_of: Key | None = None  # or it is told by this common alarm
    well_since: datetime | None = None  # while open: the condition is over since
    muted: bool = False  # a person cleared it although it lasts: quiet until it is over
    asked: bool = False  # the mower was asked for a report
    code: int | None = None
    account: str | None = None

    @property
    def open(self) -> bool:
        return self.raised_at is not None


@dataclass(frozen=True, slots=True)
class AlarmState:
    """All that the engine remembers: few entries in a healthy fleet."""

    watches: Mapping[Key, Watch] = field(default_factory=dict)


class ChangeKind(StrEnum):
    """What became of an alarm; also the words of its timeline."""

    RAISED = "raised"
    JOINED = "joined"  # a mower became part of a common alarm
    LEFT = "left"  # and recovered from it
    MERGED = "merged"  # its own alarm ended because a common one tells it
    CHANGED = "changed"  # the fault number is another
    ASKED = "asked"  # the mower was asked for a report
    UNMUTED = "unmuted"  # the cause of a hand-cleared alarm is over
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChange:
    """One change, to be carried out by the handler."""

    kind: ChangeKind
    key: Key
    alarm: AlarmKind
    at: datetime
    severity: Severity = Severity.WARNING
    since: datetime | None = None
    account: str | None = None
    code: int | None = None
    members: tuple[Subject, ...] = ()
    into: Key | None = None  # for one that merged: the common alarm that tells it now
