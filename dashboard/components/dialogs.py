"""A dialog that outlives the part of the page that asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

LINGER_S = 60.0
"""What was pressed in a closed dialog may still be at work, and tells there how it went."""


def name_by_heading(dialog: ui.dialog) -> None:
    """A dialog is called what its heading says."""
    heading = next((one for one in dialog.descendants() if one.tag in {"h2", "h3"}), None)
    if heading is not None:
        dialog.props["aria-labelledby"] = heading.html_id


@contextmanager
def asking(look: str = "", *, title: str = "") -> Iterator[ui.dialog]:
    """Fill a dialog in the block; it opens at the block's end and is gone a while after it is closed.
    ``title`` names it to those who cannot see it; without one its heading does.

    It stands beside the page's content, not within: a list that is drawn anew because something happened elsewhere
    takes its own dialogs with it, in the middle of a word."""
    with ui.context.client.content, ui.dialog() as dialog, ui.card().classes(f"m-dialog {look}"):
        if title:
            dialog.props["aria-label"] = title
        yield dialog
        if not title:
            name_by_heading(dialog)

    def closed() -> None:
        with dialog.client.content:
            ui.timer(LINGER_S, dialog.delete, once=True)

    dialog.on("hide", closed)
    dialog.open()
