"""How a drill went: each expectation against what was seen, with its seconds, its points and the reason. Pure.

A promise of the product is kept or not: all its points or none. People get half where they acted too late. What could
not be measured, because what it answers never came or the drill was ended first, counts neither way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.drills.model import SLACK_S, DrillRecord, Expectation, Observation, Party, Sign
from core.texts import N_, Text


class Verdict(StrEnum):
    """What became of an expectation."""

    WAITING = "waiting"
    IN_TIME = "in_time"
    LATE = "late"
    MISSED = "missed"
    VOID = "void"  # could not be measured: no points to get


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """One expectation: ``points`` of ``of``; ``seconds`` from what it answers until it was seen."""

    expected: Expectation
    verdict: Verdict
    points: int
    of: int
    reason: str
    seconds: float | None = None
    seen: Observation | None = None


@dataclass(frozen=True, slots=True)
class DrillScore:
    """All lines of a drill, in the order of its script."""

    record: DrillRecord
    lines: Sequence[ScoreLine]

    def points(self, party: Party | None = None) -> tuple[int, int]:
        """(points, of how many) of one party, or of both."""
        lines = [line for line in self.lines if party in (None, line.expected.party)]
        return sum(line.points for line in lines), sum(line.of for line in lines)

    @property
    def settled(self) -> bool:
        """Whether nothing can change any more: what people missed they may still do late."""
        return not any(
            line.verdict is Verdict.WAITING or (line.verdict is Verdict.MISSED and line.expected.party is Party.PEOPLE)
            for line in self.lines
        )


def score(record: DrillRecord, now: datetime) -> DrillScore:
    """Judge a drill at a moment; of one that is over, its end counts as now."""
    moments = _moments(record)
    lines = []
    for expected in record.script.expectations:
        line = _judged(record, expected, moments, record.ended_at or now)
        if line.seen is not None:
            moments[expected.key] = line.seen.at
        lines.append(line)
    return DrillScore(record, lines)


def _moments(record: DrillRecord) -> dict[str, datetime]:
    """When each fault was truly put in and mended."""
    moments: dict[str, datetime] = {}
    for one in record.observations:
        if one.sign in (Sign.INJECTED, Sign.MENDED):
            moments.setdefault(one.subject if one.sign is Sign.INJECTED else f"{one.subject}.end", one.at)
    return moments


def _judged(record: DrillRecord, expected: Expectation, moments: dict[str, datetime], now: datetime) -> ScoreLine:
    root = moments.get(record.script.root_of(expected))
    if root is None:
        return _open(record, expected, N_("the drill ended before its fault"))
    start = moments.get(expected.after)
    seen = _first(record, expected.sign, expected, since=root, details=expected.details)
    if seen is not None:
        return _seen(expected, seen, start)
    if start is None:
        return _open(record, expected, N_("what it answers did not come"))
    due = start + timedelta(seconds=expected.within_s + SLACK_S)
    if expected.unless is not None:
        sooner = _first(record, expected.unless, expected, since=root)
        if sooner is not None and sooner.at <= due:
            words = Text("{name} acted before it was due", name=sooner.by)
            return ScoreLine(expected=expected, verdict=Verdict.VOID, points=0, of=0, reason=words)
    if now <= due:
        return _open(record, expected, N_("the drill ended before its time was up"))
    words = Text("not within {within} s", within=round(expected.within_s))
    return ScoreLine(expected=expected, verdict=Verdict.MISSED, points=0, of=expected.points, reason=words)


def _seen(expected: Expectation, seen: Observation, start: datetime | None) -> ScoreLine:
    if start is None or seen.at < start:
        words = Text("before anything told of it; stated are {within} s", within=round(expected.within_s))
        return _line(expected, Verdict.IN_TIME, 0.0, seen, expected.points, words)
    seconds = round((seen.at - start).total_seconds(), 1)
    figures = {"seconds": seconds, "within": round(expected.within_s)}
    if seconds <= expected.within_s + SLACK_S:
        words = Text("after {seconds} s; stated are {within} s", **figures)
        return _line(expected, Verdict.IN_TIME, seconds, seen, expected.points, words)
    if expected.party is Party.SYSTEM:
        words = Text("too late, after {seconds} s; stated are {within} s", **figures)
        return _line(expected, Verdict.LATE, seconds, seen, 0, words)
    words = Text("late, after {seconds} s; stated are {within} s, so half the points", **figures)
    return _line(expected, Verdict.LATE, seconds, seen, expected.points // 2, words)


def _line(
    expected: Expectation, verdict: Verdict, seconds: float, seen: Observation, points: int, reason: str
) -> ScoreLine:
    return ScoreLine(
        expected=expected, verdict=verdict, points=points, of=expected.points, reason=reason, seconds=seconds, seen=seen
    )


def _open(record: DrillRecord, expected: Expectation, never: str) -> ScoreLine:
    """Still to come; once the drill is over it could not be measured."""
    if record.running:
        words = Text("stated are {within} s", within=round(expected.within_s))
        return ScoreLine(expected=expected, verdict=Verdict.WAITING, points=0, of=expected.points, reason=words)
    return ScoreLine(expected=expected, verdict=Verdict.VOID, points=0, of=0, reason=never)


def _first(
    record: DrillRecord, sign: Sign, expected: Expectation, *, since: datetime, details: frozenset[str] = frozenset()
) -> Observation | None:
    found = [
        one
        for one in record.observations
        if one.sign is sign
        and one.at >= since
        and record.target.is_about(expected.about, one.subject)
        and (not details or one.detail in details)
    ]
    return min(found, key=lambda one: one.at, default=None)
