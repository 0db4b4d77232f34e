"""Requests in the database: every step is one conditional statement, so that the database decides who calls."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select, update

from core.db import Database
from core.distant.tables import LinkRequest
from core.errors import MowthosError
from core.texts import kept


class RequestBook:
    """Reads and writes `link_request`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, row: LinkRequest) -> UUID:
        async with self._database.session() as session:
            session.add(row)
        return row.id

    async def get(self, request_id: UUID) -> LinkRequest:
        async with self._database.session() as session:
            return await session.get_one(LinkRequest, request_id)

    async def waiting(self, now: datetime) -> Sequence[LinkRequest]:
        """What nobody took up yet, oldest first."""
        query = select(LinkRequest).where(LinkRequest.state == "waiting", col(LinkRequest.expires_at) > now)
        async with self._database.session() as session:
            return (await session.exec(query.order_by(col(LinkRequest.asked_at), col(LinkRequest.id)))).all()

    async def take(self, request_id: UUID, *, owner: str, now: datetime) -> bool:
        """Whether it is ours to call now."""
        free = (LinkRequest.state == "waiting", col(LinkRequest.expires_at) > now)
        return await self._move(request_id, *free, state="taken", taken_by=owner[:64], taken_at=now)

    async def leave(self, request_id: UUID, *, now: datetime) -> bool:
        """Who asked waits no longer; ``False`` when somebody took it up meanwhile."""
        return await self._move(request_id, LinkRequest.state == "waiting", state="left", ended_at=now)

    async def end(
        self, request_id: UUID, *, now: datetime, answer: str = "", error: MowthosError | None = None
    ) -> None:
        told = {"answer": answer} if error is None else {"error_code": error.code, "error": kept(error.message)}
        state = "done" if error is None else "failed"
        await self._move(request_id, LinkRequest.state == "taken", state=state, ended_at=now, **told)

    async def forget(self, before: datetime) -> int:
        """Delete what was asked earlier; how many."""
        async with self._database.session() as session:
            return int((await session.exec(delete(LinkRequest).where(col(LinkRequest.asked_at) < before))).rowcount)

    async def _move(self, request_id: UUID, *where: object, **values: object) -> bool:
        moved = update(LinkRequest).where(col(LinkRequest.id) == request_id, *where).values(**values)  # type: ignore[arg-type]
        async with self._database.session() as session:
            return int((await session.exec(moved)).rowcount) == 1


KEEP = timedelta(days=1)
