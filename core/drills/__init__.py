"""Drills: what goes wrong on purpose in a copy of the product, and how well product and people answer."""

from core.drills.floor import DrillFloor
from core.drills.model import (
    SLACK_S,
    About,
    DrillRecord,
    DrillScript,
    Expectation,
    Fault,
    Injection,
    Observation,
    Party,
    Sign,
    Target,
)
from core.drills.ports import Injector, Lookout
from core.drills.score import DrillScore, ScoreLine, Verdict, score
from core.drills.scripts import SCRIPTS, script_named
from core.drills.witness import PAYMENTS, Witness, link_states, mower_states

__all__ = [
    "PAYMENTS",
    "SCRIPTS",
    "SLACK_S",
    "About",
    "DrillFloor",
    "DrillRecord",
    "DrillScore",
    "DrillScript",
    "Expectation",
    "Fault",
    "Injection",
    "Injector",
    "Lookout",
    "Observation",
    "Party",
    "ScoreLine",
    "Sign",
    "Target",
    "Verdict",
    "Witness",
    "link_states",
    "mower_states",
    "score",
    "script_named",
]
