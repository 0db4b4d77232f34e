"""A household's visits: what is to come, what became of past ones, skip, restore, vacation, and its calendar address.

The billing rule and the cut-off stand first; what is too late says so instead of a button.
"""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from nicegui import ui

from core.accounts import People, Viewer
from core.clock import Clock
from core.db.reads.visits import VisitLine
from core.errors import Invalid
from core.scheduling import (
    PAUSE_WORDS,
    RAN,
    RESTORED_BY_HOUSEHOLD,
    TO_COME,
    Pause,
    PauseKind,
    VisitReason,
    VisitSite,
    VisitState,
    billing_rule,
)
from core.scheduling.service import Scheduling
from core.texts import N_
from dashboard.assets import asset_url
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.dialogs import asking
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.text import text
from dashboard.fresh import Fresh, Freshness
from dashboard.i18n import _, ngettext, told
from dashboard.visits.feed import feed_path
from dashboard.visits.table import state_chip
from dashboard.visits.words import day_words, hours, long_day, reason_words

VISIT_TABLES = (
    "address_point", "cluster", "cluster_member", "lot", "lot_mower", "mower", "quiet_hours", "service_pause",
    "visit",
)  # fmt: skip
"""What visits and pauses of a lot are read from."""
COMING, PAST = timedelta(days=60), timedelta(days=30)
SHOWN_COMING, SHOWN_PAST = 8, 5
TICK_S = 10.0


class VisitCards:
    """One card for each lot of the viewer's households."""

    def __init__(
        self, *, scheduling: Scheduling, people: People, clock: Clock, freshness: Freshness, reports: bool = False
    ) -> None:
        self._scheduling, self._people, self._clock, self._reports = scheduling, people, clock, reports
        self._freshness = freshness

    async def show(self, viewer: Viewer, base_url: str) -> None:
        ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/visits.css")}">')
        if not viewer.household_ids:
            return
        for site in await self._scheduling.own_sites(viewer):
            await VisitCard(
                self._scheduling, self._people, self._clock, viewer, site, base_url,
                fresh=self._freshness.of(VISIT_TABLES), reports=self._reports,
            ).build()  # fmt: skip


