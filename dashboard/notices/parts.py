"""Notices' parts, made once and handed to pages, REST and jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from core.accounts import Audit
from core.clock import Clock
from core.db import Database
from core.db.reads.notice_readers import NoticeReaders
from core.notices import (
    Channel,
    DeliveryBook,
    InApp,
    NoticeDesk,
    Outbox,
    PhoneDesk,
    PreferenceDesk,
    Readers,
    Router,
    Sender,
    Sending,
    Unsubscribing,
)
from dashboard.notices.wording import PostWording, code_words


class SmsReceipt(Protocol):
    """What a carrier told of one message."""

    @property
    def reference(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def error(self) -> str: ...
    @property
    def stopped(self) -> bool: ...


class SmsCallbacks(Protocol):
    """Verifies and reads what a carrier tells; `external.sms.TwilioCallbacks` is one."""

    def read(self, url: str, fields: Mapping[str, str], signature: str) -> SmsReceipt: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What notices need of the outside. ``base_url`` is where browsers and carriers reach us, ``secret`` signs links
    and codes, ``former_secrets`` signed links that still hold."""

    base_url: str = "http://127.0.0.1:8080"
    secret: str = ""
    former_secrets: tuple[str, ...] = ()
    senders: Mapping[Channel, Sender] = field(default_factory=dict)
    callbacks: SmsCallbacks | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """All of notices."""

    desk: NoticeDesk
    outbox: Outbox
    sending: Sending
    preferences: PreferenceDesk
    phones: PhoneDesk
    deliveries: DeliveryBook
    unsubscribing: Unsubscribing
    readers: Readers
    wording: PostWording
    outside: Outside

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Those that are set up."""
        return (Channel.IN_APP, *self.outside.senders)

    async def turn(self) -> int:
        """Route what is fresh, ring the bell, send what is due; how many notices were told."""
        return await self.outbox.flush() + await self.sending.run()


def make_telling(*, database: Database, clock: Clock, audit: Audit, outside: Outside | None = None) -> Telling:
    """Without ``outside`` there is the bell alone."""
    given, in_app, readers = outside or Outside(), InApp(), NoticeReaders(database).of
    preferences = PreferenceDesk(database, clock, audit, readers)
    unsubscribing = Unsubscribing(given.secret, preferences, former=given.former_secrets)
    wording = PostWording(given.base_url, unsubscribing)
    router = Router(database, clock, readers, tuple(given.senders))
    return Telling(
        desk=NoticeDesk(database, clock, in_app, readers),
        outbox=Outbox(database, clock, {Channel.IN_APP: in_app}, router=router),
        sending=Sending(
            database=database,
            clock=clock,
            readers=readers,
            wording=wording,
            senders=given.senders,
        ),
        preferences=preferences,
        phones=PhoneDesk(
            database=database,
            clock=clock,
            audit=audit,
            sender=given.senders.get(Channel.SMS),
            words=code_words,
            secret=given.secret,
        ),
        deliveries=DeliveryBook(database, clock, audit),
        unsubscribing=unsubscribing,
        readers=readers,
        wording=wording,
        outside=given,
    )
