"""The bus on a real Redis: what is told is heard elsewhere, what is put is present, a Redis that is away is said."""

import asyncio
import os
from collections.abc import Callable
from uuid import uuid4

import pytest
from redis import Redis
from redis.exceptions import RedisError

from core.clock import SystemClock
from external.bus import RedisBus
from tests.browsers import free_port

REDIS = os.environ.get("MOWTHOS_TEST_REDIS_URL", "redis://127.0.0.1:6379").rstrip("/")


@pytest.fixture
def name() -> str:
    """Keys of this test's own, gone after it."""
    chosen = f"test-{uuid4().hex[:8]}"
    try:
        with Redis.from_url(f"{REDIS}/12", socket_connect_timeout=2) as client:
            client.ping()
            yield chosen
            for key in client.scan_iter(f"{chosen}:*"):
                client.delete(key)
    except RedisError as error:
        pytest.skip(f"needs a Redis server (MOWTHOS_TEST_REDIS_URL): {error}")


async def soon(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come")


async def test_what_one_process_tells_and_puts_another_hears_and_a_late_one_finds(name: str) -> None:
    clock = SystemClock()
    one, other = (RedisBus(f"{REDIS}/12", clock, name=name) for _ in range(2))
    heard: list[str] = []
    seen: dict[str, str] = {}
    own: list[str] = []
    other.hear("command", heard.append)
    one.hear("command", own.append)
    other.watch(seen.__setitem__)
    await one.start()
    await other.start()
    await soon(lambda: one.up and other.up)
    one.tell("command", "halt")
    one.put("mower/Luba", "old")
    one.put("mower/Luba", "new")
    await soon(lambda: heard == ["halt"] and seen == {"mower/Luba": "new"})
    assert own == [], "nobody hears itself"
    late = RedisBus(f"{REDIS}/12", clock, name=name)
    assert await late.present() == {"mower/Luba": "new"}
    one.put("mower/Luba", None)
    for _ in range(100):
        if await late.present() == {}:
            break
        await asyncio.sleep(0.05)
    assert await late.present() == {}
    await one.stop()
    await other.stop()


async def test_a_redis_that_is_away_is_said_and_stops_nobody() -> None:
    bus = RedisBus(f"redis://127.0.0.1:{free_port()}/0", SystemClock())
    await bus.start()
    bus.tell("command", "halt")
    bus.put("mower/Luba", "new")
    await asyncio.sleep(0.1)
    assert not bus.up
    assert await bus.present() == {}
    await bus.stop()
