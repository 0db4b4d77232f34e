"""What people do about an alarm: acknowledge, take, assign, comment, clear. One transaction each, with its audit."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, PersonName, Right, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.fleet.alarms.book import AlarmBook, row_of, write_line
from core.fleet.alarms.keeper import AlarmKeeper
from core.fleet.alarms.tables import AlarmRow
from core.fleet.alarms.views import AlarmView, Audience, alarm_view
from core.fleet.alarms.words import alarm_title, fault_of
from core.fleet.faults import FaultLexicon
from core.notices import Notice, Outbox, Weight, put_notices
from core.texts import N_, Text

COMMENT_LENGTH = 1_000

type Act = Callable[[AsyncSession, AlarmRow], Awaitable[None]]
"""What one use case does to the row of an alarm."""


class AlarmDesk:
    """The use cases of those who handle alarms."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: Audit,
        keeper: AlarmKeeper,
        book: AlarmBook,
        lexicon: FaultLexicon,
        audience: Audience,
        outbox: Outbox,
    ) -> None:
        self.audience = audience
        self.lexicon = lexicon
        self.book = book
        self.changed = keeper.changed
        self._database = database
        self._clock = clock
        self._audit = audit
        self._keeper = keeper
        self._outbox = outbox

    async def acknowledge(self, alarm_id: UUID, *, by: Viewer, source: str = "web") -> AlarmView:
        """Say that it was seen; ``Conflict`` when somebody did already, or it is over."""

        async def act(session: AsyncSession, row: AlarmRow) -> None:
            if row.acknowledged_at is not None:
                raise Conflict(Text("{name} acknowledged it already", name=row.acknowledged_by))
            self._acknowledge(session, row, by)

        return await self._change(alarm_id, "acknowledge", act, by=by, source=source)

    async def assign(self, alarm_id: UUID, person_id: UUID, *, by: Viewer, source: str = "web") -> AlarmView:
        """Give it an owner, who is told. Taking it oneself acknowledges it, too."""
        handler = await self._handler(person_id)

        async def act(session: AsyncSession, row: AlarmRow) -> None:
            if not handler.sight.some_mower(self.book.mowers_of(alarm_view(row))):
                raise Conflict(Text("{name} works in other areas and does not see this alarm", name=handler.name))
            if row.owner_id == person_id:
                raise Conflict(Text("{name} has it already", name=row.owner))
            row.owner_id, row.owner = person_id, handler.name
            now = self._clock.now()
            if person_id == by.person_id:
                if row.acknowledged_at is None:
                    self._acknowledge(session, row, by)
                write_line(session, row.id, now, "taken", actor=by.name)
                return
            write_line(session, row.id, now, "assigned", actor=by.name, words=handler.name)
            await put_notices(session, [self._assigned(row, person_id, by)], self._clock)

        view = await self._change(alarm_id, "assign", act, by=by, source=source)
        await self._outbox.flush()
        return view

    async def comment(self, alarm_id: UUID, words: str, *, by: Viewer, source: str = "web") -> AlarmView:
        """Add a comment; also to one that is over."""
        words = words.strip()
        if not words or len(words) > COMMENT_LENGTH:
            raise Invalid(Text("a comment has 1 to {n} characters", n=COMMENT_LENGTH))

        async def act(session: AsyncSession, row: AlarmRow) -> None:
            write_line(session, row.id, self._clock.now(), "comment", actor=by.name, words=words)

        return await self._change(alarm_id, "comment", act, by=by, source=source, also_over=True)

    async def clear(self, alarm_id: UUID, reason: str, *, by: Viewer, source: str = "web") -> AlarmView:
        """End it by hand, with a reason. While its cause lasts it stays quiet; it comes again with the next one."""
        reason = reason.strip()
        if not reason or len(reason) > 500:
            raise Invalid(N_("clearing by hand needs a reason of 1 to 500 characters"))

        async def act(session: AsyncSession, row: AlarmRow) -> None:
            now = self._clock.now()
            row.cleared_at, row.cleared_by, row.clear_reason = now, by.name, reason
            row.muted = self._keeper.mute(alarm_view(row).key)
            write_line(session, row.id, now, "cleared", actor=by.name, words=reason)

        return await self._change(alarm_id, "clear", act, by=by, source=source, reason=reason)

    async def _change(
        self,
        alarm_id: UUID,
        verb: str,
        act: Act,
        *,
        by: Viewer,
        source: str,
        reason: str = "",
        also_over: bool = False,
    ) -> AlarmView:
        if not by.may(Right.HANDLE_ALARMS):
            raise NotAllowed(N_("your role may not handle alarms"))
        async with self._keeper.changing:
            before = self._keeper.state
            try:
                async with self._database.session() as session:
                    row = await row_of(session, alarm_id)
                    if row.cleared_at is not None and not also_over:
                        raise Conflict(N_("this alarm is over already"))
                    await act(session, row)
                    session.add(row)
                    await self._audit.record(
                        actor=by.email,
                        person_id=by.person_id,
                        action=f"alarm.{verb}",
                        object_type="alarm",
                        object_id=str(alarm_id),
                        after={"kind": row.kind, "subject": row.subject, "owner": row.owner},
                        reason=reason,
                        source=source,
                        session=session,
                    )
                    await session.flush()
                    await self._keeper.storing.emit(await session.connection(), alarm_view(row))
            except BaseException:
                self._keeper.state = before
                raise
            view = alarm_view(row)
            self.book.note([view])
        self.changed.emit(view)
        return view

    def _acknowledge(self, session: AsyncSession, row: AlarmRow, by: Viewer) -> None:
        row.acknowledged_at, row.acknowledged_by = self._clock.now(), by.name
        write_line(session, row.id, row.acknowledged_at, "acknowledged", actor=by.name)

    def _assigned(self, row: AlarmRow, person_id: UUID, by: Viewer) -> Notice:
        view = alarm_view(row)
        fault = fault_of(self.lexicon, view.kind, view.code)
        title = alarm_title(view.kind, view.subject, view.member_count, fault)
        return Notice(
            key=f"alarm:{row.id}:assigned:{person_id}:{self._clock.now().isoformat()}",
            person_id=person_id,
            kind="alarm.assigned",
            title=Text("{name} gave you: {alarm}", name=by.name, alarm=title),
            link=f"/alarms?alarm={row.id}",
            group=f"alarm:{row.kind}",
            weight=Weight(row.severity),
        )

    async def _handler(self, person_id: UUID) -> PersonName:
        for one in await self.audience():
            if one.person_id == person_id:
                return one
        raise NotFound(N_("nobody who handles alarms has this id"))

    async def handlers(self) -> Sequence[PersonName]:
        """Everybody an alarm may be given to, by name."""
        return sorted(await self.audience(), key=lambda one: one.name)
