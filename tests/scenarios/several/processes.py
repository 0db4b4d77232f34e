"""Processes of ours that a test begins, kills and ends, each with its log, on one database."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import text

from core.db import Database
from tests.browsers import ROOT

SECRET = "several processes, one secret key!!"
PATIENCE_S = 200
"""Every process of ours loads for seconds, all at once, on two cores that others use, too."""


def environment(folder: Path, postgres: str, redis: str, **more: str) -> dict[str, str]:
    """What every process of ours is told."""
    return {
        **os.environ, "MOWTHOS_SECRET_KEY": SECRET, "MOWTHOS_DATA_DIR": str(folder / "data"),
        "MOWTHOS_DATABASE_URL": postgres, "MOWTHOS_REDIS_URL": redis, **more,
    }  # fmt: skip


@dataclass
class Process:
    """One of ours, with its log."""

    name: str
    running: asyncio.subprocess.Process
    log: Path

    def kill(self) -> None:
        self.running.send_signal(signal.SIGKILL)

    @property
    def alive(self) -> bool:
        return self.running.returncode is None


@dataclass(kw_only=True)
class Processes:
    """What runs, by name."""

    folder: Path
    database: Database
    environment: dict[str, str]
    processes: dict[str, Process] = field(default_factory=dict)

    async def begin(self, name: str, *arguments: str) -> Process:
        """Begin a process; PostgreSQL knows its connections by its name."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as out:
            running = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "dashboard", *arguments, cwd=ROOT, stdout=out, stderr=out,
                env={**self.environment, "PGAPPNAME": name},
            )  # fmt: skip
        process = self.processes[name] = Process(name, running, log)
        return process

    async def rows(self, query: str) -> list[Any]:
        async with self.database.connection() as connection:
            return list((await connection.execute(text(query))).all())

    async def change(self, statement: str) -> None:
        async with self.database.connection() as connection:
            await connection.execute(text(statement))

    async def one(self, query: str) -> Any:
        """The first cell of the first row."""
        return (await self.rows(query))[0][0]

    def told(self) -> str:
        """The ends of all logs, for a test that failed."""
        return "\n".join(f"--- {path.name}\n{path.read_text()[-2500:]}" for path in sorted(self.folder.glob("*.log")))

    async def end(self) -> None:
        """In order, as an operator does; whatever does not end in time is killed."""
        for process in self.processes.values():
            if process.alive:
                process.running.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                await asyncio.wait_for(process.running.wait(), 20)
            except TimeoutError:
                process.kill()
                await process.running.wait()


async def until(
    condition: Callable[[], Awaitable[bool]], what: str, stage: Processes, within_s: float = PATIENCE_S
) -> float:
    """Wait for it; returns the seconds it took."""
    began = monotonic()
    while not await condition():
        assert monotonic() - began < within_s, f"not within {within_s} s: {what}\n{stage.told()}"
        await asyncio.sleep(0.1)
    return monotonic() - began
