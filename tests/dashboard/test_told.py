"""What the core says, as a German reader hears it; logs and the API stay English."""

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.accounts import Audit, HashCost, Passwords, People, Role, SignInRefused
from core.accounts.passwords import check_password
from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid, MowthosError, NotFound, Unavailable
from core.events import Event
from core.fleet import HUMAN_TASKS, CommandView, Reason
from core.fleet.model import CommandStatus
from core.neighbourhood import (
    REASON_WORDS,
    NeighbourFinder,
    data_provenance,
    import_addresses,
    import_roads,
)
from core.texts import Text, kept, recalled
from dashboard.catalogue import ROOT
from dashboard.command_audit import CommandAudit
from dashboard.i18n import told, use_language
from dashboard.live.detail import command_told
from external.mammotion.errors import translated
from tests.dashboard.test_command_audit import ASKED

ERRORS = {"NotFound", "Invalid", "Conflict", "NotAllowed", "Unavailable", "NeedsHuman", "SignInRefused", "Refusal"}
BEFORE_ANY_SCREEN = {"core/settings.py", "core/db/migrate.py"}
"""Told on the terminal of whoever starts the server."""


def german(sentence: str) -> str:
    with use_language("de"):
        return told(sentence)


# --- nothing is said past the catalogue ---


def source_files() -> list[Path]:
    adapters = [path for name in ("mammotion", "cluster_logic") for path in (ROOT / "external" / name).glob("*.py")]
    files = [*(ROOT / "core").rglob("*.py"), *adapters]
    return sorted(path for path in files if path.relative_to(ROOT).as_posix() not in BEFORE_ANY_SCREEN)


