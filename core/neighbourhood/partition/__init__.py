"""Best partition: which homes host and who joins them so that most are served, and how good that is shown to be."""

from core.neighbourhood.partition.area import Asked
from core.neighbourhood.partition.greedy import greedy
from core.neighbourhood.partition.held import HeldHomes
from core.neighbourhood.partition.model import PartitionRules, Plan, Problem, Star, make_problem
from core.neighbourhood.partition.proposals import Proposals
from core.neighbourhood.partition.reasons import LeftOutReason
from core.neighbourhood.partition.solver import Step, solve
from core.neighbourhood.partition.views import (
    Accepted,
    LeftOut,
    NextHome,
    ProposalStatus,
    ProposalView,
    ProposedCluster,
)

__all__ = [
    "Accepted",
    "Asked",
    "HeldHomes",
    "LeftOut",
    "LeftOutReason",
    "NextHome",
    "PartitionRules",
    "Plan",
    "Problem",
    "ProposalStatus",
    "ProposalView",
    "Proposals",
    "ProposedCluster",
    "Star",
    "Step",
    "greedy",
    "make_problem",
    "solve",
]
