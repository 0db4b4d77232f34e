"""One sheet of rows into each form of file."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import gpxpy.gpx
import xlsxwriter  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from core.exports.kml import kml_of
from core.spreadsheets import safe_cell

PDF_ROWS = 2_000
"""Rows in one PDF, about 50 pages; it says so when there are more."""


class Form(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    GEOJSON = "geojson"
    GPX = "gpx"
    KML = "kml"


MEDIA: Mapping[Form, str] = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PDF: "application/pdf",
    Form.GEOJSON: "application/geo+json",
    Form.GPX: "application/gpx+xml",
    Form.KML: "application/vnd.google-earth.kml+xml",
}
TABLES = (Form.CSV, Form.XLSX, Form.PDF)
PLACES = (Form.GEOJSON, Form.KML)
WAYS = (*PLACES, Form.GPX)


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` in the rows, and what stands above it."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows under columns. Where rows have ``longitude`` and ``latitude`` (degrees) they are places, and with ``at``
    and ``track`` they make a way in time."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    made_at: datetime


def file_of(sheet: Sheet, form: Form) -> bytes:
    return FORMS[form](sheet)


def _csv(sheet: Sheet) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.title for column in sheet.columns])
    writer.writerows([[_cell(row.get(column.key)) for column in sheet.columns] for row in sheet.rows])
    return out.getvalue().encode("utf-8-sig")


def _xlsx(sheet: Sheet) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(out, options) as book:
        bold, moments = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page = book.add_worksheet(sheet.title[:31].translate(str.maketrans("[]:*?/\\", "-------")))
        page.freeze_panes(1, 0)
        for across, column in enumerate(sheet.columns):
            page.write_string(0, across, column.title, bold)
            for down, row in enumerate(sheet.rows, 1):
                _write(page, down, across, row.get(column.key), moments)
    return out.getvalue()


def _write(page: Any, down: int, across: int, value: Any, moments: Any) -> None:
    if isinstance(value, datetime):
        page.write_datetime(down, across, value.astimezone(UTC), moments)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        page.write_number(down, across, value)
    else:
        page.write_string(down, across, _cell(value))


def _pdf(sheet: Sheet) -> bytes:
    document = FPDF(orientation="landscape", format="A4")
    document.set_creation_date(sheet.made_at)
    document.set_title(_latin(sheet.title))
    document.add_page()
    document.set_font("helvetica", "B", 14)
    document.cell(0, 10, _latin(sheet.title), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    document.set_font("helvetica", size=8)
    shown = sheet.rows[:PDF_ROWS]
    cut = "" if len(shown) == len(sheet.rows) else f", the first {len(shown)} of {len(sheet.rows)} rows"
    document.cell(0, 6, f"{sheet.made_at:%Y-%m-%d %H:%M} UTC{cut}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    with document.table(first_row_as_headings=True, text_align="LEFT") as table:
        table.row([_latin(column.title) for column in sheet.columns])
        for row in shown:
            table.row([_latin(_plain(row.get(column.key))) for column in sheet.columns])
    return bytes(document.output())


def _geojson(sheet: Sheet) -> bytes:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]},
            "properties": {column.key: _json(row.get(column.key)) for column in sheet.columns},
        }
        for row in _placed(sheet)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _gpx(sheet: Sheet) -> bytes:
    """A track for each value of ``track``, its points in time."""
    document = gpxpy.gpx.GPX()
    document.creator, document.name, document.time = "MowthosOS", sheet.title, sheet.made_at
    tracks: dict[str, Any] = {}
    for row in _placed(sheet):
        name = str(row.get("track") or sheet.title)
        if name not in tracks:
            track = gpxpy.gpx.GPXTrack(name=name)
            tracks[name] = gpxpy.gpx.GPXTrackSegment()
            track.segments.append(tracks[name])
            document.tracks.append(track)
        tracks[name].points.append(gpxpy.gpx.GPXTrackPoint(row["latitude"], row["longitude"], time=row.get("at")))
    return str(document.to_xml()).encode()


def _kml(sheet: Sheet) -> bytes:
    """A way for each value of ``track``; else a place for each row, with what its columns say."""
    rows = _placed(sheet)
    return kml_of(sheet.title, rows, [{one.title: _plain(row.get(one.key)) for one in sheet.columns} for row in rows])


FORMS: Mapping[Form, Callable[[Sheet], bytes]] = {
    Form.CSV: _csv,
    Form.XLSX: _xlsx,
    Form.PDF: _pdf,
    Form.GEOJSON: _geojson,
    Form.GPX: _gpx,
    Form.KML: _kml,
}


def _placed(sheet: Sheet) -> list[Mapping[str, Any]]:
    return [row for row in sheet.rows if row.get("longitude") is not None and row.get("latitude") is not None]


def _cell(value: Any) -> str:
    """As a spreadsheet reads it: only what people or devices wrote can be a formula."""
    return safe_cell(value) if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return str(value)


def _json(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else _plain(value)


def _latin(text: str) -> str:
    """What the PDF's built-in fonts can show; a question mark for the rest."""
    return text.encode("latin-1", "replace").decode("latin-1")
