"""Service in the reader's language: measures with their units, how much is used up, and the board as a file."""

import csv
from collections.abc import Sequence
from html import escape
from io import StringIO

from babel.numbers import format_currency, format_decimal

from core.fleet.maintenance import USUAL_PLAN, Due, ItemView, Measure, Reliability, amount_of
from core.measures import Kind
from core.money import Money
from core.spreadsheets import safe_cell
from dashboard import measures
from dashboard.i18n import N_, _, locale

MEASURE_WORDS = {
    Measure.BLADE_HOURS: (N_("Blade hours"), "h"),
    Measure.DISTANCE_KM: (N_("Distance"), ""),  # km or miles
    Measure.CHARGE_CYCLES: (N_("Charge cycles"), N_("cycles")),
    Measure.DAYS: (N_("Days"), N_("days")),
}
DUE_WORDS = {Due.FINE: N_("Fine"), Due.DUE: N_("Due"), Due.OVERDUE: N_("Overdue")}
DUE_CHIPS = {Due.FINE: "m-chip-good", Due.DUE: "m-chip-warn", Due.OVERDUE: "m-chip-bad"}
USUAL = frozenset(name for name, _measure, _every in USUAL_PLAN)


def measure_word(measure: Measure) -> str:
    return _(MEASURE_WORDS[measure][0])


def unit_word(measure: Measure) -> str:
    if measure is Measure.DISTANCE_KM:
        return measures.unit_word(Kind.LENGTH, large=True)
    return _(MEASURE_WORDS[measure][1])


def shown(value: float, measure: Measure) -> float:
    """What is counted, in the reader's unit of it."""
    return measures.unit_number(value * 1_000, Kind.LENGTH, large=True) if measure is Measure.DISTANCE_KM else value


def typed(value: float, measure: Measure) -> float:
    """What a person typed in ``unit_word``, as it is counted."""
    return measures.typed_number(value, Kind.LENGTH, large=True) / 1_000 if measure is Measure.DISTANCE_KM else value


def item_name(name: str) -> str:
    """A line of the usual plan is said in the reader's language; one that people wrote stands as it is."""
    return _(name) if name in USUAL else name


def used_words(item: ItemView) -> str:
    used = shown(item.used, item.measure)
    return _("{used} of {every} {unit}").format(
        used=format_decimal(round(used, 1 if used < 10 else 0), locale=locale()),
        every=format_decimal(round(shown(item.every, item.measure)), locale=locale()),
        unit=unit_word(item.measure),
    )


def due_chip(due: Due) -> str:
    return f'<span class="m-chip {DUE_CHIPS[due]}">{escape(_(DUE_WORDS[due]))}</span>'


def meter_html(item: ItemView) -> str:
    """How much is used up, as a bar; the words beside it say the same."""
    return (
        f'<span class="a-meter a-{item.due}" aria-hidden="true"><i style="width:{min(100, item.share * 100):.0f}%">'
        "</i></span>"
    )


def cost_words(cost: Money | None) -> str:
    return "" if cost is None else str(format_currency(amount_of(cost), cost.currency, locale=locale()))


def percent_words(share: float | None) -> str:
    return _("unknown") if share is None else f"{share * 100:.1f} %"


def board_csv(rows: Sequence[Reliability]) -> str:
    """The board as a file: figures with their unit in the heading, unknown left empty."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    headings = ("name", "model", "mowers", "observed_h", "availability_percent", "between_faults_h", "to_recover_min")
    writer.writerow([*headings, "faults", "top_fault_codes"])
    for row in rows:
        writer.writerow(
            [
                safe_cell(row.name),
                safe_cell(row.model),
                row.mowers,
                f"{row.observed_h:.2f}",
                "" if row.availability is None else f"{row.availability * 100:.2f}",
                "" if row.between_faults_h is None else f"{row.between_faults_h:.2f}",
                "" if row.to_recover_min is None else f"{row.to_recover_min:.1f}",
                row.faults,
                " ".join(f"{code}x{times}" for code, times in row.top_codes),
            ]
        )
    return out.getvalue()
