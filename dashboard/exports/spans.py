"""The span of days that an address of the exports page names, by a word or by its ends. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.reports import day_begins
from core.texts import N_

PRESETS = {
    "today": N_("Today"),
    "yesterday": N_("Yesterday"),
    "week": N_("Last 7 days"),
    "days30": N_("Last 30 days"),
    "month": N_("This month"),
    "last-month": N_("Last month"),
    "year": N_("This year"),
}
USUAL = "days30"
EARLIEST = date(2000, 1, 1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Whole days of ``zone``, both ends belong to it; ``preset`` is the word that names it, if one does."""

    first: date
    last: date
    zone: ZoneInfo
    preset: str = ""

    @property
    def since(self) -> datetime:
        return day_begins(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first instant that does not belong to it."""
        return day_begins(self.last + DAY, self.zone)

    @property
    def query(self) -> dict[str, str]:
        """What names it in an address."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def preset_span(preset: str, today: date, zone: ZoneInfo) -> DaySpan:
    """The span of a word of `PRESETS`, seen from ``today``."""
    month = today.replace(day=1)
    ends = {
        "today": (today, today),
        "yesterday": (today - DAY, today - DAY),
        "week": (today - 6 * DAY, today),
        "days30": (today - 29 * DAY, today),
        "month": (month, today),
        "last-month": ((month - DAY).replace(day=1), month - DAY),
        "year": (today.replace(month=1, day=1), today),
    }
    return DaySpan(*ends[preset], zone, preset)


def span_of(query: Mapping[str, str], today: date, zone: ZoneInfo) -> DaySpan:
    """The last 30 days where nothing is named. ``Invalid`` for days that are none, run backwards or lie too far off."""
    preset = query.get("span", "")
    if preset in PRESETS:
        return preset_span(preset, today, zone)
    if not (query.get("from") or query.get("to")):
        return preset_span(USUAL, today, zone)
    try:
        first, last = date.fromisoformat(query.get("from", "")), date.fromisoformat(query.get("to", ""))
    except ValueError:
        raise Invalid(N_("Name the first and the last day.")) from None
    if not EARLIEST <= first <= last:
        raise Invalid(N_("The first day must not be after the last, nor before the year 2000."))
    if last > today + 366 * DAY:
        raise Invalid(N_("The last day lies too far ahead."))
    return DaySpan(first, last, zone)
