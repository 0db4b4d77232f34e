"""Several processes on one host: PostgreSQL, Redis, nginx, web processes, fleet-workers, Celery, a simulated cloud."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from core.accounts import Role
from core.db import open_database
from core.db.migrate import migrate
from core.settings import Settings
from dashboard.people_parts import create_person, store_vendor_account
from external.mammotion.simulator import SimulatorOptions, SimulatorServer
from external.mammotion.simulator.default_sites import default_sites
from tests.browsers import ROOT, free_port
from tests.scenarios.several.own_redis import OwnRedis
from tests.scenarios.several.processes import SECRET, Process, Processes, environment, until

DISPATCHER, PASSWORD = "dana@elm.example", "a long enough password"
LEASE_S = 30
"""Longer than in life: processes that load beside a whole test run stand still for many seconds."""


def nginx() -> str:
    """Where nginx is; the test is skipped where it is not."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        pytest.skip("needs nginx")
    return found


@dataclass(kw_only=True)
class Stage(Processes):
    """What the test acts on."""

    cloud: SimulatorServer
    ports: dict[str, int] = field(default_factory=dict)
    front: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.front}"

    async def web(self, name: str) -> None:
        self.ports.setdefault(name, free_port())
        await self.begin(name, "serve", "--port", str(self.ports[name]))

    async def ready(self) -> None:
        """Every web process answers."""
        async with httpx.AsyncClient(timeout=5) as client:
            for name, port in self.ports.items():
                await until(lambda port=port: _answers(client, port), f"{name} answers", self)

    def orders(self, mower: str, leaf: str) -> int:
        """How often this was told to a mower."""
        frames = self.cloud.journal.latest(device_name=mower, limit=4000)
        return sum(frame["direction"] == "to_device" and frame["leaf"] == leaf for frame in frames)


async def _answers(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/health")).status_code == 200
    except httpx.HTTPError:
        return False


@asynccontextmanager
async def several(
    folder: Path, postgres: str, redis: OwnRedis, *, webs: int = 2, workers: int = 2, mowers: int = 8, accounts: int = 4
) -> AsyncIterator[Stage]:
    """Everything running: ``webs`` web processes behind nginx, ``workers`` fleet-workers, a worker of jobs and beat."""
    program = nginx()
    sites = default_sites(mowers=mowers, accounts=accounts, seed=5)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(redis.stop)
        await redis.start()
        cloud = SimulatorServer(
            SimulatorOptions(sites=sites, seed=7, owners=False, reply_delay_s=0.1, docked_period_s=2, speed=4)
        )
        await cloud.start()
        stack.push_async_callback(cloud.stop)
        told = environment(
            folder, postgres, redis.url,
            MOWTHOS_MAMMOTION_LOGIN_URL=cloud.http_url, MOWTHOS_MAMMOTION_API_URL=cloud.http_url,
            MOWTHOS_MAMMOTION_REQUEST_CEILING="100000", MOWTHOS_LEASE_SECONDS=str(LEASE_S),
        )  # fmt: skip
        database = open_database(postgres)
        stack.push_async_callback(database.close)
        await migrate(database)
        (folder / "data").mkdir()
        settings = Settings(secret_key=SECRET, data_dir=folder / "data", database_url=postgres)  # type: ignore[arg-type]
        await create_person(database, settings, email=DISPATCHER, name="Dana", role=Role.DISPATCHER, password=PASSWORD)
        for account, password in cloud.accounts:
            await store_vendor_account(database, settings, account=account, password=password)
        stage = Stage(folder=folder, database=database, environment=told, cloud=cloud)
        stack.push_async_callback(stage.end)
        for number in range(workers):
            await stage.begin(f"fleet-{number}", "fleet-worker")
        for number in range(webs):
            await stage.web(f"web-{number}")
        await _front(stage, program)
        stack.push_async_callback(_end_front, stage)
        await stage.ready()
        yield stage


async def _front(stage: Stage, program: str) -> None:
    """nginx with the configuration that is shipped, and what is this host's own."""
    folder = stage.folder / "nginx"
    folder.mkdir()
    shutil.copy(ROOT / "docs" / "deploy" / "nginx.conf", folder / "mowthos.conf")
    servers = "".join(f"  server 127.0.0.1:{port} max_fails=1 fail_timeout=5s;\n" for port in stage.ports.values())
    (folder / "mowthos_upstream.conf").write_text(
        f"upstream mowthos_web {{\n  hash $mowthos_sticky consistent;\n{servers}}}\n"
    )
    (folder / "mowthos_listen.conf").write_text(f"listen 127.0.0.1:{stage.front};\n")
    temporary = "".join(
        f"  {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {stage.folder}/nginx.log;\n"
        f"events {{}}\nhttp {{\n  access_log off;\n{temporary}  include mowthos.conf;\n}}\n"
    )
    running = await asyncio.create_subprocess_exec(
        program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(stage.folder / "nginx.log")
    )
    stage.processes["nginx"] = Process("nginx", running, stage.folder / "nginx.log")


async def _end_front(stage: Stage) -> None:
    front = stage.processes.pop("nginx")
    if front.alive:
        front.running.terminate()
        await front.running.wait()
