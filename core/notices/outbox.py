"""At least once, never twice the same: notices are stored in the transaction of what they tell, and delivered after it.

A channel that fails is asked again, the wait doubling; a process killed between delivering and noting it delivers
again, so channels must bear a notice that comes twice (the bell does: it shows rows, not messages).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.db import Database
from core.errors import MowthosError
from core.events import Event
from core.notices.model import Channel, ChannelAdapter, Notice, NoticeView, Weight
from core.notices.retries import DEFAULT_RETRIES, wait_after
from core.notices.router import Router
from core.notices.tables import NoticeOutbox
from core.texts import kept, recalled

log = structlog.get_logger(__name__)

AT_ONCE = 500
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
                channel=Channel.IN_APP,
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
    """Gives notices their channels and rings the bell; mail and SMS are `core.notices.Sending`'s, which may take long.

    Without a ``router`` everything rings and nothing leaves the house.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        channels: Mapping[Channel, ChannelAdapter],
        *,
        router: Router | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._router = router

    async def flush(self) -> int:
        """One round over what is due. Returns the number delivered."""
        if self._router is not None:
            await self._router.route_fresh()
        return sum([await self._deliver(row) for row in await self._pending(self._clock.now())])

    async def _pending(self, now: datetime) -> list[NoticeOutbox]:
        query = select(NoticeOutbox).where(col(NoticeOutbox.delivered_at).is_(None), NoticeOutbox.due_at <= now)
        if self._router is not None:  # one that was put in this moment is not known yet to ring
            query = query.where(col(NoticeOutbox.routed_at).is_not(None))
        query = query.order_by(col(NoticeOutbox.due_at), col(NoticeOutbox.id)).limit(AT_ONCE)
        async with self._database.session() as session:
            return list((await session.exec(query)).all())

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
                stored.due_at = now + (wait_after(stored.attempts) or DEFAULT_RETRIES.most)  # the bell never gives up
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
