"""The bus on Redis: one stream of events, one of states, and a hash with the newest state of each thing.

Streams are cut at about ``MOST`` entries, the hash holds one field a thing: Redis stays small however long it runs.
Every writer numbers what it writes, so that a reader which was away for too long notices the gap. While Redis does not
answer, states are kept (the newest of each thing) and events too, the oldest of more than ``MOST`` dropped; both are
written once it answers again, and `restored` lets everybody read anew.
"""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.clock import Clock
from core.events import Event

log = structlog.get_logger(__name__)

MOST = 10_000
MOST_STATES = 2_000
"""Entries of the stream of states; each carries up to ``AT_ONCE`` of them."""
AT_ONCE = 200
GATHER_S = 0.2
"""States are gathered for this long before they cross; events cross at once."""
BLOCK_MS = 1_000
AGAIN_S = 1.0
TIMEOUT_S = 5.0


class RedisBus:
    """`core.bus.Bus` on the Redis at ``url``; ``name`` separates installations that share one."""

    def __init__(self, url: str, clock: Clock, *, name: str = "mowthos") -> None:
        self.restored: Event[None] = Event("bus_restored")
        self.changed: Event[bool] = Event("bus_changed")
        self.up = False
        self.since: datetime = clock.now()
        self._url, self._clock = url, clock
        self._events, self._states, self._present = f"{name}:events", f"{name}:states", f"{name}:present"
        self._me = uuid4().hex
        self._numbers: defaultdict[str, int] = defaultdict(int)
        self._handlers: defaultdict[str, list[Callable[[str], None]]] = defaultdict(list)
        self._watchers: list[Callable[[str, str], None]] = []
        self._told: deque[tuple[str, str]] = deque(maxlen=MOST)
        self._put: dict[str, str | None] = {}
        self._wake = asyncio.Event()
        self._seen: dict[tuple[str, str], int] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def tell(self, topic: str, body: str) -> None:
        self._told.append((topic, body))
        self._wake.set()

    def hear(self, topic: str, handler: Callable[[str], None]) -> None:
        self._handlers[topic].append(handler)

    def put(self, key: str, state: str | None) -> None:
        self._put[key] = state

    def watch(self, handler: Callable[[str, str], None]) -> None:
        self._watchers.append(handler)

    async def present(self) -> Mapping[str, str]:
        client = self._client()
        try:
            return dict(await client.hgetall(self._present))
        except (RedisError, OSError):
            return {}
        finally:
            await client.aclose()

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._keep(self._read), name="bus.read"),
            asyncio.create_task(self._keep(self._write), name="bus.write"),
        ]

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _client(self) -> Any:  # redis's own types say of every answer "now or later"
        return Redis.from_url(
            self._url, decode_responses=True, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S / 2
        )

    async def _keep(self, work: Callable[[Any], Awaitable[None]]) -> None:
        """Work until cancelled; while Redis does not answer, try again every ``AGAIN_S``."""
        while True:
            client = self._client()
            try:
                await work(client)
            except (RedisError, OSError) as error:
                self._is(up=False, why=type(error).__name__)
            finally:
                await client.aclose()
            await self._clock.sleep(AGAIN_S)

    def _is(self, *, up: bool, why: str = "") -> None:
        if self.up != up:
            self.up, self.since = up, self._clock.now()
            log.log(20 if up else 40, "bus.up" if up else "bus.down", reason=why)
            self.changed.emit(up)

    async def _write(self, client: Any) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), GATHER_S)
            self._wake.clear()
            while self._told:
                topic, body = self._told[0]
                await self._add(client, self._events, MOST, t=topic, b=body)
                if self._told and self._told[0] == (topic, body):
                    self._told.popleft()
            while self._put:
                await self._write_states(client, dict(list(self._put.items())[:AT_ONCE]))

    async def _write_states(self, client: Any, batch: dict[str, str | None]) -> None:
        newest = {key: state for key, state in batch.items() if state is not None}
        if newest:
            await client.hset(self._present, mapping=newest)
        if gone := [key for key, state in batch.items() if state is None]:
            await client.hdel(self._present, *gone)
        await self._add(client, self._states, MOST_STATES, b=json.dumps(newest))
        for key, state in batch.items():
            if self._put.get(key) is state:  # else a newer one came meanwhile
                self._put.pop(key, None)

    async def _add(self, client: Any, stream: str, most: int, **fields: str) -> None:
        number = self._numbers[stream] + 1
        entry: dict[Any, Any] = {"f": self._me, "n": number, **fields}
        await client.xadd(stream, entry, maxlen=most, approximate=True)
        self._numbers[stream] = number

    async def _read(self, client: Any) -> None:
        at: dict[Any, Any] = {}
        for stream in (self._events, self._states):
            newest = await client.xrevrange(stream, count=1)
            at[stream] = newest[0][0] if newest else "0-0"
        self._seen.clear()
        self._is(up=True)
        self.restored.emit(None)
        while True:
            for stream, entries in await client.xread(at, count=500, block=BLOCK_MS) or ():
                for entry_id, fields in entries:
                    at[stream] = entry_id
                    self._take(stream, fields)
                await asyncio.sleep(0)

    def _take(self, stream: str, fields: Mapping[str, str]) -> None:
        writer, number = fields["f"], int(fields["n"])
        if writer == self._me:
            return
        before = self._seen.get((stream, writer))
        self._seen[stream, writer] = number
        if before is not None and number != before + 1:  # the stream was cut before we had read it
            log.warning("bus.missed", stream=stream, entries=number - before - 1)
            self.restored.emit(None)
        if stream == self._events:
            for handler in self._handlers.get(fields["t"], ()):
                self._safely(handler, fields["b"])
            return
        for key, state in json.loads(fields["b"]).items():
            for watcher in self._watchers:
                self._safely(watcher, key, state)

    @staticmethod
    def _safely(handler: Callable[..., None], *given: str) -> None:
        try:
            handler(*given)
        except Exception:  # one broken listener must not silence the others
            log.exception("bus.handler_failed")
