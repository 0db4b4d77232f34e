"""Proposals in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from core.db import Database
from core.errors import NotFound
from core.neighbourhood.partition.tables import ProposalRow
from core.neighbourhood.partition.views import ProposalStatus
from core.texts import Text, kept


class ProposalStore:
    """Reads and writes the one table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, row: ProposalRow) -> None:
        async with self._database.session() as session:
            session.add(row)

    async def get(self, proposal_id: UUID) -> ProposalRow:
        """``NotFound`` when there is none."""
        async with self._database.session() as session:
            row = await session.get(ProposalRow, proposal_id)
        if row is None:
            raise NotFound(Text("there is no proposal {proposal}", proposal=proposal_id))
        return row

    async def latest(self, limit: int) -> Sequence[ProposalRow]:
        """The newest first."""
        query = select(ProposalRow).order_by(col(ProposalRow.started_at).desc(), col(ProposalRow.id).desc())
        async with self._database.session() as session:
            return (await session.exec(query.limit(limit))).all()

    async def finish(self, proposal_id: UUID, status: ProposalStatus, result: dict[str, Any], now: datetime) -> None:
        async with self._database.session() as session:
            await session.exec(
                update(ProposalRow)
                .where(col(ProposalRow.id) == proposal_id)
                .values(status=status.value, result=result, finished_at=now)
            )

    async def remember(self, proposal_id: UUID, number: int, draft_id: UUID) -> None:
        """A cluster has become a draft."""
        async with self._database.session() as session:
            row = await session.get(ProposalRow, proposal_id, with_for_update=True)
            assert row is not None
            row.accepted = row.accepted | {str(number): str(draft_id)}
            session.add(row)

    async def fail_interrupted(self, words: str, now: datetime) -> int:
        """Mark what was still running when the program ended; returns how many there were."""
        async with self._database.session() as session:
            result = await session.exec(
                update(ProposalRow)
                .where(col(ProposalRow.status) == ProposalStatus.RUNNING.value)
                .values(status=ProposalStatus.FAILED.value, result={"message": kept(words)}, finished_at=now)
            )
        return int(result.rowcount)
