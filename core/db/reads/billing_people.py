"""Whom billing's notices are for: the people of the household that a subscription belongs to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.billing import Untold
from core.billing.tables import BillingNotice, InvoiceRow, SubscriptionRow
from core.db import Database
from core.neighbourhood.tables import HouseholdPerson

OF_BILLS = frozenset({"bill", "paid"})


class BillingPeople:
    """`core.billing.Audience`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def untold(self, since: datetime, limit: int) -> Sequence[Untold]:
        """The oldest notices since then that were not told yet and whose household has people."""
        belongs = col(HouseholdPerson.household_id) == col(SubscriptionRow.household_id)
        notices = (
            select(
                col(BillingNotice.id), col(BillingNotice.kind), col(BillingNotice.data), col(SubscriptionRow.id),
                col(SubscriptionRow.household_id), col(SubscriptionRow.address), col(BillingNotice.at),
            )
            .join(SubscriptionRow, col(SubscriptionRow.id) == col(BillingNotice.subscription_id))
            .where(col(BillingNotice.told_at).is_(None), col(BillingNotice.at) >= since)
            .where(exists().where(belongs))
            .order_by(col(BillingNotice.at), col(BillingNotice.id))
            .limit(limit)
        )  # fmt: skip
        async with self._database.connection() as connection:
            rows = (await connection.execute(notices)).all()
            people = await self._people(connection, {row[4] for row in rows})
            bills = await self._bills(connection, {row[3] for row in rows if row[1] in OF_BILLS})
        return [
            Untold(
                notice_id,
                kind,
                data,
                address,
                bills.get((subscription, data["number"])) if kind in OF_BILLS else None,
                tuple(people[household]),
                at,
            )
            for notice_id, kind, data, subscription, household, address, at in rows
        ]

    @staticmethod
    async def _people(connection: AsyncConnection, households: set[UUID]) -> dict[UUID, list[UUID]]:
        query = select(col(HouseholdPerson.household_id), col(HouseholdPerson.person_id))
        found: dict[UUID, list[UUID]] = {}
        for household, person in await connection.execute(
            query.where(col(HouseholdPerson.household_id).in_(households)).order_by(col(HouseholdPerson.person_id))
        ):
            found.setdefault(household, []).append(person)
        return found

    @staticmethod
    async def _bills(connection: AsyncConnection, subscriptions: set[UUID]) -> dict[tuple[UUID, int], UUID]:
        query = select(col(InvoiceRow.subscription_id), col(InvoiceRow.number), col(InvoiceRow.id))
        rows = await connection.execute(query.where(col(InvoiceRow.subscription_id).in_(subscriptions)))
        return {(subscription, number): invoice for subscription, number, invoice in rows}
