"""Backups and keys from the command line, in this process: each start of the command takes longer than all of them."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from core.errors import MowthosError
from dashboard.cli import app

type Command = Callable[..., Result]


@pytest.fixture
def mowthos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """The command on a machine of its own; logs are as before in the end."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setenv("MOWTHOS_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("MOWTHOS_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str, stdin: str = "", **environment: str) -> Result:
        return CliRunner().invoke(app, list(arguments), input=stdin, env=environment)

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_backup_is_made_verified_and_brought_back(mowthos: Command, tmp_path: Path) -> None:
    given = {"MOWTHOS_BACKUP_DIR": str(tmp_path / "b"), "MOWTHOS_BACKUP_KEY": "the passphrase, long enough for all"}
    mowthos("fleet", "link", "fleet@elm.example", "--password-stdin", stdin="the vendor's password\n")
    made = mowthos("backup", "--json", **given)
    assert "restored well" in json.loads(made.stdout)["backup"], made.output
    (file,) = (tmp_path / "b").glob("*.mbk")
    assert json.loads(mowthos("verify", str(file), "--json", **given).stdout)["database"] == "sqlite"
    assert mowthos("restore", str(file), **given).exit_code != 0
    assert mowthos("restore", str(file), "--replace", **given).exit_code == 0
    wrong = mowthos("verify", str(file), **(given | {"MOWTHOS_BACKUP_KEY": "x" * 32}))
    assert wrong.exit_code != 0


def test_without_a_folder_it_says_what_is_missing(mowthos: Command) -> None:
    mowthos("migrate")
    told = mowthos("backup")
    assert told.exit_code != 0
    assert isinstance(told.exception, MowthosError | SystemExit)


def test_keys_are_rotated_with_the_former_one_beside_the_new(mowthos: Command) -> None:
    mowthos("fleet", "link", "fleet@elm.example", "--password-stdin", stdin="the vendor's password\n")
    new = {"MOWTHOS_SECRET_KEY": "n" * 40}
    assert mowthos("keys", "rotate", **new).exit_code != 0  # the former key is missing
    rotated = mowthos("keys", "rotate", "--json", **new, MOWTHOS_OLD_SECRET_KEYS="k" * 40)
    assert json.loads(rotated.stdout)["resealed"] == 1, rotated.output
    assert json.loads(mowthos("keys", "rotate", "--json", **new).stdout)["resealed"] == 1
