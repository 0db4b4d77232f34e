"""The life of a cluster: which moves there are, from where to where, and who may make them.

    draft -> submitted -> approved | rejected -> active -> suspended -> retired

Nobody approves what they drew, revised or submitted themselves. A live cluster whose approval has gone stale (a member
left, a home came, a road was built) keeps running with the homes that were approved, and is approved anew in place.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.accounts import Right
from core.errors import Conflict, Invalid, NotAllowed
from core.neighbourhood.clusters.model import LIVE, ClusterState, ClusterView
from core.neighbourhood.clusters.ports import By
from core.texts import N_, Text

S = ClusterState


class Action(StrEnum):
    """Everything that is done to a cluster, as its history names it."""

    CREATE = "create"
    REVISE = "revise"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RETIRE = "retire"
    CONSENT = "consent"
    WITHDRAW_CONSENT = "withdraw_consent"
    CONFIRM_REACH = "confirm_reach"
    JOIN = "join"
    LEAVE = "leave"
    SPLIT = "split"
    MERGE = "merge"
    MOVE = "move"
    STALE = "stale"
    INVITE = "invite"
    REVOKE_INVITE = "revoke_invite"
    WAIT = "wait"
    OFFER = "offer"
    LAPSE = "lapse"


SHAPING = frozenset(
    {
        Action.CREATE,
        Action.REVISE,
        Action.SUBMIT,
        Action.JOIN,
        Action.LEAVE,
        Action.SPLIT,
        Action.MERGE,
        Action.MOVE,
    }
)
"""Who did one of these since the last approval does not approve."""


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move. ``to`` is ``None`` where the state stays."""

    action: Action
    origin: frozenset[ClusterState]
    to: ClusterState | None
    right: Right
    comment: bool = False
    """Whether it must be explained."""
    by_another: bool = False
    """Whether those who shaped the cluster may not make it."""
    only_stale: bool = False
    """Whether it is made only where the approval has gone stale."""


def _from(*states: ClusterState) -> frozenset[ClusterState]:
    return frozenset(states)


MOVES = (
    Move(Action.REVISE, _from(S.DRAFT, S.SUBMITTED, S.REJECTED, S.APPROVED), S.DRAFT, Right.DRAW_CLUSTERS),
    Move(Action.REVISE, _from(S.ACTIVE, S.SUSPENDED), None, Right.DRAW_CLUSTERS),
    Move(Action.SUBMIT, _from(S.DRAFT), S.SUBMITTED, Right.DRAW_CLUSTERS),
    Move(Action.APPROVE, _from(S.SUBMITTED), S.APPROVED, Right.APPROVE_CLUSTERS, by_another=True),
    Move(Action.APPROVE, LIVE, None, Right.APPROVE_CLUSTERS, by_another=True, only_stale=True),
    Move(Action.REJECT, _from(S.SUBMITTED), S.REJECTED, Right.APPROVE_CLUSTERS, comment=True),
    Move(Action.ACTIVATE, _from(S.APPROVED, S.SUSPENDED), S.ACTIVE, Right.APPROVE_CLUSTERS),
    Move(Action.SUSPEND, _from(S.ACTIVE), S.SUSPENDED, Right.APPROVE_CLUSTERS, comment=True),
    Move(Action.RETIRE, _from(S.DRAFT, S.SUBMITTED, S.REJECTED), S.RETIRED, Right.DRAW_CLUSTERS),
    Move(Action.RETIRE, LIVE, S.RETIRED, Right.APPROVE_CLUSTERS, comment=True),
)
"""The machine: what no row allows is refused."""


def move_of(action: Action, cluster: ClusterView) -> Move:
    """The row that lets ``action`` happen to the cluster now; ``Conflict`` when none does."""
    rows = [move for move in MOVES if move.action is action and cluster.state in move.origin]
    if rows and rows[0].only_stale and not cluster.stale_reason:
        raise Conflict(Text("{code} is {state} and its approval stands", code=cluster.code, state=WORDS[cluster.state]))
    if not rows:
        raise Conflict(
            Text(
                "{code} is {state}: {action} is not possible now",
                code=cluster.code,
                state=WORDS[cluster.state],
                action=ACTION_WORDS[action],
            )
        )
    return rows[0]


def check_move(move: Move, cluster: ClusterView, by: By, *, shapers: Collection[UUID] = (), comment: str = "") -> None:
    """``NotAllowed`` without the right or for one's own work, ``Invalid`` where a comment is missing, ``Conflict``
    where a stale approval must be renewed first."""
    if not by.may(move.right):
        raise NotAllowed(Text("{action} needs the right {right}", action=ACTION_WORDS[move.action], right=move.right))
    if move.by_another and by.person_id in shapers:
        raise NotAllowed(
            Text("you drew, changed or submitted {code}: another person must approve it", code=cluster.code)
        )
    if move.comment and not comment.strip():
        raise Invalid(Text("{action}: say why", action=ACTION_WORDS[move.action]))
    if move.action is Action.ACTIVATE and cluster.stale_reason:
        raise Conflict(
            Text("the approval of {code} is stale and must be renewed first", code=cluster.code),
            reasons=(cluster.stale_reason,),
        )


WORDS = {
    S.DRAFT: Text("a draft"),
    S.SUBMITTED: Text("submitted"),
    S.APPROVED: Text("approved"),
    S.REJECTED: Text("rejected"),
    S.ACTIVE: Text("active"),
    S.SUSPENDED: Text("suspended"),
    S.RETIRED: Text("retired"),
}
"""A state as it stands within a sentence."""

ACTION_WORDS = {
    Action.CREATE: Text("to draw it"),
    Action.REVISE: Text("to revise it"),
    Action.SUBMIT: Text("to submit it"),
    Action.APPROVE: Text("to approve it"),
    Action.REJECT: Text("to reject it"),
    Action.ACTIVATE: Text("to activate it"),
    Action.SUSPEND: Text("to suspend it"),
    Action.RETIRE: Text("to retire it"),
}

DONE_WORDS = {
    Action.CREATE: N_("drawn"),
    Action.REVISE: N_("revised"),
    Action.SUBMIT: N_("submitted"),
    Action.APPROVE: N_("approved"),
    Action.REJECT: N_("rejected"),
    Action.ACTIVATE: N_("activated"),
    Action.SUSPEND: N_("suspended"),
    Action.RETIRE: N_("retired"),
    Action.CONSENT: N_("consent recorded"),
    Action.WITHDRAW_CONSENT: N_("consent withdrawn"),
    Action.CONFIRM_REACH: N_("way confirmed"),
    Action.JOIN: N_("home joined"),
    Action.LEAVE: N_("home left"),
    Action.SPLIT: N_("split"),
    Action.MERGE: N_("merged"),
    Action.MOVE: N_("home moved"),
    Action.STALE: N_("approval gone stale"),
    Action.INVITE: N_("invite code made"),
    Action.REVOKE_INVITE: N_("invite code revoked"),
    Action.WAIT: N_("home waits for a place"),
    Action.OFFER: N_("place offered to a home in line"),
    Action.LAPSE: N_("offered place not taken in time"),
}
"""What was done, as the history says it."""
