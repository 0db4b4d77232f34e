"""The service plan of a lot, drawn from its newest version and saved as the next."""

from collections.abc import Awaitable, Callable
from datetime import date, time
from uuid import UUID

from nicegui import ui

from core.accounts import People, Viewer
from core.clock import Clock
from core.control import DAYS
from core.errors import Invalid, MowthosError
from core.scheduling import RHYTHM_WORDS, PlanVersion, Rhythm, ServicePlan, VisitSite
from core.scheduling.service import Scheduling
from core.texts import N_
from dashboard.components.dialogs import asking
from dashboard.components.notices import confirm_done, still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.i18n import _, told
from dashboard.visits.words import day_words

BY_WEEK = (Rhythm.WEEKLY.value, Rhythm.BIWEEKLY.value)


class PlanDialog:
    """Of one open page; a refusal stays in the dialog, with every fault at once."""

    def __init__(
        self, scheduling: Scheduling, people: People, clock: Clock, viewer: Viewer, *,
        done: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._scheduling, self._people, self._clock, self._viewer, self._done = scheduling, people, clock, viewer, done

    async def open(self, lot_id: UUID) -> None:
        """Show the newest version, to change it for all days from one on."""
        try:
            site = await self._scheduling.plans.site(lot_id)
            versions = await self._scheduling.plans.versions(lot_id, viewer=self._viewer)
        except MowthosError as error:
            tell_problem(told(error.message))
            return
        today = self._clock.now().astimezone(site.zone).date()
        newest = versions[-1] if versions else None
        plan = newest.plan if newest else ServicePlan(
            rhythm=Rhythm.WEEKLY, starts_on=today, weekdays=frozenset({today.weekday()})
        )  # fmt: skip
        with asking("v-dialog v-plan", title=_("Service plan")) as dialog:
            text("h2", _("Service plan of {address}").format(address=site.address))
            text("p", self._standing(newest, site)).classes("m-muted")
            form = PlanForm(plan, today)
            problem = ui.element("div").classes("m-notice m-notice-bad").props('role="alert"')
            problem.set_visibility(False)

            async def save() -> None:
                if not await still_signed_in(self._people, self._viewer):
                    return
                try:
                    wanted, valid_from = form.read()
                    await self._scheduling.plans.save(
                        lot_id=lot_id, plan=wanted, valid_from=valid_from,
                        expected_version=newest.version if newest else 0, by=self._viewer,
                    )  # fmt: skip
                except MowthosError as error:
                    problem.clear()
                    with problem, ui.element("div"):
                        for reason in error.reasons or (error.message,):
                            text("p", told(reason))
                    problem.set_visibility(True)
                    return
                dialog.close()
                confirm_done(_("The plan is saved, and its visits are made"))
                await self._done()

            with ui.element("div").classes("m-actions m-dialog-actions"):
                _button(_("Cancel"), dialog.close, quiet=True)
                _button(_("Save"), save)

    def _standing(self, newest: PlanVersion | None, site: VisitSite) -> str:
        if newest is None:
            return _("No plan yet. Times are those of {zone}.").format(zone=site.time_zone)
        words = _("Version {n} holds from {day} on. Saving makes the next one. Times are those of {zone}.")
        return words.format(n=newest.version, day=day_words(newest.valid_from), zone=site.time_zone)


class PlanForm:
    """The fields; `read` gives plan and first day, or says what is wrong."""

    def __init__(self, plan: ServicePlan, today: date) -> None:
        self._weekdays = set(plan.weekdays)
        rhythms = {rhythm.value: told(words) for rhythm, words in RHYTHM_WORDS.items()}
        self._rhythm = ui.select(rhythms, label=_("How often"), value=plan.rhythm.value).props("outlined")
        self._days()
        self._every = _number(_("Every so many days"), plan.every_days)
        self._month_day = _number(_("Day of the month (31 = its last)"), plan.month_day)
        for field, fits in ((self._every, (Rhythm.EVERY_N_DAYS,)), (self._month_day, (Rhythm.MONTHLY,))):
            wanted = {rhythm.value for rhythm in fits}
            field.bind_visibility_from(self._rhythm, "value", backward=lambda value, these=wanted: value in these)
        self._group.bind_visibility_from(self._rhythm, "value", backward=lambda value: value in BY_WEEK)
        with ui.element("div").classes("v-pair"):
            self._begins = _field(_("Not before"), f"{plan.window_begins:%H:%M}", "time")
            self._ends = _field(_("Over by"), f"{plan.window_ends:%H:%M}", "time")
            self._minutes = _number(_("Minutes a visit"), plan.minutes)
            self._starts = _field(_("First day"), plan.starts_on.isoformat(), "date")
            self._last = _field(_("Last day (empty = open)"), plan.ends_on.isoformat() if plan.ends_on else "", "date")
            self._valid = _field(_("Holds from"), today.isoformat(), "date")
        offs = ", ".join(day.isoformat() for day in sorted(plan.blackouts))
        self._offs = ui.input(_("Days off"), value=offs).props('outlined autocomplete="off"')
        self._offs.props["hint"] = _("Days such as 2026-07-04, with commas between them")

    def read(self) -> tuple[ServicePlan, date]:
        """``Invalid`` lists every fault."""
        rhythm = Rhythm(str(self._rhythm.value))
        offs = [part.strip() for part in str(self._offs.value or "").split(",") if part.strip()]
        plan = ServicePlan(
            rhythm=rhythm,
            starts_on=_date(self._starts.value),
            ends_on=_date(self._last.value) if self._last.value else None,
            weekdays=frozenset(self._weekdays) if rhythm.value in BY_WEEK else frozenset(),
            every_days=_int(self._every.value),
            month_day=_int(self._month_day.value),
            window_begins=_time(self._begins.value),
            window_ends=_time(self._ends.value),
            minutes=_int(self._minutes.value),
            blackouts=frozenset(map(_date, offs)),
        )
        return plan, _date(self._valid.value)

    def _days(self) -> None:
        with ui.element("div").classes("m-row").props('role="group"') as self._group:
            self._group.props["aria-label"] = _("Days of the week")
            for day, word in enumerate(DAYS):
                self._day(day, _(word))

    def _day(self, day: int, word: str) -> None:
        def turn() -> None:
            self._weekdays ^= {day}
            button.props["aria-pressed"] = str(day in self._weekdays).lower()
            button.update()

        button = text("button", word).classes("m-day").on("click", turn)
        button.props("type=button")
        button.props["aria-pressed"] = str(day in self._weekdays).lower()


def _field(label: str, value: str, kind: str) -> ui.input:
    field = ui.input(label, value=value).props(f'outlined type="{kind}" stack-label')
    field.props["aria-label"] = label
    return field


def _number(label: str, value: int) -> ui.input:
    return ui.input(label, value=str(value)).props('outlined inputmode="numeric"')


def _int(value: object) -> int:
    words = str(value or "").strip()
    return int(words) if words.isdecimal() and len(words) < 6 else 0  # 0 is out of every range: the plan says which


def _date(value: object) -> date:
    try:
        return date.fromisoformat(str(value or "").strip())
    except ValueError as error:
        raise Invalid(N_("dates: expected days such as 2026-06-01")) from error


def _time(value: object) -> time:
    try:
        return time.fromisoformat(str(value or "").strip())
    except ValueError as error:
        raise Invalid(N_("hours: expected times such as 09:30")) from error


def _button(words: str, act: Callable[[], object], *, quiet: bool = False) -> None:
    button = ui.button(words, color=None, on_click=act).props("unelevated no-caps")
    button.classes("m-button m-button-quiet" if quiet else "m-button")
