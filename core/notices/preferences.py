"""What a person chose: the matrix, quiet hours in their zone, how many messages an hour. Each change is audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, Role, Viewer
from core.clock import Clock
from core.control import QuietWindow, window_of
from core.db import Database
from core.errors import Invalid, NotFound
from core.notices.events import BY_KEY, NoticeEvent, events_for
from core.notices.model import Channel, Reader, Readers
from core.notices.tables import NoticeChoice, NoticeSettings
from core.texts import N_, Text

DAYS = frozenset(range(7))
USUAL_MOST = 10
MOST_AN_HOUR = 60
AT_NIGHT = QuietWindow(days=DAYS, begins=time(21), ends=time(8))


def usual_quiet(role: Role) -> tuple[QuietWindow, ...]:
    """Quiet hours of those who chose none: homeowners sleep, those who work for us set their own."""
    return (AT_NIGHT,) if role is Role.HOMEOWNER else ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix; ``usual`` is what holds without a choice."""

    event: NoticeEvent
    channel: Channel
    chosen: bool
    usual: bool


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's notices as they stand."""

    reader: Reader
    matrix: tuple[tuple[Cell, ...], ...]

    @property
    def quiet(self) -> QuietWindow | None:
        return self.reader.quiet[0] if self.reader.quiet else None


def matrix_of(reader: Reader) -> tuple[tuple[Cell, ...], ...]:
    """A row an event that can concern them, a cell a channel. Pure."""
    return tuple(
        tuple(
            Cell(event, channel, reader.choices.get((event.key, channel), usual), usual)
            for channel in Channel
            for usual in (channel in event.channels_of(reader.role),)
        )
        for event in events_for(reader.role, at_home=reader.at_home)
    )


