"""Exports and reports by mail in the words of the current language."""

from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

from core.exports import Form
from core.reports import Cadence, ReportWanted, RunState
from dashboard.exports.table import EXPORTS
from dashboard.i18n import _, locale

FORM_WORDS = {
    Form.CSV: "CSV", Form.XLSX: "Excel", Form.PDF: "PDF", Form.GEOJSON: "GeoJSON", Form.GPX: "GPX", Form.KML: "KML",
}  # fmt: skip
"""Names of formats are the same in every language."""


def report_title(wanted: ReportWanted) -> str:
    """Which export, and of which mower."""
    export = EXPORTS.get(wanted.export)
    title = _(export.title) if export else wanted.export
    return f"{title} · {wanted.mower}" if wanted.mower else title


def cadence_words() -> dict[Cadence, str]:
    return {
        Cadence.DAILY: _("every day, of the day before"),
        Cadence.WEEKLY: _("on Mondays, of the week before"),
        Cadence.MONTHLY: _("on the first, of the month before"),
    }


def days_words(first: date, last: date) -> str:
    """A day, or from day to day."""
    ends = [format_date(day, "medium", locale=locale()) for day in dict.fromkeys((first, last))]
    return " - ".join(ends)


def count_words(number: int) -> str:
    """A number as the language groups it."""
    return str(format_decimal(number, locale=locale()))


def state_words() -> dict[RunState, tuple[str, str]]:
    """The word and the look of a chip."""
    return {
        RunState.WAITING: (_("waits"), "m-chip-info"),
        RunState.SENT: (_("sent"), "m-chip-good"),
        RunState.DROPPED: (_("not sent"), "m-chip-warn"),
        RunState.DEAD: (_("given up"), "m-chip-bad"),
    }
