"""The editor of the on-call rota: a ladder of steps, and who holds each in which week."""

from uuid import UUID

from nicegui import ui

from core.accounts import People, PersonName, Viewer
from core.clock import Clock
from core.errors import MowthosError
from core.fleet.alarms import AlarmService, Step
from dashboard.components.dialogs import asking
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, confirm_done, still_signed_in
from dashboard.components.text import text
from dashboard.i18n import _, ngettext, told


class RotaEditor:
    """The ladder of one open page. Every change is stored at once."""

    def __init__(self, alarms: AlarmService, people: People, viewer: Viewer, clock: Clock) -> None:
        self._alarms = alarms
        self._people = people
        self._viewer = viewer
        self._clock = clock
        self._place = ui.element("section").classes("m-card m-card-flush")
        self._place.props["aria-label"] = _("On-call rota")

    async def show(self) -> None:
        handlers = {one.person_id: one for one in await self._alarms.desk.handlers()}
        steps = self._alarms.rules.steps
        self._place.clear()
        with self._place:
            if not steps:
                words = _("Without a rota an alarm nobody touches is told to everybody once, and to nobody again.")
                with empty_face(_("No steps yet"), words, icon="o_escalator_warning"):
                    pass
                return
            with ui.element("ol").classes("a-steps"):
                for number, step in enumerate(steps, 1):
                    self._step(number, step, handlers)

    def _step(self, number: int, step: Step, handlers: dict[UUID, PersonName]) -> None:
        holder = handlers.get(step.holder(self._clock.now()))
        with ui.element("li"):
            text("span", str(number)).classes("a-step-number").props('aria-hidden="true"')
            with ui.element("div").classes("m-grow"):
                minutes = ngettext("After {n} minute untouched", "After {n} minutes untouched", step.after_minutes)
                text("b", minutes.format(n=step.after_minutes)).classes("m-block")
                now = _("This week: {name}").format(name=holder.name if holder else _("nobody"))
                text("span", now).classes("m-block")
                if len(step.people) > 1:
                    names = ", ".join(handlers[one].name if one in handlers else _("left") for one in step.people)
                    text("span", _("In turn, a week each: {names}").format(names=names)).classes("m-sub")
            edit = text("button", _("Edit")).classes("m-button m-button-quiet m-button-small").props('type="button"')
            edit.props["aria-label"] = _("Edit step {n}").format(n=number)
            edit.on("click", lambda _event: self.ask(number - 1), args=[])
            remove = text("button", _("Remove")).classes("m-button m-button-danger m-button-small")
            remove.props('type="button"')
            remove.props["aria-label"] = _("Remove step {n}").format(n=number)
            remove.on("click", lambda _event: self._remove(number - 1), args=[])

    async def ask(self, index: int | None) -> None:
        """Edit a step, or add one (``None``)."""
        steps = list(self._alarms.rules.steps)
        known = steps[index] if index is not None else None
        choices = {str(one.person_id): one.name for one in await self._alarms.desk.handlers()}
        with asking() as dialog:
            text("h2", _("Add a step") if known is None else _("Edit step {n}").format(n=(index or 0) + 1))
            suggested = known.after_minutes if known else (steps[-1].after_minutes + 10 if steps else 5)
            minutes = ui.number(_("Minutes untouched"), value=suggested, min=1, max=1440, precision=0)
            minutes.props("outlined")
            value = [str(one) for one in known.people if str(one) in choices] if known else []
            who = ui.select(choices, label=_("People, taking turns"), value=value, multiple=True)
            who.props("outlined use-chips")
            text("p", _("A week each, in the order chosen; the turn changes on Monday at 00:00 UTC.")).classes(
                "m-muted m-small"
            )
            problem = text("div", "").classes("m-notice m-notice-bad").props('role="alert"')
            problem.set_visibility(False)

            async def save() -> None:
                if not await still_signed_in(self._people, self._viewer):
                    return
                try:
                    made = Step(int(minutes.value or 0), tuple(UUID(one) for one in who.value))
                    others = [step for place, step in enumerate(steps) if place != index]
                    await self._alarms.rules.set_rota([*others, made], by=self._viewer)
                except MowthosError as error:
                    problem.text = told(error.message)
                    problem.set_visibility(True)
                    return
                dialog.close()
                confirm_done(_("Rota saved"))
                await self.show()

            with ui.element("div").classes("m-actions m-dialog-actions"):
                cancel = ui.button(_("Cancel"), color=None, on_click=dialog.close).props("unelevated no-caps")
                cancel.classes("m-button m-button-quiet")
                ui.button(_("Save"), color=None, on_click=save).props("unelevated no-caps").classes("m-button")

    async def _remove(self, index: int) -> None:
        if await still_signed_in(self._people, self._viewer):
            steps = [step for place, step in enumerate(self._alarms.rules.steps) if place != index]
            await attempt(self._alarms.rules.set_rota(steps, by=self._viewer), done=_("Step removed"))
            await self.show()
