"""Payers and the provider's customers: are they there, with the same name and mail address?"""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from core.billing.drift import Drift
from core.billing.payment_values import Customer, ObjectKind
from core.billing.ports import PaymentProvider
from core.billing.tables import DriftRow, Payer
from core.db import Database

FIELDS = ("email", "name")


class CustomerCheck:
    """Ours is the truth: theirs is brought to it. A customer that is gone is made anew, without a card."""

    def __init__(self, *, database: Database, provider: PaymentProvider) -> None:
        self._database, self._provider = database, provider

    async def differences(self) -> list[Drift]:
        async with self._database.session() as session:
            payers = (await session.exec(select(Payer).where(col(Payer.provider_id).is_not(None)))).all()
        if not payers:
            return []
        there = {
            customer.id: customer
            async for document in self._provider.list_all(ObjectKind.CUSTOMER)
            if not (customer := self._provider.customer_of(document)).deleted
        }
        return [drift for payer in payers for drift in _of(payer, there.get(payer.provider_id or ""))]

    async def fix(self, drift: DriftRow) -> str:
        async with self._database.session() as session:
            payer = await session.get(Payer, UUID(drift.subject.split("/")[1]))
        assert payer is not None
        if drift.field in FIELDS:
            await self._provider.update_customer(
                payer.provider_id or "", email=payer.email, name=payer.name, key=f"drift-{drift.id}"
            )
            return "told again"
        made = await self._provider.create_customer(
            reference=str(payer.id), email=payer.email, name=payer.name, key=f"drift-{drift.id}"
        )
        async with self._database.session() as session:
            await session.exec(update(Payer).where(col(Payer.id) == payer.id).values(provider_id=made.id))
        return "made anew: a card must be saved"


def _of(payer: Payer, theirs: Customer | None) -> list[Drift]:
    subject = f"customer/{payer.id}"
    if theirs is None:
        return [Drift(subject, "customer", payer.provider_id or "", "missing")]
    return [
        Drift(subject, field, getattr(payer, field), getattr(theirs, field))
        for field in FIELDS
        if getattr(payer, field) != getattr(theirs, field)
    ]
