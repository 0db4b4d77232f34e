"""The table of all mowers, without any screen: which facts, how they sort and filter, how they export."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from core.fleet.live import LiveFleet
from core.fleet.model import MowerSnapshot, MowerState, Reading
from core.sight import ALL, Sight
from core.spreadsheets import safe_cell
from dashboard.api.ports import MowerFacts, Roster
from dashboard.i18n import N_, _
from dashboard.state_style import STATE_STYLES, state_word

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class MowerRow:
    """One mower: who it is, and what is known of it now."""

    facts: MowerFacts
    snapshot: MowerSnapshot

    @property
    def reading(self) -> Reading | None:
        return self.snapshot.reading


@dataclass(frozen=True, slots=True)
class Column:
    """One fact: ``value`` is what sorts and exports, with its unit in the heading; ``None`` is unknown, sorted last."""

    key: str
    heading: str
    value: Callable[[MowerRow], Any]
    number: bool = False
    unit: str = ""
    minor: bool = False  # left out on a phone


def _of_reading(name: str) -> Callable[[MowerRow], Any]:
    return lambda row: None if row.reading is None else getattr(row.reading, name)


def _coordinate(name: str) -> Callable[[MowerRow], Any]:
    return lambda row: (
        None if row.reading is None or row.reading.position is None else getattr(row.reading.position, name)
    )


COLUMNS: tuple[Column, ...] = (
    Column("mower", N_("Mower"), lambda row: row.facts.device_name),
    Column("state", N_("State"), lambda row: row.snapshot.state.value),
    Column("age", N_("Last report"), lambda row: row.snapshot.received_at),
    Column("battery", N_("Battery"), _of_reading("battery_percent"), number=True, unit="%"),
    Column("progress", N_("Progress"), _of_reading("progress_percent"), number=True, unit="%"),
    Column("area", N_("Task area"), _of_reading("area_m2"), number=True, unit="m²"),
    Column("left", N_("Time left"), _of_reading("minutes_left"), number=True, unit="min"),
    Column("fix", N_("Position fix"), _of_reading("position_type")),
    Column("satellites", N_("Satellites"), _of_reading("satellites"), number=True, minor=True),
    Column("latitude", N_("Latitude"), _coordinate("latitude"), number=True, unit="°", minor=True),
    Column("longitude", N_("Longitude"), _coordinate("longitude"), number=True, unit="°", minor=True),
    Column("heading", N_("Heading"), _of_reading("heading_deg"), number=True, unit="°", minor=True),
    Column("speed", N_("Speed"), _of_reading("speed_m_s"), number=True, unit="m/s", minor=True),
    Column("signal", N_("Signal"), _of_reading("signal_dbm"), number=True, unit="dBm", minor=True),
    Column("blade", N_("Blade height"), _of_reading("blade_height_mm"), number=True, unit="mm", minor=True),
    Column("fault", N_("Fault code"), lambda row: row.snapshot.fault_code, number=True),
    Column("confidence", N_("Confidence"), lambda row: row.snapshot.confidence.value, minor=True),
    Column("source", N_("Source"), lambda row: row.snapshot.source, minor=True),
    Column("firmware", N_("Firmware"), _of_reading("firmware"), minor=True),
    Column("account", N_("Vendor account"), lambda row: row.facts.account, minor=True),
)
BY_KEY = {column.key: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class TableView:
    """What of the table is looked at: all of it stands in the page's address."""

    search: str = ""
    state: MowerState | None = None
    sort: str = "mower"
    down: bool = False
    page: int = 1

    @classmethod
    def from_query(cls, query: QueryParams) -> "TableView":
        """What cannot be read is left out: an old link still opens."""
        state, sort, page = query.get("state", ""), query.get("sort", ""), query.get("page", "")
        return cls(
            search=query.get("q", "")[:100],
            state=MowerState(state) if state in set(MowerState) else None,
            sort=sort if sort in BY_KEY else "mower",
            down=query.get("dir") == "down",
            page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        )

    def query(self) -> str:
        """The address's query, without what is as usual."""
        parts = {
            "q": self.search,
            "state": self.state.value if self.state else "",
            "sort": "" if self.sort == "mower" else self.sort,
            "dir": "down" if self.down else "",
            "page": "" if self.page == 1 else str(self.page),
        }
        return urlencode({name: value for name, value in parts.items() if value})


def all_rows(live: LiveFleet, roster: Roster, sight: Sight = ALL) -> list[MowerRow]:
    """Every mower in sight that is known and live."""
    return [
        MowerRow(facts, live.get(facts.device_name))
        for facts in roster()
        if facts.device_name in live and sight.mower(facts.device_name)
    ]


def found(rows: Iterable[MowerRow], search: str) -> list[MowerRow]:
    """Rows in which every word of the search stands somewhere: name, model, account, state word."""
    words = search.casefold().split()
    return [row for row in rows if all(word in _haystack(row) for word in words)]


def counts(rows: Iterable[MowerRow]) -> dict[MowerState, int]:
    """How many mowers are in each state, worst state first; states with none are left out."""
    tally = dict.fromkeys(STATE_STYLES, 0)
    for row in rows:
        tally[row.snapshot.state] += 1
    return {state: count for state, count in tally.items() if count}


def arranged(rows: Iterable[MowerRow], view: TableView) -> list[MowerRow]:
    """Filtered by state and sorted; what is unknown stands last in either direction, equals by name."""
    value = BY_KEY[view.sort].value
    chosen = [row for row in rows if view.state is None or row.snapshot.state is view.state]
    chosen.sort(key=lambda row: row.facts.device_name)
    known = [row for row in chosen if value(row) is not None]
    known.sort(key=value, reverse=view.down)
    return known + [row for row in chosen if value(row) is None]


def as_csv(rows: Sequence[MowerRow], now: datetime) -> str:
    """Every fact of the rows, with units in the heading; unknown is empty. Text cells cannot become formulas."""
    out = StringIO()
    writer = csv.writer(out)
    headings = [_(column.heading) + (f" ({column.unit})" if column.unit else "") for column in COLUMNS]
    writer.writerow([*headings, _("Model"), _("Age (s)")])
    for row in rows:
        age = row.snapshot.age_s(now)
        cells = [column.value(row) for column in COLUMNS]
        cells[1] = state_word(row.snapshot.state, row.snapshot.last_known)
        writer.writerow([_plain(cell) for cell in [*cells, row.facts.model, None if age is None else round(age)]])
    return out.getvalue()


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return safe_cell(cell)


def _haystack(row: MowerRow) -> str:
    word = state_word(row.snapshot.state, row.snapshot.last_known)
    return " ".join([row.facts.device_name, row.facts.model, row.facts.account or "", word]).casefold()
