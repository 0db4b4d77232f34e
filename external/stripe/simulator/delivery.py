"""Webhooks: signed, retried until they are taken, and, when asked, doubled, shuffled, delayed, forged or cut short."""

import asyncio
import hashlib
import hmac
import json
import random
from dataclasses import dataclass, field

import aiohttp
import structlog

from core.clock import Clock
from external.stripe.simulator.forms import Doc
from external.stripe.simulator.store import Store

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Mischief:
    """What goes wrong on purpose. ``copies``: how often each event is sent (2: every one twice). ``shuffle``: events
    held back and sent in random order. ``delay_s``: wait before sending. ``hold``: send nothing until released.
    ``forge``: sign with a wrong secret. ``truncate``: send half of the body (signed whole). ``stale_s``: seconds by
    which the signature's time lies in the past. ``drop``: the next so many are lost."""

    copies: int = 1
    shuffle: int = 0
    delay_s: float = 0.0
    hold: bool = False
    forge: bool = False
    truncate: bool = False
    stale_s: int = 0
    drop: int = 0
    seed: int = 1


@dataclass(slots=True)
class Delivery:
    """What became of one sending."""

    event: str
    type: str
    url: str
    attempt: int
    status: int
    answer: str = ""


@dataclass(slots=True)
class Pending:
    event: Doc
    endpoint: str
    attempt: int = 1


def signature(secret: str, moment: int, body: bytes) -> str:
    """Stripe's v1 scheme: HMAC-SHA256 over "time.body"."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


@dataclass(slots=True)
class Courier:
    """Takes events from the API and brings them to the endpoints, in a task of its own.

    ``first_wait_s`` doubles with each of ``most_attempts``; Stripe itself goes on for three days.
    """

    store: Store
    clock: Clock
    first_wait_s: float = 0.5
    most_attempts: int = 8
    mischief: Mischief = field(default_factory=Mischief)
    log: list[Delivery] = field(default_factory=list)
    _queue: list[Pending] = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _busy: int = 0

    def take(self, event: Doc) -> None:
        """Queue an event for every endpoint that wants its type."""
        for endpoint in self.store.every("webhook_endpoint"):
            wanted = endpoint["enabled_events"]
            if endpoint["status"] == "enabled" and ("*" in wanted or event["type"] in wanted):
                event["pending_webhooks"] += 1
                self._queue.extend(Pending(event, endpoint["id"]) for _ in range(self.mischief.copies))
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        timeout = aiohttp.ClientTimeout(total=20)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session:
                while True:
                    await self._wake.wait()
                    self._wake.clear()
                    await self._send_batch(session)
        finally:
            for task in self._tasks:
                task.cancel()

    async def _send_batch(self, session: aiohttp.ClientSession) -> None:
        while self._queue and not self.mischief.hold:
            size = self.mischief.shuffle or 1
            batch, self._queue = self._queue[:size], self._queue[size:]
            if self.mischief.shuffle:
                random.Random(self.mischief.seed).shuffle(batch)
            self._busy += 1
            try:
                if self.mischief.delay_s:
                    await self.clock.sleep(self.mischief.delay_s)
                for one in batch:
                    await self._send(session, one)
            finally:
                self._busy -= 1

    async def _send(self, session: aiohttp.ClientSession, one: Pending) -> None:
        endpoint = self.store.find(one.endpoint)
        if endpoint is None or endpoint["status"] != "enabled":
            return
        if self.mischief.drop:
            self.mischief.drop -= 1
            return
        status, answer = await self._post(session, endpoint, one.event)
        self.log.append(
            Delivery(one.event["id"], one.event["type"], endpoint["url"], one.attempt, status, answer[:200])
        )
        if 200 <= status < 300:
            one.event["pending_webhooks"] = max(0, one.event["pending_webhooks"] - 1)
            self.store.touch(one.event)
        elif one.attempt < self.most_attempts:
            self._later(Pending(one.event, one.endpoint, one.attempt + 1))
        else:
            one.event["pending_webhooks"] = 0
            self.store.touch(one.event)

    async def _post(self, session: aiohttp.ClientSession, endpoint: Doc, event: Doc) -> tuple[int, str]:
        body = json.dumps(event, indent=2).encode()
        moment = int(self.clock.now().timestamp()) - self.mischief.stale_s
        secrets = ["whsec_forged"] if self.mischief.forge else endpoint["_secrets"]
        signed = ",".join([f"t={moment}", *(f"v1={signature(secret, moment, body)}" for secret in secrets)])
        headers = {
            "Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signed, "User-Agent": "Stripe/1.0",
        }  # fmt: skip
        if self.mischief.truncate:
            body = body[: len(body) // 2]
        try:
            async with session.post(endpoint["url"], data=body, headers=headers) as response:
                return response.status, await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("stripe_twin.webhook_not_taken", url=endpoint["url"], error=type(error).__name__)
            return 0, type(error).__name__

    def _later(self, one: Pending) -> None:
        async def wait() -> None:
            await self.clock.sleep(self.first_wait_s * 2 ** (one.attempt - 2))
            self._queue.append(one)
            self._wake.set()

        task = asyncio.create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def resend(self, event: Doc) -> None:
        """Send an event that was sent before once more."""
        self.take(event)

    def take_up_again(self) -> None:
        """After a restart: what was not taken before it."""
        for event in self.store.every("event"):
            if event["pending_webhooks"]:
                event["pending_webhooks"] = 0
                self.take(event)

    def release(self) -> None:
        """Send what was held."""
        self.mischief.hold = False
        self._wake.set()

    @property
    def waiting(self) -> int:
        """Sendings that are queued, under way or waiting for a retry."""
        return len(self._queue) + self._busy + len(self._tasks)
