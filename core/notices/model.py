"""Frozen values of notices."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from core.accounts import Role
from core.control import QuietWindow
from core.errors import NeedsHuman


class Channel(StrEnum):
    """The ways to a person."""

    IN_APP = "in_app"
    MAIL = "mail"
    SMS = "sms"


OUTSIDE = (Channel.MAIL, Channel.SMS)
"""The channels that leave the house: each message over them is a delivery of its own."""


class Weight(StrEnum):
    """How loudly a notice is told: critical ones are spoken at once."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


LOUDNESS = {Weight.CRITICAL: 0, Weight.WARNING: 1, Weight.INFO: 2}
"""For sorting: the loudest first."""


class Unreachable(NeedsHuman):
    """This address takes this message neither now nor later. ``stopped``: its owner told the carrier so."""

    def __init__(self, message: str, *, stopped: bool = False) -> None:
        super().__init__(message)
        self.stopped = stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell one person; which channels it takes is decided after it is stored, by what they chose.

    ``key`` makes it unique: the same key is never stored twice, whoever tries. ``title`` and ``body`` may be `Text`.
    ``group`` names what belongs together in the bell, ``link`` leads to the object.
    """

    key: str
    person_id: UUID
    kind: str
    title: str
    body: str = ""
    link: str = ""
    group: str = ""
    weight: Weight = Weight.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A notice as its reader sees it."""

    id: UUID
    kind: str
    title: str
    body: str
    link: str
    group: str
    weight: Weight
    created_at: datetime
    delivered_at: datetime | None = None
    read_at: datetime | None = None


class ChannelAdapter(Protocol):
    """Brings notices into the house's own bell. ``Unavailable`` = try again later; the same notice may come twice."""

    async def deliver(self, person_id: UUID, notice: NoticeView) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whom notices are for, as far as telling needs it. ``phone`` is empty unless it is verified and not stopped;
    ``choices`` holds only what differs from the defaults."""

    person_id: UUID
    name: str
    email: str
    language: str
    role: Role
    units: str = ""
    hours: str = ""
    active: bool = True
    at_home: bool = False
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    quiet: tuple[QuietWindow, ...] = ()
    most_an_hour: int = 10
    phone: str = ""
    choices: Mapping[tuple[str, Channel], bool] = field(default_factory=dict)

    def address(self, channel: Channel) -> str:
        """Where a channel of `OUTSIDE` finds them; empty: nowhere."""
        return self.email if channel is Channel.MAIL else self.phone


type Readers = Callable[[Collection[UUID]], Awaitable[Mapping[UUID, Reader]]]
"""Those of these people who exist; `core.db.reads.notice_readers.NoticeReaders.of` is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message to be worded: a notice, and those that were held back and go with it."""

    id: UUID
    channel: Channel
    reader: Reader
    notice: NoticeView
    others: Sequence[NoticeView] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; ``media`` is its type, such as ``text/csv; charset=utf-8``."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message in words. ``id`` is our delivery's: the same letter has the same id however often it is sent.

    ``tried_at`` is when it was sent first, if its fate is not known; ``unsubscribe`` is the one-click address. Only
    mail carries ``attachments``.
    """

    id: UUID
    to: str
    subject: str
    text: str
    html: str = ""
    unsubscribe: str = ""
    tried_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()


class Wording(Protocol):
    """Says a parcel in its reader's language, zone and channel."""

    def letter(self, parcel: Parcel) -> Letter: ...


class Sender(Protocol):
    """Hands a letter to an outside system and returns that system's name for it.

    ``Unavailable`` and ``NeedsHuman`` (our own settings): try again later; `Unreachable`: this one never.
    """

    async def send(self, letter: Letter) -> str: ...
