"""No export hands a spreadsheet a formula that somebody typed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spreadsheets import FORMULA_STARTS, safe_cell

ROOT = Path(__file__).parents[2]
WRITERS = ("csv.writer(", "xlsxwriter.Workbook(", ".to_csv(", "ExcelWriter(", "DictWriter(")
FIXED_TEXTS = {"dashboard/clusters/homes_routes.py", "external/cluster_logic/driver.py", "core/spreadsheets.py"}
"""A form to fill in, and a file that the original alone reads."""


@given(st.sampled_from(FORMULA_STARTS), st.text())
def test_a_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(start: str, rest: str) -> None:
    assert safe_cell(start + rest) == f"'{start}{rest}"
    assert safe_cell(f"  {start}{rest}").startswith("'")


@given(st.text() | st.integers() | st.floats() | st.none())
def test_nothing_is_lost_and_twice_is_once(value: object) -> None:
    safe = safe_cell(value)
    assert safe is value or safe == f"'{value}"
    assert safe_cell(safe) is safe


@pytest.mark.parametrize("value", [-4, -0.5, "Elm Street 4", "", "a=b"])
def test_numbers_and_harmless_texts_stay_as_they_are(value: object) -> None:
    assert safe_cell(value) is value


def test_every_file_that_writes_a_spreadsheet_makes_its_cells_safe() -> None:
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for folder in ("core", "dashboard", "external")
        for path in (ROOT / folder).rglob("*.py")
    }
    writing = {name for name, text in sources.items() if any(writer in text for writer in WRITERS)} - FIXED_TEXTS
    assert len(writing) >= 5
    assert {
        name for name in writing if "safe_cell(" not in sources[name] and "map(safe_cell" not in sources[name]
    } == set()
