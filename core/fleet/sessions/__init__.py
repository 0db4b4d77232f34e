"""Mowing sessions, made from telemetry by one pure rule: live, and again from stored history with the same result."""

from core.fleet.sessions.desk import SessionDesk, ZoneCut
from core.fleet.sessions.keeper import SessionKeeper
from core.fleet.sessions.minutes import MINUTE_MS, Span, whole_minutes
from core.fleet.sessions.model import EndReason, MowingSession, SessionLimits
from core.fleet.sessions.rule import SessionTracker, derive
from core.fleet.sessions.sample import Sample, sample_of_row

__all__ = [
    "MINUTE_MS",
    "EndReason",
    "MowingSession",
    "Sample",
    "SessionDesk",
    "SessionKeeper",
    "SessionLimits",
    "SessionTracker",
    "Span",
    "ZoneCut",
    "derive",
    "sample_of_row",
    "whole_minutes",
]
