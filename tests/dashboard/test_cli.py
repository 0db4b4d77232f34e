"""The ``mowthos`` command as a person or a script meets it: answers, refusals, wrong use."""

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.db.migrate import MIGRATIONS

ROOT = Path(__file__).parents[2]
PASSWORD = "a long enough password\n"


@dataclass(frozen=True)
class Machine:
    """An empty machine with the secret key alone set."""

    folder: Path

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MOWTHOS_")}
        given = {"MOWTHOS_SECRET_KEY": "k" * 40, "MOWTHOS_DATA_DIR": str(self.folder / "data")}
        return subprocess.run(
            [sys.executable, "-m", "dashboard", *arguments],
            cwd=ROOT, env=kept | given | environment, input=stdin, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip

    def answer(self, *arguments: str, stdin: str = "") -> dict[str, object]:
        result = self.run(*arguments, "--json", stdin=stdin)
        assert result.returncode == 0, result.stderr
        told: dict[str, object] = json.loads(result.stdout)
        return told


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The only line on standard error."""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("mowthos: ")
    return lines[0]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_migrate_tells_the_version_it_reached(machine: Machine) -> None:
    versions = sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("0*.py"))
    assert machine.answer("migrate") == {"version": versions[-1]}
    assert machine.answer("migrate", "--to", "base") == {"version": "base"}


def test_a_person_is_created_once(machine: Machine) -> None:
    made = machine.answer("user", "create", "Ann@Lawns.example", "--role", "admin", "--password-stdin", stdin=PASSWORD)
    assert (made["email"], made["role"]) == ("ann@lawns.example", "admin")
    again = machine.run("user", "create", "ann@lawns.example", "--role", "admin", "--password-stdin", stdin=PASSWORD)
    assert again.returncode == 1
    assert again.stderr.startswith("mowthos: ann@lawns.example has an account already")


def test_an_unknown_role_is_wrong_use_and_told_the_roles_there_are(machine: Machine) -> None:
    result = machine.run("user", "create", "bob@lawns.example", "--role", "king", "--password-stdin", stdin=PASSWORD)
    assert result.returncode == 2
    assert "'admin', 'dispatcher', 'technician', 'homeowner'" in one_line(result)


def test_a_password_is_taken_from_standard_input_only(machine: Machine) -> None:
    asked = machine.run("user", "create", "bob@lawns.example", "--role", "admin")
    empty = machine.run("fleet", "link", "fleet@vendor.example", "--password-stdin")
    assert (asked.returncode, empty.returncode) == (2, 2)
    assert "--password-stdin" in asked.stderr
    assert "standard input held no password" in empty.stderr


def test_a_vendor_account_is_stored_sealed_for_the_running_dashboard(machine: Machine) -> None:
    machine.answer("fleet", "link", "fleet@vendor.example", "--password-stdin", stdin=PASSWORD)
    database = sqlite3.connect(machine.folder / "data" / "mowthos.sqlite3")
    account, sealed = database.execute("SELECT account, sealed_password FROM vendor_account").fetchone()
    assert account == "fleet@vendor.example"
    assert PASSWORD.strip() not in sealed


@pytest.mark.parametrize(
    "arguments",
    [
        ("dance",),
        ("simulate", "mammotion", "--town", "atlantis"),
        ("neighbors", "--lat", "44"),
        ("import", "addresses", "no-such-file.csv"),
        ("serve", "--port", "seventy"),
        ("drill", "meteor"),
        ("drill", "stuck-mower", "--mowers", "0"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_exit_code_2(machine: Machine, arguments: tuple[str, ...]) -> None:
    result = machine.run(*arguments)
    assert result.returncode == 2
    assert result.stderr.strip()


def test_a_sites_file_that_is_wrong_is_told_field_by_field(machine: Machine) -> None:
    sites = machine.folder / "sites.json"
    sites.write_text('{"accounts": [{"account": "a@x", "password": "p", "mowers": [{"device_name": "Luba-VS1"}]}]}')
    result = machine.run("simulate", "mammotion", "--sites", str(sites))
    assert result.returncode == 1
    assert "accounts.0.mowers.0.dock" in result.stderr


def test_an_address_in_several_cities_lists_them_and_exits_1(machine: Machine) -> None:
    book = machine.folder / "book.csv"
    book.write_text(
        "address,city,postcode,latitude,longitude\n"
        "1 MAIN ST,ROCHESTER,55901,44.01,-92.5\n"
        "1 MAIN ST,BYRON,55920,44.03,-92.6\n"
    )
    assert machine.answer("import", "addresses", str(book))["accepted"] == 2
    result = machine.run("neighbors", "--address", "1 main st")
    assert result.returncode == 1
    assert "BYRON" in result.stderr
    assert "ROCHESTER" in result.stderr
