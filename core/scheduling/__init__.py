"""Service plans to visits: recurrence, bans, windows, generation ahead, and the desks that change visits."""

from core.scheduling.access import billing_rule
from core.scheduling.bans import BAN_WORDS, Ban, BanKind, Place, bans_of
from core.scheduling.clashes import CLASH_WORDS, Clash, ClashKind
from core.scheduling.desk import VisitDesk
from core.scheduling.extra import Also, ExtraVisits
from core.scheduling.feeds import FeedDesk, FeedView
from core.scheduling.generation import changes_of, wanted_visits
from core.scheduling.model import (
    PAUSE_WORDS,
    RAN,
    REASON_WORDS,
    RESTORED_BY_HOUSEHOLD,
    STATE_WORDS,
    TO_COME,
    UNDER_WAY,
    Choice,
    Lot,
    Pause,
    PauseKind,
    PlanVersion,
    SchedulingRules,
    Visit,
    VisitReason,
    VisitSite,
    VisitState,
)
from core.scheduling.municipalities import Dark, DayKind, Municipality, municipality_of
from core.scheduling.pause_desk import Paused, PauseDesk
from core.scheduling.plan_desk import Generated, PlanDesk
from core.scheduling.recurrence import (
    RHYTHM_WORDS,
    Rhythm,
    ServicePlan,
    plan_content,
    plan_from_content,
    visit_days,
)
from core.scheduling.run_model import FIX_WORDS, PROBLEM_WORDS, Fix, Phase, Problem, ProblemKind, RunRules
from core.scheduling.spans import Span
from core.scheduling.windows import DayWindows, windows_of

__all__ = [
    "BAN_WORDS",
    "CLASH_WORDS",
    "FIX_WORDS",
    "PAUSE_WORDS",
    "PROBLEM_WORDS",
    "RAN",
    "REASON_WORDS",
    "RESTORED_BY_HOUSEHOLD",
    "RHYTHM_WORDS",
    "STATE_WORDS",
    "TO_COME",
    "UNDER_WAY",
    "Also",
    "Ban",
    "BanKind",
    "Choice",
    "Clash",
    "ClashKind",
    "Dark",
    "DayKind",
    "DayWindows",
    "ExtraVisits",
    "FeedDesk",
    "FeedView",
    "Fix",
    "Generated",
    "Lot",
    "Municipality",
    "Pause",
    "PauseDesk",
    "PauseKind",
    "Paused",
    "Phase",
    "Place",
    "PlanDesk",
    "PlanVersion",
    "Problem",
    "ProblemKind",
    "Rhythm",
    "RunRules",
    "SchedulingRules",
    "ServicePlan",
    "Span",
    "Visit",
    "VisitDesk",
    "VisitReason",
    "VisitSite",
    "VisitState",
    "bans_of",
    "billing_rule",
    "changes_of",
    "municipality_of",
    "plan_content",
    "plan_from_content",
    "visit_days",
    "wanted_visits",
    "windows_of",
]
