"""What admins do with webhooks: name an address, take it away, change its secret, read its log, tell it again."""

import base64
import secrets
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.db import Database
from core.db.pages import Page, paged
from core.errors import Conflict, Invalid, NotFound
from core.hooks.addresses import check_url
from core.hooks.model import BOTH_SECRETS, HOOK_EVENTS, DeliveryView, EndpointView, MadeEndpoint
from core.hooks.tables import HookDelivery, HookEndpoint, HookEvent
from core.ports import SecretBox
from core.texts import N_, Text

MOST_ENDPOINTS = 50


class HookDesk:
    """Each act leaves a line in the audit; secrets are in none."""

    def __init__(self, database: Database, clock: Clock, audit: Audit, box: SecretBox) -> None:
        self._database, self._clock, self._audit, self._box = database, clock, audit, box

    async def add(
        self, url: str, events: Collection[str], *, by: Viewer, description: str = "", source: str = "web"
    ) -> MadeEndpoint:
        """``Invalid`` for an address that may not be called or an event there is none of."""
        url, secret = check_url(url), new_hook_secret()
        async with self._database.session() as session:
            if (await session.exec(select(func.count()).select_from(HookEndpoint))).one() >= MOST_ENDPOINTS:
                raise Conflict(Text("there are {n} addresses already", n=MOST_ENDPOINTS))
            row = HookEndpoint(
                url=url,
                description=description.strip()[:200],
                events=_known(events),
                sealed_secret=self._box.seal(secret),
                created_at=self._clock.now(),
                created_by=by.email,
            )
            session.add(row)
            await self._record(session, "webhook.add", row, by, source, {"url": url, "events": row.events})
        return MadeEndpoint(_view(row), secret)

    async def change(
        self,
        endpoint_id: UUID,
        *,
        by: Viewer,
        events: Collection[str] | None = None,
        active: bool | None = None,
        source: str = "web",
    ) -> EndpointView:
        """Other events, or on and off; what waits for one that is off waits on."""
        async with self._database.session() as session:
            row = await _found(session, endpoint_id)
            row.events = row.events if events is None else _known(events)
            row.active = row.active if active is None else active
            session.add(row)
            told = {"events": row.events, "active": row.active}
            await self._record(session, "webhook.change", row, by, source, told)
        return _view(row)

    async def rotate(self, endpoint_id: UUID, *, by: Viewer, source: str = "web") -> MadeEndpoint:
        """A new secret; the one before signs beside it for a day, so that the other side can change over."""
        secret = new_hook_secret()
        async with self._database.session() as session:
            row = await _found(session, endpoint_id)
            row.sealed_old, row.old_until = row.sealed_secret, self._clock.now() + BOTH_SECRETS
            row.sealed_secret = self._box.seal(secret)
            session.add(row)
            await self._record(session, "webhook.rotate", row, by, source, {"url": row.url})
        return MadeEndpoint(_view(row), secret)

    async def remove(self, endpoint_id: UUID, *, by: Viewer, source: str = "web") -> None:
        """With its log."""
        async with self._database.session() as session:
            row = await _found(session, endpoint_id)
            await session.delete(row)
            await self._record(session, "webhook.remove", row, by, source, {"url": row.url})

    async def endpoints(self) -> Sequence[EndpointView]:
        """All, oldest first."""
        counted = (
            select(
                HookDelivery.endpoint_id,
                func.sum(case((col(HookDelivery.state) == "waiting", 1), else_=0)).label("waiting"),
                func.sum(case((col(HookDelivery.state) == "dead", 1), else_=0)).label("dead"),
            )
            .group_by(col(HookDelivery.endpoint_id))
            .subquery()
        )
        query = select(HookEndpoint, counted.c.waiting, counted.c.dead).outerjoin(
            counted, counted.c.endpoint_id == HookEndpoint.id
        )
        async with self._database.session() as session:
            rows = (await session.exec(query.order_by(col(HookEndpoint.created_at), col(HookEndpoint.id)))).all()
        return [_view(row, waiting or 0, dead or 0) for row, waiting, dead in rows]

    async def deliveries(
        self, endpoint_id: UUID, *, limit: int = 100, page: Page | None = None
    ) -> Sequence[DeliveryView]:
        """Its log, newest first; with ``page`` those of it and one more."""
        query = (
            select(HookDelivery, HookEvent.type)
            .join(HookEvent, col(HookEvent.id) == col(HookDelivery.event_id))
            .where(HookDelivery.endpoint_id == endpoint_id)
            .order_by(col(HookDelivery.created_at).desc(), col(HookDelivery.id).desc())
            .limit(limit)
        )
        if page is not None:
            query = paged(query, (col(HookDelivery.created_at), col(HookDelivery.id)), page)
        async with self._database.session() as session:
            await _found(session, endpoint_id)
            rows = (await session.exec(query)).all()
        return [_delivery(row, kind) for row, kind in rows]

    async def replay(self, delivery_id: UUID, *, by: Viewer, source: str = "web") -> None:
        """Tell it again, under the same id; ``Conflict`` while it waits anyway."""
        async with self._database.session() as session:
            row = await session.get(HookDelivery, delivery_id)
            if row is None:
                raise NotFound(N_("no such delivery"))
            if row.state == "waiting":
                raise Conflict(N_("it waits for its next attempt already"))
            row.state, row.attempts, row.due_at, row.done_at = "waiting", 0, self._clock.now(), None
            session.add(row)
            endpoint = await _found(session, row.endpoint_id)
            await self._record(session, "webhook.replay", endpoint, by, source, {"delivery": str(delivery_id)})

    async def _record(
        self, session: AsyncSession, action: str, row: HookEndpoint, by: Viewer, source: str, after: dict[str, Any]
    ) -> None:
        await self._audit.record(
            actor=by.email, person_id=by.person_id, action=action, object_type="webhook", object_id=str(row.id),
            after=after, source=source, session=session,
        )  # fmt: skip


def new_hook_secret() -> str:
    """192 random bits as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def _known(events: Collection[str]) -> list[str]:
    unknown = sorted(set(events) - set(HOOK_EVENTS))
    if unknown or not events:
        raise Invalid(Text("events: expected some of {known}", known=", ".join(HOOK_EVENTS)))
    return sorted(set(events))


async def _found(session: AsyncSession, endpoint_id: UUID) -> HookEndpoint:
    row = await session.get(HookEndpoint, endpoint_id)
    if row is None:
        raise NotFound(N_("no such webhook"))
    return row


def _view(row: HookEndpoint, waiting: int = 0, dead: int = 0) -> EndpointView:
    return EndpointView(
        row.id, row.url, row.description, tuple(row.events), row.active, row.created_at, row.created_by, row.old_until,
        waiting, dead,
    )  # fmt: skip


def _delivery(row: HookDelivery, kind: str) -> DeliveryView:
    return DeliveryView(
        row.id, row.event_id, kind, row.state, row.attempts, row.created_at, row.due_at, row.done_at, row.last_status,
        row.last_error,
    )  # fmt: skip
