"""Sends what is due over mail and SMS: at least once, each under its own id, and never again once it was confirmed.

An attempt first claims its row: the claim counts it and puts the next look behind a lease, in one conditional update,
so that of two processes one sends. A process killed after that leaves a row that comes up again when the lease ends,
with the same id and the same lines; a mail server then sees the same Message-ID, and SMS looks before it sends again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlmodel import col, select

from core.accounts import ConsentKind, withdraw_consent
from core.clock import Clock
from core.db import Database
from core.errors import Invalid, MowthosError
from core.notices.bundles import Bundle, Due, bundles
from core.notices.model import Channel, NoticeView, Parcel, Reader, Readers, Sender, Unreachable, Weight, Wording
from core.notices.outbox import notice_view
from core.notices.retries import DEFAULT_RETRIES, RetryRules, wait_after
from core.notices.routing import HOUR, Reason, Verdict, facts_of, route
from core.notices.tables import NoticeDelivery, NoticeOutbox, NoticePhone
from core.texts import kept

log = structlog.get_logger(__name__)

AT_ONCE = 500
SIDE_BY_SIDE = 8
"""People who are written to at once; what goes to one person goes in order."""

type Row = tuple[NoticeDelivery, NoticeOutbox]


class Sending:
    """The outside channels at work. ``senders`` are those that are configured."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        readers: Readers,
        wording: Wording,
        senders: Mapping[Channel, Sender],
        rules: RetryRules = DEFAULT_RETRIES,
    ) -> None:
        self._database, self._clock, self._readers = database, clock, readers
        self._wording, self._senders, self._rules = wording, senders, rules

    async def run(self) -> int:
        """Everything that is due now, once; how many messages were confirmed.

        What is broken about one person's messages keeps nobody else's back; it is raised when all is done."""
        rows = await self._due()
        if not rows:
            return 0
        readers = await self._readers({delivery.person_id for delivery, _notice in rows})
        places = asyncio.Semaphore(SIDE_BY_SIDE)

        async def turn(reader: Reader | None, channel: Channel, mine: Sequence[Row]) -> int:
            async with places:
                return await self._tell(reader, channel, mine)

        def whose(row: Row) -> tuple[UUID, str]:
            return row[0].person_id, row[0].channel

        groups = [(key, list(mine)) for key, mine in groupby(sorted(rows, key=whose), key=whose)]
        turns = [turn(readers.get(person), Channel(channel), mine) for (person, channel), mine in groups]
        done = await asyncio.gather(*turns, return_exceptions=True)
        for broken in done:
            if isinstance(broken, BaseException):
                raise broken
        return sum(count for count in done if isinstance(count, int))

    async def _due(self) -> list[Row]:
        channels = [channel.value for channel in self._senders]
        query = (
            select(NoticeDelivery, NoticeOutbox)
            .join(NoticeOutbox, col(NoticeOutbox.id) == col(NoticeDelivery.notice_id))
            .where(NoticeDelivery.state == "waiting", NoticeDelivery.due_at <= self._clock.now())
            .where(col(NoticeDelivery.channel).in_(channels))
            .order_by(col(NoticeDelivery.due_at), col(NoticeDelivery.id))
            .limit(AT_ONCE)
        )
        async with self._database.session() as session:
            return list((await session.exec(query)).all())

    async def _tell(self, reader: Reader | None, channel: Channel, mine: Sequence[Row]) -> int:
        """One person's messages over one channel, in order."""
        off = {delivery.id: self._off(reader, channel, notice) for delivery, notice in mine}
        for delivery, _notice in mine:
            if reason := off[delivery.id]:
                await self._put_aside([delivery], state="dropped", reason=reason.value)
        rows = {delivery.id: (delivery, notice) for delivery, notice in mine if not off[delivery.id]}
        if reader is None or not rows:
            return 0
        sent = await self._sent_lately(reader.person_id, channel)
        confirmed = 0
        for bundle in bundles([_due(delivery, notice) for delivery, notice in rows.values()]):
            delivery, notice = rows[bundle.first.id]
            now = self._clock.now()
            decision = route(facts_of(reader, notice.kind, bundle.first.weight, channel, sent=sent, now=now))
            if decision.until is not None:
                held = [delivery, *(rows[one.id][0] for one in bundle.others)]
                await self._put_aside(held, due_at=decision.until, reason=decision.reason.value)
            elif await self._send(reader, channel, bundle, rows):
                confirmed += 1
                sent.append(self._clock.now())
        return confirmed

    def _off(self, reader: Reader | None, channel: Channel, notice: NoticeOutbox) -> Reason | None:
        """Why it goes nowhere, if so: they may have chosen otherwise since it was routed."""
        if reader is None:
            return Reason.CLOSED
        facts = facts_of(reader, notice.kind, Weight(notice.weight), channel, now=self._clock.now())
        decision = route(facts)
        return decision.reason if decision.verdict is Verdict.OFF else None

    async def _send(self, reader: Reader, channel: Channel, bundle: Bundle, rows: Mapping[UUID, Row]) -> bool:
        delivery, notice = rows[bundle.first.id]
        others = await self._claim(delivery, [one.id for one in bundle.others])
        if others is None:
            return False  # another process has it
        parcel = Parcel(id=delivery.id, channel=channel, reader=reader, notice=notice_view(notice), others=others)
        letter = replace(self._wording.letter(parcel), tried_at=delivery.tried_at)
        try:
            reference = await self._senders[channel].send(letter)
        except MowthosError as failure:
            await self._failed(delivery, failure)
            return False
        await self._confirm(delivery, reference)
        return True

    async def _claim(self, delivery: NoticeDelivery, others: Sequence[UUID]) -> list[NoticeView] | None:
        """Make the attempt ours; the notices that go with it. ``None`` when somebody else was first."""
        now = self._clock.now()
        mine = (
            update(NoticeDelivery)
            .where(col(NoticeDelivery.id) == delivery.id, col(NoticeDelivery.state) == "waiting")
            .where(col(NoticeDelivery.attempts) == delivery.attempts)
            .values(attempts=delivery.attempts + 1, due_at=now + self._rules.lease, tried_at=delivery.tried_at or now)
        )
        fold = (
            update(NoticeDelivery)
            .where(col(NoticeDelivery.id).in_(others), col(NoticeDelivery.state) == "waiting")
            .where(col(NoticeDelivery.attempts) == 0)
            .values(state="folded", folded_into=delivery.id)
        )
        query = (
            select(NoticeOutbox)
            .join(NoticeDelivery, col(NoticeDelivery.notice_id) == col(NoticeOutbox.id))
            .where(NoticeDelivery.folded_into == delivery.id)
            .order_by(col(NoticeOutbox.created_at), col(NoticeOutbox.id))
        )
        async with self._database.session() as session:
            if not (await session.exec(mine)).rowcount:
                return None
            if others:
                await session.exec(fold)
            return [notice_view(row) for row in (await session.exec(query)).all()]

    async def _confirm(self, delivery: NoticeDelivery, reference: str) -> None:
        now = self._clock.now()
        told = {"state": "confirmed", "confirmed_at": now, "reference": reference[:120], "last_error": "", "reason": ""}
        # one that the outside system has called lost meanwhile stays so
        mine = update(NoticeDelivery).where(col(NoticeDelivery.id) == delivery.id)
        mine = mine.where(col(NoticeDelivery.state) == "waiting")
        with_it = update(NoticeDelivery).where(col(NoticeDelivery.folded_into) == delivery.id)
        async with self._database.session() as session:
            await session.exec(mine.values(**told))
            await session.exec(with_it.values(confirmed_at=now))

    async def _failed(self, delivery: NoticeDelivery, failure: MowthosError) -> None:
        """Try later, or give up: at once where the address is the reason, else after the last attempt."""
        attempts = delivery.attempts + 1
        hopeless = isinstance(failure, Unreachable | Invalid)
        wait = None if hopeless else wait_after(attempts, self._rules)
        values: dict[str, object] = {"last_error": kept(failure.message, most=300)}
        values |= {"state": "dead"} if wait is None else {"due_at": self._clock.now() + wait}
        log.warning(
            "notices.not_sent", channel=delivery.channel, delivery=str(delivery.id), attempts=attempts,
            error=failure.message, dead=wait is None,
        )  # fmt: skip
        async with self._database.session() as session:
            await session.exec(update(NoticeDelivery).where(col(NoticeDelivery.id) == delivery.id).values(**values))
            if isinstance(failure, Unreachable) and failure.stopped:
                stopped = update(NoticePhone).where(col(NoticePhone.person_id) == delivery.person_id)
                await session.exec(stopped.values(stopped_at=self._clock.now()))
                await withdraw_consent(session, delivery.person_id, ConsentKind.SMS, at=self._clock.now(), source="sms")

    async def _put_aside(self, deliveries: Sequence[NoticeDelivery], **values: object) -> None:
        async with self._database.session() as session:
            for delivery in deliveries:
                untouched = update(NoticeDelivery).where(
                    col(NoticeDelivery.id) == delivery.id,
                    col(NoticeDelivery.state) == "waiting",
                    col(NoticeDelivery.attempts) == delivery.attempts,
                )
                await session.exec(untouched.values(**values))

    async def _sent_lately(self, person_id: UUID, channel: Channel) -> list[datetime]:
        query = select(NoticeDelivery.confirmed_at).where(
            NoticeDelivery.person_id == person_id,
            NoticeDelivery.channel == channel.value,
            NoticeDelivery.state == "confirmed",
            col(NoticeDelivery.confirmed_at) > self._clock.now() - HOUR,
        )
        async with self._database.session() as session:
            return [moment for moment in (await session.exec(query)).all() if moment is not None]


def _due(delivery: NoticeDelivery, notice: NoticeOutbox) -> Due:
    held = delivery.reason in (Reason.QUIET, Reason.LIMIT)
    return Due(delivery.id, Weight(notice.weight), notice.created_at, held, delivery.attempts)
