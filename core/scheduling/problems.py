"""Which lines of the exceptions board a visit deserves now. Pure."""

from datetime import datetime

from core.fleet.model import MowerState
from core.scheduling.model import Visit, VisitReason, VisitState
from core.scheduling.run_model import NEEDS_A_PERSON, Phase, ProblemKind, RunRules, VisitRun
from core.scheduling.running import LOST_TO_WEATHER, MADE_UP_FOR

NO_WORD = frozenset({MowerState.UNKNOWN, MowerState.OFFLINE})

type Found = dict[ProblemKind, VisitReason]


def problems_of(
    visit: Visit, run: VisitRun, now: datetime, rules: RunRules, *, state: MowerState | None, heard_at: datetime | None
) -> Found:
    """Kind and reason of each. ``heard_at``: the last word of the mower that proved anything."""
    if visit.state in {VisitState.FAILED, VisitState.SHORT}:
        return _ended(visit)
    found: Found = {}
    if visit.state is VisitState.DUE and run.phase is Phase.WAITING:
        if run.waiting in NEEDS_A_PERSON:
            found[ProblemKind.BLOCKED] = run.waiting
        elif run.waiting not in LOST_TO_WEATHER and now - visit.begins_at >= rules.late:
            found[ProblemKind.LATE] = run.waiting
    if visit.state is VisitState.STARTED and run.phase in {Phase.WORKING, Phase.HOME}:
        if now - visit.ends_at >= rules.overrun:
            found[ProblemKind.OVERRUNNING] = VisitReason.NONE
        since = max([at for at in (heard_at, run.asked_at) if at is not None], default=visit.begins_at)
        if (state is None or state in NO_WORD) and now - since >= rules.silent:
            found[ProblemKind.SILENT] = VisitReason.MOWER_OFFLINE
    return found


def _ended(visit: Visit) -> Found:
    if visit.reason in MADE_UP_FOR:
        return {}  # caught up by itself
    kind = ProblemKind.NOT_STARTED if visit.state is VisitState.FAILED else ProblemKind.CUT_SHORT
    return {kind: visit.reason}
