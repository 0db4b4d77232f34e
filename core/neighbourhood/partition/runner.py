"""Where a search runs: small ones on a thread, large ones in a process of their own, so that people's screens never
wait for one."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

from core.clock import SystemClock
from core.errors import Unavailable
from core.neighbourhood.partition.model import Problem
from core.neighbourhood.partition.solver import Step, solve
from core.neighbourhood.partition.wire import Found, found_of, pack, read
from core.texts import N_

ROOT = Path(__file__).parents[3]
LONGEST_LINE = 64 * 2**20
SMALL_HOMES = 150
SMALL_PAIRS = 5_000

type Hear = Callable[[Found], None]


def is_small(problem: Problem) -> bool:
    """Whether an answer at once can be expected."""
    return problem.homes <= SMALL_HOMES and len(problem.to) <= 2 * SMALL_PAIRS


async def search(problem: Problem, *, time_limit_s: float, workers: int, hear: Hear) -> None:
    """Search and tell ``hear`` of every step, on the event loop; the last has ``done`` 1.

    Cancelling the task ends the search. ``Unavailable`` when the searching process dies.
    """
    run = _on_a_thread if is_small(problem) else _in_a_process
    await run(problem, time_limit_s, workers, hear)


async def _on_a_thread(problem: Problem, time_limit_s: float, workers: int, hear: Hear) -> None:
    loop, stop = asyncio.get_running_loop(), Event()

    def tell(step: Step) -> None:
        if not stop.is_set():
            loop.call_soon_threadsafe(hear, found_of(step))

    try:
        await asyncio.to_thread(
            lambda: solve(
                problem,
                clock=SystemClock(),
                time_limit_s=time_limit_s,
                workers=workers,
                stopped=stop.is_set,
                report=tell,
            )
        )
    finally:
        stop.set()


async def _in_a_process(problem: Problem, time_limit_s: float, workers: int, hear: Hear) -> None:
    packed = await asyncio.to_thread(pack, problem, time_limit_s, workers)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "core.neighbourhood.partition.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        limit=LONGEST_LINE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(packed)
        await process.stdin.drain()
        process.stdin.close()
        while text := await process.stdout.readline():
            hear(await asyncio.to_thread(read, text))
        if await process.wait():
            raise Unavailable(N_("the search broke off; try again"))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
