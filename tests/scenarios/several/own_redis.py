"""A Redis server of a test's own, which it may stop and start again."""

import asyncio
import shutil
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.browsers import free_port


class OwnRedis:
    """Nothing is written to disk: a Redis that comes back has forgotten everything, which is the harder case."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("redis-server")
        if found is None:
            pytest.skip("needs redis-server")
        self._program, self._folder, self._port = found, folder, free_port()
        self._running: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    async def start(self) -> None:
        """Begin, and wait until it answers."""
        with (self._folder / "redis.log").open("ab") as out:
            self._running = await asyncio.create_subprocess_exec(
                self._program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                cwd=self._folder, stdout=out, stderr=out,
            )  # fmt: skip
        for _ in range(200):
            if self._answers():
                return
            await asyncio.sleep(0.05)
        raise AssertionError("redis-server does not answer")

    async def stop(self) -> None:
        """End it, if it runs."""
        if self._running is not None and self._running.returncode is None:
            self._running.terminate()
            await self._running.wait()

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False