class VisitCard:
    """Of one lot on one open page."""

    def __init__(
        self, scheduling: Scheduling, people: People, clock: Clock, viewer: Viewer, site: VisitSite, base_url: str, *,
        fresh: Fresh, reports: bool = False,
    ) -> None:  # fmt: skip
        self._scheduling, self._people, self._clock = scheduling, people, clock
        self._viewer, self._site, self._base_url = viewer, site, base_url
        self._fresh = fresh
        self._lines: list[VisitLine] = []
        self._pauses: list[Pause] = []
        self._reports = reports  # whether a page tells more of each past visit
        self._shown: object = None

    async def build(self) -> None:
        with ui.element("section").classes("m-card m-stack v-home") as card:
            card.props["aria-label"] = _("Visits")
            text("h2", _("Your visits"))
            text("p", told(billing_rule(self._scheduling.rules))).classes("m-small m-muted")
            self._place = ui.element("div").classes("m-stack")
            with ui.element("div").classes("m-actions"):
                _button(_("Vacation"), self._ask_vacation)
                _button(_("In my calendar"), self._ask_feed, quiet=True)
        await self.draw()
        ui.timer(TICK_S, self.draw, immediate=False)

    async def draw(self) -> None:
        now = self._clock.now()
        with self._fresh as to_read:
            if to_read:
                lot_id, begins, ends = self._site.lot_id, now - PAST, now + COMING
                self._lines = list(await self._scheduling.calendar(self._viewer, begins, ends, lot_id=lot_id))
                self._pauses = list(await self._scheduling.pauses.of(lot_id, viewer=self._viewer))
        lines, pauses = self._lines, self._pauses
        late = [line.visit.id for line in lines if not line.visit.open_to_household(now, self._scheduling.rules)]
        shown = (lines, pauses, late)
        if shown == self._shown:
            return
        self._shown = shown
        coming = [line for line in lines if line.visit.ends_at > now and line.visit.state is not VisitState.CANCELLED]
        past = [line for line in lines if line.visit.ends_at <= now and line.visit.state is not VisitState.CANCELLED]
        self._place.clear()
        with self._place:
            for pause in pauses:
                self._pause(pause)
            if not coming:
                text("p", _("No visit is planned in the next weeks. Your operator agrees a service plan with you."))
            else:
                self._list(_("Coming visits"), coming[:SHOWN_COMING], past=False)
            if past:
                text("h3", _("Past visits"))
                self._list(_("Past visits"), past[::-1][:SHOWN_PAST], past=True)

    def _list(self, label: str, lines: list[VisitLine], *, past: bool) -> None:
        with ui.element("ul").classes("m-list v-visits") as listing:
            listing.props["aria-label"] = label
            for line in lines:
                self._row(line, past=past)

    def _row(self, line: VisitLine, *, past: bool) -> None:
        visit, zone = line.visit, line.site.zone
        day = visit.begins_at.astimezone(zone).date()
        with ui.element("li"):
            with ui.element("div").classes("m-grow"):
                with ui.element("div").classes("m-row"):
                    text("b", day_words(day))
                    text("span", hours(visit.begins_at, visit.ends_at, zone)).classes("m-number")
                    state_chip(visit)
                why = reason_words(visit.reason) if visit.reason is not VisitReason.NONE else ""
                ran = _("{n} min").format(n=visit.mowed_minutes) if visit.mowed_minutes is not None else ""
                told_more = " - ".join(part for part in (ran, why, visit.note) if part)
                if told_more:
                    text("span", told_more).classes("m-sub")
            if not past:
                self._action(line, day)
            elif self._reports and visit.state in RAN:
                link = ui.link(_("Report"), f"/home/visits/{visit.id}").classes("m-button m-button-quiet")
                link.props["aria-label"] = _("Report of the visit on {day}").format(day=day_words(day))

    def _action(self, line: VisitLine, day: date) -> None:
        visit, desk = line.visit, self._scheduling.visits
        if visit.state not in TO_COME and visit.reason not in RESTORED_BY_HOUSEHOLD:
            return
        if not visit.open_to_household(self._clock.now(), self._scheduling.rules):
            text("span", _("too late to change")).classes("m-small m-muted")
            return
        if visit.state in TO_COME:
            words, label = _("Skip"), _("Skip the visit on {day}")
            act = partial(self._do, partial(desk.skip, visit.id), _("Skipped. Nobody comes on {day}."), day)
        else:
            words, label = _("Restore"), _("Restore the visit on {day}")
            act = partial(self._do, partial(desk.unskip, visit.id), _("The visit on {day} takes place."), day)
        button = _button(words, act, quiet=True)
        button.props["aria-label"] = label.format(day=day_words(day))

    def _pause(self, pause: Pause) -> None:
        with ui.element("div").classes("m-notice v-pause"):
            ui.icon("o_beach_access").props('aria-hidden="true"')
            words = _("{kind}: no visits from {first}, again from {restart}.")
            text("span", words.format(
                kind=told(PAUSE_WORDS[pause.kind]), first=day_words(pause.from_on), restart=day_words(pause.restarts_on)
            )).classes("m-grow")  # fmt: skip
            act = partial(self._end, pause.id)
            button = _button(_("End it"), act, quiet=True)
            button.props["aria-label"] = _("End it: {kind}").format(kind=told(PAUSE_WORDS[pause.kind]))

    async def _do(self, work: Callable[..., Awaitable[object]], done: str, day: date) -> None:
        if await still_signed_in(self._people, self._viewer):
            await attempt(work(by=self._viewer), done=done.format(day=day_words(day)))
            await self.draw()

    async def _end(self, pause_id: UUID) -> None:
        if await still_signed_in(self._people, self._viewer):
            await attempt(self._scheduling.pauses.end(pause_id, by=self._viewer), done=_("Visits come again."))
            await self.draw()

    async def _ask_vacation(self) -> None:
        today = self._clock.now().astimezone(self._site.zone).date()
        kinds = {kind.value: told(words) for kind, words in PAUSE_WORDS.items()}

        async def act(kind: str, first: str, restart: str, reason: str) -> None:
            days = (_day(first), _day(restart))
            if not await still_signed_in(self._people, self._viewer):
                return
            made = await self._scheduling.pauses.vacation(
                lot_id=self._site.lot_id, kind=PauseKind(kind), from_on=days[0], restarts_on=days[1], reason=reason,
                by=self._viewer,
            )  # fmt: skip
            await self.draw()
            if made.too_late:
                words = ngettext(
                    "One visit still takes place, its cut-off has passed: {days}",
                    "{n} visits still take place, their cut-off has passed: {days}",
                    len(made.too_late),
                )
                days_told = ", ".join(long_day(visit.due_on) for visit in made.too_late)
                ui.notify(words.format(n=len(made.too_late), days=days_told), type="warning", timeout=10_000)

        ask(
            title=_("No visits for some days"),
            words=told(billing_rule(self._scheduling.rules)),
            act_word=_("Pause visits"), act=act, done=_("Your visits are paused."),
            questions=(
                Question(_("What for"), choices=kinds, value=PauseKind.VACATION.value),
                Question(_("First day without a visit"), value=(today + timedelta(days=2)).isoformat(),
                         hint=_("Year-month-day")),
                Question(_("Visits come again from"), value=(today + timedelta(days=9)).isoformat(),
                         hint=_("Year-month-day")),
                Question(_("Reason")),
            ),
        )  # fmt: skip

    async def _ask_feed(self) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        feeds = self._scheduling.feeds
        with asking("v-dialog", title=_("Visits in your calendar")) as dialog:
            text("h2", _("Visits in your calendar"))
            words = _(
                "A calendar program reads this address. Whoever has it sees your visits; take it back at any time."
            )
            text("p", words).classes("m-muted")
            made = ui.element("div").classes("m-stack")
            listed = ui.element("div").classes("m-stack")

            async def show() -> None:
                listed.clear()
                with listed:
                    for feed in await feeds.of(self._viewer):
                        with ui.element("div").classes("m-row"):
                            words = _("Made on {day}").format(day=day_words(feed.made_at.date()))
                            text("span", words).classes("m-grow")
                            _button(_("Take back"), partial(revoke, feed.id), quiet=True)

            async def revoke(feed_id: UUID) -> None:
                await attempt(feeds.revoke(feed_id, by=self._viewer), done=_("The address answers no longer."))
                made.clear()
                await show()

            async def make() -> None:
                made.clear()
                if not await attempt(keep(), done=_("Copy the address now: it is shown once.")):
                    return
                await show()

            async def keep() -> None:
                _view, secret = await feeds.make(by=self._viewer)
                with made:
                    text("code", self._base_url.rstrip("/") + feed_path(secret)).classes("m-code v-address")

            await show()
            with ui.element("div").classes("m-actions m-dialog-actions"):
                _button(_("Close"), dialog.close, quiet=True)
                _button(_("New address"), make)


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words.strip())
    except ValueError as error:
        raise Invalid(N_("dates: expected days such as 2026-06-01")) from error


def _button(words: str, act: Callable[[], object], *, quiet: bool = False) -> ui.button:
    button = ui.button(words, color=None, on_click=act).props("unelevated no-caps")
    return button.classes("m-button m-button-quiet" if quiet else "m-button")
