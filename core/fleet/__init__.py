"""Device reports in, proven state out: pipeline, live fleet, telemetry, commands, vendor accounts."""

from core.fleet.account_book import AccountBook
from core.fleet.account_views import HUMAN_TASKS, AccountView
from core.fleet.accounts import VendorAccounts
from core.fleet.command_rules import KEEP_OFF, CommandLimits, CommandView, refusals
from core.fleet.commands import CommandRefused, Commands
from core.fleet.faults import FaultLexicon, FaultWords, NoLexicon, Severity, unknown_fault
from core.fleet.guard import ALWAYS_FREE, NO_FACTS, OVERRIDABLE, Guard, NoGuard, Reason, StartFacts
from core.fleet.limits import StateLimits
from core.fleet.listener import FleetListener
from core.fleet.live import LiveFleet
from core.fleet.maps import MapLibrary, MapVersion
from core.fleet.pipeline import FleetPipeline
from core.fleet.refresh import Refresh, RefreshLimits
from core.fleet.roster import MowerIdentity, Roster
from core.fleet.sanity import Refusal, Repair
from core.fleet.service import FleetService
from core.fleet.sessions import EndReason, MowingSession, SessionDesk, SessionKeeper
from core.fleet.settings_book import SettingsBook
from core.fleet.sign_in_check import check_sign_ins
from core.fleet.start_plan import (
    SETTING_RANGES,
    ReportedSettings,
    SettingPair,
    StartSettings,
    side_by_side,
    start_settings,
)
from core.fleet.state import Verdict, aged, next_state, restored
from core.fleet.stop_figures import Reaction, StopFigures, stop_figures
from core.fleet.telemetry import LossReport, TelemetryStore
from core.fleet.telemetry_codec import StoredReading

__all__ = [
    "ALWAYS_FREE",
    "HUMAN_TASKS",
    "KEEP_OFF",
    "NO_FACTS",
    "OVERRIDABLE",
    "SETTING_RANGES",
    "AccountBook",
    "AccountView",
    "CommandLimits",
    "CommandRefused",
    "CommandView",
    "Commands",
    "EndReason",
    "FaultLexicon",
    "FaultWords",
    "FleetListener",
    "FleetPipeline",
    "FleetService",
    "Guard",
    "LiveFleet",
    "LossReport",
    "MapLibrary",
    "MapVersion",
    "MowerIdentity",
    "MowingSession",
    "NoGuard",
    "NoLexicon",
    "Reaction",
    "Reason",
    "Refresh",
    "RefreshLimits",
    "Refusal",
    "Repair",
    "ReportedSettings",
    "Roster",
    "SessionDesk",
    "SessionKeeper",
    "SettingPair",
    "SettingsBook",
    "Severity",
    "StartFacts",
    "StartSettings",
    "StateLimits",
    "StopFigures",
    "StoredReading",
    "TelemetryStore",
    "VendorAccounts",
    "Verdict",
    "aged",
    "check_sign_ins",
    "next_state",
    "refusals",
    "restored",
    "side_by_side",
    "start_settings",
    "stop_figures",
    "unknown_fault",
]
