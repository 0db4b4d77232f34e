"""A job, its runs, and the rule by which uneventful runs become one line. Pure."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Where(StrEnum):
    """Which process a job belongs to, where there are several; one that is alone runs all of them."""

    ONCE = "once"  # anywhere, once in the house
    LINKS = "links"  # wherever vendor accounts are owned: each for its own
    PAGES = "pages"  # wherever people work: it works off what this process has in memory


@dataclass(frozen=True, slots=True)
class Job:
    """A function that comes round every ``every_s`` seconds, never twice at the same time.

    It is idempotent: a run that was broken off is made good by the next. It returns how much it did (a number, a short
    text, or nothing); ``tells`` says in a sentence what it is for.
    """

    name: str
    every_s: float
    function: Callable[[], Awaitable[object]]
    tells: str = ""
    where: Where = Where.ONCE


class Outcome(StrEnum):
    """How a run ended."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"  # one of the six errors: something outside did not answer, or a person must act
    FAILED = "failed"  # a fault of ours; the log has it
    BROKEN_OFF = "broken_off"  # the process was stopped in the middle
    LOST = "lost"  # the process died in the middle


GOOD = frozenset({Outcome.DONE, Outcome.RUNNING, Outcome.BROKEN_OFF})
"""What needs nobody's attention: broken off is what an orderly stop does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, or ``times`` runs in a row of which none did anything; ``seconds`` is the longest of them."""

    id: UUID
    job: str
    started_at: datetime
    ended_at: datetime | None
    seconds: float
    outcome: Outcome
    result: str = ""
    detail: str = ""
    asked_by: str = ""
    """Who pressed "run now"; empty for the timetable."""
    times: int = 1
    claim: str = ""
    """What it is claimed as, when that is not the job's name alone."""

    @property
    def claimed_as(self) -> str:
        return self.claim or self.job

    @property
    def uneventful(self) -> bool:
        """Done by the timetable, and nothing was to do."""
        return self.outcome is Outcome.DONE and not self.asked_by and self.result in ("", "0")


def folds_into(earlier: Run | None, run: Run) -> bool:
    """Whether a run need not be a line of its own: nothing happened in it, nor in the one before."""
    return earlier is not None and earlier.uneventful and run.uneventful and earlier.job == run.job


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """How long a claim on a job holds without renewal, and how many runs are kept."""

    claim_s: float = 60.0  # 10 to 3600: after a kill a job waits at most this long
    renew_s: float = 20.0  # below half of claim_s
    keep_runs: int = 200  # 10 to 10000 lines a job
    keep_days: float = 30.0  # 1 to 400

    def __post_init__(self) -> None:
        if not 10 <= self.claim_s <= 3_600 or not 0 < self.renew_s < self.claim_s / 2:
            raise ValueError(f"claim_s {self.claim_s}: expected 10 to 3600 s, and renew_s below half of it")
        if not 10 <= self.keep_runs <= 10_000 or not 1 <= self.keep_days <= 400:
            raise ValueError("expected keep_runs of 10 to 10000 and keep_days of 1 to 400")


DEFAULT_RUN_LIMITS = RunLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as people see it: what it is for, its last run, and when the next is due."""

    name: str
    tells: str
    every_s: float
    running: bool
    last: Run | None
    next_at: datetime | None
    recent: tuple[Run, ...] = ()

    @property
    def failing(self) -> bool:
        """Whether its last run needs attention."""
        return self.last is not None and self.last.outcome not in GOOD
