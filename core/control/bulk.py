"""One command for many mowers (B4): a preview says who would be refused and why; the rest can be aborted.

1. `preview` asks the guard for every mower, and writes nothing.
2. `order` writes the order and its items, each with the id its command will have.
3. `_work` asks for one command after the other, a few at once, and waits until each was handed to the vendor's cloud:
   so there is a rest to abort. A refused one is a command with its reasons, like any other.

After a restart `start` goes on with what was waiting: the ids are fixed, so nothing is asked twice.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, update

from core.clock import Clock
from core.control.ports import AuditTrail, Operator
from core.control.tables import BulkItem, BulkOrder
from core.db import Database
from core.errors import Conflict, Invalid, MowthosError, NotFound
from core.fleet import OVERRIDABLE, CommandRefused, Commands, CommandView, Reason, start_settings
from core.fleet.model import CommandKind, CommandStatus
from core.ids import new_id
from core.texts import N_, Text

log = structlog.get_logger(__name__)

AT_ONCE = 4
HANDED_OVER_S = 15.0
"""The longest that the next one waits for the one before."""
MOST_MOWERS = 500
WAITING, ASKED, ABORTED = "waiting", "asked", "aborted"


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """What would become of one mower's command now."""

    device_name: str
    reasons: tuple[Reason, ...]

    @property
    def overridable(self) -> bool:
        """Whether an override would let it through."""
        return bool(self.reasons) and all(reason in OVERRIDABLE for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One mower of an order. ``state``: waiting | asked | aborted; ``command`` once it was asked."""

    device_name: str
    command_id: UUID
    state: str
    command: CommandView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkView:
    """An order and how far it came."""

    id: UUID
    kind: CommandKind
    parameters: Mapping[str, Any] = field(hash=False)
    override: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    aborted_at: datetime | None
    aborted_by: str
    rows: tuple[BulkRow, ...]


class BulkDesk:
    """Bulk orders."""

    def __init__(self, database: Database, commands: Commands, clock: Clock, audit: AuditTrail) -> None:
        self._database, self._commands, self._clock, self._audit = database, commands, clock, audit
        self._running: dict[UUID, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Go on with the orders of an earlier run."""
        async with self._database.session() as session:
            orders = (await session.exec(select(BulkOrder).where(col(BulkOrder.ended_at).is_(None)))).all()
        for order in orders:
            self._run(order)

    async def stop(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def preview(
        self, kind: CommandKind, device_names: Sequence[str], *, person_id: UUID | None
    ) -> tuple[PreviewRow, ...]:
        """Who would be refused, and why; nothing is written. ``NotFound`` for an unknown mower."""
        names = _checked(device_names)
        return tuple(
            [PreviewRow(name, await self._commands.against(name, kind, person_id=person_id)) for name in names]
        )

    async def order(
        self,
        kind: CommandKind,
        device_names: Sequence[str],
        by: Operator,
        *,
        parameters: Mapping[str, Any] | None = None,
        override: str = "",
        source: str = "web",
        bulk_id: UUID | None = None,
    ) -> BulkView:
        """Begin; the same ``bulk_id`` again is the same order. ``NotFound`` for an unknown mower, ``Invalid`` for wrong
        parameters: nothing is begun then."""
        names = _checked(device_names)
        for name in names:
            await self._commands.against(name, kind, person_id=by.person_id)
        if kind is CommandKind.START:
            start_settings(parameters or {})
        order = BulkOrder(
            id=bulk_id or new_id(),
            kind=kind,
            parameters=dict(parameters or {}),
            override_reason=override.strip()[:500],
            person_id=by.person_id,
            asked_by=by.email,
            source=source,
            asked_at=self._clock.now(),
        )
        async with self._database.session() as session:
            if await session.get(BulkOrder, order.id) is not None:
                return await self.get(order.id)
            session.add(order)
            await session.flush()
            session.add_all(
                BulkItem(bulk_id=order.id, position=place, device_name=name, command_id=new_id(), state=WAITING)
                for place, name in enumerate(names)
            )
            await self._write_down(session, "bulk.order", order, by, count=len(names), reason=order.override_reason)
        self._run(order)
        return await self.get(order.id)

    async def abort(self, bulk_id: UUID, by: Operator, *, source: str = "web") -> BulkView:
        """Ask no more of the rest; what was asked goes on. ``Conflict`` when nothing is left."""
        async with self._database.session() as session:
            order = await session.get(BulkOrder, bulk_id)
            if order is None:
                raise NotFound(Text("no bulk order {bulk_id}", bulk_id=bulk_id))
            waiting = (col(BulkItem.bulk_id) == bulk_id, col(BulkItem.state) == WAITING)
            rest = await session.exec(update(BulkItem).where(*waiting).values(state=ABORTED))
            if rest.rowcount == 0:
                raise Conflict(N_("Nothing is left to abort: every command was asked for."))
            order.aborted_at, order.aborted_by = self._clock.now(), by.email
            session.add(order)
            await self._write_down(session, "bulk.abort", order, by, count=rest.rowcount)
        return await self.get(bulk_id)

    async def get(self, bulk_id: UUID) -> BulkView:
        """An order with every mower; ``NotFound`` when there is none."""
        async with self._database.session() as session:
            order = await session.get(BulkOrder, bulk_id)
            query = select(BulkItem).where(BulkItem.bulk_id == bulk_id).order_by(col(BulkItem.position))
            items = (await session.exec(query)).all()
        if order is None:
            raise NotFound(Text("no bulk order {bulk_id}", bulk_id=bulk_id))
        given = {command.id: command for command in await self._commands.of_bulk(bulk_id)}
        return BulkView(
            id=order.id,
            kind=CommandKind(order.kind),
            parameters=order.parameters,
            override=order.override_reason,
            asked_by=order.asked_by,
            asked_at=order.asked_at,
            ended_at=order.ended_at,
            aborted_at=order.aborted_at,
            aborted_by=order.aborted_by,
            rows=tuple(
                BulkRow(item.device_name, item.command_id, item.state, given.get(item.command_id)) for item in items
            ),
        )

    async def settle(self) -> None:
        """Wait until every running order has asked for all it may."""
        await asyncio.gather(*self._running.values())

    def _run(self, order: BulkOrder) -> None:
        task = asyncio.create_task(self._work(order), name=f"control.bulk.{order.id}")
        self._running[order.id] = task
        task.add_done_callback(lambda _: self._running.pop(order.id, None))

    async def _work(self, order: BulkOrder) -> None:
        given = {command.id for command in await self._commands.of_bulk(order.id)}
        query = select(BulkItem).where(BulkItem.bulk_id == order.id, BulkItem.state != ABORTED)
        async with self._database.session() as session:
            found = (await session.exec(query.order_by(col(BulkItem.position)))).all()
        items = deque(item for item in found if item.command_id not in given)
        await asyncio.gather(*(self._ask_on(order, items) for _ in range(AT_ONCE)))
        async with self._database.session() as session:
            await session.exec(
                update(BulkOrder).where(col(BulkOrder.id) == order.id).values(ended_at=self._clock.now())
            )

    async def _ask_on(self, order: BulkOrder, items: "deque[BulkItem]") -> None:
        while items:
            item = items.popleft()
            try:
                await self._ask(order, item)
            except (MowthosError, DBAPIError) as error:
                log.error("control.bulk_item_failed", device_name=item.device_name, error=str(error))

    async def _ask(self, order: BulkOrder, item: BulkItem) -> None:
        """Claim the item, unless it was aborted meanwhile; then ask, and wait until it was handed over."""
        here = (
            col(BulkItem.bulk_id) == item.bulk_id,
            col(BulkItem.position) == item.position,
            col(BulkItem.state) != ABORTED,  # one claimed by a process that died has no command yet: its id decides
        )
        handed = asyncio.Event()

        def heard(command: CommandView) -> None:
            if command.id == item.command_id and command.status is not CommandStatus.QUEUED:
                handed.set()

        listening = self._commands.changed.subscribe(heard)
        try:
            async with self._database.session() as session:
                if (await session.exec(update(BulkItem).where(*here).values(state=ASKED))).rowcount == 0:
                    return
            await self._request(order, item)
            await asyncio.wait_for(handed.wait(), HANDED_OVER_S)
        except CommandRefused:
            return
        except TimeoutError:
            return  # it waits for its link; the next one need not
        finally:
            listening()

    async def _request(self, order: BulkOrder, item: BulkItem) -> None:
        await self._commands.request(
            device_name=item.device_name,
            kind=CommandKind(order.kind),
            parameters=order.parameters,
            asked_by=order.asked_by,
            person_id=order.person_id,
            source=order.source,
            command_id=item.command_id,
            override=order.override_reason,
            bulk_id=order.id,
        )

    async def _write_down(
        self, session: Any, action: str, order: BulkOrder, by: Operator, *, count: int, reason: str = ""
    ) -> None:
        await self._audit.record(
            actor=by.email,
            person_id=by.person_id,
            action=action,
            object_type="bulk_order",
            object_id=str(order.id),
            after={"command": order.kind, "mowers": count},
            reason=reason,
            source=order.source,
            session=session,
        )


def _checked(device_names: Sequence[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(device_names))
    if not 1 <= len(names) <= MOST_MOWERS:
        raise Invalid(Text("mowers: {n} (expected 1 to {most})", n=len(names), most=MOST_MOWERS))
    return names
