"""Keeps the exceptions board: opens a line where a visit deserves one, closes it when its cause is over by itself."""

from core.clock import Clock
from core.db import Database
from core.scheduling.model import Visit
from core.scheduling.problems import Found, problems_of
from core.scheduling.run_model import PASSING, RunRules, VisitRun
from core.scheduling.run_ports import SightOf
from core.scheduling.run_store import (
    LOOKS_BACK,
    close_problems,
    open_problem,
    open_problems,
    running_visits,
    settled_problems,
    unsettled_visits,
)


class ProblemBoard:
    """`look` may be taken as often as one likes: what stands or was cleared is not opened again."""

    def __init__(self, *, database: Database, clock: Clock, sight: SightOf, rules: RunRules) -> None:
        self._database, self._clock, self._sight, self._rules = database, clock, sight, rules

    async def look(self) -> int:
        """How many lines were opened or closed."""
        now = self._clock.now()
        async with self._database.session() as session:
            visits = [*await running_visits(session), *await unsettled_visits(session, now - LOOKS_BACK)]
            found = {visit.id: (run.attempt, self._of(visit, run)) for visit, run in visits}
            changed = 0
            for visit_id, (attempt, problems) in found.items():
                for kind, reason in problems.items():
                    changed += await open_problem(session, visit_id, kind, attempt, reason, now)
            over = [
                one.id
                for one in await open_problems(session)
                if one.kind in PASSING and one.kind not in found.get(one.visit_id, (0, {}))[1]
            ]
            return changed + await close_problems(session, [*over, *await settled_problems(session)], now)

    def _of(self, visit: Visit, run: VisitRun) -> Found:
        snapshot = self._sight(run.device_name) if run.device_name else None
        return problems_of(
            visit, run, self._clock.now(), self._rules,
            state=None if snapshot is None else snapshot.state,
            heard_at=None if snapshot is None else snapshot.evidence_at,
        )  # fmt: skip
