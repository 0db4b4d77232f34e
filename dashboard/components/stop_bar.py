"""STOP on a mower's page: on every tab, key ``s``, red until telemetry proves standstill (B3)."""

from nicegui import ui
from nicegui.events import KeyEventArguments

from core.accounts import Viewer
from core.clock import Clock
from core.errors import MowthosError
from core.fleet import Commands, CommandView
from core.fleet.model import CommandKind, CommandStatus
from dashboard.components.notices import tell_problem
from dashboard.components.text import text
from dashboard.i18n import _, told

TICK_S = 0.5
SHOWN_S = 900
OVER = {CommandStatus.DONE: "confirmed", CommandStatus.FAILED: "failed", CommandStatus.EXPIRED: "failed"}


def stop_bar(device_name: str, viewer: Viewer, *, commands: Commands, clock: Clock) -> None:
    """The button and the line under it; only for who may command."""
    last: list[CommandView] = []

    async def press() -> None:
        try:
            given = await commands.request(
                device_name=device_name,
                kind=CommandKind.HALT,
                asked_by=viewer.email,
                person_id=viewer.person_id,
                source="web",
            )
        except MowthosError as error:
            tell_problem(told(error.message))
        else:
            last[:] = [given]
            draw()

    with ui.element("div").classes("m-stop") as bar:
        button = ui.button(_("STOP"), color=None, on_click=press).props('unelevated no-caps data-command="halt"')
        button.classes("m-stop-button")
        with button:
            text("kbd", "s")
        line = text("p", "").props('role="status"')

    def draw() -> None:
        phase, words = _line(last[0] if last else None, clock)
        bar.props["data-stop"] = phase
        if line.text != words:
            line.set_text(words)

    def heard(command: CommandView) -> None:
        if last and command.id == last[0].id:
            last[:] = [command]

    listening = commands.changed.subscribe(heard)
    ui.context.client.on_delete(listening)

    async def key(event: KeyEventArguments) -> None:
        if (
            event.key == "s"
            and event.action.keydown
            and not event.action.repeat
            and not any((event.modifiers.ctrl, event.modifiers.alt, event.modifiers.meta))
        ):
            await press()

    ui.keyboard(on_key=key, ignore=["input", "textarea", "select"])
    draw()
    ui.timer(TICK_S, draw)


def _line(command: CommandView | None, clock: Clock) -> tuple[str, str]:
    """(phase, sentence)."""
    if command is None or (clock.now() - command.requested_at).total_seconds() > SHOWN_S:
        return "ready", _("Stands still at once. No certified emergency stop: it needs the network and the vendor.")
    phase = OVER.get(command.status, "unconfirmed")
    waited = ((command.finished_at or clock.now()) - command.requested_at).total_seconds()
    sentences = {
        "confirmed": _("Stands still: proven by its readings after {n} s."),
        "failed": _("NOT CONFIRMED. Nobody has seen it stand still: press again, and go there."),
        "unconfirmed": _("Not confirmed yet: {n} s, sent {times} ×. Standstill is not proven."),
    }
    n = f"{waited:.0f}" if phase == "unconfirmed" else f"{waited:.1f}"
    return phase, sentences[phase].format(n=n, times=max(1, command.sends))
