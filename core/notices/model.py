"""Frozen values of notices."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Channel(StrEnum):
    """The ways to a person. Mail and SMS come as further members, each with an adapter."""

    IN_APP = "in_app"


class Weight(StrEnum):
    """How loudly a notice is told: critical ones are spoken at once."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell one person over one channel.

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
    channel: Channel = Channel.IN_APP


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
    delivered_at: datetime | None
    read_at: datetime | None


class ChannelAdapter(Protocol):
    """Brings notices to people. ``Unavailable`` = try again later; the same notice may come twice."""

    async def deliver(self, person_id: UUID, notice: NoticeView) -> None: ...
