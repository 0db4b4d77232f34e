"""The stored side of vendor accounts: sealed secrets, health as last reported, links asked for by other processes.

A password is kept, sealed, only from the moment a person gives it until the first login with it has an answer: tokens
are what we come back on, and a dead token is a task for a person, never a reason to log in again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.fleet.holding import Fence, stands
from core.fleet.model import LinkState
from core.fleet.tables import VendorAccount
from core.texts import N_, Text, kept, recalled

if TYPE_CHECKING:  # core.ports speaks of this package's values, and so imports it
    from core.ports import SecretBox

MAX_DETAIL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount:
    """A vendor account as stored; secrets stay sealed until `AccountBook.open` is asked for one."""

    id: UUID
    account: str
    state: LinkState
    state_since: datetime
    detail: str
    linked_at: datetime
    unlinked_at: datetime | None
    sealed_password: str | None = field(repr=False)
    sealed_tokens: str | None = field(repr=False)

    @property
    def login_asked(self) -> bool:
        """A person gave a password that was not used yet."""
        return self.unlinked_at is None and self.sealed_password is not None

    @property
    def restorable(self) -> bool:
        """It can come back on its tokens, and no person has to act first."""
        waiting = self.state in (LinkState.BLOCKED, LinkState.REAUTH_NEEDED)
        return self.unlinked_at is None and self.sealed_tokens is not None and not waiting


class AccountBook:
    """Reads and writes `vendor_account`."""

    def __init__(self, database: Database, secret_box: SecretBox, clock: Clock) -> None:
        self._database = database
        self._box = secret_box
        self._clock = clock

    async def store(self, account: str, password: str) -> StoredAccount:
        """Keep a password for the owning process to log in with once. ``Invalid`` when either is empty or too long."""
        name = account.strip()
        if not name or len(name) > 254:
            raise Invalid(N_("account: expected the vendor's user name, 1 to 254 characters"))
        if not password or len(password) > 1_000:
            raise Invalid(N_("password: expected 1 to 1,000 characters"))
        now = self._clock.now()
        async with self._database.session() as session:
            row = (await session.exec(select(VendorAccount).where(VendorAccount.account == name))).first()
            if row is None:
                row = VendorAccount(account=name, state_since=now, linked_at=now)
            elif row.unlinked_at is not None:
                row.unlinked_at, row.linked_at = None, now
            row.sealed_password = self._box.seal(password)
            row.state, row.state_since, row.detail = LinkState.CONNECTING, now, ""
            session.add(row)
            await session.flush()
            return _stored(row)

    async def all(self) -> list[StoredAccount]:
        """Every account that is linked or waits to be, by name."""
        query = select(VendorAccount).where(col(VendorAccount.unlinked_at).is_(None)).order_by(VendorAccount.account)
        async with self._database.session() as session:
            return [_stored(row) for row in (await session.exec(query)).all()]

    async def get(self, account: str) -> StoredAccount:
        async with self._database.session() as session:
            return _stored(await _row(session, account))

    def open(self, sealed: str) -> str:
        """The secret behind a sealed text; ``Invalid`` when the key is another."""
        return self._box.open(sealed)

    async def keep_tokens(self, account: str, token_cache: str) -> None:
        """Whoever got them: the vendor takes the newest only, also when a process that lost its lease was given them.

        Every other write of the owner shows its ``fence``: ``Conflict`` when another owns the account by now."""
        async with self._database.session() as session:
            row = await _row(session, account)
            row.sealed_tokens = self._box.seal(token_cache)
            session.add(row)

    async def forget_password(self, account: str, used: str, *, fence: Fence | None = None) -> None:
        """Drop the sealed password ``used``, unless a person gave another one meanwhile."""
        async with self._database.session() as session:
            row = await _row(session, account, fence)
            if row.sealed_password == used:
                row.sealed_password = None
                session.add(row)

    async def set_state(
        self, account: str, state: LinkState, since: datetime, detail: str, *, fence: Fence | None = None
    ) -> None:
        async with self._database.session() as session:
            row = await _row(session, account, fence)
            row.state, row.state_since, row.detail = state, since, kept(detail, most=MAX_DETAIL)
            session.add(row)

    async def unlink(self, account: str) -> None:
        """Forget the account's secrets; its mowers and history stay."""
        now = self._clock.now()
        async with self._database.session() as session:
            row = await _row(session, account)
            row.sealed_password = row.sealed_tokens = None
            row.unlinked_at = now
            row.state, row.state_since, row.detail = LinkState.STOPPED, now, ""
            session.add(row)


async def _row(session: AsyncSession, account: str, fence: Fence | None = None) -> VendorAccount:
    if fence is not None and not (await session.exec(select(stands(fence)))).one():
        raise Conflict(Text("another process owns the vendor account {account!r} by now", account=account))
    row = (await session.exec(select(VendorAccount).where(VendorAccount.account == account))).first()
    if row is None:
        raise NotFound(Text("no vendor account {account!r}", account=account))
    return row


def _stored(row: VendorAccount) -> StoredAccount:
    return StoredAccount(
        id=row.id,
        account=row.account,
        state=LinkState(row.state),
        state_since=row.state_since,
        detail=recalled(row.detail),
        linked_at=row.linked_at,
        unlinked_at=row.unlinked_at,
        sealed_password=row.sealed_password,
        sealed_tokens=row.sealed_tokens,
    )
