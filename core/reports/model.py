"""Frozen values of reports by mail."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.notices import Letter, Reader


class Cadence(StrEnum):
    """How often: of the day before; on Mondays of the week before; on the first of the month before."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class RunState(StrEnum):
    """What became of one period's report: nothing is sent after any but the first."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"  # its reader may not have it any more, or ended it
    DEAD = "dead"  # given up after the last attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWanted:
    """An export in a form, how often, and at which full hour (0-23) of its reader's day; ``mower`` for an export that
    is of one."""

    export: str
    form: str
    cadence: Cadence
    hour: int
    mower: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of a place: from ``first`` to before ``end``, which are the instants ``since`` and ``until``; its
    report is due at ``due``."""

    first: date
    end: date
    since: datetime
    until: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A report that somebody gets; ``next_at`` is when the next is due."""

    id: UUID
    wanted: ReportWanted
    created_at: datetime
    next_at: datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentView:
    """One period's report and what became of it; ``first`` and ``last`` are days of ``zone``. ``linked``: it was too
    large for a mail, which led to the page instead."""

    id: UUID
    report_id: UUID
    wanted: ReportWanted
    first: date
    last: date
    zone: str
    state: RunState
    created_at: datetime
    due_at: datetime
    attempts: int
    sent_at: datetime | None
    linked: bool
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReport:
    """What is to be made and sent now. ``id`` is the period's: the same letter however often it is tried."""

    id: UUID
    report_id: UUID
    reader: Reader
    wanted: ReportWanted
    first: date
    last: date
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Packed:
    """A letter ready to go; ``linked``: it leads to the file instead of holding it."""

    letter: Letter
    linked: bool = False


class ReportLetters(Protocol):
    """Makes a report's file and words it for its reader, as they are at this moment."""

    async def letter(self, due: DueReport) -> Packed:
        """``NotAllowed`` and ``NotFound``: its reader may not have it (any more), or there is no such export; nothing
        is sent then. Any other error: try again."""
        ...
