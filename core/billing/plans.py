"""Plans and their versions: an edit makes a new version for those who join or change; members keep what they have."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit
from core.billing.tables import PlanVersion
from core.billing.terms import Interval, PlanTerms, terms_dict
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.money import Money
from core.texts import N_, Text

CODE_LENGTH, NAME_LENGTH = 40, 80


class Plans:
    """Reads and writes plans."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    async def offered(self) -> Sequence[PlanTerms]:
        """What may be chosen now, cheapest first, monthly before annual."""
        query = select(PlanVersion).where(col(PlanVersion.offered))
        async with self._database.session() as session:
            rows = (await session.exec(query)).all()
        return sorted(map(plan_terms, rows), key=lambda plan: (plan.interval is Interval.YEAR, plan.price.minor))

    async def versions(self) -> Sequence[tuple[PlanTerms, bool]]:
        """Every version, newest first within its plan, and whether it is offered."""
        query = select(PlanVersion).order_by(col(PlanVersion.code), col(PlanVersion.version).desc())
        async with self._database.session() as session:
            return [(plan_terms(row), row.offered) for row in (await session.exec(query)).all()]

    async def get(self, version_id: UUID) -> PlanTerms:
        async with self._database.session() as session:
            row = await session.get(PlanVersion, version_id)
        if row is None:
            raise NotFound(N_("there is no such plan"))
        return plan_terms(row)

    async def offered_version(self, version_id: UUID) -> PlanTerms:
        """``Conflict`` when nobody can choose it any more."""
        found = await self.get(version_id)
        if all(plan.version_id != version_id for plan in await self.offered()):
            raise Conflict(Text("{plan} is no longer offered: choose another plan", plan=found.name))
        return found

    async def save(self, *, by: str, currency: str = "USD", source: str = "web", **figures: Any) -> PlanTerms:
        """A new plan, or a new version of one: ``code``, ``name``, ``interval`` and the figures of `PlanTerms` (money
        in minor units). The version before it stays with its members and is offered no more."""
        terms = new_terms(currency=currency, **figures)
        try:
            async with self._database.session() as session:
                before = await self._latest(session, terms.code)
                if before is not None and (before.interval, before.currency) != (terms.interval, currency):
                    raise Conflict(N_("interval and currency of a plan do not change: make a new plan"))
                version = 1 if before is None else before.version + 1
                await session.exec(update(PlanVersion).where(col(PlanVersion.code) == terms.code).values(offered=False))
                row = _row(terms, version, at=self._clock.now(), by=by)
                session.add(row)
                await self._audit.record(
                    actor=by,
                    action="billing.plan_saved",
                    object_type="plan",
                    object_id=f"{terms.code} v{version}",
                    before=None if before is None else terms_dict(plan_terms(before)),
                    after=terms_dict(plan_terms(row)),
                    source=source,
                    session=session,
                )
        except IntegrityError as error:
            raise Conflict(N_("somebody else saved this plan at the same time: look again")) from error
        return plan_terms(row)

    async def withdraw(self, code: str, *, by: str) -> None:
        """Nobody new can choose it; members keep it."""
        async with self._database.session() as session:
            found = await self._latest(session, code)
            if found is None:
                raise NotFound(N_("there is no such plan"))
            await session.exec(update(PlanVersion).where(col(PlanVersion.code) == code).values(offered=False))
            await self._audit.record(
                actor=by, action="billing.plan_withdrawn", object_type="plan", object_id=code, session=session
            )

    async def _latest(self, session: AsyncSession, code: str) -> PlanVersion | None:
        query = select(PlanVersion).where(col(PlanVersion.code) == code).order_by(col(PlanVersion.version).desc())
        return (await session.exec(query.limit(1))).first()


def new_terms(
    *,
    code: str,
    name: str,
    interval: str,
    currency: str,
    price_minor: int,
    included_minutes: int,
    overage_minor: int,
    area_cap_m2: int = 0,
    priority: int = 0,
    host_discount_percent: int = 0,
    power_minor_per_kwh: int = 0,
) -> PlanTerms:
    """Terms from plain figures; ``Invalid`` says which is wrong."""
    if not (1 <= len(code) <= CODE_LENGTH and code.replace("-", "").isalnum() and code.isascii()):
        raise Invalid(Text("plan code {code!r}: expected letters, digits and dashes", code=code[:CODE_LENGTH]))
    if not 1 <= len(name.strip()) <= NAME_LENGTH:
        raise Invalid(Text("plan name: expected 1 to {most} characters", most=NAME_LENGTH))
    if interval not in set(Interval):
        raise Invalid(Text("interval {interval!r}: expected month or year", interval=interval[:20]))
    return PlanTerms(
        version_id=new_id(),
        code=code.lower(),
        version=1,
        name=name.strip(),
        interval=Interval(interval),
        price=Money(price_minor, currency),
        included_minutes=included_minutes,
        overage=Money(overage_minor, currency),
        area_cap_m2=area_cap_m2,
        priority=priority,
        host_discount_percent=host_discount_percent,
        power_per_kwh=Money(power_minor_per_kwh, currency),
    )


def plan_terms(row: PlanVersion) -> PlanTerms:
    """A stored version as terms."""
    return PlanTerms(
        version_id=row.id,
        code=row.code,
        version=row.version,
        name=row.name,
        interval=Interval(row.interval),
        price=Money(row.price_minor, row.currency),
        included_minutes=row.included_minutes,
        overage=Money(row.overage_minor, row.currency),
        area_cap_m2=row.area_cap_m2,
        priority=row.priority,
        host_discount_percent=row.host_discount_percent,
        power_per_kwh=Money(row.power_minor_per_kwh, row.currency),
    )


def _row(terms: PlanTerms, version: int, *, at: Any, by: str) -> PlanVersion:
    return PlanVersion(
        id=terms.version_id,
        code=terms.code,
        version=version,
        name=terms.name,
        interval=terms.interval.value,
        currency=terms.currency,
        price_minor=terms.price.minor,
        included_minutes=terms.included_minutes,
        overage_minor=terms.overage.minor,
        area_cap_m2=terms.area_cap_m2,
        priority=terms.priority,
        host_discount_percent=terms.host_discount_percent,
        power_minor_per_kwh=terms.power_per_kwh.minor,
        offered=True,
        made_at=at,
        made_by=by[:254],
    )
