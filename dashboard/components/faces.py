"""The four other faces of every view: loading, empty, error and stale."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from nicegui import ui
from nicegui.element import Element

from dashboard.components.ages import age_text
from dashboard.components.text import text
from dashboard.i18n import _


def loading_face(lines: int = 3) -> Element:
    """Grey bars in the place of what is coming."""
    with ui.element("div").classes("m-stack").props('role="status" aria-busy="true"') as face:
        text("span", _("Loading")).classes("m-visually-hidden")
        for line in range(lines):
            ui.element("span").classes("m-skeleton").style(f"width: {90 - 17 * (line % 3)}%")
    return face


@contextmanager
def empty_face(title: str, next_step: str, *, icon: str = "o_inbox", heading: str = "h2") -> Iterator[Element]:
    """Nothing here yet, and what to do next; what is built inside are the actions. ``heading`` is "h1" where this is
    all that the page has."""
    with _face(title, next_step, icon, heading=heading) as face:
        yield face


@contextmanager
def error_face(title: str, what_to_do: str, *, problem_id: str) -> Iterator[Element]:
    """What happened, what to do, and the id that finds the log line; what is built inside are the actions."""
    with _face(title, what_to_do, "o_error_outline", problem_id=problem_id) as face:
        face.classes("m-face-bad").props('role="alert"')
        yield face


def stale_note(since: datetime | None) -> Element:
    """Says how old what is shown is; give the old content the class ``m-stale`` beside it."""
    with ui.element("div").classes("m-notice m-notice-warn").props('role="status"') as note:
        ui.icon("o_history").props('aria-hidden="true"')
        with ui.element("div"):
            text("span", _("Not up to date. Last known:") + " ")
            age_text(since)
    return note


@contextmanager
def _face(title: str, words: str, icon: str, *, problem_id: str = "", heading: str = "h2") -> Iterator[Element]:
    with ui.element("div").classes("m-face") as face:
        with ui.element("div").classes("m-face-icon").props('aria-hidden="true"'):
            ui.icon(icon)
        text(heading, title)
        text("p", words)
        if problem_id:
            with ui.element("p").classes("m-small"):
                text("span", _("Error id") + " ")
                text("code", problem_id).classes("m-code")
        with ui.element("div").classes("m-actions"):
            yield face
