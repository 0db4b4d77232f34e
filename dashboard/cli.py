"""The ``mowthos`` command: what each of its words does. `dashboard.command` calls it."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from core.accounts import Role
from core.clock import SystemClock
from core.db import Database, open_database
from core.db.migrate import migrate as run_migrations
from core.errors import Invalid, MowthosError
from core.neighbourhood import UPSTREAM, NeighbourFinder
from core.settings import Settings, load_settings
from dashboard import cli_imports, cli_running, cli_simulate
from dashboard.cli_imports import answered
from dashboard.cli_parts import AsJson, fail, run, say
from external.cluster_logic.engine import ClusterLogic

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would show local variables' values: a password may be one of them
    help="MowthosOS: shared robot mowers, watched and steered.",
)
user = typer.Typer(no_args_is_help=True, help="People who may sign in.")
fleet = typer.Typer(no_args_is_help=True, help="Vendor accounts.")
app.add_typer(cli_simulate.app, name="simulate")
app.add_typer(user, name="user")
app.add_typer(fleet, name="fleet")
audit = typer.Typer(no_args_is_help=True, help="The audit's chain of seals.")
app.add_typer(audit, name="audit")

PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=1, max=65535)] = None,
) -> None:
    """Run the dashboard."""
    from dashboard.running import serve as serve_dashboard  # noqa: PLC0415 - NiceGUI is heavy: only where it is used

    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    run(serve_dashboard(usable(settings_or_exit(**given))))


@app.command("fleet-worker")
def fleet_worker() -> None:
    """Own vendor accounts: one of several processes that share the work (MOWTHOS_REDIS_URL)."""
    from dashboard.running import own_links  # noqa: PLC0415

    settings, _redis = shared_settings()
    run(own_links(settings))


@app.command()
def worker() -> None:
    """Run jobs that `mowthos beat` starts: one of several processes that share the work (MOWTHOS_REDIS_URL)."""
    from dashboard.celery_jobs import run_worker  # noqa: PLC0415

    run_worker(*shared_settings())


@app.command()
def beat() -> None:
    """Say when jobs are due: one process beside `mowthos worker` (MOWTHOS_REDIS_URL)."""
    from dashboard.celery_jobs import run_beat  # noqa: PLC0415

    run_beat(*shared_settings())


@app.command()
def demo(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=1, max=65535)] = None,
    mowers: Annotated[int, typer.Option(help="Mowers of the demo town.", min=1, max=40)] = 40,
    speed: Annotated[float, typer.Option(help="How much faster than life mowers move and drain.", min=0.1, max=60)] = 4,
) -> None:
    """Run the dashboard with a lively demo town and its own simulated cloud."""
    from dashboard.demo import run_demo  # noqa: PLC0415

    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    run(
        run_demo(
            mowers=mowers, speed=speed, overrides=given, settings_for=lambda **more: usable(settings_or_exit(**more))
        )
    )


@app.command()
def drill(
    name: Annotated[str, typer.Argument(help="Which drill: one of those of core/drills/scripts.py.")],
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 8090 without it.", min=1, max=65535)] = None,
    mowers: Annotated[int, typer.Option(help="Mowers of the copy.", min=1, max=40)] = 12,
    speed: Annotated[float, typer.Option(help="How much faster than life mowers move and drain.", min=0.1, max=60)] = 4,
    once: Annotated[bool, typer.Option("--once", help="End with the drill instead of going on until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Tell each score as one JSON line.")] = False,
) -> None:
    """Hold a drill in a demo of its own: something goes wrong on purpose, and the answer is scored."""
    from core.drills import SCRIPTS  # noqa: PLC0415
    from dashboard.drill import run_drill  # noqa: PLC0415
    from dashboard.drills.words import drill_list  # noqa: PLC0415

    if name not in SCRIPTS:
        fail(f"there is no drill {name!r}; there are\n{drill_list()}", 2)
    given = {key: value for key, value in {"host": host, "port": port}.items() if value is not None}
    run(
        run_drill(
            name, mowers=mowers, speed=speed, as_json=as_json, once=once, overrides=given,
            settings_for=lambda **more: usable(settings_or_exit(**more)),
        )
    )  # fmt: skip


@app.command()
def migrate(
    to: Annotated[str, typer.Option(help="Schema version to move to: head, base, or a version.")] = "head",
    as_json: AsJson = False,
) -> None:
    """Bring the database to a schema version."""

    async def move(database: Database) -> str:
        return await run_migrations(database, to)

    version = answered(lambda: with_database(move, migrated=False), as_json)
    say({"version": version}, as_json, f"The database is at version {version}.")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="Evidence of a bill's line, or a backup.", exists=True, dir_okay=False)],
    key: Annotated[
        Path | None,
        typer.Option(help="For evidence: public key (PEM) of the bill.", exists=True, dir_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check an evidence file with the public key alone, or restore a backup into a scratch database."""
    from core.billing.evidence import verify_file  # noqa: PLC0415

    if file.suffix in cli_running.BACKUP_SUFFIXES:
        cli_running.verify_backup(file, settings=settings_or_exit(), as_json=as_json, run=run, say=say)
        return
    if key is None:
        fail("an evidence file is checked with --key, the public key (PEM) from the bill's page", 2)
    try:
        evidence = verify_file(file.read_bytes(), key.read_bytes())
    except MowthosError as error:
        fail(f"{file}: {error.message}", 1)
    line, entries = evidence["line"], evidence["entries"] or []
    minutes = sum(entry["minutes"] * entry["sign"] for entry in entries)
    words = f"Genuine: bill {evidence['number']}, {evidence['address']}, {line['kind']} {line['minor'] / 100:.2f} "
    say(evidence, as_json, words + f"{evidence['currency']}, {minutes} minutes in {len(entries)} entries.")


