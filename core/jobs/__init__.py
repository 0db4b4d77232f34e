"""Work that comes round by itself: what a job is, its runs, and the promise that none overlaps itself."""

from core.jobs.book import JobBook
from core.jobs.model import DEFAULT_RUN_LIMITS, Job, JobView, Outcome, Run, RunLimits, Where
from core.jobs.runner import JobRunner

__all__ = ["DEFAULT_RUN_LIMITS", "Job", "JobBook", "JobRunner", "JobView", "Outcome", "Run", "RunLimits", "Where"]
