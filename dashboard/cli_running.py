"""The part of the ``mowthos`` command for those who run the house: keys and backups."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from core.backups import Header
from core.clock import SystemClock
from core.db import Database
from core.errors import Conflict, Unavailable
from core.jobs import Outcome, Run
from core.settings import Settings
from core.texts import N_, Text
from dashboard.cli_imports import answered
from dashboard.logs import set_up_logs

BACKUP_SUFFIXES = {".mbk", ".bad"}
RETRY_SECONDS = 600

AsJson = Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")]
File = Annotated[Path, typer.Argument(help="Backup file.", exists=True, dir_okay=False, readable=True)]


class Runs(Protocol):
    """Runs a coroutine to its end."""

    def __call__[T](self, work: Coroutine[Any, Any, T]) -> T: ...


def register(
    app: typer.Typer,
    *,
    with_database: Callable[..., Any],
    settings_of: Callable[[], Settings],
    say: Callable[..., None],
    run: Runs,
) -> None:
    """Add ``keys rotate``, ``backup`` and ``restore``; ``verify`` stands beside the evidence of bills."""
    keys = typer.Typer(no_args_is_help=True, help="The secret key and those before it.")
    app.add_typer(keys, name="keys")

    @keys.callback()
    def _group() -> None:
        """The secret key and those before it."""

    @keys.command("rotate")
    def rotate(as_json: AsJson = False) -> None:
        """Seal every stored secret with MOWTHOS_SECRET_KEY; MOWTHOS_OLD_SECRET_KEYS open what they sealed."""
        from dashboard.people_parts import reseal_secrets  # noqa: PLC0415

        settings = settings_of()

        async def seal_anew(database: Database) -> dict[str, int]:
            return await reseal_secrets(database, settings)

        done = answered(lambda: with_database(seal_anew, settings=settings), as_json)
        total = sum(done.values())
        say({"resealed": total, "columns": done}, as_json, f"Sealed {total} stored secrets with the newest key.")

    @app.command()
    def backup(
        repeat: Annotated[bool, typer.Option("--repeat", help="Every MOWTHOS_BACKUP_HOURS, until stopped.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Back the database up, encrypted, and restore it into a scratch database to prove it."""
        settings = settings_of()
        set_up_logs(settings.log_level)

        async def once(database: Database) -> Run:
            return await _backed_up(database, settings)

        async def again(database: Database) -> None:
            while True:
                await asyncio.sleep(await _next_turn(database, settings))

        if repeat:
            with_database(again, settings=settings, migrated=False)
            return
        done = answered(lambda: with_database(once, settings=settings, migrated=False), as_json)
        say({"backup": done.result, "seconds": done.seconds}, as_json, done.result)

    @app.command()
    def restore(
        file: File,
        replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of the data there are.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Bring a backup into the configured database; stop the dashboard and the workers first."""
        from dashboard.bootstrap import needed_backups  # noqa: PLC0415

        settings = settings_of()
        set_up_logs(settings.log_level)
        header = answered(lambda: run(needed_backups(settings, SystemClock()).restore(file, replace=replace)), as_json)
        say(_told(header), as_json, f"Restored {_words(header)}.")


def verify_backup(file: Path, *, settings: Settings, as_json: bool, run: Runs, say: Callable[..., None]) -> None:
    """Restore a backup into a scratch database and compare it with what was backed up."""
    from dashboard.bootstrap import needed_backups  # noqa: PLC0415

    header = answered(lambda: run(needed_backups(settings, SystemClock()).verify(file)), as_json)
    say(_told(header), as_json, f"Restored well into a scratch database: {_words(header)}.")


async def _backed_up(database: Database, settings: Settings) -> Run:
    from dashboard.bootstrap import back_up  # noqa: PLC0415

    done = await back_up(database, settings)
    if done is None:
        raise Conflict(N_("another process is making a backup"))
    if done.outcome is not Outcome.DONE:
        raise Unavailable(Text("the backup failed: {detail}", detail=done.detail))
    return done


async def _next_turn(database: Database, settings: Settings) -> float:
    """Seconds to wait after a turn: the period, or less after one that failed; the run is on record either way."""
    try:
        await _backed_up(database, settings)
    except (Conflict, Unavailable):
        return RETRY_SECONDS
    return settings.backup_hours * 3_600.0


def _told(header: Header) -> dict[str, object]:
    rows = header.contents.rows
    return {
        "created_at": header.created_at.isoformat(),
        "database": header.dialect,
        "schema": header.contents.schema,
        "tables": len(rows),
        "rows": sum(rows.values()),
    }


def _words(header: Header) -> str:
    rows = header.contents.rows
    return (
        f"{sum(rows.values()):,} rows of {len(rows)} tables, schema {header.contents.schema}, "
        f"as of {header.created_at:%Y-%m-%d %H:%M} UTC"
    )
