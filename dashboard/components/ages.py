"""Time told as age ("12 s ago") that ticks in the browser, with the exact time on hover."""

from datetime import datetime

from nicegui.elements.mixins.text_element import TextElement

from dashboard.components.text import text
from dashboard.i18n import _


def age_text(moment: datetime | None, *, zone: str = "") -> TextElement:
    """A ``<time>`` element; the frame's script fills and ticks it by the server's clock. ``None`` reads "never".

    ``zone`` (IANA name) is the site's: the exact time is told in it instead of the viewer's own.
    """
    if moment is None:
        return text("span", _("never")).classes("m-muted")
    element = text("time", moment.isoformat(timespec="seconds"))
    element.props["datetime"] = moment.isoformat()
    element.props["data-age"] = ""
    if zone:
        element.props["data-zone"] = zone
    return element


def due_text(moment: datetime | None) -> TextElement:
    """The same for what is to come: "in 5 min", and "due now" once the time has passed. ``None`` reads "never"."""
    element = age_text(moment)
    if moment is not None:
        element.props["data-ahead"] = ""
    return element
