"""What the payment provider is told, once: each row's id is its idempotency key, and is tried until it is settled.

`Unavailable` means try again later, with the same key. `CardDeclined` is an answer: the bill is unpaid. Any other
refusal ends the row as failed and is listed for a person. A process killed between call and commit calls again with the
same key, and the provider answers as it did before.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from sqlmodel import col, select

from core.billing.facts import FactKind
from core.billing.ports import CardDeclined, PaymentProvider
from core.billing.provider_jobs import ProviderJobs
from core.billing.subscriptions import Subscriptions
from core.billing.tables import OutboxRow
from core.clock import Clock
from core.db import Database
from core.errors import MowthosError, NotFound, Unavailable
from core.texts import N_, kept

log = structlog.get_logger(__name__)

BATCH = 200
WAITS_S = (5, 30, 120, 600, 3_600)
"""Seconds between tries; the last one for ever."""


class Outbox:
    """Sends what waits."""

    def __init__(
        self, *, database: Database, clock: Clock, provider: PaymentProvider, desk: Subscriptions, jobs: ProviderJobs
    ) -> None:
        self._database, self._clock, self._provider, self._desk = database, clock, provider, desk
        self._kinds: Mapping[str, Callable[[OutboxRow], Awaitable[str]]] = {
            "invoice": jobs.invoice,
            "retry": jobs.retry,
            "void": jobs.void,
            "refund": jobs.refund,
            "meter": jobs.meter,
        }

    async def run(self) -> int:
        """Send everything due, in order. Returns how many rows were settled."""
        settled = 0
        for row_id in await self._due():
            settled += await self._send(row_id)
        return settled

    async def _due(self) -> list[UUID]:
        query = (
            select(OutboxRow.id)
            .where(col(OutboxRow.state) == "waiting", col(OutboxRow.next_at) <= self._clock.now())
            .order_by(col(OutboxRow.created_at), col(OutboxRow.id))
            .limit(BATCH)
        )
        async with self._database.session() as session:
            return list((await session.exec(query)).all())

    async def _send(self, row_id: UUID) -> bool:
        async with self._database.session() as session:
            row = await session.get(OutboxRow, row_id)
        if row is None or row.state != "waiting":
            return False
        try:
            answer = await self._kinds[row.kind](row)
        except Unavailable as error:
            await self._later(row, error)
            return False
        except CardDeclined as error:
            await self._declined(row)
            await self._end(row, "done", str(error.decline))
        except MowthosError as error:
            log.error("billing.outbox_failed", kind=row.kind, subject=row.subject, error=error.message)
            await self._end(row, "failed", "", error)
        else:
            await self._end(row, "done", answer)
        return True

    async def _declined(self, row: OutboxRow) -> None:
        owner, number = row.subject.split("/")[:2]
        key = f"{row.kind}/{row.id}/declined"
        await self._desk.tell(UUID(owner), FactKind.PAYMENT_FAILED, {"number": int(number)}, key=key, by="provider")

    async def _later(self, row: OutboxRow, error: MowthosError) -> None:
        async with self._database.session() as session:
            fresh = await session.get(OutboxRow, row.id)
            assert fresh is not None
            wait = WAITS_S[min(fresh.attempts, len(WAITS_S) - 1)]
            fresh.attempts += 1
            fresh.next_at = self._clock.now() + timedelta(seconds=wait)
            fresh.error = kept(error.message, most=1000)
            session.add(fresh)

    async def _end(self, row: OutboxRow, state: str, answer: str, error: MowthosError | None = None) -> None:
        async with self._database.session() as session:
            fresh = await session.get(OutboxRow, row.id)
            assert fresh is not None
            fresh.state, fresh.answer = state, answer[:120]
            fresh.attempts += 1
            fresh.done_at = self._clock.now()
            fresh.error = kept(error.message, most=1000) if error else ""
            session.add(fresh)

    async def failed(self) -> list[OutboxRow]:
        """What a person must look at."""
        query = select(OutboxRow).where(col(OutboxRow.state) == "failed").order_by(col(OutboxRow.created_at).desc())
        async with self._database.session() as session:
            return list((await session.exec(query.limit(BATCH))).all())

    async def again(self, row_id: UUID) -> None:
        """Try a failed row once more."""
        async with self._database.session() as session:
            row = await session.get(OutboxRow, row_id)
            if row is None or row.state != "failed":
                raise NotFound(N_("nothing of that name has failed"))
            row.state, row.next_at = "waiting", self._clock.now()
            session.add(row)
        await self.run()
