"""The log of what people agreed to: written where they do, in the transaction of the act itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.tables import Consent


class ConsentKind(StrEnum):
    """What was agreed to."""

    TERMS = "terms"  # the terms of use and the privacy notice, in a version
    SMS = "sms"  # text messages to a number that was proven
    CROSSING = "crossing"  # a mower may cross the lot; recorded with the cluster (`CrossingConsent`)


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One line of the log. ``subject`` says of what: a version, a cluster's code; ``by`` how, or who recorded it."""

    kind: ConsentKind
    subject: str
    given_at: datetime
    by: str
    withdrawn_at: datetime | None
    withdrawn_by: str


def give_consent(
    session: AsyncSession, person_id: UUID, kind: ConsentKind, *, at: datetime, source: str, version: str = ""
) -> None:
    """Note that somebody agreed."""
    session.add(Consent(person_id=person_id, kind=kind, version=version[:40], given_at=at, source=source))


async def withdraw_consent(
    session: AsyncSession, person_id: UUID, kind: ConsentKind, *, at: datetime, source: str
) -> None:
    """Note that somebody took their word back; without an open one it does nothing."""
    mine = (col(Consent.person_id) == person_id, col(Consent.kind) == kind.value, col(Consent.withdrawn_at).is_(None))
    await session.exec(update(Consent).where(*mine).values(withdrawn_at=at, withdrawn_by=source))
