"""Keep-offs asked and ended, and the watch that sends mowers home: through `Commands`, as any person would.

`ask`: (1) the keep-off is stored; from then on its minutes are not billed and no start may lead onto the lot;
(2) each mower on the lot is told, before the answer goes back; (3) the office is told. `heard` tells a mower that comes
in later; `look` does the same every few seconds for all, and lets go those that are over. A restart goes on with what
is stored.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from core.accounts import Audit, PersonName, Right, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, MowthosError, NotFound
from core.events import Event
from core.fleet import KEEP_OFF, CommandRefused, CommandView, LiveFleet, Reason
from core.fleet.model import CommandKind, DeviceMap, MowerChanged, MowerSnapshot
from core.household.keep_off import (
    KeepOff,
    KeepOffRules,
    Order,
    Progress,
    Told,
    areas_on,
    held_by,
    on_lot,
    orders_for,
    progress_of,
    resumes,
    wants_order,
)
from core.household.model import HouseholdLot, LotBook
from core.household.store import keep_off_of, keep_offs
from core.household.tables import KeepOffOrder, KeepOffRow
from core.ids import new_id
from core.notices import Notice, Weight, put_notices
from core.texts import N_, Moment, Text

log = structlog.get_logger(__name__)

ENDS_BY_ITSELF = "keep-off"
SHOWN_FOR = timedelta(days=7)
NEEDLESS = frozenset({str(Reason.ALREADY), str(Reason.ON_ITS_WAY)})
"""Refusals that say the mower does it already."""
TITLE, BODY = N_("{address}: keep off the lawn"), N_("Until {until:time}. The mower is sent away and stays away.")
FAILED_TITLE = N_("{address}: the mower did not leave the lawn")
FAILED_BODY = N_("The household wants it off until {until:time}, and it was not seen to follow. Stop it, or call them.")


class Orders(Protocol):
    """`core.fleet.Commands` is one; a refused one raises `CommandRefused`."""

    async def request(self, *, device_name: str, kind: CommandKind, asked_by: str, source: str) -> CommandView: ...

    async def get(self, command_id: UUID) -> CommandView: ...

    async def recent(self, device_name: str, limit: int = 20) -> list[CommandView]: ...


@dataclass(frozen=True, slots=True)
class KeepOffView:
    """A keep-off, where it is, and how far its newest order came."""

    keep_off: KeepOff
    address: str
    time_zone: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class _Live:
    """One that is not over, with its lot and the areas of each mower that reach onto it."""

    keep_off: KeepOff
    lot: HouseholdLot


class KeepOffDesk:
    """Those that are not over are kept in memory, so that every position may be judged."""

    def __init__(
        self, *, database: Database, clock: Clock, lots: LotBook, live: LiveFleet, commands: Orders, audit: Audit,
        latest_map: Callable[[str], DeviceMap | None], audience: Callable[[], Awaitable[Sequence[PersonName]]],
        rules: KeepOffRules | None = None,
    ) -> None:  # fmt: skip
        self.changed: Event[UUID] = Event("keep_off_changed")
        """The lot whose keep-off began, ended, or gave an order."""
        self.rules = rules or KeepOffRules()
        self._database, self._clock, self._lots, self._fleet = database, clock, lots, live
        self._commands, self._audit, self._latest_map, self._audience = commands, audit, latest_map, audience
        self._live: dict[UUID, _Live] = {}
        self._here: dict[tuple[UUID, str], bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._acting = asyncio.Lock()
        self._leave: Callable[[], None] | None = None

    async def start(self, *, watches: bool = True) -> None:
        """Go on with what is stored, and listen until `stop`, where the mowers are ours."""
        await self.load()
        if watches:
            self._leave = self._fleet.changed.subscribe(self._heard)

    async def load(self) -> None:
        """Read what is not over."""
        async with self._database.session() as session:
            found = await keep_offs(session, not_over_at=self._clock.now())
        lots = await self._lots.read({one.lot_id for one in found})
        self._live = {one.id: _Live(one, lots[one.lot_id]) for one in found if one.lot_id in lots}

    async def stop(self) -> None:
        """Listen no longer and leave no task."""
        if self._leave is not None:
            self._leave()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def ask(self, *, lot_id: UUID, minutes: int, by: Viewer, source: str = "web") -> KeepOffView:
        """Keep mowers off a lot from now on. ``Conflict`` while one holds; ``Invalid`` for a wrong time."""
        lot = await self._lots.own(lot_id, by, staff=Right.COMMAND_MOWERS)
        lasts, now = self.rules.checked(minutes), self._clock.now()
        if self._of_lot(lot_id, now) is not None:
            raise Conflict(N_("the lawn is kept clear already"))
        kept = KeepOff(id=new_id(), lot_id=lot_id, asked_by=by.email, asked_at=now, ends_at=now + lasts)
        async with self._database.session() as session:
            session.add(
                KeepOffRow(
                    id=kept.id, lot_id=lot_id, person_id=by.person_id, asked_by=by.email, asked_at=now,
                    ends_at=kept.ends_at,
                )
            )  # fmt: skip
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action="keep_off.ask", object_type="lot",
                object_id=str(lot_id), after={"id": str(kept.id), "until": kept.ends_at.isoformat()}, source=source,
                session=session,
            )  # fmt: skip
        self._live[kept.id] = _Live(kept, lot)
        for snapshot in self._serving(lot):
            await self._judge(kept.id, snapshot)
        await self._tell_office(self._live[kept.id])
        self.changed.emit(lot_id)
        return await self._view(self._live[kept.id])

    async def end(self, keep_off_id: UUID, *, by: Viewer, source: str = "web") -> KeepOffView:
        """Mowers may come again from now on. ``Conflict`` when it is over already."""
        now = self._clock.now()
        async with self._database.session() as session:
            row = await session.get(KeepOffRow, keep_off_id)
        if row is None:
            raise _no_such(keep_off_id)
        try:
            await self._lots.own(row.lot_id, by, staff=Right.COMMAND_MOWERS)
        except NotFound:
            raise _no_such(keep_off_id) from None
        async with self._database.session() as session:
            row = await session.get(KeepOffRow, keep_off_id, with_for_update=True)
            if row is None or row.ended_at is not None or row.ends_at <= now:
                raise Conflict(N_("it is over already"))
            row.ended_at, row.ended_by = now, by.email
            session.add(row)
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action="keep_off.end", object_type="lot",
                object_id=str(row.lot_id), after={"id": str(keep_off_id)}, source=source, session=session,
            )  # fmt: skip
            ended = keep_off_of(row)
        live = self._live.get(keep_off_id)
        lot = live.lot if live is not None else (await self._lots.read([ended.lot_id]))[ended.lot_id]
        orders = live.keep_off.orders if live is not None else ()
        over = _Live(replace(ended, orders=orders), lot)
        await self._let_go(over)
        return await self._view(over)

    async def of_lot(self, lot_id: UUID, *, viewer: Viewer) -> KeepOffView | None:
        """The one that holds now."""
        await self._lots.own(lot_id, viewer, staff=Right.SEE_SCHEDULE)
        live = self._of_lot(lot_id, self._clock.now())
        return None if live is None else await self._view(live)

    def holds(self, lot_id: UUID) -> bool:
        """Whether one holds now; from memory."""
        return self._of_lot(lot_id, self._clock.now()) is not None

    async def all(self, *, viewer: Viewer) -> Sequence[KeepOffView]:
        """Those that hold now, and those of the last days, newest first: for the office, in its areas."""
        now = self._clock.now()
        async with self._database.session() as session:
            kept = await keep_offs(session, most=100)
        found = [one for one in kept if one.until > now - SHOWN_FOR and viewer.sight.lot(one.lot_id)]
        lots = await self._lots.read({one.lot_id for one in found})
        return [await self._view(_Live(one, lots[one.lot_id])) for one in found if one.lot_id in lots]

    def held_areas(self, device_name: str) -> frozenset[int] | None:
        """The areas a mower must keep off now because of keep-offs; ``None`` = any of them: for the start guard."""
        now, lawn = self._clock.now(), self._latest_map(device_name)
        return held_by(
            *(
                areas_on(lawn, one.lot.own)
                for one in self._live.values()
                if one.keep_off.active(now) and any(mower.device_name == device_name for mower in one.lot.mowers)
            )
        )

    async def look(self) -> int:
        """The job: judge every mower, let go what is over; how many hold now."""
        now = self._clock.now()
        for live in tuple(self._live.values()):
            if not live.keep_off.active(now):
                await self._let_go(live)
                continue
            for snapshot in self._serving(live.lot):
                await self._judge(live.keep_off.id, snapshot)
            if (await self._view(self._live[live.keep_off.id])).progress.told is Told.FAILED:
                await self._tell_office(live, failed=True)
        return len(self._live)

    def _heard(self, change: MowerChanged) -> None:
        if not self._live:
            return
        for live in tuple(self._live.values()):
            if any(mower.device_name == change.after.device_name for mower in live.lot.mowers):
                task = asyncio.ensure_future(self._judge(live.keep_off.id, change.after))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _judge(self, keep_off_id: UUID, snapshot: MowerSnapshot) -> None:
        async with self._acting:  # one at a time: what the first ordered the second must know
            live, name, now = self._live.get(keep_off_id), snapshot.device_name, self._clock.now()
            if live is None:
                return
            here = self._is_here(live.lot, snapshot)
            was_here = self._here.get((keep_off_id, name), False)
            self._here[keep_off_id, name] = here
            if wants_order(live.keep_off, snapshot, now, here=here, was_here=was_here):
                await self._order(live, snapshot, now)

    async def _order(self, live: _Live, snapshot: MowerSnapshot, now: datetime) -> None:
        for kind in orders_for(snapshot.state):
            command, refused = await self._request(snapshot.device_name, kind, live.keep_off.asked_by)
            if command is None:
                continue
            if refused and NEEDLESS.issuperset(command.reasons):
                return
            order = Order(command.id, snapshot.device_name, kind, now)
            live = replace(live, keep_off=replace(live.keep_off, orders=(*live.keep_off.orders, order)))
            self._live[live.keep_off.id] = live
            async with self._database.session() as session:
                session.add(
                    KeepOffOrder(
                        keep_off_id=live.keep_off.id, command_id=command.id, device_name=order.device_name,
                        kind=kind.value, asked_at=now,
                    )
                )  # fmt: skip
            if not refused:
                break
        self.changed.emit(live.keep_off.lot_id)

    async def _request(self, device_name: str, kind: CommandKind, asked_by: str) -> tuple[CommandView | None, bool]:
        """The kept record, and whether it was refused. Nobody's lease: a household does not steer the mower."""
        try:
            words = asked_by or ENDS_BY_ITSELF
            return await self._commands.request(
                device_name=device_name, kind=kind, asked_by=words, source=KEEP_OFF
            ), False
        except CommandRefused as error:
            log.warning("keep_off.refused", device_name=device_name, kind=kind, reasons=list(error.reasons))
            return error.command, True
        except MowthosError as error:
            log.warning("keep_off.not_ordered", device_name=device_name, kind=kind, error=error.message)
            return None, True

    async def _let_go(self, live: _Live) -> None:
        """It is over: a mower that stands still because of it goes on, unless its guard speaks against it."""
        self._live.pop(live.keep_off.id, None)
        for snapshot in self._serving(live.lot):
            self._here.pop((live.keep_off.id, snapshot.device_name), None)
            newest = next(iter(await self._commands.recent(snapshot.device_name, 1)), None)
            if resumes(live.keep_off, snapshot, newest, here=self._is_here(live.lot, snapshot)):
                await self._request(snapshot.device_name, CommandKind.RESUME, ENDS_BY_ITSELF)
        self.changed.emit(live.keep_off.lot_id)

    def _is_here(self, lot: HouseholdLot, snapshot: MowerSnapshot) -> bool:
        return on_lot(snapshot, lot.own, areas_on(self._latest_map(snapshot.device_name), lot.own))

    def _serving(self, lot: HouseholdLot) -> list[MowerSnapshot]:
        return [self._fleet.get(one.device_name) for one in lot.mowers if one.device_name in self._fleet]

    def _of_lot(self, lot_id: UUID, now: datetime) -> _Live | None:
        mine = (one for one in self._live.values() if one.keep_off.lot_id == lot_id)
        return next((one for one in mine if one.keep_off.active(now)), None)

    async def _view(self, live: _Live) -> KeepOffView:
        commands = [await self._commands.get(order.command_id) for order in live.keep_off.orders]
        own = live.lot.own
        return KeepOffView(
            live.keep_off, own.address, own.time_zone, progress_of(live.keep_off, commands, self._clock.now())
        )

    async def _tell_office(self, live: _Live, *, failed: bool = False) -> None:
        """Once each; a mower that does not follow is told loudly."""
        kept, mark = live.keep_off, "/failed" if failed else ""
        body = FAILED_BODY if failed else BODY
        notices = [
            Notice(
                key=f"keep_off/{kept.id}{mark}/{person.person_id}", person_id=person.person_id, kind="keep_off.asked",
                title=Text(FAILED_TITLE if failed else TITLE, address=live.lot.address),
                body=Text(body, until=Moment(kept.ends_at)), link="/requests", group=f"lot:{kept.lot_id}",
                weight=Weight.CRITICAL if failed else Weight.WARNING,
            )
            for person in await self._audience()
            if person.sight.lot(live.lot.id)
        ]  # fmt: skip
        async with self._database.session() as session:
            await put_notices(session, notices, self._clock)


def _no_such(keep_off_id: UUID) -> NotFound:
    return NotFound(Text("no keep-off {id}", id=keep_off_id))
