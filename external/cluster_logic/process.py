"""Runs the driver with the checkout in a process of its own, in a scratch folder, for a limited time.

It inherits nothing of our environment (no secret, no proxy), writes no byte code, and is killed with all its children
when the time is over or the asker goes away.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from core.errors import Unavailable
from core.texts import N_, Text
from external.cluster_logic.driver import QUESTION, REPLY
from external.cluster_logic.question import HostReply, Question, reply_from_json

OUR_ROOT = Path(__file__).parents[2]
NEEDED = ("app/services/cluster_engine.py", "app/services/mapbox_service.py", "app/config.py")
"""Files by which a checkout is known."""


def checkout(folder: Path | None) -> Path:
    """The folder, made absolute. ``Unavailable`` ("not installed") when no checkout is there."""
    if folder is None:
        raise Unavailable(N_("Cluster-Logic is not installed: MOWTHOS_CLUSTER_LOGIC_DIR is not set"))
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise Unavailable(
            Text(
                "Cluster-Logic is not installed: the folder that MOWTHOS_CLUSTER_LOGIC_DIR names holds no {file}",
                file=missing[0],
            )
        )
    return folder.resolve()


async def ask(folder: Path | None, question: Question, *, limit_s: float) -> list[HostReply]:
    """One reply a host. ``Unavailable`` when nothing is installed, it crashes (with its last line), or time is up."""
    found = checkout(folder)
    with TemporaryDirectory(prefix="cluster-logic-") as scratch:
        await asyncio.to_thread((Path(scratch) / QUESTION).write_text, question.to_json())
        await _run(found, Path(scratch), limit_s)
        return reply_from_json(await asyncio.to_thread((Path(scratch) / REPLY).read_text))


async def _run(folder: Path, scratch: Path, limit_s: float) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-B", "-m", "external.cluster_logic.driver", str(folder)),
        cwd=scratch,
        env={
            "PYTHONPATH": str(OUR_ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MAPBOX_ACCESS_TOKEN": "answered-from-our-own-addresses",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limit_s):
            _, said = await process.communicate()
    except TimeoutError as error:
        raise Unavailable(
            Text("Cluster-Logic gave no answer within {limit:g} s; ask about fewer homes", limit=limit_s)
        ) from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or [f"exit code {process.returncode}"]
        raise Unavailable(Text("Cluster-Logic stopped with an error: {problem}", problem=lines[-1][:300]))