class PreferenceDesk:
    """The use cases of a person about their own notices."""

    def __init__(self, database: Database, clock: Clock, audit: Audit, readers: Readers) -> None:
        self._database, self._clock, self._audit, self._readers = database, clock, audit, readers

    async def of(self, person_id: UUID) -> Preferences:
        """What holds for them; ``NotFound`` for a stranger."""
        reader = (await self._readers({person_id})).get(person_id)
        if reader is None:
            raise NotFound(N_("no such person"))
        return Preferences(reader, matrix_of(reader))

    async def choose(
        self, person_id: UUID, event: str, channel: Channel, on: bool, *, by: Viewer | None = None, source: str = "web"
    ) -> None:
        """Switch one cell. ``Invalid`` for an event or channel that no row of the matrix has."""
        if event not in BY_KEY:
            raise Invalid(Text("event {event!r}: expected one of {events}", event=event, events=", ".join(BY_KEY)))
        async with self._database.session() as session:
            row = await session.get(NoticeChoice, (person_id, event, channel.value))
            before = None if row is None else row.chosen
            if row is None:
                row = NoticeChoice(
                    person_id=person_id, event=event, channel=channel, chosen=on, changed_at=self._clock.now()
                )
            row.chosen, row.changed_at = on, self._clock.now()
            session.add(row)
            after = {"event": event, "channel": channel.value, "on": on}
            await self._record(session, person_id, "notices.choose", {"on": before}, after, by, source)

    async def set_quiet(
        self, person_id: UUID, window: Mapping[str, Any] | None, *, by: Viewer, source: str = "web"
    ) -> None:
        """Quiet hours as ``days`` (0 = Monday), ``begins`` and ``ends`` (HH:MM); ``None`` = none at all.

        ``Invalid`` for a window that begins when it ends: nothing would ever come."""
        wanted = None if window is None else window_of(window)
        if wanted is not None and wanted.begins == wanted.ends:
            raise Invalid(N_("quiet hours: expected an end that is not their beginning"))
        async with self._database.session() as session:
            row = await self._settings(session, person_id)
            row.quiet_days = "" if wanted is None else "".join(map(str, sorted(wanted.days)))
            if wanted is not None:
                row.quiet_begins_minute = wanted.begins.hour * 60 + wanted.begins.minute
                row.quiet_ends_minute = wanted.ends.hour * 60 + wanted.ends.minute
            session.add(row)
            after = {"quiet": None if wanted is None else _told(wanted)}
            await self._record(session, person_id, "notices.quiet_hours", None, after, by, source)

    async def set_zone(self, person_id: UUID, zone: str, *, by: Viewer, source: str = "web") -> None:
        """Their time zone by its IANA name; empty = that of their home."""
        if zone and zone not in available_timezones():
            raise Invalid(Text("time zone {zone!r}: expected a name such as America/Chicago", zone=zone[:60]))
        async with self._database.session() as session:
            row = await self._settings(session, person_id)
            before, row.time_zone = {"zone": row.time_zone}, zone
            session.add(row)
            await self._record(session, person_id, "notices.zone", before, {"zone": zone}, by, source)

    async def set_limit(self, person_id: UUID, most: int, *, by: Viewer, source: str = "web") -> None:
        """How many messages an hour a channel may bring them; what is beyond comes together, later."""
        if not 1 <= most <= MOST_AN_HOUR:
            raise Invalid(Text("messages an hour: {most} (expected 1 to {limit})", most=most, limit=MOST_AN_HOUR))
        async with self._database.session() as session:
            row = await self._settings(session, person_id)
            before, row.most_an_hour = {"most_an_hour": row.most_an_hour}, most
            session.add(row)
            await self._record(session, person_id, "notices.limit", before, {"most_an_hour": most}, by, source)

    async def reset(self, person_id: UUID, *, by: Viewer, source: str = "web") -> None:
        """Back to the defaults of their role: matrix, quiet hours, zone, limit. The phone stays."""
        async with self._database.session() as session:
            await session.exec(delete(NoticeChoice).where(col(NoticeChoice.person_id) == person_id))
            await session.exec(delete(NoticeSettings).where(col(NoticeSettings.person_id) == person_id))
            await self._record(session, person_id, "notices.reset", None, None, by, source)

    async def _settings(self, session: AsyncSession, person_id: UUID) -> NoticeSettings:
        row = await session.get(NoticeSettings, person_id)
        if row is None:
            row = NoticeSettings(person_id=person_id, changed_at=self._clock.now())
        row.changed_at = self._clock.now()
        return row

    async def _record(
        self,
        session: AsyncSession,
        person_id: UUID,
        action: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
        by: Viewer | None,
        source: str,
    ) -> None:
        await self._audit.record(
            actor=by.email if by else "unsubscribe link",
            person_id=person_id,
            action=action,
            object_type="person",
            object_id=str(person_id),
            before=before,
            after=after,
            source=source,
            session=session,
        )


def settings_of(row: NoticeSettings | None, role: Role, home_zone: str) -> dict[str, Any]:
    """The fields of a `Reader` that stand in their settings, or hold without any. Pure."""
    quiet = usual_quiet(role)
    if row is not None and row.quiet_days is not None:
        quiet = () if not row.quiet_days else (_window(row),)
    zone = (row.time_zone if row is not None else "") or home_zone
    most = row.most_an_hour if row is not None else None
    return {"quiet": quiet, "zone": ZoneInfo(zone), "most_an_hour": most or USUAL_MOST}


def choices_of(rows: Sequence[NoticeChoice]) -> dict[tuple[str, Channel], bool]:
    return {(row.event, Channel(row.channel)): row.chosen for row in rows}


def _window(row: NoticeSettings) -> QuietWindow:
    begins, ends = divmod(row.quiet_begins_minute, 60), divmod(row.quiet_ends_minute, 60)
    return QuietWindow(days=frozenset(map(int, row.quiet_days or "")), begins=time(*begins), ends=time(*ends))


def _told(window: QuietWindow) -> dict[str, Any]:
    return {
        "days": sorted(window.days),
        "begins": window.begins.isoformat(timespec="minutes"),
        "ends": window.ends.isoformat(timespec="minutes"),
    }
