"""Alarms: from what is known of the fleet to somebody who acts on it."""

from core.fleet.alarms.book import AlarmBook
from core.fleet.alarms.desk import AlarmDesk
from core.fleet.alarms.engine import next_alarms
from core.fleet.alarms.keeper import AlarmKeeper
from core.fleet.alarms.kinds import DEFAULT_RULES, KINDS, KindWords
from core.fleet.alarms.model import (
    OF_ACCOUNTS,
    AlarmChange,
    AlarmKind,
    AlarmRule,
    AlarmState,
    ChangeKind,
    Facts,
    Key,
    LinkFacts,
    MowerFacts,
    Subject,
    SubjectKind,
    Watch,
)
from core.fleet.alarms.preview import Firing, Preview, preview
from core.fleet.alarms.rota import Step, climbs
from core.fleet.alarms.rulebook import Rulebook, RuleChange, changed
from core.fleet.alarms.service import AlarmService
from core.fleet.alarms.storms import StormLimits
from core.fleet.alarms.views import AlarmDetail, AlarmView, MemberView, TimelineLine, narrowed
from core.fleet.alarms.words import alarm_title, alarm_words, fault_of

__all__ = [
    "DEFAULT_RULES",
    "KINDS",
    "OF_ACCOUNTS",
    "AlarmBook",
    "AlarmChange",
    "AlarmDesk",
    "AlarmDetail",
    "AlarmKeeper",
    "AlarmKind",
    "AlarmRule",
    "AlarmService",
    "AlarmState",
    "AlarmView",
    "ChangeKind",
    "Facts",
    "Firing",
    "Key",
    "KindWords",
    "LinkFacts",
    "MemberView",
    "MowerFacts",
    "Preview",
    "RuleChange",
    "Rulebook",
    "Step",
    "StormLimits",
    "Subject",
    "SubjectKind",
    "TimelineLine",
    "Watch",
    "alarm_title",
    "alarm_words",
    "changed",
    "climbs",
    "fault_of",
    "narrowed",
    "next_alarms",
    "preview",
]
