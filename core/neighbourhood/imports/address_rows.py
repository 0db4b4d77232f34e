"""Address rows out of a CSV text, each checked: pure, no database.

Columns by name in any order (see ``COLUMNS`` for the names taken): the county layout
``address,city,postcode,latitude,longitude`` and the older ``address,city,state,latitude,longitude``, where the state
may be a full name. A row without a state gets the default; an empty or absent postcode is valid.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from math import isfinite
from re import compile as pattern
from typing import NamedTuple

from core.errors import Invalid
from core.neighbourhood.imports.report import Progress, RefusedRow, printable, silent
from core.neighbourhood.imports.states import STATE_CODES
from core.texts import N_, Text, sentence

COLUMNS = {
    "address": ("address", "street_address", "full_address"),
    "city": ("city", "town"),
    "state": ("state", "province"),
    "postcode": ("postcode", "postal_code", "zip", "zipcode", "zip_code"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng", "long"),
}
REQUIRED = ("address", "city", "latitude", "longitude")
LENGTHS = {"address": 120, "city": 80}
POSTCODE = pattern(r"[0-9A-Za-z][0-9A-Za-z -]{1,9}")
PROGRESS_EVERY = 5_000
RARE = 0.05


class AddressRow(NamedTuple):
    """One accepted row. ``postcode`` is ``None`` where the file has no such column."""

    address: str
    city: str
    state: str
    postcode: str | None
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class AddressFile:
    """All rows of a file: accepted ones in file order, and those refused."""

    rows: int
    accepted: list[AddressRow]
    lines: list[int]
    """The line of the file where each accepted row ends."""
    refused: list[RefusedRow]
    duplicates: int
    warnings: tuple[str, ...]


class Refusal(Exception):
    """A field of one row is wrong."""

    def __init__(self, field: str, reason: str, value: str, expected: str) -> None:
        super().__init__(reason)
        self.parts = (field, reason, printable(value, length=80), expected)


def read_address_rows(text: str, *, name: str, default_state: str, progress: Progress = silent) -> AddressFile:
    """Check every row. ``Invalid`` when the file as a whole is broken: header, quoting, cut off, or no usable row.

    Duplicates, judged by address, city, state and postcode without regard to case and spacing: a row that repeats an
    earlier one is counted and left out; a row that gives an earlier home another place is refused, the first stands.
    """
    default = state_code(default_state)
    if default is None:
        raise Invalid(
            Text("default state {state!r}: expected a US state's name or two-letter code", state=default_state)
        )
    records = _records(text, name)
    _, header = next(records, (0, []))
    where = _columns(header, name)
    total = text.count("\n")
    accepted: list[AddressRow] = []
    lines: list[int] = []
    refused: list[RefusedRow] = []
    seen: dict[tuple[str, ...], tuple[int, AddressRow]] = {}
    rows = duplicates = 0
    line = 0
    record: list[str] = []
    widths: Counter[int] = Counter()
    for line, record in records:
        if not record:
            continue
        rows += 1
        widths[len(record[-1])] += 1
        try:
            row = _row(record, header, where, default)
            first = seen.setdefault(identity(row), (line, row))
            if first[1] is not row:
                _check_duplicate(row, first)
                duplicates += 1
                continue
        except Refusal as refusal:
            refused.append(RefusedRow(line, *refusal.parts))
            continue
        accepted.append(row)
        lines.append(line)
        if not rows % PROGRESS_EVERY:
            progress("read", min(line, total), total)
    ended = text.endswith(("\n", "\r"))
    if rows and not ended:
        by_width = widths if max(where["longitude"], where["latitude"]) == len(header) - 1 else Counter[int]()
        _check_not_cut_off(record, len(header), by_width, Text("{name}: line {line}", name=name, line=line))
    if not accepted:
        reasons = [
            Text("line {line}: {field}: {reason}", line=row.row, field=row.field, reason=sentence(row.reason))
            for row in refused[:5]
        ]
        raise Invalid(
            Text("{name}: no usable row ({rows} read, {refused} refused)", name=name, rows=rows, refused=len(refused)),
            reasons=reasons,
        )
    progress("read", total, total)
    warnings = () if ended else (N_("the file does not end with a line break: its last row may be cut off"),)
    return AddressFile(rows, accepted, lines, refused, duplicates, warnings)


def identity(row: AddressRow) -> tuple[str, str, str, str]:
    """What makes two rows the same home: address, city, state, postcode; case and spacing do not count."""
    return (*place(row), (row.postcode or "").upper())


def place(row: AddressRow) -> tuple[str, str, str]:
    """The same without the postcode, which outside sources correct now and then."""
    return (" ".join(row.address.upper().split()), " ".join(row.city.upper().split()), row.state)


def state_code(text: str) -> str | None:
    """``MN`` for ``MN``, ``mn`` or ``Minnesota``; ``None`` for anything unknown."""
    word = " ".join(text.upper().split())
    return STATE_CODES.get(word, word if word in STATE_CODES.values() else None)


def _check_not_cut_off(last: list[str], fields: int, widths: Counter[int], where: str) -> None:
    """A file may lack its last line break, but then its last row must look like the others.

    ``widths`` counts the lengths of the last column where that holds degrees: a number cut short cannot be told from
    a whole one otherwise.
    """
    if len(last) < fields:
        raise Invalid(
            Text(
                "{where}, the last one, is cut off: {n} fields; expected {fields} as in the header",
                where=where,
                n=len(last),
                fields=fields,
            )
        )
    as_narrow = sum(count for width, count in widths.items() if width <= len(last[-1])) - 1
    if as_narrow < RARE * widths.total() - 1:
        raise Invalid(
            Text(
                "{where}, the last one, looks cut off ({value!r} is shorter than elsewhere); "
                "end the file with a line break if it is complete",
                where=where,
                value=last[-1],
            )
        )


def _records(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for record in reader:
            yield reader.line_num, record
    except csv.Error as error:
        raise Invalid(
            Text(
                "{name}: line {line} is not CSV ({problem}); the file may be cut off",
                name=name,
                line=reader.line_num,
                problem=error,
            )
        ) from error


def _columns(header: list[str], name: str) -> dict[str, int]:
    given = [cell.strip().lower().replace(" ", "_") for cell in header]
    where: dict[str, int] = {}
    for column, names in COLUMNS.items():
        found = [index for index, cell in enumerate(given) if cell in names]
        if len(found) > 1:
            raise Invalid(
                Text("{name}: the header names the column {column} {n} times", name=name, column=column, n=len(found))
            )
        if found:
            where[column] = found[0]
    if missing := [column for column in REQUIRED if column not in where]:
        shown = ", ".join(cell[:30] for cell in header[:12]) or Text("nothing")
        raise Invalid(
            Text(
                "{name}: the header lacks {missing} (it has: {shown})",
                name=name,
                missing=", ".join(missing),
                shown=shown,
            ),
            reasons=[Text("missing column {column}", column=column) for column in missing],
        )
    return where


def _row(record: list[str], header: list[str], where: dict[str, int], default: str) -> AddressRow:
    if len(record) != len(header):
        raise Refusal(
            "row",
            Text("has {n} fields", n=len(record)),
            ",".join(record),
            Text("{n} fields as in the header", n=len(header)),
        )
    address = _words(record, where, "address")
    city = _words(record, where, "city")
    state = default
    if "state" in where and (given := record[where["state"]].strip()):
        known = state_code(given)
        if known is None:
            raise Refusal("state", N_("is not a state"), given, N_("a US state's name or two-letter code"))
        state = known
    postcode = None
    if "postcode" in where:
        postcode = record[where["postcode"]].strip()
        if postcode and not POSTCODE.fullmatch(postcode):
            raise Refusal("postcode", N_("is not a postcode"), postcode, N_("2 to 10 letters or digits, or nothing"))
    latitude = _degrees(record, where, "latitude", 90)
    longitude = _degrees(record, where, "longitude", 180)
    if latitude == 0 == longitude:
        raise Refusal(
            "latitude", N_("is 0 with longitude 0, which means no position"), "0, 0", N_("the home's own position")
        )
    return AddressRow(address, city, state, postcode, longitude, latitude)


def _words(record: list[str], where: dict[str, int], field: str) -> str:
    value = record[where[field]].strip()
    if not value:
        raise Refusal(field, N_("is empty"), value, N_("a text"))
    if len(value) > LENGTHS[field]:
        raise Refusal(
            field, Text("has {n} characters", n=len(value)), value, Text("{n} characters at most", n=LENGTHS[field])
        )
    if not value.isprintable():
        raise Refusal(field, N_("holds a control character"), value, N_("printable text"))
    return value


def _degrees(record: list[str], where: dict[str, int], field: str, bound: int) -> float:
    value = record[where[field]].strip()
    try:
        degrees = float(value if "_" not in value else "")
    except ValueError:
        reason = N_("is not a number") if value else N_("is empty")
        raise Refusal(field, reason, value, Text("degrees from -{bound} to {bound}", bound=bound)) from None
    if not isfinite(degrees) or abs(degrees) > bound:
        raise Refusal(field, N_("is out of range"), value, Text("degrees from -{bound} to {bound}", bound=bound))
    return degrees


def _check_duplicate(row: AddressRow, first: tuple[int, AddressRow]) -> None:
    line, earlier = first
    if (row.longitude, row.latitude) != (earlier.longitude, earlier.latitude):
        raise Refusal(
            "address",
            Text("is the home of line {line} at another place", line=line),
            f"{row.address}, {row.city}",
            N_("one place for each address, city and postcode"),
        )
