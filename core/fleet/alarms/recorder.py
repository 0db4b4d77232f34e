"""Carries out what a look of the engine changed: rows, timeline and notices, in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import PersonName
from core.clock import Clock
from core.fleet.alarms.book import write_line
from core.fleet.alarms.model import AlarmChange, ChangeKind, Key, Subject, SubjectKind
from core.fleet.alarms.rota import Climb
from core.fleet.alarms.tables import AlarmMember, AlarmRow
from core.fleet.alarms.views import AlarmView, alarm_view
from core.fleet.alarms.words import alarm_title, alarm_words, fault_of
from core.fleet.faults import FaultLexicon
from core.notices import Notice, Weight, put_notices
from core.texts import N_, Text, sentence


@dataclass(slots=True)
class Recorder:
    """One transaction's worth of changes. ``audience`` are those who are told of what is raised."""

    session: AsyncSession
    clock: Clock
    lexicon: FaultLexicon
    audience: Sequence[PersonName]
    touched: dict[UUID, AlarmRow]

    async def carry_out(self, changes: Sequence[AlarmChange], climbs: Sequence[Climb]) -> list[AlarmView]:
        """Returns the alarms as they stand after it."""
        steps: dict[ChangeKind, Callable[[AlarmChange, AlarmRow], object]] = {
            ChangeKind.CHANGED: self._changed,
            ChangeKind.ASKED: self._asked,
            ChangeKind.CLEARED: self._cleared,
            ChangeKind.MERGED: self._merged,
        }
        for change in changes:
            if change.kind is ChangeKind.RAISED:
                await self._raised(change)
                continue
            if change.kind is ChangeKind.UNMUTED:
                await self._unmuted(change.key)
                continue
            row = await self._row(change.key)
            if row is None:
                continue  # a person cleared it meanwhile, or nothing was raised yet
            if change.kind in (ChangeKind.JOINED, ChangeKind.LEFT):
                await self._members(change, row)
            else:
                steps[change.kind](change, row)
        for climb in climbs:
            await self._climb(climb)
        await self.session.flush()
        return [alarm_view(row) for row in self.touched.values()]

    async def _raised(self, change: AlarmChange) -> None:
        fault = fault_of(self.lexicon, change.alarm, change.code)
        row = AlarmRow(
            rule_key=change.key.rule,
            kind=change.alarm,
            severity=change.severity if fault is None else fault.severity,
            subject_kind=change.key.subject.kind,
            subject=change.key.subject.name,
            account=change.account,
            code=change.code,
            member_count=len(change.members),
            since=change.since or change.at,
            raised_at=change.at,
        )
        self.session.add(row)
        await self.session.flush()
        self.touched[row.id] = row
        write_line(self.session, row.id, change.at, ChangeKind.RAISED)
        for member in change.members:
            self.session.add(_member(row.id, change.key.rule, member, change.at))
        mowers = _mowers(row, change.members)
        await self._tell(row, "raised", [one.person_id for one in self.audience if one.sight.some_mower(mowers)])

    async def _members(self, change: AlarmChange, row: AlarmRow) -> None:
        for member in change.members:
            known = await self.session.get(AlarmMember, (row.id, member.kind, member.name))
            if change.kind is ChangeKind.LEFT:
                if known is not None and known.left_at is None:
                    known.left_at = change.at
                    self.session.add(known)
                    row.member_count = max(0, row.member_count - 1)
                    write_line(self.session, row.id, change.at, change.kind, words=member.name)
                continue
            if known is None:
                self.session.add(_member(row.id, change.key.rule, member, change.at))
            elif known.left_at is not None:
                known.left_at, known.joined_at = None, change.at
                self.session.add(known)
            else:
                continue
            row.member_count += 1
            write_line(self.session, row.id, change.at, change.kind, words=member.name)
        self._touch(row)

    def _changed(self, change: AlarmChange, row: AlarmRow) -> None:
        fault = fault_of(self.lexicon, change.alarm, change.code)
        row.code = change.code
        row.severity = row.severity if fault is None else fault.severity
        words = "" if fault is None else fault.what
        write_line(self.session, row.id, change.at, change.kind, words=words)
        self._touch(row)

    def _asked(self, change: AlarmChange, row: AlarmRow) -> None:
        write_line(self.session, row.id, change.at, change.kind)

    def _cleared(self, change: AlarmChange, row: AlarmRow) -> None:
        row.cleared_at = change.at
        write_line(self.session, row.id, change.at, change.kind)
        self._touch(row)

    def _merged(self, change: AlarmChange, row: AlarmRow) -> None:
        row.cleared_at = change.at
        row.clear_reason = "merged"
        write_line(self.session, row.id, change.at, change.kind)
        self._touch(row)

    async def _unmuted(self, key: Key) -> None:
        query = select(AlarmRow).where(*_of(key), col(AlarmRow.muted))
        for row in (await self.session.exec(query)).all():
            row.muted = False
            self.session.add(row)

    async def _climb(self, climb: Climb) -> None:
        row = self.touched.get(climb.alarm_id) or await self.session.get(AlarmRow, climb.alarm_id)
        if row is None or row.cleared_at is not None or row.acknowledged_at is not None or row.climbed >= climb.step:
            return
        now = self.clock.now()
        row.climbed, row.climbed_at = climb.step, now
        holder = next((one for one in self.audience if one.person_id == climb.person_id), None)
        words: str = Text("Step {step} of the rota: its holder handles alarms no longer.", step=climb.step)
        if holder is not None and not holder.sight.some_mower(await self._mowers_now(row)):
            words = Text("Step {step} of the rota: {name} works in other areas.", step=climb.step, name=holder.name)
            holder = None
        elif holder is not None:
            words = Text("Step {step} of the rota: {name} was told.", step=climb.step, name=holder.name)
        write_line(self.session, row.id, now, "climbed", words=words)
        self._touch(row)
        if holder is not None:
            await self._tell(row, f"climbed{climb.step}", [holder.person_id], lead=_UNTOUCHED)

    async def _tell(self, row: AlarmRow, what: str, people: Sequence[UUID], lead: str = "") -> None:
        view = alarm_view(row)
        fault = fault_of(self.lexicon, view.kind, view.code)
        title: str = alarm_title(view.kind, view.subject, view.member_count, fault)
        if lead:
            title = Text(lead, alarm=title)
        _cause, next_step = alarm_words(view.kind, view.subject, fault)
        notices = [
            Notice(
                key=f"alarm:{row.id}:{what}:{person}",
                person_id=person,
                kind=f"alarm.{what.rstrip('0123456789')}",
                title=title,
                body=sentence(next_step),
                link=f"/alarms?alarm={row.id}",
                group=f"alarm:{row.kind}",
                weight=Weight(row.severity),
            )
            for person in people
        ]
        await put_notices(self.session, notices, self.clock)

    async def _mowers_now(self, row: AlarmRow) -> frozenset[str]:
        query = select(AlarmMember).where(AlarmMember.alarm_id == row.id, col(AlarmMember.left_at).is_(None))
        members = (await self.session.exec(query)).all()
        return _mowers(row, [Subject(SubjectKind(one.kind), one.name) for one in members])

    async def _row(self, key: Key) -> AlarmRow | None:
        touched = (row for row in self.touched.values() if row.cleared_at is None)
        row = next((row for row in touched if alarm_view(row).key == key), None)
        if row is None:
            query = select(AlarmRow).where(*_of(key), col(AlarmRow.cleared_at).is_(None))
            row = (await self.session.exec(query)).first()
        return row

    def _touch(self, row: AlarmRow) -> None:
        self.session.add(row)
        self.touched[row.id] = row


_UNTOUCHED = N_("Nobody has touched it yet: {alarm}")


def _mowers(row: AlarmRow, members: Sequence[Subject]) -> frozenset[str]:
    """The mowers that an alarm tells of."""
    if row.subject_kind == SubjectKind.MOWER:
        return frozenset({row.subject})
    return frozenset(one.name for one in members if one.kind is SubjectKind.MOWER)


def _of(key: Key) -> tuple[ColumnElement[bool], ...]:
    subject = key.subject
    return (
        col(AlarmRow.rule_key) == key.rule,
        col(AlarmRow.subject_kind) == subject.kind,
        col(AlarmRow.subject) == subject.name,
    )


def _member(alarm_id: UUID, rule_key: str, member: Subject, at: datetime) -> AlarmMember:
    return AlarmMember(
        alarm_id=alarm_id, kind=SubjectKind(member.kind), name=member.name, rule_key=rule_key, joined_at=at
    )
