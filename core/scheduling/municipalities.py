"""When the law of a place lets a mower run: rows of data, and which of them holds where."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

FILE = "municipalities.json"


class DayKind(StrEnum):
    """What a day is to an ordinance; a public holiday is that before it is a day of the week."""

    WORKDAY = "workdays"
    SATURDAY = "saturdays"
    SUNDAY = "sundays"
    HOLIDAY = "holidays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dark:
    """No mowing from some minutes before sunset until some minutes after sunrise; 0 to 180 each."""

    before_sunset_minutes: int = 0
    after_sunrise_minutes: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.before_sunset_minutes <= 180 or not 0 <= self.after_sunrise_minutes <= 180:
            raise ValueError("dark: expected 0 to 180 minutes before sunset and after sunrise")


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """The rules of one place. ``hours`` holds (from, to) of each kind of day, ``None`` = not at all; a kind that is
    absent has no limit. ``law`` is false for a rule of our own. ``country`` and ``subdivision`` as in `holidays`."""

    name: str
    source: str
    hours: Mapping[DayKind, tuple[time, time] | None]
    law: bool = True
    city: str = ""
    state: str = ""
    time_zones: frozenset[str] = frozenset()
    country: str = ""
    subdivision: str | None = None
    dark: Dark | None = None

    def fits(self, city: str, state: str, time_zone: str) -> int | None:
        """How closely the row names a place, ``None`` where it speaks of another. A lot whose state nobody knows is in
        the state of its city."""
        if self.city and self.city.casefold() != city.casefold():
            return None
        if self.state and self.state != state and (state or not self.city):
            return None
        if self.time_zones and time_zone not in self.time_zones:
            return None
        return 4 * bool(self.city) + 2 * bool(self.state) + bool(self.time_zones)


def municipality_of(city: str, state: str, time_zone: str, rows: Sequence[Municipality] | None = None) -> Municipality:
    """The row that names most of a place. Raises ``ValueError`` when not even a rule for everywhere is among them."""
    found = [
        (closeness, row)
        for row in (all_municipalities() if rows is None else rows)
        if (closeness := row.fits(city, state, time_zone)) is not None
    ]
    if not found:
        raise ValueError("municipalities: no row holds everywhere")
    return max(found, key=lambda one: one[0])[1]


@cache
def all_municipalities() -> tuple[Municipality, ...]:
    """Those of the packaged file."""
    return municipalities_from(files("core.scheduling").joinpath(FILE).read_text(encoding="utf-8"))


def municipalities_from(text: str) -> tuple[Municipality, ...]:
    """Rows from JSON; ``ValueError`` names the row that is wrong."""
    return tuple(_row(place, row) for place, row in enumerate(json.loads(text)["rows"]))


def _row(place: int, row: Mapping[str, Any]) -> Municipality:
    try:
        holidays = row.get("holidays", {})
        return Municipality(
            name=row["name"],
            source=row["source"],
            law={"law": True, "house": False}[row["basis"]],
            city=row.get("city", ""),
            state=row.get("state", ""),
            time_zones=frozenset(row.get("time_zones", ())),
            hours={DayKind(kind): _hours(told) for kind, told in row["hours"].items()},
            country=holidays.get("country", ""),
            subdivision=holidays.get("subdivision"),
            dark=Dark(**row["dark"]) if "dark" in row else None,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(f"municipalities, row {place + 1} ({row.get('name', 'without a name')}): {error}") from error


def _hours(told: Sequence[str] | None) -> tuple[time, time] | None:
    if told is None:
        return None
    begins, ends = (time.fromisoformat(one) for one in told)
    if ends != time() and ends <= begins:
        raise ValueError(f"hours {told}: expected an end after the beginning (00:00 = the end of the day)")
    return begins, ends