@audit.command("verify")
def audit_verify(
    head: Annotated[str, typer.Option(help="A head that was told earlier: it must still stand in the chain.")] = "",
    as_json: AsJson = False,
) -> None:
    """Walk the whole audit: exit code 1 when a line was changed, removed or moved."""
    from core.accounts import ChainReport, check_chain  # noqa: PLC0415

    async def check(database: Database) -> ChainReport:
        return await check_chain(database, noted=head)

    report = answered(lambda: with_database(check), as_json)
    told = {"lines": report.lines, "head": report.head, "faults": list(report.faults)}
    if report.faults:
        if as_json:
            typer.echo(json.dumps(told))
        fail("the audit does not hold: " + "; ".join(report.faults[:20]), 1)
    say(told, as_json, f"{report.lines} lines hold. Note the head, to compare with later: {report.head}")


@user.command("create")
def user_create(
    email: str,
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    name: Annotated[str, typer.Option(help="Name shown on screen; the address without it.")] = "",
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> None:
    """Create a person who may sign in."""
    from dashboard.people_parts import create_person  # noqa: PLC0415

    password = password_from_stdin(password_stdin)
    settings = settings_or_exit()

    async def create(database: Database) -> dict[str, Any]:
        return await create_person(database, settings, email=email, name=name, role=role, password=password)

    created = answered(lambda: with_database(create, settings=settings), as_json)
    say(created, as_json, f"Created {created['email']} as {created['role']}.")


@fleet.command("link")
def fleet_link(account: str, password_stdin: PasswordStdin = False, as_json: AsJson = False) -> None:
    """Store a vendor account, sealed; the running dashboard logs in and reports its health."""
    from dashboard.people_parts import store_vendor_account  # noqa: PLC0415

    password = password_from_stdin(password_stdin)
    settings = settings_or_exit()

    async def store(database: Database) -> dict[str, Any]:
        return await store_vendor_account(database, settings, account=account, password=password)

    stored = answered(lambda: with_database(store, settings=settings), as_json)
    say(stored, as_json, f"Stored {stored['account']}; the running dashboard logs in and shows its health.")


def with_database[T](work: Any, *, settings: Settings | None = None, migrated: bool = True) -> T:
    """Open the configured database, bring it to the newest schema unless told not to, and run ``work(database)``."""
    chosen = usable(settings or settings_or_exit())

    async def go() -> T:
        database = open_database(chosen.database)
        try:
            if migrated:
                await run_migrations(database)
            return await work(database)
        finally:
            await database.close()

    return run(go())


def neighbour_finder(database: Database) -> NeighbourFinder:
    """Asks by our rules, and by the original that the settings name."""
    return NeighbourFinder(database, comparisons={UPSTREAM: ClusterLogic(settings_or_exit().cluster_logic_dir)})


def settings_or_exit(**overrides: Any) -> Settings:
    try:
        return load_settings(**overrides)
    except Invalid as error:
        fail("\n".join(error.reasons), 2)


def shared_settings() -> tuple[Settings, str]:
    """The settings and the Redis address of a process that is one of several."""
    settings = settings_or_exit()
    if settings.redis is None:
        fail("this is one of several processes: set MOWTHOS_REDIS_URL, or run `mowthos serve`, which does it all", 2)
    return settings, settings.redis


def usable(settings: Settings) -> Settings:
    """The settings, once their data folder is known to be writable."""
    if settings.database.startswith("sqlite"):
        folder = Path(settings.database.removeprefix("sqlite:///")).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fail(f"cannot make the folder {folder} ({error.strerror}): set MOWTHOS_DATA_DIR to one you may write to", 2)
        if not os.access(folder, os.W_OK):
            fail(f"cannot write to the folder {folder}: set MOWTHOS_DATA_DIR to one you may write to", 2)
    return settings


def password_from_stdin(asked: bool) -> str:
    if not asked:
        fail("give --password-stdin and write the password to standard input (never as an argument)", 2)
    password = sys.stdin.readline().rstrip("\n")
    if not password:
        fail("standard input held no password", 2)
    return password


cli_running.register(app, with_database=with_database, settings_of=settings_or_exit, say=say, run=run)
cli_imports.register(app, with_database=with_database, clock=SystemClock(), finder_of=neighbour_finder)
