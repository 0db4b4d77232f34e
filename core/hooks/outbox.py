"""What happened goes to every address that asked: stored, sent, tried again with growing waits; at least once.

A process killed between sending and noting it sends again under the same id, by which the other side knows it.
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select
from standardwebhooks import Webhook

from core.clock import Clock
from core.db import Database
from core.errors import Conflict, MowthosError, NotAllowed
from core.hooks.tables import HookDelivery, HookEndpoint, HookEvent, HookTold
from core.ids import new_id
from core.notices import DEFAULT_RETRIES, wait_after
from core.ports import SecretBox
from core.texts import N_

log = structlog.get_logger(__name__)

AT_ONCE = 50
KEEP = timedelta(days=30)
GONE = 410


class HookPost(Protocol):
    """Sends one message."""

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The HTTP status. ``Unavailable`` when nothing answered in time, ``NotAllowed`` for an address that must not
        be called."""
        ...


class HookOutbox:
    """Stores events for those who asked, and delivers what is due."""

    def __init__(self, database: Database, clock: Clock, box: SecretBox, post: HookPost) -> None:
        self._database, self._clock, self._box, self._post = database, clock, box, post

    async def put(self, kind: str, data: dict[str, Any], *, only: UUID | None = None) -> int:
        """Store one event; returns for how many addresses. ``only`` tells this address, whatever it asked for."""
        async with self._database.connection() as connection:
            return await self.put_beside(connection, kind, data, only=only)

    async def put_test(self, endpoint_id: UUID, *, asked_by: str) -> None:
        """Tell this address that somebody pressed Test; ``Conflict`` where it is switched off or gone."""
        if not await self.put("webhook.test", {"asked_by": asked_by}, only=endpoint_id):
            raise Conflict(N_("this webhook is switched off: nothing is sent to it"))

    async def put_beside(
        self, connection: AsyncConnection, kind: str, data: dict[str, Any], *, only: UUID | None = None
    ) -> int:
        """The same in the transaction that stores what happened: a kill loses both or neither."""
        active = select(HookEndpoint.id, HookEndpoint.events).where(col(HookEndpoint.active))
        rows = (await connection.execute(active)).all()
        told = [row.id for row in rows if (row.id == only if only is not None else kind in row.events)]
        if not told:
            return 0
        now, event_id = self._clock.now(), new_id()
        body = json.dumps({"type": kind, "timestamp": now.isoformat(), "data": data}, ensure_ascii=False)
        await connection.execute(insert(HookEvent).values(id=event_id, type=kind, at=now, body=body))
        fields = {"event_id": event_id, "state": "waiting", "attempts": 0, "last_error": ""}
        times = {"due_at": now, "created_at": now}
        rows_of = [{"id": new_id(), "endpoint_id": one, **fields, **times} for one in told]
        await connection.execute(insert(HookDelivery), rows_of)
        return len(told)

    async def put_state(self, device_name: str, state: str, data: dict[str, Any], *, sighted: bool = False) -> bool:
        """Tell the state of a mower where another one was told last; whether it was told. ``data`` has ``before``.

        ``sighted``: it came into our sight so; where nothing was told of it yet its state is noted, and nobody told."""
        here = col(HookTold.device_name) == device_name
        async with self._database.connection() as connection:
            before = (await connection.execute(select(HookTold.state).where(here))).scalar_one_or_none()
        if before == state:
            return False
        async with self._database.connection() as connection:  # it writes first: SQLite lets no reader become a writer
            if before is None:
                await connection.execute(insert(HookTold).values(device_name=device_name, state=state))
            else:  # of two that tell the same at once, as an account changes hands, one does
                same = col(HookTold.state) == before
                moved = await connection.execute(update(HookTold).where(here, same).values(state=state))
                if moved.rowcount != 1:
                    return False
            if before is None and sighted:
                return False
            told = data if before is None else {**data, "before": before}
            await self.put_beside(connection, "mower.state_changed", told)
        return True

    async def run(self) -> int:
        """One round over what is due; returns how many were delivered."""
        due = await self._due()
        return sum(await asyncio.gather(*[self._deliver(*one) for one in due]))

    async def forget(self) -> int:
        """Delete events older than 30 days, with their deliveries; how many."""
        async with self._database.session() as session:
            old = delete(HookEvent).where(col(HookEvent.at) < self._clock.now() - KEEP)
            return int((await session.exec(old)).rowcount)

    async def _due(self) -> Sequence[tuple[HookDelivery, HookEvent, HookEndpoint]]:
        """Claimed by moving their time on: no other process takes them meanwhile."""
        now = self._clock.now()
        query = (
            select(HookDelivery, HookEvent, HookEndpoint)
            .join(HookEvent, col(HookEvent.id) == col(HookDelivery.event_id))
            .join(HookEndpoint, col(HookEndpoint.id) == col(HookDelivery.endpoint_id))
            .where(HookDelivery.state == "waiting", HookDelivery.due_at <= now, col(HookEndpoint.active))
            .order_by(col(HookDelivery.due_at), col(HookDelivery.id))
            .limit(AT_ONCE)
        )
        async with self._database.session() as session:
            rows = (await session.exec(query)).all()
        return [row for row in rows if await self._claim(row[0])]

    async def _claim(self, delivery: HookDelivery) -> bool:
        until = self._clock.now() + DEFAULT_RETRIES.lease
        mine = (col(HookDelivery.id) == delivery.id, col(HookDelivery.attempts) == delivery.attempts)
        async with self._database.session() as session:
            claim = update(HookDelivery).where(*mine, col(HookDelivery.state) == "waiting")
            claimed = await session.exec(claim.values(attempts=delivery.attempts + 1, due_at=until))
        return int(claimed.rowcount) == 1

    async def _deliver(self, delivery: HookDelivery, event: HookEvent, endpoint: HookEndpoint) -> bool:
        status, error = None, ""
        try:
            body = event.body.encode()
            status = await self._post.post(endpoint.url, body, self._headers(endpoint, event, event.body))
            error = "" if 200 <= status < 300 else f"answered {status}"
        except MowthosError as failure:
            error = failure.message
            if isinstance(failure, NotAllowed):
                log.warning("hooks.address_refused", endpoint=str(endpoint.id), reason=error)
        await self._note(delivery, status, error)
        if status == GONE:  # Standard Webhooks: the other side wants nothing more
            async with self._database.session() as session:
                gone = update(HookEndpoint).where(col(HookEndpoint.id) == endpoint.id)
                await session.exec(gone.values(active=False))
        return not error

    async def _note(self, delivery: HookDelivery, status: int | None, error: str) -> None:
        now, tried = self._clock.now(), delivery.attempts + 1
        wait = wait_after(tried)
        values: dict[str, Any] = {"last_status": status, "last_error": error[:300]}
        if not error:
            values |= {"state": "done", "done_at": now}
        elif wait is None:
            values |= {"state": "dead"}
        else:
            values |= {"due_at": now + wait}
        async with self._database.session() as session:
            await session.exec(update(HookDelivery).where(col(HookDelivery.id) == delivery.id).values(**values))

    def _headers(self, endpoint: HookEndpoint, event: HookEvent, body: str) -> dict[str, str]:
        """As Standard Webhooks asks: id, time of this attempt, and a signature by each secret that holds."""
        now, name = self._clock.now(), f"msg_{event.id.hex}"
        secrets = [self._box.open(endpoint.sealed_secret)]
        if endpoint.old_until is not None and endpoint.old_until > now:
            secrets.append(self._box.open(endpoint.sealed_old))
        return {
            "content-type": "application/json",
            "user-agent": "MowthosOS-Webhooks/1",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(Webhook(secret).sign(name, now, body) for secret in secrets),
        }
