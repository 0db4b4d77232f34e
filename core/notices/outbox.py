"""At least once, never twice the same: notices are stored in the transaction of what they tell, and delivered after it.

A channel that fails is asked again, the wait doubling; a process killed between delivering and noting it delivers
again, so channels must bear a notice that comes twice (the bell does: it shows rows, not messages).
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.db import Database
from core.errors import MowthosError
from core.events import Event
from core.notices.model import Channel, ChannelAdapter, Notice, NoticeView, Weight
from core.notices.tables import NoticeOutbox
from core.texts import kept, recalled

log = structlog.get_logger(__name__)

AT_ONCE = 500
RETRY_FIRST_S, RETRY_MOST_S = 10, 3_600
LONGEST = 1_000


async def put_notices(session: AsyncSession, notices: Iterable[Notice], clock: Clock) -> int:
    """Store those whose key is new, in the caller's transaction. Returns their number."""
    fresh = {notice.key: notice for notice in notices}
    if not fresh:
        return 0
    known = (await session.exec(select(NoticeOutbox.key).where(col(NoticeOutbox.key).in_(fresh)))).all()
    now = clock.now()
    for key in set(fresh) - set(known):
        notice = fresh[key]
        session.add(
            NoticeOutbox(
                key=notice.key,
                channel=notice.channel,
                person_id=notice.person_id,
                kind=notice.kind,
                weight=notice.weight,
                title=kept(notice.title, most=LONGEST),
                body=kept(notice.body, most=LONGEST),
                link=notice.link,
                group=notice.group,
                created_at=now,
                due_at=now,
            )
        )
    await session.flush()
    return len(fresh) - len(known)


class InApp:
    """The channel to the bell: the row itself is what is shown, so delivering is telling the open pages."""

    def __init__(self) -> None:
        self.delivered: Event[tuple[UUID, NoticeView]] = Event("notice_delivered")

    async def deliver(self, person_id: UUID, notice: NoticeView) -> None:
        self.delivered.emit((person_id, notice))


class Outbox:
    """Delivers what is pending."""

    def __init__(self, database: Database, clock: Clock, channels: Mapping[Channel, ChannelAdapter]) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels

    async def flush(self) -> int:
        """One round over what is due. Returns the number delivered."""
        now = self._clock.now()
        async with self._database.session() as session:
            query = (
                select(NoticeOutbox)
                .where(col(NoticeOutbox.delivered_at).is_(None), NoticeOutbox.due_at <= now)
                .order_by(col(NoticeOutbox.due_at), col(NoticeOutbox.id))
                .limit(AT_ONCE)
            )
            rows = list((await session.exec(query)).all())
        return sum([await self._deliver(row) for row in rows])

    async def _deliver(self, row: NoticeOutbox) -> bool:
        adapter = self._channels.get(Channel(row.channel))
        error = ""
        if adapter is None:
            error = f"no channel {row.channel}"
        else:
            try:
                await adapter.deliver(row.person_id, notice_view(row))
            except MowthosError as failure:
                error = failure.message
        now = self._clock.now()
        async with self._database.session() as session:
            stored = await session.get_one(NoticeOutbox, row.id)
            stored.attempts += 1
            stored.last_error = error[:300]
            if error:
                wait_s = min(RETRY_FIRST_S * 2 ** (stored.attempts - 1), RETRY_MOST_S)
                stored.due_at = now + timedelta(seconds=wait_s)
                log.warning("notices.not_delivered", channel=row.channel, attempts=stored.attempts, error=error)
            else:
                stored.delivered_at = now
            session.add(stored)
        return not error


def notice_view(row: NoticeOutbox) -> NoticeView:
    return NoticeView(
        id=row.id,
        kind=row.kind,
        title=recalled(row.title),
        body=recalled(row.body),
        link=row.link,
        group=row.group,
        weight=Weight(row.weight),
        created_at=row.created_at,
        delivered_at=row.delivered_at,
        read_at=row.read_at,
    )
