"""Commands in the database: written before anything happens, moved on only from the status expected."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from core.db import Database
from core.db.pages import Page, paged
from core.db.storing import Storing
from core.errors import NotFound
from core.fleet.command_rules import FINAL, CommandView
from core.fleet.holding import Fence, stands
from core.fleet.model import CommandKind, CommandStatus
from core.fleet.tables import Command, Mower
from core.texts import Text, kept, recalled


class CommandStore:
    """Reads and writes `command`; ``storing`` tells each step in the transaction that stores it."""

    def __init__(self, database: Database) -> None:
        self.storing: Storing[CommandView] = Storing("command")
        self._database = database

    async def add(self, view: CommandView, mower_id: UUID) -> CommandView:
        """Write a new command; when its id exists already, the stored one is returned unchanged."""
        try:
            return await self._add(view, mower_id)
        except IntegrityError:  # the same id was written at the same moment: the database decided which is first
            return await self.get(view.id)

    async def _add(self, view: CommandView, mower_id: UUID) -> CommandView:
        async with self._database.session() as session:
            known = await session.get(Command, view.id)
            if known is None:
                row = Command(
                    id=view.id,
                    mower_id=mower_id,
                    kind=view.kind,
                    parameters=view.parameters,
                    status=view.status,
                    person_id=view.person_id,
                    asked_by=view.asked_by,
                    source=view.source,
                    requested_at=view.requested_at,
                    queued_at=view.queued_at,
                    finished_at=view.finished_at,
                    expires_at=view.expires_at,
                    reasons=[kept(reason) for reason in view.reasons],
                    override_reason=view.override[:500],
                    overridden=[kept(reason) for reason in view.overridden],
                    bulk_id=view.bulk_id,
                )
                session.add(row)
                await session.flush()
                await self.storing.emit(await session.connection(), view)
                return view
            mower = await session.get(Mower, known.mower_id)
            return view_of(known, mower.device_name if mower else view.device_name)

    async def move(
        self,
        command_id: UUID,
        *,
        expected: Collection[CommandStatus],
        fence: Fence | None = None,
        unsent: bool = False,
        **changes: Any,
    ) -> CommandView | None:
        """Change a command that has one of the ``expected`` statuses; ``None`` when it has another by now.

        Nothing is changed either when a newer token than that of ``fence`` was given out, nor, with ``unsent``, when
        somebody is handing the command over already."""
        if "reasons" in changes:
            changes["reasons"] = [kept(reason) for reason in changes["reasons"]]
        statement = (
            update(Command).where(col(Command.id) == command_id, col(Command.status).in_(expected)).values(**changes)
        )
        if fence is not None:
            statement = statement.where(stands(fence))
        if unsent:
            statement = statement.where(col(Command.sent_at).is_(None))
        async with self._database.session() as session:
            moved = await session.exec(statement)
            if moved.rowcount == 0:
                return None
            view = view_of(*(await session.exec(_COMMANDS.where(Command.id == command_id))).one())
            await self.storing.emit(await session.connection(), view)
        return view

    async def get(self, command_id: UUID) -> CommandView:
        """One command; ``NotFound`` when there is none with this id."""
        found = await self._views(_COMMANDS.where(Command.id == command_id))
        if not found:
            raise NotFound(Text("no command {command_id}", command_id=command_id))
        return found[0]

    async def recent(self, device_name: str, page: Page) -> Sequence[CommandView]:
        """A page of a mower's commands and one more, newest first."""
        query = _COMMANDS.where(Mower.device_name == device_name)
        return await self._views(paged(query, (col(Command.requested_at), col(Command.id)), page))

    async def halts(self, since: datetime, device_name: str | None = None) -> Sequence[CommandView]:
        """Every halt that was accepted since then and is over, newest first."""
        query = _COMMANDS.where(
            Command.kind == CommandKind.HALT,
            col(Command.requested_at) >= since,
            col(Command.status).in_(FINAL - {CommandStatus.REFUSED}),
        )
        if device_name is not None:
            query = query.where(Mower.device_name == device_name)
        return await self._views(query.order_by(*_NEWEST).limit(MOST_HALTS))

    async def last_start(self, device_name: str) -> CommandView | None:
        """The newest start with parameters that was not refused."""
        query = _COMMANDS.where(
            Mower.device_name == device_name, Command.kind == CommandKind.START,
            Command.status != CommandStatus.REFUSED,
        )  # fmt: skip
        starts = await self._views(query.order_by(*_NEWEST).limit(20))
        return next((start for start in starts if start.parameters), None)

    async def of_bulk(self, bulk_id: UUID) -> Sequence[CommandView]:
        """The commands of one bulk order, oldest first."""
        return await self._views(_COMMANDS.where(Command.bulk_id == bulk_id).order_by(*_OLDEST))

    async def open(self) -> Sequence[CommandView]:
        """Every command to which something can still happen, oldest first."""
        return await self._views(_COMMANDS.where(col(Command.status).not_in(FINAL)).order_by(*_OLDEST))

    async def among(self, command_ids: Collection[UUID]) -> Sequence[CommandView]:
        """These commands, as they stand now."""
        return await self._views(_COMMANDS.where(col(Command.id).in_(command_ids))) if command_ids else []

    async def _views(self, query: Any) -> list[CommandView]:
        async with self._database.session() as session:
            return [view_of(*found) for found in (await session.exec(query)).all()]


_COMMANDS = select(Command, Mower.device_name).join(Mower)
_NEWEST = (col(Command.requested_at).desc(), col(Command.id).desc())
_OLDEST = (col(Command.requested_at), col(Command.id))
MOST_HALTS = 2_000


def view_of(row: Command, device_name: str) -> CommandView:
    """A stored command as others see it."""
    return CommandView(
        id=row.id,
        device_name=device_name,
        kind=CommandKind(row.kind),
        status=CommandStatus(row.status),
        parameters=row.parameters,
        asked_by=row.asked_by,
        person_id=row.person_id,
        source=row.source,
        requested_at=row.requested_at,
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        acknowledged_at=row.acknowledged_at,
        seen_at=row.seen_at,
        finished_at=row.finished_at,
        expires_at=row.expires_at,
        link=row.link,
        reasons=tuple(recalled(reason) for reason in row.reasons),
        override=row.override_reason,
        overridden=tuple(recalled(reason) for reason in row.overridden),
        bulk_id=row.bulk_id,
        sends=row.sends,
    )


def finished(status: CommandStatus, at: datetime, *reasons: str) -> dict[str, Any]:
    """The changes that end a command."""
    return {"status": status, "finished_at": at, "reasons": reasons}
