"""Visits in lanes: drawn and moved in the browser, judged by the server."""

from typing import Any

from nicegui import ui

from dashboard.i18n import _


class VisitBoard(ui.element, component="visit_board.js"):
    """Emits ``open`` {id}, ``check`` {id, date, minute, n} and ``move`` {id, date, minute, version}; see
    `dashboard.visits.board`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self._props["config"] = config

    def show(self, config: dict[str, Any]) -> None:
        """Draw it anew; a move under way keeps its place."""
        self._props["config"] = config
        self.update()

    def hint(self, n: int, words: str, reasons: list[str]) -> None:
        """What stands against the place under the hand; ``n`` is the question's number."""
        self.run_method("told", {"n": n, "words": words, "reasons": reasons})

    def settled(self, words: str, reasons: list[str]) -> None:
        """What became of a move."""
        self.run_method("settled", {"words": words, "reasons": reasons})


def board_words() -> dict[str, str]:
    return {
        "keys": _("Arrow keys move it, Enter puts it there, Esc leaves it where it was. Enter alone opens it."),
        "at": _("{day}, {time}"),
        "stays": _("It stays where it was."),
        "close": _("Close"),
    }
