"""Joining: a household chooses cluster and plan; the subscription is pending until a card is saved."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.accounts import Audit
from core.billing import store
from core.billing.facts import Fact, FactKind
from core.billing.life import replay
from core.billing.life_model import DEFAULT_RULES, BillingRules
from core.billing.periods import to_second
from core.billing.plans import Plans
from core.billing.status import Status
from core.billing.tables import FactRow, Payer, SubscriptionRow
from core.billing.terms import PlanTerms, terms_dict
from core.billing.usage import UsageLedger
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid
from core.texts import N_, Text


class Joining:
    """The first step of a subscription, and who pays."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: Audit,
        plans: Plans,
        ledger: UsageLedger,
        rules: BillingRules = DEFAULT_RULES,
    ) -> None:
        self._database, self._clock, self._audit = database, clock, audit
        self._plans, self._ledger = plans, ledger
        self.rules = rules

    async def pre_join(
        self,
        *,
        household_id: UUID,
        lot_id: UUID,
        cluster_id: UUID | None,
        address: str,
        host: bool,
        lawn_m2: float,
        plan_version_id: UUID,
        payer_name: str,
        payer_email: str,
        person_id: UUID | None,
        by: str,
    ) -> UUID:
        """Choose cluster and plan; the card comes next. The id of the subscription, which is pending until then.

        The same lot again, while it is pending, returns the first with the plan chosen now. ``Conflict`` when it has a
        live subscription already; ``Invalid`` when its lawn is larger than the plan covers.
        """
        terms = await self._plans.offered_version(plan_version_id)
        if not terms.covers(lawn_m2):
            raise Invalid(
                Text(
                    "{plan} covers lawns up to {cap} m²; this one has {lawn} m²",
                    plan=terms.name, cap=terms.area_cap_m2, lawn=round(lawn_m2),
                )
            )  # fmt: skip
        standing = await self.live_of_lot(lot_id)
        if standing is not None:
            if standing.status != Status.PENDING:
                raise Conflict(N_("this home has a subscription already"))
            await self._choose_again(standing.id, terms, by)
            return standing.id
        now = to_second(self._clock.now())
        data = {"terms": terms_dict(terms), "host": host, "trial_days": self.rules.trial_days}
        joined = Fact(now, FactKind.JOINED, data)
        life = replay([joined], now)
        try:
            async with self._database.session() as session:
                payer = await self._payer(session, payer_name, payer_email, person_id)
                row = SubscriptionRow(
                    household_id=household_id,
                    lot_id=lot_id,
                    cluster_id=cluster_id,
                    payer_id=payer.id,
                    address=address[:120],
                    host=host,
                    facts=1,
                    created_at=now,
                    **store.snapshot(life, self.rules),
                )
                session.add(row)
                await session.flush()
                new = [store.NewFact(joined, f"{row.id}/joined", by)]
                await session.exec(insert(FactRow), params=store.fact_rows(row.id, 0, new, now))
                await self._record(session, row, joined, by)
        except IntegrityError as error:
            raise Conflict(N_("this home has a subscription already")) from error
        return row.id

    async def is_live(self, lot_id: UUID) -> bool:
        """Whether a home has a subscription, be it pending."""
        return await self.live_of_lot(lot_id) is not None

    async def live_of_lot(self, lot_id: UUID) -> SubscriptionRow | None:
        query = select(SubscriptionRow).where(
            col(SubscriptionRow.lot_id) == lot_id, col(SubscriptionRow.status) != Status.CANCELED.value
        )
        async with self._database.session() as session:
            return (await session.exec(query)).first()

    async def _choose_again(self, subscription_id: UUID, terms: PlanTerms, by: str) -> None:
        """Another plan for one that is pending."""
        raise NotImplementedError

    async def _payer(self, session: Any, name: str, email: str, person_id: UUID | None) -> Payer:
        same = col(Payer.person_id) == person_id if person_id else col(Payer.email) == email.lower()
        found: Payer | None = (await session.exec(select(Payer).where(same))).first()
        if found is None:
            found = Payer(person_id=person_id, name=name[:120], email=email.lower(), created_at=self._clock.now())
            session.add(found)
            await session.flush()
        return found

    async def _record(self, session: Any, row: SubscriptionRow, fact: Fact, by: str, reason: str = "") -> None:
        shown = {name: value for name, value in fact.data.items() if name != "terms"}
        if "terms" in fact.data:
            shown["plan"] = f"{fact.data['terms']['name']} v{fact.data['terms']['version']}"
        await self._audit.record(
            actor=by,
            action=f"billing.{fact.kind.value}",
            object_type="subscription",
            object_id=str(row.id),
            after=shown | {"address": row.address},
            reason=reason or str(fact.data.get("reason", "") or fact.data.get("note", "")),
            session=session,
        )
