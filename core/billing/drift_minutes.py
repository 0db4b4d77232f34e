"""Minutes at the provider's meter against those of the ledger that were told: whole UTC days, the last 30.

A payer whose minutes are still on their way is left for the next night. Minutes that were never told (too old for the
provider, or taken back before) are ours alone and no difference.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Label, func
from sqlmodel import col, select

from core.billing.drift import Drift
from core.billing.payment_values import UsageReport
from core.billing.ports import PaymentProvider
from core.billing.provider_jobs import METER_AGE, METER_EVENT, NEVER_TOLD, TOO_OLD, ProviderJobs
from core.billing.tables import DriftRow, OutboxRow, Payer
from core.billing.usage_tables import UsageEntry
from core.billing.usage_view import minute_of
from core.clock import Clock
from core.db import Database
from core.errors import Conflict
from core.texts import N_

DAYS = 30
DAY = timedelta(days=1)


class MinuteCheck:
    """Ours is the truth: what was refused is sent again; else what the meter lacks of a day, or has too much, is told
    there as one event."""

    def __init__(self, *, database: Database, clock: Clock, provider: PaymentProvider, jobs: ProviderJobs) -> None:
        self._database, self._clock, self._provider, self._jobs = database, clock, provider, jobs

    async def differences(self) -> list[Drift]:
        today = _midnight(self._clock.now().date())
        async with self._database.session() as session:
            payers = (await session.exec(select(Payer).where(col(Payer.provider_id).is_not(None)))).all()
            waiting = select(_payer()).where(col(OutboxRow.kind) == "meter", col(OutboxRow.state) == "waiting")
            on_the_way = set((await session.exec(waiting.distinct())).all())
        told = await self._told(today - DAYS * DAY, today)
        found: list[Drift] = []
        for payer in payers:
            ours = told.get(str(payer.id), 0)
            if str(payer.id) not in on_the_way and ours != await self._counted(payer, today - DAYS * DAY, today):
                found += await self._days(payer, today)
        return found

    async def _days(self, payer: Payer, today: datetime) -> list[Drift]:
        found = []
        for number in range(DAYS, 0, -1):
            begin = today - number * DAY
            ours = (await self._told(begin, begin + DAY)).get(str(payer.id), 0)
            theirs = await self._counted(payer, begin, begin + DAY)
            if ours != theirs:
                found.append(Drift(f"meter/{payer.id}/{begin.date()}", "minutes", str(ours), str(theirs)))
        return found

    async def _told(self, begin: datetime, end: datetime) -> dict[str, int]:
        """Minutes that the provider should have counted, by payer."""
        query = (
            select(_payer(), func.sum(col(UsageEntry.sign) * col(UsageEntry.minutes)))
            .join(UsageEntry, col(UsageEntry.id) == col(OutboxRow.number))
            .where(
                col(OutboxRow.kind) == "meter",
                col(OutboxRow.answer).not_in((TOO_OLD, NEVER_TOLD)),
                *_ended_in(begin, end),
            )
            .group_by("payer")
        )
        async with self._database.session() as session:
            return {payer: int(minutes) for payer, minutes in (await session.exec(query)).all()}

    async def _counted(self, payer: Payer, begin: datetime, end: datetime) -> int:
        meter = await self._jobs.meter_id()
        return await self._provider.metered(meter, payer.provider_id or "", start=begin, end=end)

    async def fix(self, drift: DriftRow) -> str:
        """``Conflict`` when the day is too long ago for the provider."""
        _kind, payer_id, day = drift.subject.split("/")
        begin = _midnight(date.fromisoformat(day))
        if self._clock.now() - begin > METER_AGE:
            raise Conflict(N_("the provider takes minutes of the last 35 days only"))
        async with self._database.session() as session:
            payer = await session.get(Payer, UUID(payer_id))
        assert payer is not None
        if await self._send_again(payer_id, begin):
            return "sent again"
        ours = (await self._told(begin, begin + DAY)).get(payer_id, 0)
        units = ours - await self._counted(payer, begin, begin + DAY)
        if units:
            noon = begin + DAY / 2
            await self._provider.report_usage(
                UsageReport(str(drift.id), METER_EVENT, payer.provider_id or "", units, noon)
            )
        return f"{units:+} minutes told"

    async def _send_again(self, payer_id: str, begin: datetime) -> bool:
        """What the provider refused of that day waits for its next try."""
        query = (
            select(OutboxRow)
            .join(UsageEntry, col(UsageEntry.id) == col(OutboxRow.number))
            .where(col(OutboxRow.kind) == "meter", col(OutboxRow.state) == "failed", *_ended_in(begin, begin + DAY))
        )
        async with self._database.session() as session:
            rows = [row for row in (await session.exec(query)).all() if row.data["payer"] == payer_id]
            for row in rows:
                row.state, row.next_at = "waiting", self._clock.now()
                session.add(row)
        return bool(rows)


def _ended_in(begin: datetime, end: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """An entry counts when it ends, as it is told."""
    ended = col(UsageEntry.start_minute) + col(UsageEntry.minutes)
    return ended >= minute_of(begin), ended < minute_of(end)


def _payer() -> Label[str]:
    """The payer that a meter's row was told for."""
    payer: Label[str] = col(OutboxRow.data)["payer"].as_string().label("payer")
    return payer


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
