"""What outside systems told of messages later, and the messages that died: listed for people, who may try again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, update
from sqlmodel import col, select

from core.accounts import Audit, ConsentKind, Viewer, withdraw_consent
from core.clock import Clock
from core.db import Database
from core.db.pages import Page, paged
from core.errors import NotFound
from core.notices.model import Channel
from core.notices.tables import NoticeDelivery, NoticeOutbox, NoticePhone
from core.texts import N_, recalled

FINAL = frozenset({"delivered", "undelivered", "failed"})
LOST = frozenset({"undelivered", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """One message over one channel, and how it stands."""

    id: UUID
    notice_id: UUID
    person_id: UUID
    channel: Channel
    kind: str
    title: str
    state: str
    reason: str
    attempts: int
    last_error: str
    created_at: datetime
    due_at: datetime
    confirmed_at: datetime | None
    receipt: str


class DeliveryBook:
    """Deliveries as people see them."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database, self._clock, self._audit = database, clock, audit

    async def dead(self, limit: int = 200, page: Page | None = None) -> Sequence[DeliveryView]:
        """Those that were given up, newest first; with ``page`` those of it and one more. What was folded into
        one goes with it, unlisted."""
        query = (
            select(NoticeDelivery, NoticeOutbox)
            .join(NoticeOutbox, col(NoticeOutbox.id) == col(NoticeDelivery.notice_id))
            .where(NoticeDelivery.state == "dead")
            .order_by(col(NoticeDelivery.created_at).desc(), col(NoticeDelivery.id).desc())
            .limit(limit)
        )
        if page is not None:
            query = paged(query, (col(NoticeDelivery.created_at), col(NoticeDelivery.id)), page)
        async with self._database.session() as session:
            return [_view(delivery, notice) for delivery, notice in (await session.exec(query)).all()]

    async def of_notice(self, notice_id: UUID) -> Sequence[DeliveryView]:
        """The deliveries of one notice."""
        query = (
            select(NoticeDelivery, NoticeOutbox)
            .join(NoticeOutbox, col(NoticeOutbox.id) == col(NoticeDelivery.notice_id))
            .where(NoticeDelivery.notice_id == notice_id)
            .order_by(col(NoticeDelivery.channel))
        )
        async with self._database.session() as session:
            return [_view(delivery, notice) for delivery, notice in (await session.exec(query)).all()]

    async def waiting(self) -> int:
        """How many wait to go out, now or later."""
        query = select(func.count()).select_from(NoticeDelivery).where(NoticeDelivery.state == "waiting")
        async with self._database.session() as session:
            return int((await session.exec(query)).one())

    async def try_again(self, delivery_id: UUID, *, by: Viewer, source: str = "web") -> None:
        """Give a dead message its attempts back, from now. ``NotFound`` unless it is dead."""
        now = self._clock.now()
        again = (
            update(NoticeDelivery)
            .where(col(NoticeDelivery.id) == delivery_id, col(NoticeDelivery.state) == "dead")
            .values(state="waiting", attempts=1, due_at=now, reason="", receipt="", reference="", confirmed_at=None)
        )
        async with self._database.session() as session:
            if not (await session.exec(again)).rowcount:
                raise NotFound(N_("no message that was given up has this id"))
            await self._audit.record(
                actor=by.email,
                person_id=by.person_id,
                action="notices.try_again",
                object_type="delivery",
                object_id=str(delivery_id),
                source=source,
                session=session,
            )

    async def note_receipt(
        self, delivery_id: UUID, reference: str, status: str, *, error: str = "", stopped: bool = False
    ) -> bool:
        """What became of a message that was handed over. Whether it told anything new.

        A final word is never taken back by one that comes late; a lost message is dead and listed. Only a word about
        the message we know of counts: ``reference`` is the outside system's name for it."""
        now = self._clock.now()
        values: dict[str, object] = {"receipt": status}
        if status in LOST:
            values |= {"state": "dead", "last_error": error[:300]}
        fresh = (
            update(NoticeDelivery)
            .where(col(NoticeDelivery.id) == delivery_id, col(NoticeDelivery.receipt).not_in(FINAL | {status}))
            .where(or_(col(NoticeDelivery.reference) == reference, col(NoticeDelivery.reference) == ""))
            .values(reference=reference, **values)
        )
        person = select(NoticeDelivery.person_id).where(col(NoticeDelivery.id) == delivery_id)
        async with self._database.session() as session:
            noted = bool((await session.exec(fresh)).rowcount)
            if noted and stopped:
                halt = update(NoticePhone).where(col(NoticePhone.person_id).in_(person))
                await session.exec(halt.values(stopped_at=now))
                for person_id in (await session.exec(person)).all():
                    await withdraw_consent(session, person_id, ConsentKind.SMS, at=now, source="sms")
        return noted


def _view(delivery: NoticeDelivery, notice: NoticeOutbox) -> DeliveryView:
    return DeliveryView(
        id=delivery.id,
        notice_id=notice.id,
        person_id=delivery.person_id,
        channel=Channel(delivery.channel),
        kind=notice.kind,
        title=recalled(notice.title),
        state=delivery.state,
        reason=delivery.reason,
        attempts=delivery.attempts,
        last_error=recalled(delivery.last_error),
        created_at=delivery.created_at,
        due_at=delivery.due_at,
        confirmed_at=delivery.confirmed_at,
        receipt=delivery.receipt,
    )
