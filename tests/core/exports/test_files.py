"""Files hold what the rows hold, no cell is a formula, and each form is read back by another library."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

import gpxpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exports import Column, Form, Sheet, file_of
from core.spreadsheets import safe_cell

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVIL = '=HYPERLINK("https://evil.example","Bill")'
ROWS = [
    {"name": "Luba-ELM", "note": EVIL, "minutes": -4, "at": AT, "longitude": -92.48, "latitude": 44.02, "track": "A"},
    {"name": "Größe 🦔", "note": None, "minutes": 7.5, "at": AT, "longitude": None, "latitude": None, "track": "A"},
]
SHEET = Sheet("Lawns", [Column(key, key.title()) for key in ("name", "note", "minutes", "at")], ROWS, AT)


def test_csv_is_read_back_with_the_formula_made_text_and_numbers_left_numbers() -> None:
    rows = list(csv.reader(io.StringIO(file_of(SHEET, Form.CSV).decode("utf-8-sig"))))
    assert rows == [
        ["Name", "Note", "Minutes", "At"],
        ["Luba-ELM", f"'{EVIL}", "-4", "2026-06-01 12:00:00"],
        ["Größe 🦔", "", "7.5", "2026-06-01 12:00:00"],
    ]


def test_xlsx_holds_no_formula_and_no_link() -> None:
    with zipfile.ZipFile(io.BytesIO(file_of(SHEET, Form.XLSX))) as book:
        page, words = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()
        assert not any("rels" in name and "sheet" in name for name in book.namelist())
    assert "<f>" not in page and "'=HYPERLINK" in words and "<v>-4</v>" in page


def test_pdf_is_one_and_survives_letters_its_font_lacks() -> None:
    content = file_of(SHEET, Form.PDF)
    assert content.startswith(b"%PDF-") and len(content) > 800


def test_geojson_and_gpx_hold_the_rows_that_have_a_place() -> None:
    (feature,) = json.loads(file_of(SHEET, Form.GEOJSON))["features"]
    assert feature["geometry"]["coordinates"] == [-92.48, 44.02]
    assert feature["properties"]["minutes"] == -4
    (track,) = gpxpy.parse(file_of(SHEET, Form.GPX).decode()).tracks
    (point,) = track.segments[0].points
    assert (track.name, point.longitude, point.latitude, point.time) == ("A", -92.48, 44.02, AT)


@given(st.text(max_size=30))
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "  =1", '"=1', "＝1"])
def test_texts_that_programs_run_are_guarded(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["12 Elm St", "", "a=b", "Luba-ELM"])
def test_plain_texts_stay(text: str) -> None:
    assert safe_cell(text) == text
