"""Alarms in the database: what is open at a start, what a look changed, and what people read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db import Database
from core.db.pages import Page, paged
from core.errors import NotFound
from core.fleet.alarms.model import AlarmKind, AlarmState, Key, Subject, SubjectKind, Watch
from core.fleet.alarms.tables import AlarmEvent, AlarmMember, AlarmRow
from core.fleet.alarms.views import AlarmDetail, AlarmView, alarm_view, member_view, timeline_line
from core.sight import Sight
from core.texts import N_, kept

WORDS = 2_000


class AlarmBook:
    """Reads alarms; the open ones are also held in memory, so that open pages cost the database nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.version = 0  # grows with every change: an open page that saw it has nothing to draw
        self._open: dict[UUID, AlarmView] = {}
        self._members: dict[UUID, frozenset[str]] = {}

    @property
    def open(self) -> Sequence[AlarmView]:
        """Every open alarm, the worst first, then the newest."""
        return sorted(
            self._open.values(), key=lambda alarm: (alarm.severity.weight, alarm.raised_at, alarm.id.int), reverse=True
        )

    def of_mower(self, device_name: str) -> Sequence[AlarmView]:
        """The open alarms of one mower: its own, and the common ones that tell it."""
        return [
            alarm for alarm in self.open if alarm.mower == device_name or device_name in self._members.get(alarm.id, ())
        ]

    def mowers_of(self, alarm: AlarmView) -> frozenset[str]:
        """The mowers an open alarm tells: its own, or its members (accounts among them are no mowers)."""
        return frozenset({alarm.mower}) if alarm.mower else self._members.get(alarm.id, frozenset())

    def seen(self, sight: Sight) -> Sequence[AlarmView]:
        """The open alarms of the mowers in sight, and the common ones that tell one of them; in the same order."""
        return self.open if sight.everything else [one for one in self.open if sight.some_mower(self.mowers_of(one))]

    def note(self, views: Iterable[AlarmView], members: Mapping[UUID, frozenset[str]] | None = None) -> None:
        """Take over what was just stored; ``members`` are the names that common alarms tell now."""
        self._members.update(members or {})
        self.version += 1
        for view in views:
            if view.open:
                self._open[view.id] = view
            else:
                self._open.pop(view.id, None)
                self._members.pop(view.id, None)

    async def load(self) -> AlarmState:
        """Read what is open or muted, as the engine remembers it."""
        watches: dict[Key, Watch] = {}
        async with self._database.session() as session:
            muted = (await session.exec(select(AlarmRow).where(col(AlarmRow.muted)))).all()
            rows = (await session.exec(select(AlarmRow).where(col(AlarmRow.cleared_at).is_(None)))).all()
            ids = {row.id: alarm_view(row).key for row in [*rows, *muted]}
            members = await _members(session, list(ids))
        self._open = {row.id: alarm_view(row) for row in rows}
        for row in muted:
            watches[ids[row.id]] = Watch(row.since, muted=True, account=row.account)
        for row in rows:
            watches[ids[row.id]] = Watch(row.since, raised_at=row.raised_at, code=row.code, account=row.account)
        self._members = {}
        for member in members:
            if member.left_at is None:
                told = self._members.get(member.alarm_id, frozenset())
                self._members[member.alarm_id] = told | {member.name}
                key = Key(member.rule_key, Subject(SubjectKind(member.kind), member.name))
                watches.setdefault(key, Watch(member.joined_at, part_of=ids[member.alarm_id], asked=True))
        return AlarmState(watches)

    async def get(self, alarm_id: UUID) -> AlarmView:
        """``NotFound`` for no such alarm."""
        async with self._database.session() as session:
            return alarm_view(await row_of(session, alarm_id))

    async def detail(self, alarm_id: UUID) -> AlarmDetail:
        """An alarm with its timeline, oldest first, and its members."""
        async with self._database.session() as session:
            row = await row_of(session, alarm_id)
            lines = select(AlarmEvent).where(AlarmEvent.alarm_id == alarm_id)
            events = (await session.exec(lines.order_by(col(AlarmEvent.at), col(AlarmEvent.id)))).all()
            members = await _members(session, [alarm_id])
        return AlarmDetail(
            alarm_view(row),
            [timeline_line(event) for event in events],
            sorted((member_view(one) for one in members), key=lambda one: (one.left_at is not None, one.name)),
        )

    async def past(
        self,
        *,
        mower: str | None = None,
        mowers: frozenset[str] | None = None,
        kind: AlarmKind | None = None,
        before: datetime | None = None,
        limit: int = 100,
        page: Page | None = None,
    ) -> Sequence[AlarmView]:
        """Alarms that are over, last cleared first; with ``page`` those of it and one more. ``mower`` finds its own
        and those it was a member of; ``mowers`` the same of several."""
        query = select(AlarmRow).where(col(AlarmRow.cleared_at).is_not(None))
        if mower is not None:
            query = query.where(_tells(frozenset({mower})))
        if mowers is not None:
            query = query.where(_tells(mowers))
        if kind is not None:
            query = query.where(AlarmRow.kind == kind)
        if before is not None:
            query = query.where(col(AlarmRow.cleared_at) < before)
        query = query.order_by(col(AlarmRow.cleared_at).desc(), col(AlarmRow.id).desc()).limit(limit)
        if page is not None:
            query = paged(query, (col(AlarmRow.cleared_at), col(AlarmRow.id)), page)
        async with self._database.session() as session:
            return [alarm_view(row) for row in (await session.exec(query)).all()]


def _tells(mowers: frozenset[str]) -> ColumnElement[bool]:
    """Alarms of these mowers, and those that have one of them among their members."""
    told = select(AlarmMember.alarm_id).where(
        col(AlarmMember.kind) == SubjectKind.MOWER, col(AlarmMember.name).in_(mowers)
    )
    own = and_(col(AlarmRow.subject_kind) == SubjectKind.MOWER, col(AlarmRow.subject).in_(mowers))
    return or_(own, col(AlarmRow.id).in_(told))


async def row_of(session: AsyncSession, alarm_id: UUID) -> AlarmRow:
    row = await session.get(AlarmRow, alarm_id)
    if row is None:
        raise NotFound(N_("no such alarm"))
    return row


def write_line(
    session: AsyncSession, alarm_id: UUID, at: datetime, kind: str, *, actor: str = "", words: str = ""
) -> None:
    """Add a line to an alarm's timeline."""
    session.add(AlarmEvent(alarm_id=alarm_id, at=at, kind=kind, actor=actor, words=kept(words, most=WORDS)))


async def _members(session: AsyncSession, alarm_ids: Sequence[UUID]) -> Sequence[AlarmMember]:
    if not alarm_ids:
        return ()
    return (await session.exec(select(AlarmMember).where(col(AlarmMember.alarm_id).in_(alarm_ids)))).all()
