"""Dialogs that ask for a word, a choice or a confirmation before something is done to a cluster."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui

from core.errors import MowthosError
from dashboard.components.dialogs import asking
from dashboard.components.notices import confirm_done
from dashboard.components.text import text
from dashboard.i18n import _, told


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a dialog; ``lines`` above one makes it a text area, ``choices`` a list to choose from."""

    label: str
    hint: str = ""
    lines: int = 1
    choices: dict[str, str] | None = None
    value: str = ""


def ask(
    *,
    title: str,
    words: str,
    act_word: str,
    act: Callable[..., Awaitable[object]],
    done: str,
    questions: tuple[Question, ...] = (),
    danger: bool = False,
) -> None:
    """Open a dialog; ``act`` gets the answers in order. A refusal stays in the dialog, in its own words."""
    with asking(title=title) as dialog:
        text("h2", title)
        text("p", words).classes("m-muted")
        fields = [_field(question) for question in questions]
        problem = ui.element("div").classes("m-notice m-notice-bad").props('role="alert"')
        problem.set_visibility(False)

        async def go() -> None:
            button.disable()
            try:
                await act(*(str(field.value or "") for field in fields))
            except MowthosError as error:
                problem.clear()
                with problem, ui.element("div"):
                    text("b", told(error.message))
                    for reason in error.reasons:
                        text("p", told(reason))
                problem.set_visibility(True)
                button.enable()
                return
            dialog.close()
            if done:
                confirm_done(done)

        with ui.element("div").classes("m-actions m-dialog-actions"):
            cancel = ui.button(_("Cancel"), color=None, on_click=dialog.close).props("unelevated no-caps")
            cancel.classes("m-button m-button-quiet")
            button = ui.button(act_word, color=None, on_click=go).props("unelevated no-caps")
            button.classes("m-button m-button-danger" if danger else "m-button")


def _field(question: Question) -> ui.input | ui.textarea | ui.select:
    if question.choices is not None:
        choice = ui.select(question.choices, label=question.label, value=question.value or None).props("outlined")
        choice.props["hint"] = question.hint or None
        return choice
    if question.lines > 1:
        area = ui.textarea(question.label, value=question.value).props(f'outlined autogrow rows="{question.lines}"')
        area.props["hint"] = question.hint or None
        return area
    line = ui.input(question.label, value=question.value).props('outlined autocomplete="off"')
    line.props["hint"] = question.hint or None
    return line
