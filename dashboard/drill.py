"""``mowthos drill NAME``: the demo in a folder of its own, and something that goes wrong in it on purpose."""

import asyncio
import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from core.clock import SystemClock
from core.drills import DrillFloor, DrillScore, script_named
from core.errors import MowthosError
from core.settings import Settings
from dashboard.demo import Held, drill_folder, run_demo
from dashboard.drills.start import floor_maker
from dashboard.drills.words import score_json, score_table
from dashboard.i18n import told
from dashboard.twins import StripeChild, Twin

PORT = 8090
SETTLE_S = 5.0
"""Between the first page and the drill, so that links are up and mowers have spoken."""
BY = "mowthos drill"


async def run_drill(
    name: str, *, mowers: int, speed: float, as_json: bool, once: bool, overrides: dict[str, Any],
    settings_for: Callable[..., Settings],
) -> None:  # fmt: skip
    """Hold drill ``name``, then go on until Ctrl-C; with ``once`` end with it. ``NotFound`` for an unknown one."""
    script_named(name)
    own = {"port": PORT} | overrides | {"database_url": None, "public_url": None}
    await run_demo(
        mowers=mowers, speed=speed, overrides=own, settings_for=settings_for, folder=drill_folder(own["port"]),
        held=HeldDrill(name, as_json=as_json, once=once),
    )  # fmt: skip


class HeldDrill(Held):
    """The drill of the command line: begins once the copy can be looked at, prints every score as it comes."""

    def __init__(self, name: str, *, as_json: bool, once: bool) -> None:
        self._name, self._as_json, self._once = name, as_json, once
        self._floor: DrillFloor | None = None
        self._beginning: asyncio.Task[None] | None = None

    def maker(self, settings: Settings, twin: Twin, stripe: StripeChild) -> Callable[[Any], DrillFloor]:
        make = floor_maker(settings, twin, stripe)

        def kept(parts: Any) -> DrillFloor:
            self._floor = make(parts)
            self._floor.ended.subscribe(self._print)
            return self._floor

        return kept

    def clear(self, folder: Path) -> None:
        """Each copy begins anew: an alarm left open by the last drill would answer for this one."""
        for old in folder.glob("mowthos.sqlite3*"):
            old.unlink()
        shutil.rmtree(folder / "stripe", ignore_errors=True)

    def ready(self, settings: Settings, signs: str) -> None:
        where = f"http://{settings.host}:{settings.port}/drill"
        typer.echo(f"{signs}\nA drill, not the real fleet. How it goes: {where}\n", err=self._as_json)
        self._beginning = asyncio.create_task(self._begin(), name="drill.begin")

    async def _begin(self) -> None:
        assert self._floor is not None
        await SystemClock().sleep(SETTLE_S)
        try:
            await self._floor.play(self._name, by=BY)
        except MowthosError as error:
            typer.echo(f"mowthos: {told(error.message)}", err=True)
            if self._once:
                signal.raise_signal(signal.SIGINT)

    def _print(self, score: DrillScore) -> None:
        typer.echo(json.dumps(score_json(score)) if self._as_json else score_table(score))
        if self._once:
            signal.raise_signal(signal.SIGINT)  # ends the server as Ctrl-C does, in order
