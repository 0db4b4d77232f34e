"""What is different between two versions of a map, as a list: chip, name, areas."""

from nicegui import ui

from core.lawnmaps import Change, MapDiff, ZoneChange, ZoneKind
from dashboard.components.text import text
from dashboard.i18n import _
from dashboard.measures import area_words

LOOKS = {
    Change.ADDED: "m-chip-info",
    Change.REMOVED: "m-chip-bad",
    Change.RENAMED: "m-chip-warn",
    Change.RESHAPED: "m-chip-warn",
}


def change_words() -> dict[Change, str]:
    return {
        Change.ADDED: _("added"),
        Change.REMOVED: _("removed"),
        Change.RENAMED: _("renamed"),
        Change.RESHAPED: _("reshaped"),
    }


def kind_words() -> dict[ZoneKind, str]:
    return {ZoneKind.AREA: _("Area"), ZoneKind.NO_GO: _("No-go zone"), ZoneKind.CHANNEL: _("Channel")}


def diff_list(diff: MapDiff) -> None:
    """In the current place."""
    with ui.element("ul").classes("m-list m-diff") as listing:
        listing.props["aria-label"] = _("What is different")
        for zone in diff.zones:
            _zone(zone)
        for moved, words in ((diff.dock_moved, _("The dock moved")), (diff.base_moved, _("The RTK base moved"))):
            if moved:
                with ui.element("li"):
                    text("span", words)


def _zone(zone: ZoneChange) -> None:
    with ui.element("li"), ui.element("div").classes("m-grow"):
        with ui.element("div").classes("m-row"):
            text("b", zone.name or kind_words()[zone.kind])
            for change in zone.changes:
                text("span", change_words()[change]).classes(f"m-chip {LOOKS[change]}")
        text("span", _facts(zone)).classes("m-sub")


def _facts(zone: ZoneChange) -> str:
    facts = [kind_words()[zone.kind]]
    if Change.RENAMED in zone.changes and zone.before is not None:
        facts.append(_("was {name}").format(name=zone.before.name or "-"))
    if zone.before_m2 is not None and zone.after_m2 is not None and Change.RESHAPED in zone.changes:
        facts.append(f"{area_words(zone.before_m2)} → {area_words(zone.after_m2)}")
        facts.append(_("{area} more").format(area=area_words(zone.change_m2)) if zone.change_m2 >= 0 else
                     _("{area} less").format(area=area_words(-zone.change_m2)))  # fmt: skip
    elif zone.after_m2 is not None or zone.before_m2 is not None:
        facts.append(area_words(zone.after_m2 if zone.after_m2 is not None else zone.before_m2 or 0))
    return " · ".join(facts)
