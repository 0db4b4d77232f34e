"""Hours without mowing that a mower holds itself: what was asked of it beside what it reports."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from core.fleet.model import DailyHours
from core.scheduling.device_hours_desk import HeldHours
from dashboard.components.ages import age_text
from dashboard.components.control_texts import control_texts
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import _, told

type HeldOf = Callable[[str], Awaitable[HeldHours]]


async def device_hours(device_name: str, held_of: HeldOf) -> None:
    """A table of one line; a sentence where nothing was ever asked."""
    held = await held_of(device_name)
    with ui.element("div").classes("m-stack m-held"):
        _shown(held)


def _shown(held: HeldHours) -> None:
    texts = control_texts()["settings"]
    text("h3", _("Held by the mower itself"))
    words = _("One stretch that is the same every day; the other quiet hours and bans are held from here.")
    text("p", words).classes("m-muted")
    if held.requested_at is None:
        text("p", _("It was not asked yet.")).classes("m-muted")
        return
    word, tone = {
        True: (texts["agree"], "m-chip-good"),
        False: (texts["differ"], "m-chip-bad"),
        None: (texts["waiting"], "m-chip-warn"),
    }[held.agrees]
    with table_region(_("Held by the mower itself")), ui.element("table").classes("m-table"):
        with ui.element("thead"), ui.element("tr"):
            for heading in ("", texts["asked"], texts["reported"], ""):
                text("th", heading).props('scope="col"')
        with ui.element("tbody"), ui.element("tr").props('data-pair="device_hours"'):
            text("th", _("No mowing")).props('scope="row"')
            text("td", _stretch(held.requested))
            text("td", _stretch(held.reported) if held.reported_at is not None else str(texts["unknown"]))
            with ui.element("td"), ui.element("div").classes("m-row"):
                text("span", word).classes(f"m-chip {tone}")
                age_text(held.reported_at)
    if held.problem:
        text("p", told(held.problem)).classes("m-notice m-notice-warn")


def _stretch(hours: DailyHours | None) -> str:
    if hours is None:
        return _("none")
    begins, ends = (f"{minute // 60:02d}:{minute % 60:02d}" for minute in (hours.begins, hours.ends))
    return f"{begins} - {ends}"
