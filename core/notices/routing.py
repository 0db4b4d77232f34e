"""Whether a notice goes out over a channel now, later or not at all. Pure.

The order of the reasons is that of the checks: an account that is closed, a channel that was not chosen, an address
that is missing, quiet hours, the limit an hour. Quiet hours and limit never hold what is critical, nor the bell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.control import QuietWindow, quiet_until
from core.notices.events import event_of
from core.notices.model import Channel, Reader, Weight

HOUR = timedelta(hours=1)
_ROUNDS = 8
"""Quiet time and limit may follow one another; a week that is quiet throughout ends the search here."""


class Verdict(StrEnum):
    """What becomes of it."""

    NOW = "now"
    HELD = "held"
    OFF = "off"


class Reason(StrEnum):
    """Why."""

    ON_TIME = ""
    CRITICAL = "critical"
    QUIET = "quiet"
    LIMIT = "limit"
    NOT_CHOSEN = "not_chosen"
    NO_ADDRESS = "no_address"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFacts:
    """All that the rule looks at. ``sent``: when messages went to this person over this channel, at least those of
    the last hour; ``most_an_hour`` of them may."""

    channel: Channel
    weight: Weight
    chosen: bool
    active: bool
    has_address: bool
    zone: ZoneInfo
    quiet: tuple[QuietWindow, ...]
    sent: tuple[datetime, ...]
    most_an_hour: int
    now: datetime

    def __post_init__(self) -> None:
        if self.most_an_hour < 1:
            raise ValueError("most_an_hour: expected 1 or more")


@dataclass(frozen=True, slots=True)
class Decision:
    """``until`` is when to look again, for what is held."""

    verdict: Verdict
    reason: Reason = Reason.ON_TIME
    until: datetime | None = None


def route(facts: RouteFacts) -> Decision:
    """What becomes of a notice on this channel at this moment."""
    if not facts.active:
        return Decision(Verdict.OFF, Reason.CLOSED)
    if facts.channel is Channel.IN_APP:  # the row stands in the list anyway: choosing decides whether it rings
        rings = facts.chosen or facts.weight is Weight.CRITICAL
        return Decision(Verdict.NOW) if rings else Decision(Verdict.OFF, Reason.NOT_CHOSEN)
    if not facts.chosen or not facts.has_address:
        return Decision(Verdict.OFF, Reason.NO_ADDRESS if facts.chosen else Reason.NOT_CHOSEN)
    until, reason = free_at(facts)
    if until == facts.now or facts.weight is Weight.CRITICAL:
        return Decision(Verdict.NOW, Reason.ON_TIME if until == facts.now else Reason.CRITICAL)
    return Decision(Verdict.HELD, reason, until)


def free_at(facts: RouteFacts) -> tuple[datetime, Reason]:
    """The first moment from now on that is neither quiet nor beyond the limit, and what was in the way first."""
    at, first = facts.now, Reason.ON_TIME
    for _ in range(_ROUNDS):
        quiet = quiet_until(facts.quiet, facts.zone, at)
        limited = None if quiet else limit_until(facts.sent, facts.most_an_hour, at)
        following = quiet or limited
        if following is None or following <= at:
            break
        first = first or (Reason.QUIET if quiet else Reason.LIMIT)
        at = following
    return at, first


def limit_until(sent: Sequence[datetime], most: int, at: datetime) -> datetime | None:
    """When fewer than ``most`` messages lie within the hour before; ``None`` when that is so at ``at``."""
    recent = sorted(moment for moment in sent if at - HOUR < moment <= at)
    return recent[-most] + HOUR if len(recent) >= most else None


def chosen(reader: Reader, kind: str, weight: Weight, channel: Channel) -> bool:
    """Whether they want this kind of notice over this channel: by their own choice, else by their role's default."""
    event = event_of(kind, weight)
    return reader.choices.get((event.key, channel), channel in event.channels_of(reader.role))


def facts_of(
    reader: Reader, kind: str, weight: Weight, channel: Channel, *, sent: Sequence[datetime] = (), now: datetime
) -> RouteFacts:
    """The facts about one notice, one person and one channel."""
    return RouteFacts(
        channel=channel,
        weight=weight,
        chosen=chosen(reader, kind, weight, channel),
        active=reader.active,
        has_address=bool(reader.address(channel)),
        zone=reader.zone,
        quiet=reader.quiet,
        sent=tuple(sent),
        most_an_hour=reader.most_an_hour,
        now=now,
    )
