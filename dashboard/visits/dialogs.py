"""One visit opened by a dispatcher: its facts, and what may be done with it; and the way to a lot's service plan."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from functools import partial
from uuid import UUID

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.clock import Clock
from core.errors import Invalid, MowthosError
from core.household.notes import NoteDesk
from core.scheduling import TO_COME, UNDER_WAY, Visit, VisitReason, VisitSite, VisitState
from core.scheduling.service import Progress, Scheduling
from core.texts import N_
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.dialogs import asking
from dashboard.components.notices import attempt, still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.home.notes_card import note_facts
from dashboard.i18n import _, told
from dashboard.measures import time_words
from dashboard.visits.plan_dialog import PlanDialog
from dashboard.visits.table import state_chip
from dashboard.visits.words import hours, long_day, reason_words


class VisitDialogs:
    """Of one open page; ``done`` draws it anew."""

    def __init__(
        self, scheduling: Scheduling, people: People, clock: Clock, viewer: Viewer, *,
        done: Callable[[], Awaitable[None]], notes: NoteDesk | None = None,
    ) -> None:  # fmt: skip
        self._notes = notes
        self._scheduling, self._people, self._clock, self._viewer, self._done = scheduling, people, clock, viewer, done
        self._plans = PlanDialog(scheduling, people, clock, viewer, done=done)

    async def open(self, visit_id: UUID | str) -> None:
        """Everything of a visit, and its actions."""
        try:
            visit, site = await self._scheduling.visits.get(UUID(str(visit_id)), viewer=self._viewer)
            progress = await self._scheduling.progress(visit.id, viewer=self._viewer)
        except (MowthosError, ValueError) as error:
            tell_problem(told(error.message) if isinstance(error, MowthosError) else _("There is no such visit."))
            return
        with asking("v-dialog", title=site.address) as dialog:
            with ui.element("div").classes("m-row"):
                text("h2", site.address).classes("m-grow")
                state_chip(visit)
            self._facts(visit, site, progress)
            if self._notes is not None:
                notes = await self._notes.of(visit.lot_id, viewer=self._viewer)
                if not notes.empty:
                    note_facts(notes)
                ui.link(_("Visit report"), f"/home/visits/{visit.id}").classes("m-small")
            with ui.element("div").classes("m-actions m-dialog-actions"):
                _button(_("Close"), dialog.close, quiet=True)
                if self._viewer.may(Right.PLAN_VISITS):
                    self._actions(dialog, visit, site)

    async def choose_lot(self) -> None:
        """The way to the service plan of any lot."""
        lots = await self._scheduling.lots_to_plan(self._viewer)
        choices = {str(lot.lot_id): f"{lot.address}, {lot.city}" for lot in lots}
        with asking("v-dialog", title=_("Service plan")) as dialog:
            text("h2", _("Service plan"))
            if not choices:
                text("p", _("No lot is served by a mower yet: assign a mower to a household's lot first."))
            chosen = ui.select(choices, label=_("Lot"), with_input=True).props("outlined").classes("v-lot")
            chosen.set_visibility(bool(choices))

            async def go() -> None:
                if chosen.value:
                    dialog.close()
                    await self._plans.open(UUID(str(chosen.value)))

            with ui.element("div").classes("m-actions m-dialog-actions"):
                _button(_("Cancel"), dialog.close, quiet=True)
                _button(_("Open the plan"), go)

    def _facts(self, visit: Visit, site: VisitSite, progress: Progress) -> None:
        zone, run = site.zone, progress.run
        day = visit.begins_at.astimezone(zone).date()
        facts = {
            _("Day"): long_day(day),
            _("Time"): hours(visit.begins_at, visit.ends_at, zone),
            _("Time zone"): site.time_zone,
            _("Mower"): site.device_name,
            _("Cluster"): site.cluster,
            _("Beside the plan"): _("mown again, not billed") if visit.extra else "",
            _("Why"): reason_words(visit.reason) if visit.reason is not VisitReason.NONE else "",
            _("Waits for"): reason_words(run.waiting) if visit.state in UNDER_WAY else "",
            _("Starts asked of the mower"): str(run.attempt) if run.attempt else "",
            _("Weather"): told(progress.weather.words) if progress.weather is not None else "",
            _("Note"): visit.note,
            _("Asked for by the plan on"): long_day(visit.due_on) if visit.due_on != day else "",
            _("Was at"): "" if visit.moved_from is None else _when(visit.moved_from, site),
            _("Ran"): "" if visit.mowed_minutes is None else _("{n} min").format(n=visit.mowed_minutes),
            _("Changed by"): visit.changed_by,
        }
        with ui.element("dl").classes("m-facts"):
            for label, words in facts.items():
                if words:
                    text("dt", label)
                    text("dd", words)

    def _actions(self, dialog: ui.dialog, visit: Visit, site: VisitSite) -> None:
        def leads(act: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
            async def go() -> None:
                dialog.close()
                await act()

            return go

        desk, ahead = self._scheduling.visits, visit.begins_at > self._clock.now()
        _button(_("Service plan"), leads(partial(self._plans.open, visit.lot_id)), quiet=True)
        if visit.state in TO_COME and ahead:
            pinned = not visit.pinned
            words = _("Pin") if pinned else _("Unpin")
            done = _("It stays at its time") if pinned else _("The planner may move it")
            _button(words, leads(partial(self._do, partial(desk.pin, visit.id, pinned=pinned), done)), quiet=True)
            _button(_("Skip"), leads(partial(self._ask_skip, visit, site)), quiet=True)
            _button(_("Move"), leads(partial(self._ask_move, visit, site)))
        elif visit.state is VisitState.SKIPPED and ahead:
            _button(_("Restore"), leads(partial(self._do, partial(desk.unskip, visit.id), _("It takes place"))))

    async def _do(self, work: Callable[..., Awaitable[Visit]], done: str) -> None:
        if await still_signed_in(self._people, self._viewer):
            await attempt(work(by=self._viewer), done=done)
            await self._done()

    async def _ask_skip(self, visit: Visit, site: VisitSite) -> None:
        async def act(reason: str) -> None:
            if await still_signed_in(self._people, self._viewer):
                await self._scheduling.visits.skip(visit.id, reason=reason, by=self._viewer)
                await self._done()

        ask(
            title=_("Skip the visit of {address}?").format(address=site.address),
            words=_("Nobody comes on {day}. The household sees it with your reason.").format(
                day=long_day(visit.begins_at.astimezone(site.zone).date())
            ),
            act_word=_("Skip it"), act=act, done=_("It is skipped"), questions=(Question(_("Reason")),),
        )  # fmt: skip

    async def _ask_move(self, visit: Visit, site: VisitSite) -> None:
        wall = visit.begins_at.astimezone(site.zone)

        async def act(day: str, at: str, minutes: str) -> None:
            begins = _moment(day, at, site)
            lasts = int(minutes) if minutes.strip().isdecimal() else 0
            if await still_signed_in(self._people, self._viewer):
                await self._scheduling.visits.move_visit(
                    visit.id, begins_at=begins, minutes=lasts, expected_version=visit.version, by=self._viewer
                )
                await self._done()

        ask(
            title=_("Move the visit of {address}").format(address=site.address),
            words=_("Times are those of {zone}.").format(zone=site.time_zone),
            act_word=_("Move it"), act=act, done=_("Moved, and pinned there"),
            questions=(
                Question(_("Day"), value=wall.date().isoformat(), hint=_("Year-month-day")),
                Question(_("Begins"), value=f"{wall:%H:%M}", hint=_("hour:minute")),
                Question(_("Minutes"), value=str(visit.minutes)),
            ),
        )  # fmt: skip


def _moment(day: str, at: str, site: VisitSite) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day.strip()), time.fromisoformat(at.strip()), tzinfo=site.zone)
    except ValueError as error:
        raise Invalid(N_("day and time: expected such as 2026-06-01 and 14:30")) from error


def _when(at: datetime, site: VisitSite) -> str:
    return f"{long_day(at.astimezone(site.zone).date())}, {time_words(at, site.zone)}"


def _button(words: str, act: Callable[[], object], *, quiet: bool = False) -> None:
    button = ui.button(words, color=None, on_click=act).props("unelevated no-caps")
    button.classes("m-button m-button-quiet" if quiet else "m-button")
