"""Leases in the database: every step is one conditional statement, so that the database decides who owns what."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from core.db import Database
from core.fleet.holding.model import Fence, Held
from core.fleet.holding.tables import AccountLease, FleetWorker


class LeaseBook:
    """Reads and writes `account_lease` and `fleet_worker`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check_in(self, owner: str, until: datetime) -> None:
        """Say that a process is there."""
        async with self._database.session() as session:
            known = update(FleetWorker).where(col(FleetWorker.owner) == owner).values(until=until)
            if (await session.exec(known)).rowcount == 0:
                session.add(FleetWorker(owner=owner, until=until))

    async def check_out(self, owner: str, now: datetime) -> None:
        """A process goes: its accounts are free at once, and keep their tokens."""
        async with self._database.session() as session:
            await session.exec(delete(FleetWorker).where(col(FleetWorker.owner) == owner))
            mine = (col(AccountLease.owner) == owner, col(AccountLease.until) > now)
            await session.exec(update(AccountLease).where(*mine).values(until=now))

    async def present(self, now: datetime) -> frozenset[str]:
        """Everybody who is there."""
        async with self._database.session() as session:
            found = await session.exec(select(FleetWorker.owner).where(col(FleetWorker.until) > now))
            return frozenset(found.all())

    async def all(self) -> Sequence[Held]:
        """Every lease, also those that ran out."""
        async with self._database.session() as session:
            rows = (await session.exec(select(AccountLease))).all()
        return [Held(row.account, row.owner, row.token, row.until) for row in rows]

    async def take(
        self, account: str, owner: str, *, now: datetime, until: datetime, again: bool = False
    ) -> int | None:
        """Own an account nobody owns; its new token, or ``None`` when somebody was first.

        ``again``: also one that stands under our own name, from a run of ours that was killed.
        """
        free: ColumnElement[bool] = col(AccountLease.until) <= now
        if again:
            free = or_(free, col(AccountLease.owner) == owner)
        mine = col(AccountLease.account) == account
        try:
            async with self._database.session() as session:
                values: dict[str, Any] = {"owner": owner, "until": until, "token": AccountLease.token + 1}
                taken = await session.exec(update(AccountLease).where(mine, free).values(**values))
                if taken.rowcount == 1:
                    token = select(AccountLease.token).where(mine, col(AccountLease.owner) == owner)
                    return (await session.exec(token)).one()
                if (await session.exec(select(AccountLease.account).where(mine))).first() is not None:
                    return None
                session.add(AccountLease(account=account, owner=owner, token=1, until=until))
        except IntegrityError:  # another process was first by a moment
            return None
        return 1

    async def renew(
        self, owner: str, held: Mapping[str, int], *, now: datetime, until: datetime, late: bool = False
    ) -> frozenset[str]:
        """Hold longer what is held with these tokens; returns what is still ours. One that ran out is not ours, unless
        nobody else is there who could have wanted it (``late``)."""
        async with self._database.session() as session:
            ours = [col(AccountLease.owner) == owner]
            if late:
                ours.append(col(AccountLease.account).in_(list(held)))
            else:
                ours.append(col(AccountLease.until) > now)
            await session.exec(update(AccountLease).where(*ours).values(until=until))
            rows = (await session.exec(select(AccountLease).where(col(AccountLease.owner) == owner))).all()
        return frozenset(row.account for row in rows if row.until > now and held.get(row.account) == row.token)

    async def give_back(self, fence: Fence, now: datetime) -> None:
        """Let somebody else take an account now; nothing happens when it is not ours any more."""
        ours = (col(AccountLease.account) == fence.account, col(AccountLease.token) == fence.token)
        async with self._database.session() as session:
            await session.exec(update(AccountLease).where(*ours).values(until=now))


def stands(fence: Fence) -> ColumnElement[bool]:
    """A condition for a write: no newer token was given out for this account."""
    return exists().where(col(AccountLease.account) == fence.account, col(AccountLease.token) == fence.token)
