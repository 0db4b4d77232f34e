"""The provider's books against ours, each night: what differs is listed with both values, and can be put right."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.accounts import Audit
from core.billing.drift import Check, Drift
from core.billing.drift_customers import CustomerCheck
from core.billing.drift_invoices import InvoiceCheck
from core.billing.drift_minutes import MinuteCheck
from core.billing.ports import PaymentProvider
from core.billing.provider_jobs import ProviderJobs
from core.billing.tables import DriftRow, Payer, SubscriptionRow
from core.clock import Clock
from core.db import Database
from core.errors import NotFound
from core.texts import N_


class Reconciling:
    """Compares, lists, fixes: customers, invoices, and minutes at the meter."""

    def __init__(
        self, *, database: Database, clock: Clock, provider: PaymentProvider, jobs: ProviderJobs, audit: Audit
    ) -> None:
        self._database, self._clock, self._audit = database, clock, audit
        self._checks: dict[str, Check] = {
            "customer": CustomerCheck(database=database, provider=provider),
            "invoice": InvoiceCheck(database=database, clock=clock, provider=provider, jobs=jobs),
            "meter": MinuteCheck(database=database, clock=clock, provider=provider, jobs=jobs),
        }

    async def run(self) -> int:
        """Compare everything; how many drifts stand open afterwards."""
        found = [drift for check in self._checks.values() for drift in await check.differences()]
        for drift in found:
            await self._list(drift)
        return await self._forget_others({(drift.subject, drift.field) for drift in found})

    async def _list(self, drift: Drift) -> None:
        now = self._clock.now()
        open_one = (
            col(DriftRow.subject) == drift.subject,
            col(DriftRow.field) == drift.field,
            col(DriftRow.fixed_at).is_(None),
        )
        ours, theirs = drift.ours[:200], drift.theirs[:200]
        try:
            async with self._database.session() as session:
                known = await session.exec(
                    update(DriftRow).where(*open_one).values(ours=ours, theirs=theirs, seen_at=now)
                )
                if known.rowcount == 0:
                    session.add(
                        DriftRow(
                            subject=drift.subject, field=drift.field, subscription_id=drift.subscription_id,
                            ours=ours, theirs=theirs, found_at=now, seen_at=now,
                        )
                    )  # fmt: skip
        except IntegrityError:
            return  # another run listed it in the same moment

    async def _forget_others(self, seen: set[tuple[str, str]]) -> int:
        async with self._database.session() as session:
            standing = (await session.exec(select(DriftRow).where(col(DriftRow.fixed_at).is_(None)))).all()
            gone = [one for one in standing if (one.subject, one.field) not in seen]
            for one in gone:
                one.fixed_at, one.fixed_by = self._clock.now(), "gone by itself"
                session.add(one)
        return len(standing) - len(gone)

    async def drifts(self) -> list[DriftRow]:
        """Open ones, oldest first."""
        query = select(DriftRow).where(col(DriftRow.fixed_at).is_(None)).order_by(col(DriftRow.found_at))
        async with self._database.session() as session:
            return list((await session.exec(query)).all())

    async def whom(self, drifts: Sequence[DriftRow]) -> Mapping[UUID, str]:
        """Whom each speaks of: the home of an invoice, the payer of a customer, with the day of minutes."""
        payers = {drift.id: UUID(drift.subject.split("/")[1]) for drift in drifts if drift.subscription_id is None}
        homes = [drift.subscription_id for drift in drifts if drift.subscription_id is not None]
        async with self._database.session() as session:
            named = select(Payer.id, Payer.name).where(col(Payer.id).in_(set(payers.values())))
            placed = select(SubscriptionRow.id, SubscriptionRow.address).where(col(SubscriptionRow.id).in_(homes))
            words = dict((await session.exec(named)).all()) | dict((await session.exec(placed)).all())
        found = {}
        for drift in drifts:
            about, day = drift.subscription_id or payers[drift.id], drift.subject.split("/")[2:]
            found[drift.id] = ", ".join([words.get(about, ""), *day])
        return found

    async def fix(self, drift_id: UUID, *, by: str) -> str:
        """Put it right, each kind in its own way. ``Conflict`` when a person must look at it first."""
        async with self._database.session() as session:
            drift = await session.get(DriftRow, drift_id)
        if drift is None or drift.fixed_at is not None:
            raise NotFound(N_("this difference is gone already"))
        kind, object_id = drift.subject.split("/", 1)
        done = await self._checks[kind].fix(drift)
        async with self._database.session() as session:
            await session.exec(
                update(DriftRow)
                .where(col(DriftRow.id) == drift_id)
                .values(fixed_at=self._clock.now(), fixed_by=by[:254])
            )
            await self._audit.record(
                actor=by, action="billing.drift_fixed", object_type=kind, object_id=object_id,
                before={"ours": drift.ours, "theirs": drift.theirs}, after={"done": done}, session=session,
            )  # fmt: skip
        return done
