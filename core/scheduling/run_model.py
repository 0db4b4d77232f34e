"""A visit with its mower: how far it is, what may be done next, what a dispatcher has to see. Frozen values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from core.fleet import Reason
from core.scheduling.model import VisitReason
from core.texts import N_


class Phase(StrEnum):
    """How far a visit is that is due or started."""

    WAITING = "waiting"  # it is to start as soon as everything allows it
    ASKED = "asked"  # the start was asked of the mower; telemetry has to show it
    WORKING = "working"  # telemetry showed that it mows
    HELD = "held"  # the mower waits at its dock for dry weather
    HOME = "home"  # it was sent home before it was done
    OVER = "over"


UNDER_THE_MOWER = frozenset({Phase.ASKED, Phase.WORKING, Phase.HOME})
"""Phases in which the mower is taken: no other visit of it starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRules:
    """How visits run. Bad values fail at construction."""

    attempts: int = 3  # 1 to 10: starts that are asked of the mower before a person is
    retry: timedelta = timedelta(minutes=5)  # between two of them
    late: timedelta = timedelta(minutes=15)  # so long after its time a visit that did not start is told
    overrun: timedelta = timedelta(minutes=15)
    silent: timedelta = timedelta(minutes=15)  # without word from a mower that ought to mow
    unproven: timedelta = timedelta(minutes=30)  # no mowing session begins: it never reached the lawn
    least_percent: int = 50  # 1 to 100: of a visit's minutes must fit into the allowed hours that are left
    gate_holds: timedelta = timedelta(minutes=10)  # a decision of the weather gate is asked again after so long

    def __post_init__(self) -> None:
        for name, most in (("attempts", 10), ("least_percent", 100)):
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(f"{name} {getattr(self, name)}: expected 1 to {most}")
        for name in ("retry", "late", "overrun", "silent", "unproven", "gate_holds"):
            if not timedelta(0) <= getattr(self, name) <= timedelta(hours=12):
                raise ValueError(f"{name} {getattr(self, name)}: expected 0 to 12 h")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRun:
    """How far a visit is. ``attempt`` counts all its starts and names them, ``tries`` those since a person last said
    "start"; ``waiting`` says what it waits for."""

    visit_id: UUID
    device_name: str = ""
    phase: Phase = Phase.WAITING
    attempt: int = 0
    tries: int = 0
    command_id: UUID | None = None
    first_asked_at: datetime | None = None
    asked_at: datetime | None = None
    not_before: datetime | None = None
    waiting: VisitReason = VisitReason.NONE
    version: int = 0
    """0 = not stored yet."""


def command_name(visit_id: UUID, what: str, attempt: int) -> UUID:
    """The id of a command of a visit: the same again for the same attempt, so that a repeated request is the first."""
    return uuid5(visit_id, f"{what}/{attempt}")


class ProblemKind(StrEnum):
    """What a dispatcher has to see. A closed list."""

    LATE = "late"
    BLOCKED = "blocked"
    OVERRUNNING = "overrunning"
    SILENT = "silent"
    NOT_STARTED = "not_started"
    CUT_SHORT = "cut_short"


PASSING = frozenset({ProblemKind.LATE, ProblemKind.BLOCKED, ProblemKind.OVERRUNNING, ProblemKind.SILENT})
"""Those that are over by themselves when their cause is; the others stay until a person did something."""

PROBLEM_WORDS = {
    ProblemKind.LATE: N_("Late"),
    ProblemKind.BLOCKED: N_("Blocked"),
    ProblemKind.OVERRUNNING: N_("Overrunning"),
    ProblemKind.SILENT: N_("Silent"),
    ProblemKind.NOT_STARTED: N_("Not started"),
    ProblemKind.CUT_SHORT: N_("Cut short"),
}


class Fix(StrEnum):
    """What a dispatcher may do about a problem with one click."""

    START_NOW = "start_now"
    NEXT_FREE = "next_free"
    SEND_HOME = "send_home"
    SKIP = "skip"
    CLEAR = "clear"


FIX_WORDS = {
    Fix.START_NOW: N_("Start now"),
    Fix.NEXT_FREE: N_("Next free window"),
    Fix.SEND_HOME: N_("Send it home"),
    Fix.SKIP: N_("Skip"),
    Fix.CLEAR: N_("Seen"),
}

FIXES = {
    ProblemKind.LATE: (Fix.START_NOW, Fix.NEXT_FREE, Fix.SKIP),
    ProblemKind.BLOCKED: (Fix.START_NOW, Fix.NEXT_FREE, Fix.SKIP),
    ProblemKind.OVERRUNNING: (Fix.SEND_HOME, Fix.CLEAR),
    ProblemKind.SILENT: (Fix.SEND_HOME, Fix.CLEAR),
    ProblemKind.NOT_STARTED: (Fix.START_NOW, Fix.NEXT_FREE, Fix.SKIP, Fix.CLEAR),
    ProblemKind.CUT_SHORT: (Fix.START_NOW, Fix.NEXT_FREE, Fix.CLEAR),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One line of the exceptions board."""

    id: UUID
    visit_id: UUID
    kind: ProblemKind
    attempt: int
    reason: VisitReason
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: str = ""
    fix: str = ""

    @property
    def fixes(self) -> tuple[Fix, ...]:
        return FIXES[self.kind]


GUARD_REASONS = {
    Reason.ALREADY: VisitReason.MOWER_BUSY,
    Reason.NOT_NOW: VisitReason.MOWER_BUSY,
    Reason.ON_ITS_WAY: VisitReason.MOWER_BUSY,
    Reason.UPDATING: VisitReason.MOWER_BUSY,
    Reason.OFFLINE: VisitReason.MOWER_OFFLINE,
    Reason.UNKNOWN: VisitReason.MOWER_OFFLINE,
    Reason.STALE: VisitReason.MOWER_OFFLINE,
    Reason.NO_LINK: VisitReason.MOWER_OFFLINE,
    Reason.CLOUD_DOWN: VisitReason.MOWER_OFFLINE,
    Reason.UNSENT: VisitReason.MOWER_OFFLINE,
    Reason.UNSEEN: VisitReason.MOWER_OFFLINE,
    Reason.FAULT: VisitReason.MOWER_FAULT,
    Reason.MISSING: VisitReason.MOWER_FAULT,
    Reason.LOW_BATTERY: VisitReason.LOW_BATTERY,
    Reason.QUIET_HOURS: VisitReason.NO_ALLOWED_TIME,
    Reason.RAIN_HOLD: VisitReason.RAIN,
    Reason.NO_GO: VisitReason.KEEP_OFF,
    Reason.NOT_FOLLOWED: VisitReason.NOT_STARTED,
    Reason.NOT_PROVEN: VisitReason.NOT_STARTED,
    Reason.REPLACED: VisitReason.STOPPED,
}
"""The words of the start guard in those of a visit; what is not named here (suspended, unapproved, blocked account,
somebody else's lease, refused by the device ...) is a refusal."""

NEEDS_A_PERSON = frozenset({VisitReason.NO_ZONE, VisitReason.NO_MOWER, VisitReason.REFUSED, VisitReason.KEEP_OFF})
"""What a visit that waits for it will hardly get by itself."""


def reason_of(told: str) -> VisitReason:
    """A reason of the guard or of a failed command, as a command keeps it."""
    return GUARD_REASONS.get(Reason(told), VisitReason.REFUSED) if told in set(Reason) else VisitReason.REFUSED
