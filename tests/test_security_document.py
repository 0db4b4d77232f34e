"""The threat model names tests that there are, and every threat names one."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in (ROOT / "docs" / "security.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| threat ")
]


def test_every_threat_has_a_defence_and_a_test() -> None:
    assert len(ROWS) >= 19
    assert [row[0] for row in ROWS if len(row) != 4 or not row[2] or "`tests/" not in row[3]] == []


def test_every_test_it_names_exists_and_holds_tests() -> None:
    named = {name for row in ROWS for name in re.findall(r"`(tests/[\w/]+\.py)`", row[3])}
    missing = {name for name in named if not (ROOT / name).exists()}
    assert missing == set()
    assert {name for name in named if "def test_" not in (ROOT / name).read_text()} == set()


def test_no_threat_stands_twice() -> None:
    assert len({row[0] for row in ROWS}) == len(ROWS)
