"""Files hold what the rows hold, no cell is a formula, and each form is read back by another library."""

import csv
import io
import json
import warnings
import zipfile
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

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


KML = {"kml": "http://www.opengis.net/kml/2.2", "gx": "http://www.google.com/kml/ext/2.2"}


def test_kml_holds_places_longitude_first_with_every_word_escaped() -> None:
    rows = [{key: value for key, value in row.items() if key != "track"} for row in ROWS]
    rows[0] |= {"name": 'Elm <b>&"Oak"\x07', "at": None}
    content = file_of(Sheet("Lawns & yards", SHEET.columns, rows, AT), Form.KML)
    root = ElementTree.fromstring(content)
    assert root.findtext("kml:Document/kml:name", "", KML) == "Lawns & yards"
    (place,) = root.iterfind(".//kml:Placemark", KML)
    assert place.findtext("kml:name", "", KML) == 'Elm <b>&"Oak"\ufffd'
    assert place.findtext("kml:Point/kml:coordinates", "", KML) == "-92.48,44.02"
    said = {one.get("name"): one.findtext("kml:value", "", KML) for one in place.iterfind(".//kml:Data", KML)}
    assert said["Note"] == EVIL and said["Minutes"] == "-4" and "At" not in said


def test_kml_holds_a_track_in_time_that_another_reader_takes() -> None:
    later = ROWS[0] | {"at": AT + timedelta(seconds=5), "longitude": -92.4801}
    content = file_of(Sheet("Way", SHEET.columns, [later, *ROWS], AT), Form.KML)
    (track,) = ElementTree.fromstring(content).iterfind(".//gx:Track", KML)
    assert [one.text for one in track.iterfind("kml:when", KML)] == [
        "2026-06-01T12:00:00+00:00", "2026-06-01T12:00:05+00:00",
    ]  # fmt: skip
    assert [one.text for one in track.iterfind("gx:coord", KML)] == ["-92.48 44.02", "-92.4801 44.02"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fastkml import KML as Reader
    (document,) = Reader.from_string(content.decode()).features
    (placemark,) = document.features
    assert placemark.name == "A" and placemark.kml_geometry.coords == ((-92.48, 44.02), (-92.4801, 44.02))


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
