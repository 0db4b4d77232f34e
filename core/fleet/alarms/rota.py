"""Who is told next of an alarm nobody touches. Pure.

The rota is a ladder: each step names after how many minutes without an acknowledgement it is reached, counted from the
alarm's raising, and the people who hold it, one a week in turn (weeks change on Monday 00:00 UTC).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from core.errors import Invalid
from core.fleet.faults import Severity
from core.texts import N_, Text

MAX_STEPS = 8
MAX_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ladder; ``people`` hold it in turn, a week each."""

    after_minutes: int
    people: tuple[UUID, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.after_minutes <= MAX_MINUTES:
            raise Invalid(
                Text("minutes: expected 1 to {most}, not {value}", most=MAX_MINUTES, value=self.after_minutes)
            )
        if not self.people:
            raise Invalid(N_("a step of the rota needs a person"))

    def holder(self, now: datetime) -> UUID:
        """Who holds the step in the week of ``now``."""
        return self.people[week_number(now) % len(self.people)]


def week_number(now: datetime) -> int:
    """Weeks since Monday 1970-01-05; a new one begins on Monday 00:00 UTC."""
    return (int(now.timestamp()) // 86_400 - 4) // 7


def ladder(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps in order; ``Invalid`` when there are too many, or two have the same minute."""
    if len(steps) > MAX_STEPS:
        raise Invalid(Text("a rota has at most {n} steps", n=MAX_STEPS))
    ordered = tuple(sorted(steps, key=lambda step: step.after_minutes))
    if len({step.after_minutes for step in ordered}) != len(ordered):
        raise Invalid(N_("two steps of the rota have the same minutes"))
    return ordered


class Climbing(Protocol):
    """What the rota looks at of an open alarm."""

    @property
    def id(self) -> UUID: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def raised_at(self) -> datetime: ...
    @property
    def acknowledged_at(self) -> datetime | None: ...
    @property
    def climbed(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Climb:
    """An alarm reaches a step (counted from 1) and its holder is told."""

    alarm_id: UUID
    step: int
    person_id: UUID


def climbs(alarms: Sequence[Climbing], steps: Sequence[Step], now: datetime) -> Iterator[Climb]:
    """Every step reached and not told yet. Acknowledged alarms and mere information climb nowhere."""
    for alarm in alarms:
        if alarm.acknowledged_at is not None or alarm.severity is Severity.INFO:
            continue
        for number, step in enumerate(steps, 1):
            if number > alarm.climbed and now - alarm.raised_at >= timedelta(minutes=step.after_minutes):
                yield Climb(alarm.id, number, step.holder(now))
