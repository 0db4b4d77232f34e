"""The ledger is true: every test it names exists, every row has a known state, every feature id has a row."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEDGER = (ROOT / "docs" / "ledger.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in LEDGER.splitlines()
    if line.startswith("| ") and not line.startswith("| id ")
]
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def functions_of(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def test_every_test_the_ledger_names_exists() -> None:
    named = NAMED_TEST.findall(LEDGER)
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).exists() or (test and test not in functions_of(ROOT / file))
    ]
    assert named
    assert missing == []


def test_every_row_is_done_partial_or_open_and_what_is_done_names_its_proof() -> None:
    assert {row[2] for row in ROWS} <= {"done", "partial", "open"}
    unproven = [row[0] for row in ROWS if row[2] == "done" and not re.search(r"`(tests/|make )", row[3])]
    assert unproven == []


def test_every_partial_row_says_what_is_missing() -> None:
    assert [row[0] for row in ROWS if row[2] == "partial" and "missing:" not in row[3]] == []


def test_every_feature_id_has_exactly_one_row() -> None:
    ids = [row[0] for row in ROWS if re.fullmatch(r"[A-NXW]\d+", row[0])]
    expected = {"A": 9, "B": 11, "C": 13, "D": 8, "E": 13, "F": 11, "G": 17, "H": 10, "I": 7, "J": 6}
    expected |= {"K": 6, "L": 4, "M": 7, "N": 7, "X": 20, "W": 37}
    wanted = [f"{letter}{number}" for letter, count in expected.items() for number in range(1, count + 1)]
    assert sorted(ids) == sorted(wanted)
