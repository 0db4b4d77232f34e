"""What every word of the ``mowthos`` command uses: it answers, fails with a line and a code, and runs a coroutine."""

import json
import signal
from collections.abc import Coroutine
from typing import Annotated, Any, NoReturn

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")]


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on uvloop. SIGTERM ends it as Ctrl-C does: cancelled, so that everything is closed in order."""
    import uvloop  # noqa: PLC0415

    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        return uvloop.run(work)
    finally:
        signal.signal(signal.SIGTERM, before)


def say(answer: dict[str, Any], as_json: bool, words: str) -> None:
    typer.echo(json.dumps(answer, default=str) if as_json else words)


def fail(message: str, code: int) -> NoReturn:
    typer.echo(f"mowthos: {message}", err=True)
    raise SystemExit(code)
