"""Reports that come by mail by themselves: who asked for which, the periods they are due for, and their sending."""

from core.reports.desk import MOST_REPORTS, CheckWanted, ReportDesk
from core.reports.links import ReportLinks
from core.reports.model import (
    Cadence,
    DueReport,
    Packed,
    Period,
    ReportLetters,
    ReportView,
    ReportWanted,
    RunState,
    SentView,
)
from core.reports.outbox import REPORT_RETRIES, ReportOutbox
from core.reports.periods import day_begins, due_between, next_due

__all__ = [
    "MOST_REPORTS",
    "REPORT_RETRIES",
    "Cadence",
    "CheckWanted",
    "DueReport",
    "Packed",
    "Period",
    "ReportDesk",
    "ReportLetters",
    "ReportLinks",
    "ReportOutbox",
    "ReportView",
    "ReportWanted",
    "RunState",
    "SentView",
    "day_begins",
    "due_between",
    "next_due",
]