def unmarked(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Errors whose message is an ordinary or an f-string: no catalogue can know it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
            place = 1 if getattr(node.func, "id", "") == "Refusal" else 0
            for argument in node.args[place : place + 1]:
                if isinstance(argument, ast.Constant | ast.JoinedStr | ast.BinOp):
                    yield node.lineno, ast.unparse(argument)


def test_no_error_carries_a_sentence_that_gettext_has_not_seen() -> None:
    found = {path.relative_to(ROOT).as_posix(): list(unmarked(ast.parse(path.read_text()))) for path in source_files()}
    assert {path: sentences for path, sentences in found.items() if sentences} == {}


@pytest.mark.parametrize("source", ['Invalid("too long")', 'Conflict(f"{n} left")', 'NotFound("no " + name)'])
def test_the_check_above_finds_an_unmarked_sentence(source: str) -> None:
    assert list(unmarked(ast.parse(source))) != []


@pytest.mark.parametrize("words", [*Reason, *HUMAN_TASKS.values(), *REASON_WORDS.values()])
def test_every_reason_has_its_german_words(words: str) -> None:
    with use_language("de"):
        assert told(str(words)) != str(words)


# --- how it is said ---


def test_a_broken_password_rule_is_told_with_its_numbers() -> None:
    with pytest.raises(Invalid) as caught:
        check_password("abcab", email="dana@elm.example")
    assert str(caught.value) == (
        "the password has 5 characters, needs 10 or more; repeats fewer than 4 different characters"
    )
    assert german(caught.value.message) == (
        "Das Passwort hat 5 Zeichen, nötig sind mindestens 10; besteht aus weniger als 4 verschiedenen Zeichen"
    )
    assert [german(reason) for reason in caught.value.reasons] == [
        "hat 5 Zeichen, nötig sind mindestens 10",
        "besteht aus weniger als 4 verschiedenen Zeichen",
    ]


def test_large_numbers_are_grouped_as_the_reader_does() -> None:
    words = Text("{name}: larger than {n:,} bytes; split the file", name="homes.csv", n=1_000_000)
    assert words == "homes.csv: larger than 1,000,000 bytes; split the file"
    assert german(words) == "homes.csv: größer als 1.000.000 Bytes; teilen Sie die Datei"


def test_a_name_is_not_translated_even_if_a_word_of_ours_is_spelled_the_same() -> None:
    assert german("Home") == "Zuhause"
    assert german(Text(REASON_WORDS_CROSSES, road="Home")).endswith("kreuzt Home.")


REASON_WORDS_CROSSES = "The straight line between the two homes crosses {road}."


def test_words_that_are_not_ours_stay_as_they_are() -> None:
    assert german("E-1017: spindle") == "E-1017: spindle"
    assert german("") == ""


def test_what_the_vendors_side_did_is_told_with_whom_it_happened_to() -> None:
    with pytest.raises(Unavailable) as caught, translated(Text("login of {account}", account="fleet@elm.example")):
        raise TimeoutError
    assert caught.value.message == "login of fleet@elm.example: the vendor's cloud did not answer in time"
    assert german(recalled(kept(caught.value.message))) == (
        "Anmeldung von fleet@elm.example: die Cloud des Herstellers hat nicht rechtzeitig geantwortet"
    )


async def test_a_refused_sign_in_is_told_and_audited(sqlite_database: Database, clock: MovableClock) -> None:
    people = People(sqlite_database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    await people.create_person(email="dana@elm.example", role=Role.DISPATCHER, password="correct horse battery")
    for words in [*["Die E-Mail oder das Passwort ist falsch."] * 5, "Zu viele Fehlversuche."]:
        with pytest.raises(SignInRefused) as caught:
            await people.sign_in("dana@elm.example", "wrong")
        assert german(caught.value.message).startswith(words)
    assert [german(line.reason) for line in await people.audit.lines()][:2] == [
        "gesperrt",
        "E-Mail oder Passwort falsch",
    ]


# --- neighbours and imports ---

HOMES = """address,city,postcode,latitude,longitude
1 ELM ST NE,ROCHESTER,55901,44.0,-92.5
2 ELM ST NE,ROCHESTER,55901,44.0003,-92.5
7 ELM ST NE,ROCHESTER,x.y,44.0,-92.4
8 ELM ST NE,ROCHESTER,55901,144.0,-92.4
9 ELM ST NE,ROCHESTER,55901,44.0
"""


@pytest.fixture
def homes(tmp_path: Path) -> Path:
    path = tmp_path / "homes.csv"
    path.write_text(HOMES)
    return path


async def test_a_refused_row_is_told_from_the_stored_report(
    database: Database, clock: MovableClock, homes: Path
) -> None:
    report = await import_addresses(database, homes, clock)
    assert [row["expected"] for row in report.as_dict()["refused_rows"]][1] == "degrees from -90 to 90"
    (record,) = (await data_provenance(database)).imports
    assert [
        (line["row"], line["field"], german(line["reason"]), german(line["expected"])) for line in record.report
    ] == [
        (4, "postcode", "ist keine Postleitzahl", "2 bis 10 Buchstaben oder Ziffern, oder nichts"),
        (5, "latitude", "liegt außerhalb des Bereichs", "Grad von -90 bis 90"),
        (6, "row", "hat 4 Felder", "5 Felder wie in der Kopfzeile"),
    ]


async def test_a_file_that_is_refused_as_a_whole_is_told(
    sqlite_database: Database, clock: MovableClock, homes: Path
) -> None:
    homes.write_text("street,city\n1 ELM ST NE,ROCHESTER\n")
    with pytest.raises(Invalid) as caught:
        await import_addresses(sqlite_database, homes, clock)
    assert german(caught.value.message) == (
        "homes.csv: In der Kopfzeile fehlt address, latitude, longitude (sie enthält: street, city)"
    )
    assert german(caught.value.reasons[0]) == "Spalte address fehlt"


async def test_why_a_home_is_no_neighbour_is_told_even_where_the_road_has_no_name(
    sqlite_database: Database, clock: MovableClock, homes: Path, tmp_path: Path
) -> None:
    await import_addresses(sqlite_database, homes, clock)
    line = {"type": "LineString", "coordinates": [[-92.51, 44.00015], [-92.49, 44.00015]]}
    roads = tmp_path / "roads.geojson"
    roads.write_text(json.dumps(line))
    await import_roads(sqlite_database, roads, clock)
    finder = NeighbourFinder(sqlite_database)
    (candidate,) = (await finder.find(longitude=-92.5, latitude=44.0)).candidates
    assert candidate.words == "No corridor of up to 160 m leads there: an unnamed road is in the way."
    assert german(candidate.words).endswith("eine namenlose Straße ist im Weg.")
    (candidate,) = (await finder.find(longitude=-92.5, latitude=44.0, rule="line")).candidates
    assert candidate.words == "The straight line between the two homes crosses an unnamed road."
    assert german(candidate.words) == "Die Luftlinie zwischen den beiden Häusern kreuzt eine namenlose Straße."


async def test_an_address_nobody_knows_is_told(sqlite_database: Database, clock: MovableClock, homes: Path) -> None:
    await import_addresses(sqlite_database, homes, clock)
    with pytest.raises(NotFound) as caught:
        await NeighbourFinder(sqlite_database).find_by_address("1 OAK ST")
    assert german(caught.value.message).startswith("Kein Haus hat die Adresse „1 OAK ST“")


# --- commands ---


def refused(*reasons: str) -> CommandView:
    return replace(ASKED, status=CommandStatus.REFUSED, reasons=reasons)


def test_a_command_keeps_its_reasons_and_tells_them_in_words() -> None:
    with use_language("de"):
        card = command_told(refused(Reason.OFFLINE, Text("the mower answered with {result}", result=7)))
    assert card["reasons"] == ["The mower is offline.", "the mower answered with 7"]
    assert card["reason_words"] == ["Der Mäher ist offline.", "Der Mäher antwortete mit 7"]


async def test_the_audit_tells_each_reason_of_a_refusal(sqlite_database: Database, clock: MovableClock) -> None:
    audit, changed = Audit(sqlite_database, clock), Event[CommandView]("command_changed")
    listening = CommandAudit(audit, changed)
    listening.start()
    changed.emit(refused(Reason.OFFLINE, Reason.NO_LINK))
    await listening.stop()
    (line,) = await audit.lines(search="offline")
    assert line.reason == "The mower is offline. The mower's vendor account is not linked here."
    assert german(line.reason) == "Der Mäher ist offline. Das Herstellerkonto des Mähers ist hier nicht verbunden."


def test_an_error_stays_english_wherever_it_is_not_on_a_screen() -> None:
    error: MowthosError = NotFound(Text("no mower named {device_name!r}", device_name="Luba-1"))
    with use_language("de"):
        assert (str(error), error.message, error.code) == ("no mower named 'Luba-1'",) * 2 + ("not_found",)
