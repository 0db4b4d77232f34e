"""Imported data: what is in use, how old it is, and which rows were refused and why."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from babel.dates import format_date
from babel.numbers import format_decimal
from nicegui import ui

from core.neighbourhood import ImportRecord, LayerRecord, Provenance
from dashboard.components.ages import age_text
from dashboard.components.faces import empty_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import _, locale, ngettext, told


async def data_tab(provenance: Callable[[], Awaitable[Provenance]]) -> None:
    """Address book and road layers in use, then the imports, newest first."""
    told = await provenance()
    if not told.imports:
        with ui.element("section").classes("m-card"):
            words = _("Import the county's addresses and roads on the command line, then neighbours can be found.")
            with empty_face(_("No outside data yet"), words, icon="o_dataset"):
                text("code", "mowthos import addresses FILE").classes("m-code")
                text("code", "mowthos import roads FILE").classes("m-code")
        return
    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-card-head"), ui.element("div"):
            text("h2", _("In use"))
            homes = ngettext("{n} home in the address book.", "{n} homes in the address book.", told.address_points)
            text("p", homes.format(n=_number(told.address_points))).classes("m-muted")
        if told.layers:
            _layers(told.layers)
    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-card-head"):
            text("h2", _("Imports"))
        with ui.element("ul").classes("m-list m-list-wide"):
            for record in told.imports:
                _import(record)


def _layers(layers: tuple[LayerRecord, ...]) -> None:
    with table_region(_("In use")), ui.element("table").classes("m-table m-table-cards"):
        with ui.element("thead"), ui.element("tr"):
            for heading in (_("Road layer"), _("Source"), _("Roads"), _("Data of"), _("Imported"), _("Attribution")):
                text("th", heading).props('scope="col"')
        with ui.element("tbody"):
            for layer in layers:
                with ui.element("tr"):
                    text("td", layer.name)
                    text("td", layer.source).props["data-label"] = _("Source")
                    text("td", _number(layer.roads)).props["data-label"] = _("Roads")
                    text("td", _day(layer.data_date)).props["data-label"] = _("Data of")
                    with ui.element("td") as cell:
                        cell.props["data-label"] = _("Imported")
                        age_text(layer.imported_at)
                    text("td", layer.attribution or "-").props["data-label"] = _("Attribution")


def _import(record: ImportRecord) -> None:
    kinds = {"addresses": _("Addresses"), "roads": _("Roads")}
    with ui.element("li"), ui.element("div").classes("m-stack m-grow"):
        with ui.element("div").classes("m-row"):
            with ui.element("div").classes("m-grow"):
                text("b", f"{kinds.get(record.kind, record.kind)}: {record.name}")
                text("span", record.source).classes("m-sub")
            taken = _("{accepted} of {rows} rows taken").format(
                accepted=_number(record.accepted), rows=_number(record.rows)
            )
            text("span", taken).classes("m-muted m-number")
            if record.refused:
                words = ngettext("{n} refused", "{n} refused", record.refused).format(n=_number(record.refused))
                text("span", words).classes("m-chip m-chip-warn")
            else:
                text("span", _("none refused")).classes("m-chip m-chip-good")
            age_text(record.imported_at)
        if record.report:
            _report(record)


def _report(record: ImportRecord) -> None:
    with ui.element("details").classes("m-details"):
        text("summary", _("Refused rows"))
        with table_region(_("Refused rows")), ui.element("table").classes("m-table"):
            with ui.element("thead"), ui.element("tr"):
                for heading in (_("Row"), _("Field"), _("Reason"), _("Found"), _("Expected")):
                    text("th", heading).props('scope="col"')
            with ui.element("tbody"):
                for line in record.report:
                    with ui.element("tr"):
                        for key in ("row", "field", "reason", "value", "expected"):
                            words = told if key in {"reason", "expected"} else str
                            text("td", words(line.get(key, "")))
        if record.refused > len(record.report):
            words = _("The first {n} of {all} are shown.").format(n=len(record.report), all=_number(record.refused))
            text("p", words).classes("m-muted m-small")


def _number(value: int) -> str:
    return str(format_decimal(value, locale=locale()))


def _day(moment: datetime | None) -> str:
    return "-" if moment is None else str(format_date(moment, locale=locale()))
