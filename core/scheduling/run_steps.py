"""What the rule of running visits takes and what it answers: the facts of one look, and the steps. Frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.fleet import CommandView, MowingSession
from core.fleet.model import MowerState
from core.scheduling.model import VisitReason, VisitState
from core.scheduling.spans import Span
from core.scheduling.weather_model import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a visit at a moment. ``hours``: the allowed span that it belongs to, and ``later`` those after
    it on that day; ``zones`` of the mower's map that are the household's; ``busy``: the mower is taken by another
    visit; ``against``: what the start guard says; ``sessions``: the mower's since the first start, newest first."""

    now: datetime
    hours: Span | None
    later: tuple[Span, ...] = ()
    zones: tuple[int, ...] = ()
    busy: bool = False
    against: tuple[str, ...] = ()
    command: CommandView | None = None
    sessions: Sequence[MowingSession] = ()
    state: MowerState | None = None
    wet: bool = False
    kept_off: bool = False
    """Whether the mower was sent away, since it was asked to start, because a household wanted its lawn clear."""
    gated: bool = False
    """Whether a weather gate is there to be asked; ``gate`` is its answer while that holds."""
    gate: Decision | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """Nothing to do: it goes on."""


@dataclass(frozen=True, slots=True)
class AskGate:
    """Ask the weather, and look again."""


@dataclass(frozen=True, slots=True)
class Wait:
    until: datetime | None
    reason: VisitReason


@dataclass(frozen=True, slots=True)
class Start:
    """``again``: the attempt is on record, its command may not be: it is asked for under the same name."""

    again: bool = False


@dataclass(frozen=True, slots=True)
class Began:
    """Telemetry proved it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait at the dock; ``send`` it there, or it goes by itself."""

    until: datetime | None
    send: bool


@dataclass(frozen=True, slots=True)
class SendHome:
    reason: VisitReason


@dataclass(frozen=True, slots=True)
class End:
    state: VisitState
    reason: VisitReason = VisitReason.NONE


type RunStep = Follow | AskGate | Wait | Start | Began | Hold | SendHome | End
