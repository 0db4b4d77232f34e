"""A home that brings another: both are credited once the new one has paid its first bill (E8).

The credit is an ordinary fact of either subscription, under a key made of the referral and the side: however often the
job runs, and wherever it is killed, each side is credited once. What was promised when the code was named holds, though
the setting may change. A home whose subscription has ended waits for its credit until it has one again; a refund of
that first bill takes nothing back.
"""

import secrets
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import exists, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.accounts import Audit
from core.billing.facts import FactKind
from core.billing.referral_tables import Referral, ReferralCode
from core.billing.status import Status
from core.billing.subscriptions import Subscriptions
from core.billing.tables import InvoiceRow, SubscriptionRow
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, NotFound
from core.texts import N_

log = structlog.get_logger(__name__)

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = 8
BY_JOB = "billing.referrals"
NOTES = {
    "brought": N_("Welcome: you joined by a neighbour's code"),
    "by": N_("Thank you: a neighbour joined by your code"),
}
"""What the line of the bill says, by side. It names nobody."""


class Referrals:
    """``code_of``, ``name`` and the job ``run``. ``minor`` 0: none are given."""

    def __init__(self, *, database: Database, clock: Clock, desk: Subscriptions, audit: Audit, minor: int = 0) -> None:
        self._database, self._clock, self._desk, self._audit = database, clock, desk, audit
        self.minor = minor

    async def code_of(self, household_id: UUID) -> str:
        """The home's code, made when it is first asked for."""
        for _ in range(3):
            async with self._database.session() as session:
                row = await session.get(ReferralCode, household_id)
            if row is not None:
                return row.code
            fresh = ReferralCode(household_id=household_id, code=_new_code(), made_at=self._clock.now())
            try:
                async with self._database.session() as session:
                    session.add(fresh)
            except IntegrityError:  # asked for twice at the same moment
                continue
        raise Conflict(N_("no code could be made: try again"))

    async def known_code(self, household_id: UUID) -> str | None:
        """The home's code if it was ever asked for; nothing is made."""
        async with self._database.session() as session:
            row = await session.get(ReferralCode, household_id)
        return None if row is None else row.code

    async def named_by(self, household_id: UUID) -> bool:
        """Whether the home has said who brought it."""
        async with self._database.session() as session:
            return (await session.exec(select(exists().where(col(Referral.brought_id) == household_id)))).one()

    async def name(self, code: str, *, brought_id: UUID, by: str) -> None:
        """A home says whose code it came by; the same again does nothing.

        ``NotFound`` for an unknown code; ``Conflict`` for one's own, for a second one, for a home that has paid a bill
        already, and for two homes that would bring each other."""
        if self.minor <= 0:
            raise Conflict(N_("no credit is given for bringing a neighbour here"))
        async with self._database.session() as session:
            found = (await session.exec(select(ReferralCode).where(ReferralCode.code == _plain(code)))).first()
            if found is None:
                raise NotFound(N_("this code is unknown: look at it again"))
            before = (await session.exec(select(Referral).where(Referral.brought_id == brought_id))).first()
        if before is not None and before.by_id == found.household_id:
            return
        if before is not None:
            raise Conflict(N_("this home has named another code already"))
        if found.household_id == brought_id:
            raise Conflict(N_("this is your own code: hand it to a neighbour"))
        await self._write(found.household_id, brought_id, by)

    async def _write(self, by_id: UUID, brought_id: UUID, by: str) -> None:
        row = Referral(brought_id=brought_id, by_id=by_id, minor=self.minor, named_at=self._clock.now())
        try:
            async with self._database.session() as session:
                if (await session.exec(select(_has_paid(brought_id)))).one():
                    raise Conflict(N_("a code is for homes that have not paid a bill yet"))
                other_way = (col(Referral.brought_id) == by_id) & (col(Referral.by_id) == brought_id)
                if (await session.exec(select(exists().where(other_way)))).one():
                    raise Conflict(N_("this home came by your own code"))
                session.add(row)
                await session.flush()
                await self._audit.record(
                    actor=by, action="referral.name", object_type="household", object_id=str(brought_id),
                    after={"minor": row.minor, "by": str(by_id)}, session=session,
                )  # fmt: skip
        except IntegrityError as error:
            raise Conflict(N_("this home has named another code already")) from error

    async def run(self) -> int:
        """The job: credit both sides of every referral whose home has paid its first bill; how many credits are new."""
        open_ones = or_(col(Referral.brought_credited_at).is_(None), col(Referral.by_credited_at).is_(None))
        async with self._database.session() as session:
            waiting = (await session.exec(select(Referral).where(open_ones).order_by(col(Referral.named_at)))).all()
            due = [one for one in waiting if (await session.exec(select(_has_paid(one.brought_id)))).one()]
        return sum([await self._credit(one) for one in due])

    async def _credit(self, referral: Referral) -> int:
        made = 0
        sides = (
            ("brought", referral.brought_id, referral.brought_credited_at),
            ("by", referral.by_id, referral.by_credited_at),
        )
        for side, household_id, credited_at in sides:
            if credited_at is None:
                made += await self._credit_side(referral, side, household_id)
        return made

    async def _credit_side(self, referral: Referral, side: str, household_id: UUID) -> int:
        live = [row for row in await self._rows(household_id) if row.status != Status.CANCELED]
        if not live:
            return 0
        data = {"minor": referral.minor, "note": NOTES[side]}
        try:
            await self._desk.tell(
                live[0].id, FactKind.CREDITED, data, key=f"referral/{referral.id}/{side}", by=BY_JOB, reason=NOTES[side]
            )
        except Conflict as error:  # it ended meanwhile: the next run looks again
            log.info("referral.not_credited", referral=str(referral.id), side=side, reason=error.message)
            return 0
        column = {"brought": col(Referral.brought_credited_at), "by": col(Referral.by_credited_at)}[side]
        async with self._database.session() as session:
            mine = (col(Referral.id) == referral.id, column.is_(None))
            done = await session.exec(update(Referral).where(*mine).values({column: self._clock.now()}))
        return int(done.rowcount)

    async def _rows(self, household_id: UUID) -> Sequence[SubscriptionRow]:
        """The home's subscriptions, the oldest first: the same one however often it is asked."""
        query = select(SubscriptionRow).where(col(SubscriptionRow.household_id) == household_id)
        async with self._database.session() as session:
            rows = await session.exec(query.order_by(col(SubscriptionRow.created_at), col(SubscriptionRow.id)))
            return rows.all()


def _has_paid(household_id: UUID) -> "exists":  # type: ignore[valid-type]
    """Whether the home has paid a bill that asked for money."""
    return exists().where(
        col(InvoiceRow.subscription_id) == col(SubscriptionRow.id),
        col(SubscriptionRow.household_id) == household_id,
        col(InvoiceRow.paid_at).is_not(None),
        col(InvoiceRow.due_minor) > 0,
    )


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))


def _plain(code: str) -> str:
    """Spaces, dashes and small letters make no difference."""
    return "".join(letter for letter in code.upper() if letter.isalnum())[:12]
