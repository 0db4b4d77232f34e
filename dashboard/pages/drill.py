"""``/drill``, in a drill's copy alone: the script as it goes, what is measured, the score, and the next drill (X16)."""

from typing import Annotated

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.clock import Clock
from core.drills import SCRIPTS, DrillFloor, DrillScore, DrillScript
from core.errors import MowthosError
from dashboard.components.drill_score import score_parts, total_words
from dashboard.components.faces import empty_face
from dashboard.components.notices import still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, told
from dashboard.theme import page_at, page_frame, page_head

TICK_S = 1.0


def register(*, floor: DrillFloor, people: People, clock: Clock) -> None:
    """Serve ``/drill``."""

    @page_at("/drill")
    async def drill_page(viewer: Annotated[Viewer, needs(Right.SEE_OPERATIONS)]) -> None:
        with page_frame(viewer, _("Drill")):
            with page_head(_("Drill"), _("It goes wrong on purpose. Answer as if it were real.")):
                end = ui.button(_("End the drill now"), color=None).props("unelevated no-caps")
                end.classes("m-button m-button-quiet")
            where = ui.element("p").classes("m-muted").props('role="status"')
            present = ui.element("div").classes("m-stack")
            starts = _choices()
            past = ui.element("section").classes("m-card")
            shown: list[object] = [None, None]

            def draw() -> None:
                score = floor.present()
                running = score is not None and score.record.running
                end.set_enabled(running)
                for button in starts.values():
                    button.set_enabled(not running and not floor.preparing)
                words = _words(floor, score, clock)
                if words != shown[0]:
                    shown[0] = words
                    where.clear()
                    with where:
                        text("span", words)
                told_now = None if score is None else (score.record.began_at, running, score.lines)
                if told_now != shown[1] or shown[1] is None:
                    shown[1] = told_now
                    _fill(present, past, floor, score)

            async def begin(script: DrillScript) -> None:
                if not await still_signed_in(people, viewer):
                    return
                try:
                    await floor.play(script.name, by=viewer.email, viewer=viewer)
                except MowthosError as error:
                    tell_problem(told(error.message))
                draw()

            async def stop() -> None:
                if await still_signed_in(people, viewer):
                    await floor.end()
                    draw()

            end.on_click(stop)
            for name, button in starts.items():
                button.on_click(lambda script=SCRIPTS[name]: begin(script))
            draw()
            ui.timer(TICK_S, draw, immediate=False)


def _words(floor: DrillFloor, score: DrillScore | None, clock: Clock) -> str:
    """Where it stands, in a line."""
    if floor.preparing:
        return _("Looking for a mower at work ...")
    if score is None:
        return _("No drill has been held in this copy yet.")
    record = score.record
    if record.running:
        passed = int(record.seconds(clock.now()))
        return _("Second {n} of {most} at most").format(n=passed, most=int(record.script.lasts_s))
    return _("Over. {total}").format(total=total_words(score))


def _fill(present: ui.element, past: ui.element, floor: DrillFloor, score: DrillScore | None) -> None:
    present.clear()
    with present:
        if score is None:
            with empty_face(_("Nothing to see yet"), _("Start a drill below."), icon="o_sports"):
                pass
        else:
            score_parts(score)
    past.clear()
    with past:
        text("h2", _("Scores of this copy"))
        if not floor.past:
            text("p", _("None yet.")).classes("m-muted")
            return
        with ui.element("ul").classes("m-list"):
            for one in reversed(floor.past):
                with ui.element("li"):
                    text("b", told(one.record.script.title)).classes("m-grow")
                    text("span", total_words(one)).classes("m-number")


def _choices() -> dict[str, ui.button]:
    """A card of every drill with its button, by name."""
    buttons: dict[str, ui.button] = {}
    with ui.element("section").classes("m-card"):
        text("h2", _("Start a drill"))
        with ui.element("ul").classes("m-list"):
            for name, script in SCRIPTS.items():
                with ui.element("li"):
                    with ui.element("div").classes("m-grow"):
                        text("b", told(script.title))
                        text("span", told(script.story)).classes("m-sub")
                    button = ui.button(_("Start"), color=None).props("unelevated no-caps")
                    button.classes("m-button m-button-small")
                    button.props["aria-label"] = _("Start: {drill}").format(drill=told(script.title))
                    buttons[name] = button
    return buttons
