"""Days that the weather takes: a dispatcher's rain-out with its preview, and the catch-up of what rain cost.

A rain-out moves each visit of the day by one rule (`weather_rainout`): whose lawn was not mowed longest chooses first.
Catch-up has all the visits that a mower lost before it, and takes the best of all orders (`catch_up`).
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, Right, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, MowthosError, NotAllowed
from core.events import Event
from core.notices import PutOff, VisitTold, put_notices, rain_out_notices
from core.scheduling import planner_spans
from core.scheduling.catch_up_week import NO_WAYS, TURN, CaughtUp, Ways, caught_up
from core.scheduling.desk import told
from core.scheduling.hours import allowed_spans
from core.scheduling.model import REASON_WORDS, TO_COME, UNDER_WAY, Lot, Visit, VisitReason, VisitSite, VisitState
from core.scheduling.plan_desk import LOOKS_BACK
from core.scheduling.ports import MowerLots, SiteReader
from core.scheduling.run_model import Phase, VisitRun
from core.scheduling.run_ports import LastCuts, LotWays, PeopleOf, Teller
from core.scheduling.run_store import lost_visits, write_run
from core.scheduling.running import MADE_UP_FOR
from core.scheduling.spans import Span
from core.scheduling.store import read_lots, visits_between, write_visit
from core.scheduling.weather_rainout import Clash, DayVisit, HouseholdMessage, Move, rain_out
from core.texts import N_

log = structlog.get_logger(__name__)

BY_JOB = "visits.catch_up"
DAYS = 7
NOT_AT_ONCE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class RainOutPreview:
    """What a rain-out would do. ``mark`` names exactly this: it is carried out as it was shown, or not at all."""

    day: date
    moves: tuple[Move, ...]
    clashes: tuple[Clash, ...]
    messages: tuple[HouseholdMessage, ...]
    sites: Mapping[UUID, VisitSite]
    mark: str


@dataclass(frozen=True, slots=True)
class _Lots:
    """The lots concerned with those that share their mowers, and all their visits of the days ahead."""

    sites: Mapping[UUID, VisitSite]
    lots: Mapping[UUID, Lot]
    visits: Sequence[Visit]


class RainDesk:
    """Rain-out for those who plan visits; catch-up as a job."""

    def __init__(
        self, *, database: Database, clock: Clock, sites: SiteReader, neighbours: MowerLots, cuts: LastCuts,
        people: PeopleOf, audit: Audit, tell: Teller, changed: Event[frozenset[UUID]],
    ) -> None:  # fmt: skip
        self._database, self._clock, self._sites, self._neighbours = database, clock, sites, neighbours
        self._cuts, self._people, self._audit, self._tell, self._changed = cuts, people, audit, tell, changed
        self.ways: LotWays | None = None
        """The corridors; without them every way is as long as another."""

    async def preview(self, day: date, *, cluster_id: UUID | None = None, by: Viewer) -> RainOutPreview:
        """Which visits of a day move where, what cannot, and who would be told. Nothing is changed."""
        _may_plan(by)
        return (await self._previewed(day, cluster_id, by))[0]

    async def rain_out(
        self, day: date, *, mark: str, cluster_id: UUID | None = None, by: Viewer, source: str = "web"
    ) -> RainOutPreview:
        """Carry out what ``mark`` was shown for, in one transaction. ``Conflict`` when it would be another by now."""
        _may_plan(by)
        preview, known = await self._previewed(day, cluster_id, by)
        if preview.mark != mark:
            raise Conflict(N_("the visits of that day changed meanwhile: look at the preview again"))
        by_id, now = {visit.id: visit for visit in known.visits}, self._clock.now()
        async with self._database.session() as session:
            for move in preview.moves:
                before = by_id[move.visit.id]
                after = _moved(before, move, VisitReason.RAIN_OUT)
                if not await write_visit(session, before, after, now, by.email, tell=False):
                    raise Conflict(N_("the visits of that day changed meanwhile: look at the preview again"))
                await self._audit.record(
                    actor=by.email, person_id=by.person_id, action="visit.rain_out", object_type="visit",
                    object_id=str(before.id), before=told(before), after=told(after), source=source, session=session,
                )  # fmt: skip
            for message in preview.messages:
                await self._message(session, message)
        self._changed.emit(frozenset(by_id[move.visit.id].lot_id for move in preview.moves))
        return preview

    async def catch_up(self) -> int:
        """The job: give visits that the weather or a keep-off took another time before their lawn's next visit; how
        many. Of a lawn that lost several the last is caught up, and stands for all."""
        now = self._clock.now()
        async with self._database.session() as session:
            lost = await lost_visits(session, MADE_UP_FOR, now - timedelta(days=DAYS))
        if not lost:
            return 0
        known = await self._known([visit.lot_id for visit, _run in lost], now)
        newest = {visit.lot_id: (visit, run) for visit, run in lost if visit.lot_id in known.sites}
        runs = {visit.id: (visit, run) for visit, run in newest.values()}
        cuts = await self._cuts(set(newest))
        waiting: dict[str, dict[UUID, DayVisit]] = defaultdict(dict)
        for visit, _run in runs.values():
            if hours := _before_next(visit, known, now):
                one = _day_visit(visit, known.sites[visit.lot_id], cuts.get(visit.lot_id))
                waiting[one.mower][visit.lot_id] = replace(one, hours=hours)
        written: list[UUID] = []
        for mower, mine in waiting.items():
            found = await self._ordered(mower, mine, known, now)
            for move in found.moves:
                if await self._caught_up(move, *runs[move.visit.id], known, now):
                    written.append(runs[move.visit.id][0].lot_id)
        if written:
            self._changed.emit(frozenset(written))
        return len(written)

    async def _ordered(self, mower: str, waiting: Mapping[UUID, DayVisit], known: _Lots, now: datetime) -> CaughtUp:
        """The best order of what one mower lost, by lot; the log says whether it is proven."""
        under = [one for one in known.visits if one.state in TO_COME | UNDER_WAY]
        others = [one for one in (_day_visit(one, known.sites[one.lot_id]) for one in under) if one.mower == mower]
        ways = await self._ways_of(waiting, known)
        after, until = now + NOT_AT_ONCE, now + timedelta(days=DAYS)
        found = await asyncio.to_thread(
            caught_up, list(waiting.values()), others, now=now, after=after, until=until, ways=ways
        )
        log.info(
            "visits.caught_up", mower=mower, waiting=len(waiting), placed=len(found.moves),
            order="proven best" if found.proven else "longest wait first, improved",
            longest_wait_h=round(found.longest / timedelta(hours=1), 1),
        )  # fmt: skip
        return found

    async def _ways_of(self, waiting: Mapping[UUID, DayVisit], known: _Lots) -> Ways:
        """Along the corridors of the cluster that these lots share, as far as they are known."""
        clusters = {known.sites[lot_id].cluster_id for lot_id in waiting}
        cluster_id = next(iter(clusters)) if len(clusters) == 1 else None
        if self.ways is None or cluster_id is None:
            return NO_WAYS
        try:
            rows, length_m = await self.ways(cluster_id)
        except MowthosError as error:
            log.warning("visits.ways_unknown", cluster=str(cluster_id), error=error.message)
            return NO_WAYS
        return Ways({one.id: rows[lot_id] for lot_id, one in waiting.items() if lot_id in rows}, length_m)

    async def _caught_up(self, move: Move, visit: Visit, run: VisitRun, known: _Lots, now: datetime) -> bool:
        after = replace(_moved(visit, move, VisitReason.CATCH_UP), pinned=False, ended_at=None)
        async with self._database.session() as session:
            if not await write_visit(session, visit, after, now, BY_JOB):
                return False
            if run.version and not await write_run(session, run, replace(run, phase=Phase.OVER, not_before=None)):
                await session.rollback()
                return False
            await self._tell(
                session, VisitTold.MOVED, after, known.sites[visit.lot_id], begins=visit.begins_at,
                instead=after.begins_at, reason=REASON_WORDS[VisitReason.CATCH_UP],
            )  # fmt: skip
        return True

    async def _previewed(self, day: date, cluster_id: UUID | None, by: Viewer) -> tuple[RainOutPreview, _Lots]:
        now = self._clock.now()
        sites = {
            key: one
            for key, one in (await self._sites()).items()
            if cluster_id in (None, one.cluster_id) and by.sight.lot(key)
        }
        today = min((now.astimezone(one.zone).date() for one in sites.values()), default=now.date())
        if not today <= day <= today + timedelta(days=28):
            raise Invalid(N_("day: expected one of the next 28 days"))
        known = await self._known(list(sites), now)
        cuts = await self._cuts(set(known.sites))
        moves: list[Move] = []
        clashes: list[Clash] = []
        messages: list[HouseholdMessage] = []
        for zone, mowers in _by_zone(known.sites.values()).items():
            mine = [
                replace(
                    _day_visit(visit, site, cuts.get(visit.lot_id)),
                    hours=_planner(allowed_spans(known.lots[visit.lot_id], day, DAYS + 1)),
                    open=visit.state in TO_COME and visit.begins_at > now and visit.lot_id in sites,
                )
                for visit in known.visits
                if (site := known.sites[visit.lot_id]).time_zone == zone.key and visit.state in TO_COME | UNDER_WAY
            ]
            until = planner_spans.midnight(day + timedelta(days=DAYS + 1), zone)
            found = rain_out(mine, day=day, zone=zone, allowed=dict.fromkeys(mowers, ()), until=until, turn=TURN)
            moves += found.moves
            clashes += [one for one in found.clashes if _concerns(one, known, sites)]
            messages += found.messages
        mark = sha256("|".join(f"{move.visit.id}/{move.to.begins.isoformat()}" for move in moves).encode())
        preview = RainOutPreview(
            day, tuple(moves), tuple(clashes), tuple(messages),
            {visit.id: known.sites[visit.lot_id] for visit in known.visits}, mark.hexdigest()[:24],
        )  # fmt: skip
        return preview, known

    async def _known(self, lot_ids: Sequence[UUID], now: datetime) -> _Lots:
        sites = dict(await self._sites(await self._neighbours(lot_ids)))
        lots: dict[UUID, Lot] = {}
        visits: list[Visit] = []
        ids = list(sites)
        async with self._database.session() as session:
            for start in range(0, len(ids), 300):
                some = {lot_id: sites[lot_id] for lot_id in ids[start : start + 300]}
                lots |= {lot.site.lot_id: lot for lot in await read_lots(session, some, now.date() - LOOKS_BACK)}
                ends = now + timedelta(days=28 + DAYS + 2)
                visits += await visits_between(session, list(some), now - timedelta(days=1), ends)
        return _Lots(sites, lots, visits)

    async def _message(self, session: AsyncSession, message: HouseholdMessage) -> None:
        put_off = [PutOff(move.visit.lawn, move.visit.span.begins, move.to.begins) for move in message.moves]
        put_off += [PutOff(one.visit.lawn, one.visit.span.begins, None) for one in message.clashes]
        people = await self._people(session, message.household_id)
        await put_notices(session, rain_out_notices(put_off, people=people), self._clock)


def _may_plan(by: Viewer) -> None:
    if not by.may(Right.PLAN_VISITS):
        raise NotAllowed(N_("your role does not include planning visits"))


def _moved(visit: Visit, move: Move, reason: VisitReason) -> Visit:
    return replace(
        visit, state=VisitState.MOVED, reason=reason, begins_at=move.to.begins, ends_at=move.to.ends,
        moved_from=visit.moved_from or visit.begins_at,
    )  # fmt: skip


def _day_visit(visit: Visit, site: VisitSite, since: datetime | None = None) -> DayVisit:
    return DayVisit(
        id=visit.id, mower=site.device_name or str(site.lot_id), household_id=site.household_id, lawn=site.address,
        span=planner_spans.Span(visit.begins_at, visit.ends_at), since=since, pinned=visit.pinned,
        open=visit.state in TO_COME,
    )  # fmt: skip


def _before_next(visit: Visit, known: _Lots, now: datetime) -> tuple[planner_spans.Span, ...]:
    """The allowed hours from the day after the one it was lost on, up to the day before its lawn is mowed anyway."""
    lot = known.lots[visit.lot_id]
    lost_on = visit.begins_at.astimezone(lot.site.zone).date()
    today = max(now.astimezone(lot.site.zone).date(), lost_on + timedelta(days=1))
    coming = [one.begins_at for one in known.visits if one.lot_id == visit.lot_id and one.state in TO_COME | UNDER_WAY]
    days = min([DAYS, *((at.astimezone(lot.site.zone).date() - today).days - 1 for at in coming)])
    return _planner(allowed_spans(lot, today, days)) if days > 0 else ()


def _concerns(clash: Clash, known: _Lots, sites: Mapping[UUID, VisitSite]) -> bool:
    return any(visit.id == clash.visit.id and visit.lot_id in sites for visit in known.visits)


def _by_zone(sites: Iterable[VisitSite]) -> dict[ZoneInfo, set[str]]:
    found: dict[ZoneInfo, set[str]] = defaultdict(set)
    for site in sites:
        found[site.zone].add(site.device_name or str(site.lot_id))
    return found


def _planner(spans: Iterable[Span]) -> tuple[planner_spans.Span, ...]:
    return tuple(planner_spans.Span(one.begins, one.ends) for one in spans)
