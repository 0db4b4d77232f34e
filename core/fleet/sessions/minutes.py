"""Which minutes belong to mowing sessions: those that were billed, or may be. Pure.

The rule: every minute that a session touches, open or ended, whatever its reason, and `KEEP_AROUND_MS` on either side,
because that is what the bounds of the session are derived from. History of these minutes is never thinned.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from core.fleet.sessions.model import DEFAULT_SESSION_LIMITS, MowingSession

MINUTE_MS = 60_000
KEEP_AROUND_MS = round(DEFAULT_SESSION_LIMITS.reach_s * 1000)


class Span(NamedTuple):
    """From ``since_ms`` up to, not including, ``until_ms``."""

    since_ms: int
    until_ms: int


class BillableMinutes(Protocol):
    """What billing and retention ask: the whole minutes of a mower's sessions that touch a span of time."""

    async def billable(self, number: int, since_ms: int, until_ms: int) -> Sequence[Span]: ...


def whole_minutes(sessions: Iterable[MowingSession], *, around_ms: int = 0) -> list[Span]:
    """The sessions' minutes as separate spans in order, widened by ``around_ms`` on both sides; overlaps are joined."""
    spans: list[Span] = []
    for session in sorted(sessions, key=lambda one: one.started_ms):
        since = (session.started_ms - around_ms) // MINUTE_MS * MINUTE_MS
        until = -(-(session.ended_ms + around_ms + 1) // MINUTE_MS) * MINUTE_MS
        if spans and since <= spans[-1].until_ms:
            spans[-1] = Span(spans[-1].since_ms, max(until, spans[-1].until_ms))
        else:
            spans.append(Span(since, until))
    return spans


def gaps(spans: Iterable[Span], since_ms: int, until_ms: int) -> list[Span]:
    """What of [since, until) no span covers; ``spans`` are separate and in order."""
    free, at = [], since_ms
    for span in spans:
        if span.since_ms > at:
            free.append(Span(at, min(span.since_ms, until_ms)))
        at = max(at, span.until_ms)
        if at >= until_ms:
            return free
    free.append(Span(at, until_ms))
    return free
