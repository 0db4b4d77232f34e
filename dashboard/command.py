"""The ``mowthos`` command. Exit codes: 0 done, 1 refused, 2 wrong use or a machine that cannot run it."""

import asyncio
import sys

import typer

from core.errors import MowthosError
from dashboard.cli_parts import fail
from dashboard.logs import quiet_logs
from dashboard.server import CannotListen

SIMULATE = "simulate"


def main() -> None:
    """Entry point. A refusal leaves with 1; wrong use and a machine that cannot run it with 2; each says why."""
    quiet_logs()
    try:
        raise SystemExit(_app()(prog_name="mowthos", standalone_mode=False))
    except typer.TyperException as error:
        if words := error.format_message():  # none: the help stands on the screen already
            where = getattr(getattr(error, "ctx", None), "command_path", "mowthos")
            fail(f"{' '.join(words.split()).rstrip('.')} (see {where} --help)", 2)
        raise SystemExit(2) from None
    except CannotListen as error:
        fail(_told(error), 2)
    except MowthosError as error:
        fail(_told(error), 1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise SystemExit(130) from None
    except Exception as error:
        if reason := _unusable(error):
            fail(f"the database cannot be used ({reason}): see MOWTHOS_DATABASE_URL and MOWTHOS_DATA_DIR", 2)
        raise


def _app() -> typer.Typer:
    """A simulated system starts without the rest of the house: it is loaded in a tenth of the time."""
    if sys.argv[1:2] != [SIMULATE]:
        from dashboard.cli import app  # noqa: PLC0415

        return app
    from dashboard.cli_simulate import app as simulate  # noqa: PLC0415

    alone = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    alone.add_typer(simulate, name=SIMULATE)
    alone.callback()(lambda: None)
    return alone


def _unusable(error: Exception) -> str:
    """Why the database cannot be used; empty for any other error. A constraint or a type is ours to mend."""
    from sqlalchemy.exc import DatabaseError, OperationalError  # noqa: PLC0415 - a third of a second

    if not isinstance(error, DatabaseError) or type(error) not in {OperationalError, DatabaseError}:
        return ""
    return str(error.orig).strip().splitlines()[0]


def _told(error: MowthosError) -> str:
    from dashboard.i18n import told  # noqa: PLC0415 - brings the pages' framework along

    return str(told(error.message))
