"""Gathers what is known of a running visit: hours, zones, guard, command, sessions, weather."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from core.clock import Clock
from core.db import Database
from core.errors import NotFound
from core.fleet import KEEP_OFF, CommandView
from core.fleet.model import CommandKind
from core.scheduling.hours import hours_of
from core.scheduling.model import Visit, VisitSite
from core.scheduling.plan_desk import LOOKS_BACK
from core.scheduling.run_model import Phase, RunRules, VisitRun
from core.scheduling.run_ports import Gate, SessionsOf, SightOf, Starts, WetAt, ZonesOf
from core.scheduling.run_steps import Facts
from core.scheduling.running import latest_start
from core.scheduling.store import read_lots
from core.scheduling.weather_model import Decision, Verdict


class FactReader:
    """Remembers the weather gate's answers while they hold; asked again after a restart."""

    def __init__(
        self, *, database: Database, clock: Clock, starts: Starts, zones: ZonesOf, sessions: SessionsOf,
        sight: SightOf, wet: WetAt, gate: Gate | None, rules: RunRules,
    ) -> None:  # fmt: skip
        self._database, self._clock, self._starts, self._gate = database, clock, starts, gate
        self._zones, self._sessions, self._sight, self._wet, self.rules = zones, sessions, sight, wet, rules
        self._decided: dict[UUID, Decision | None] = {}
        """The gate's newest answer by visit; ``None``: no weather is told of its cluster."""

    def keep_only(self, visit_ids: Collection[UUID]) -> None:
        """Forget the answers of visits that run no longer."""
        self._decided = {key: value for key, value in self._decided.items() if key in visit_ids}

    def forget(self, visit_id: UUID) -> None:
        self._decided.pop(visit_id, None)

    async def of(self, visit: Visit, run: VisitRun, site: VisitSite, taken: dict[str, UUID]) -> Facts:
        now, name = self._clock.now(), run.device_name
        async with self._database.session() as session:
            (lot,) = await read_lots(session, {site.lot_id: site}, visit.due_on - LOOKS_BACK)
        hours, later = hours_of(lot, visit)
        zones = await self._zones(name, visit.lot_id) if name else ()
        snapshot = self._sight(name) if name else None
        free = taken.get(name) in (None, visit.id)
        against: Sequence[str] = ()
        if run.phase is Phase.WAITING and zones and free:
            against = await self._starts.against(name, CommandKind.START, person_id=None, areas=zones)
        since = run.first_asked_at
        return Facts(
            now=now,
            hours=hours,
            later=later,
            zones=zones,
            busy=not free,
            against=tuple(str(reason) for reason in against),
            command=await self._command(run),
            sessions=() if since is None else await self._sessions(name, since, now + timedelta(minutes=5)),
            state=None if snapshot is None else snapshot.state,
            wet=bool(name) and self._wet(name),
            kept_off=run.phase is Phase.WORKING and await self._kept_off(run),
            gated=self._gate is not None and site.cluster_id is not None and not self._untold(visit),
            gate=self._fresh(visit, now),
        )

    async def _command(self, run: VisitRun) -> CommandView | None:
        if run.command_id is None:
            return None
        with suppress(NotFound):
            return await self._starts.get(run.command_id)
        return None

    async def _kept_off(self, run: VisitRun) -> bool:
        """Told by the commands of the mower: they outlive a restart, and the keep-off itself."""
        return run.asked_at is not None and any(
            one.source == KEEP_OFF and one.requested_at >= run.asked_at
            for one in await self._starts.recent(run.device_name)
        )

    def _untold(self, visit: Visit) -> bool:
        return visit.id in self._decided and self._decided[visit.id] is None

    def _fresh(self, visit: Visit, now: datetime) -> Decision | None:
        """The gate's answer while it holds: a go and a no for minutes, a wait until its time."""
        known = self._decided.get(visit.id)
        if known is None or now - known.asked.at >= self.rules.gate_holds:
            return None
        over = known.verdict is Verdict.WAIT and known.until is not None and now >= known.until
        return None if over else known

    async def ask_gate(self, visit: Visit, run: VisitRun, site: VisitSite, facts: Facts) -> None:
        assert self._gate is not None and site.cluster_id is not None
        latest = latest_start(visit, run, facts, self.rules) or facts.now
        try:
            stored = await self._gate(
                site.cluster_id, begins=facts.now, latest=max(latest, facts.now), work=visit.span.lasts, about=visit.id
            )
        except NotFound:  # no live cluster: the start guard asks the mower's own sensor
            self._decided[visit.id] = None
        else:
            self._decided[visit.id] = stored.decision
