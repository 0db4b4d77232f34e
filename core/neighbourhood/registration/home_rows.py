"""Rows of homes and customers out of a CSV text, each checked by itself: pure, no database."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from math import isfinite

from core.errors import Invalid
from core.neighbourhood.imports.address_rows import state_code
from core.neighbourhood.imports.report import printable
from core.neighbourhood.registration.customers import WrongField, checked
from core.neighbourhood.registration.model import Customer, HomePart, Position
from core.texts import N_, Text

COLUMNS = {
    "address": ("address", "street_address", "full_address"),
    "city": ("city", "town"),
    "state": ("state", "province"),
    "postcode": ("postcode", "postal_code", "zip", "zipcode", "zip_code"),
    "name": ("name", "customer", "customer_name", "household"),
    "email": ("email", "e-mail", "e_mail", "mail"),
    "phone": ("phone", "telephone", "mobile", "phone_number"),
    "part": ("part", "role", "type"),
    "dock_latitude": ("dock_latitude", "dock_lat"),
    "dock_longitude": ("dock_longitude", "dock_lon", "dock_lng"),
}
REQUIRED = ("address", "city", "name")
PARTS = {
    "host": HomePart.HOST,
    "neighbour": HomePart.NEIGHBOUR,
    "neighbor": HomePart.NEIGHBOUR,
    "": HomePart.NEIGHBOUR,
}
MOST_ROWS = 20_000
MOST_RAW = 500
"""Characters of one cell that are kept of a row."""


@dataclass(frozen=True, slots=True)
class ReadHome:
    """One row: what it says, or what is wrong with it."""

    line: int
    raw: dict[str, str]
    address: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    customer: Customer = field(default_factory=lambda: Customer(""))
    part: HomePart = HomePart.NEIGHBOUR
    dock: Position | None = None
    wrong: WrongField | None = None

    @property
    def sought(self) -> str:
        """The address as one text for the address book."""
        return " ".join(f"{self.address}, {self.city} {self.state} {self.postcode}".split())


def read_home_rows(text: str, *, name: str) -> list[ReadHome]:
    """Every row, sound or not, in order. ``Invalid`` when the file as a whole is broken: header, quoting, too long."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    found: list[ReadHome] = []
    try:
        header = next(reader, [])
        where = _columns(header, name)
        for record in reader:
            if not any(cell.strip() for cell in record):
                continue
            if len(found) >= MOST_ROWS:
                raise Invalid(Text("{name}: more than {n:,} rows; split the file", name=name, n=MOST_ROWS))
            found.append(_row(reader.line_num, record, header, where))
    except csv.Error as error:
        values = {"line": reader.line_num, "problem": error}
        raise Invalid(
            Text("{name}: line {line} is not CSV ({problem}); the file may be cut off", name=name, **values)
        ) from error
    if not found:
        raise Invalid(Text("{name}: holds a header and no row", name=name))
    return found


def _columns(header: Sequence[str], name: str) -> dict[str, int]:
    given = [cell.strip().lower().replace(" ", "_") for cell in header]
    where: dict[str, int] = {}
    for column, names in COLUMNS.items():
        places = [index for index, cell in enumerate(given) if cell in names]
        if len(places) > 1:
            values = {"name": name, "column": column, "n": len(places)}
            raise Invalid(Text("{name}: the header names the column {column} {n} times", **values))
        if places:
            where[column] = places[0]
    if missing := [column for column in REQUIRED if column not in where]:
        shown = ", ".join(printable(cell, length=30) for cell in header[:12]) or Text("nothing")
        values = {"name": name, "missing": ", ".join(missing), "shown": shown}
        raise Invalid(
            Text("{name}: the header lacks {missing} (it has: {shown})", **values),
            reasons=[Text("missing column {column}", column=column) for column in missing],
        )
    return where


def _row(line: int, record: Sequence[str], header: Sequence[str], where: dict[str, int]) -> ReadHome:
    names = [printable(cell, length=40) or f"column {number}" for number, cell in enumerate(header, 1)]
    names += [f"column {number}" for number in range(len(header) + 1, len(record) + 1)]
    raw = {column: cell.replace("\0", "")[:MOST_RAW] for column, cell in zip(names, record, strict=False)}
    try:
        if len(record) != len(header):
            expected = Text("{n} fields as in the header", n=len(header))
            raise WrongField("row", Text("has {n} fields", n=len(record)), expected)
        cells = {column: record[index].strip() for column, index in where.items()}
        return ReadHome(
            line, raw,
            address=_words(cells, "address", 120), city=_words(cells, "city", 80), state=_state(cells.get("state", "")),
            postcode=cells.get("postcode", "")[:10], part=_part(cells.get("part", "")), dock=_dock(cells),
            customer=checked(Customer(cells["name"], cells.get("email", ""), cells.get("phone", ""))),
        )  # fmt: skip
    except WrongField as wrong:
        return ReadHome(line, raw, wrong=wrong)


def _words(cells: dict[str, str], column: str, most: int) -> str:
    value = cells[column]
    if not value:
        raise WrongField(column, N_("is empty"), N_("a text"))
    if len(value) > most or not value.isprintable():
        raise WrongField(column, N_("is too long or not printable"), Text("1 to {n} printable characters", n=most))
    return value


def _state(given: str) -> str:
    known = state_code(given) if given else ""
    if known is None:
        raise WrongField("state", N_("is not a state"), N_("a US state's name or two-letter code"))
    return known


def _part(given: str) -> HomePart:
    part = PARTS.get(given.lower())
    if part is None:
        raise WrongField("part", N_("is unknown"), N_("host, neighbour, or nothing for a neighbour"))
    return part


def _dock(cells: dict[str, str]) -> Position | None:
    given = [cells.get("dock_longitude", ""), cells.get("dock_latitude", "")]
    if not any(given):
        return None
    places = []
    for column, text, bound in (("dock_longitude", given[0], 180), ("dock_latitude", given[1], 90)):
        try:
            degrees = float(text if "_" not in text else "")
        except ValueError:
            degrees = float("nan")
        if not isfinite(degrees) or abs(degrees) > bound:
            raise WrongField(column, N_("is no place"), Text("degrees from -{bound} to {bound}", bound=bound))
        places.append(degrees)
    return places[0], places[1]
