"""``/requests``: what households asked for: lawns kept clear, problems to answer, ratings. For the office."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from math import inf
from typing import Annotated
from zoneinfo import ZoneInfo

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.clock import Clock
from core.errors import Invalid
from core.household.keep_off import Told, tap_to_command
from core.household.keep_off_desk import KeepOffView
from core.household.problem_desk import Reported
from core.household.problems import KIND_WORDS, NEXT, ProblemState
from core.scheduling import TO_COME
from core.scheduling.service import Scheduling
from core.texts import N_
from dashboard.assets import asset_url
from dashboard.components.ages import age_text
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.home.keep_off_card import LOOKS
from dashboard.home.problem_list import outcome_words, problem_chip
from dashboard.households import Households
from dashboard.i18n import _, told
from dashboard.theme import page_at, page_frame, page_head
from dashboard.visits.words import day_words, hour, hours

TICK_S = 3.0
EXTRA = "extra"
"""Chosen in place of a visit that is to come: one beside the plan."""
AHEAD = timedelta(days=28)
OFFICE_WORDS = {
    Told.CLEAR: N_("no mower was there"),
    Told.ASKED: N_("the order is being handed over"),
    Told.SENT: N_("sent, not acknowledged yet"),
    Told.ACKNOWLEDGED: N_("acknowledged, not seen to follow yet"),
    Told.SEEN: N_("seen to have stopped mowing"),
    Told.FAILED: N_("not seen to follow: look at the mower, or call the household"),
}
"""The same as `core.household.keep_off.TOLD_WORDS`, said to those who can do something."""


def register(*, households: Households, scheduling: Scheduling, people: People, clock: Clock) -> None:
    """Serve it to those who see the schedule; answering needs the right to plan visits."""

    @page_at("/requests")
    async def requests_page(viewer: Annotated[Viewer, needs(Right.SEE_SCHEDULE)]) -> None:
        for sheet in ("home", "visits"):
            ui.add_head_html(f'<link rel="stylesheet" href="{asset_url(f"styles/{sheet}.css")}">')
        with page_frame(viewer, _("Requests")):
            with page_head(_("Requests of households"), _("Lawns kept clear, problems reported, ratings.")):
                ui.link(_("Schedule"), "/schedule").classes("m-button m-button-quiet")
            await RequestsPage(households, scheduling, people, clock, viewer).build()


class RequestsPage:
    """One open page: drawn anew when something became another."""

    def __init__(
        self, households: Households, scheduling: Scheduling, people: People, clock: Clock, viewer: Viewer
    ) -> None:
        self._households, self._scheduling, self._people = households, scheduling, people
        self._clock, self._viewer = clock, viewer
        self._shown: object = None

    async def build(self) -> None:
        self._place = ui.element("div").classes("m-stack")
        await self._draw()
        ui.timer(TICK_S, self._draw, immediate=False)

    async def _draw(self) -> None:
        kept = await self._households.keep_off.all(viewer=self._viewer)
        problems = await self._households.problems.all(viewer=self._viewer)
        ratings = await self._households.problems.ratings(viewer=self._viewer)
        now = self._clock.now()
        shown = (kept, problems, ratings, [one.keep_off.active(now) for one in kept])
        if shown == self._shown:
            return
        self._shown = shown
        self._place.clear()
        with self._place:
            with _card(_("Lawns kept clear")):
                self._taps(kept)
                if not kept:
                    text("p", _("None in the last days.")).classes("m-muted")
                with ui.element("ul").classes("m-list"):
                    for view in kept:
                        self._keep_off(view)
            with _card(_("Problems")):
                if not problems:
                    with empty_face(_("No problem was reported"), _("Households report them on their own page.")):
                        pass
                with ui.element("ul").classes("m-list"):
                    for found in problems:
                        self._problem(found)
            if ratings:
                with _card(_("Ratings")):
                    mean = sum(one.stars for one in ratings) / len(ratings)
                    words = _("{mean} of 5 stars in the newest {n}")
                    text("p", words.format(mean=f"{mean:.1f}", n=len(ratings))).classes("m-number")

    def _taps(self, kept: Sequence[KeepOffView]) -> None:
        """How soon a tap became a command (X18: p95 within 2 s)."""
        taps, seconds = tap_to_command(view.progress for view in kept)
        if seconds is not None and seconds != inf:
            words = _("From tap to command, 95 % of {n}: within {s} s")
            text("p", words.format(n=taps, s=f"{seconds:.1f}")).classes("m-small m-muted m-number")

    def _keep_off(self, view: KeepOffView) -> None:
        kept, active = view.keep_off, view.keep_off.active(self._clock.now())
        look, icon = LOOKS[view.progress.told]
        with ui.element("li"):
            with ui.element("div").classes("m-grow"):
                with ui.element("div").classes("m-row"):
                    text("b", view.address)
                    age_text(kept.asked_at, zone=view.time_zone)
                until = hour(kept.until, ZoneInfo(view.time_zone))
                words = _("until {time}") if active else _("over since {time}")
                text("span", f"{words.format(time=until)} - {told(OFFICE_WORDS[view.progress.told])}").classes("m-sub")
            with ui.element("span").classes(f"m-chip {look.replace('m-notice', 'm-chip')}"):
                ui.icon(icon).props('aria-hidden="true"')
                text("span", _("holds") if active else _("over"))
            if active and self._viewer.may(Right.COMMAND_MOWERS):
                end = partial(self._do, partial(self._households.keep_off.end, kept.id), _("It is over."))
                _button(_("End it"), end, label=_("End it: {address}").format(address=view.address))

    def _problem(self, found: Reported) -> None:
        problem = found.problem
        with ui.element("li").classes("h-problem"):
            with ui.element("div").classes("m-grow"):
                with ui.element("div").classes("m-row"):
                    text("b", f"{found.address}: {told(KIND_WORDS[problem.kind])}")
                    problem_chip(problem.state)
                    age_text(problem.reported_at, zone=found.time_zone)
                if problem.words:
                    text("p", problem.words)
                if (outcome := outcome_words(found)) != "":
                    text("span", outcome).classes("m-sub")
                if problem.pin is not None:
                    place = f"{problem.pin.latitude:.6f}, {problem.pin.longitude:.6f}"
                    text("span", _("Pin: {place}").format(place=place)).classes("m-sub m-number")
                if problem.has_photo:
                    photo = (
                        f'<img class="h-photo" src="/home/data/photo/{problem.id}" alt="{_("Photo of the problem")}">'
                    )
                    ui.html(photo, sanitize=False)
            if self._viewer.may(Right.PLAN_VISITS):
                self._answers(found)

    def _answers(self, found: Reported) -> None:
        state, where = found.problem.state, found.address
        with ui.element("div").classes("m-actions"):
            if ProblemState.REMOW in NEXT[state]:
                _button(_("Mow again"), partial(self._ask_remow, found), label=f"{_('Mow again')}: {where}")
            if ProblemState.OFFERED in NEXT[state]:
                _button(_("Credit"), partial(self._ask_credit, found), label=f"{_('Credit')}: {where}")
            if ProblemState.CREDITED in NEXT[state] and self._viewer.may(Right.MANAGE_BILLING):
                book = partial(self._households.problems.book_credit, found.problem.id)
                _button(_("Book it"), partial(self._do, book, _("Booked.")), label=f"{_('Book it')}: {where}")
            if ProblemState.CLOSED in NEXT[state]:
                _button(_("Answer"), partial(self._ask_close, found), label=f"{_('Answer')}: {where}")

    async def _do(self, work: Callable[..., Awaitable[object]], done: str) -> None:
        if await still_signed_in(self._people, self._viewer):
            await attempt(work(by=self._viewer), done=done)
            await self._draw()

    async def _ask_remow(self, found: Reported) -> None:
        now, problem = self._clock.now(), found.problem
        lines = await self._scheduling.calendar(self._viewer, now, now + AHEAD, lot_id=problem.lot_id)
        coming = [line for line in lines if line.visit.state in TO_COME]
        extra = await self._scheduling.extras.suggest(problem.lot_id, by=self._viewer)
        zone = ZoneInfo(found.time_zone)
        choices = {}
        if extra is not None:
            day = day_words(extra.begins.astimezone(zone).date())
            words = _("Extra visit, not billed: {day}, {hours}")
            choices[EXTRA] = words.format(day=day, hours=hours(extra.begins, extra.ends, zone))
        choices |= {
            str(line.visit.id): f"{day_words(line.visit.begins_at.astimezone(line.site.zone).date())}, "
            + hours(line.visit.begins_at, line.visit.ends_at, line.site.zone)
            for line in coming
        }

        async def act(visit: str, answer: str) -> None:
            if visit == EXTRA and extra is not None:
                if await still_signed_in(self._people, self._viewer):
                    begins, work = extra.begins, self._households.problems.mow_extra
                    await work(problem.id, begins_at=begins, answer=answer, by=self._viewer)
                    await self._draw()
                return
            chosen = next((line.visit.id for line in coming if str(line.visit.id) == visit), None)
            if chosen is None:
                raise Invalid(N_("choose a visit that is to come; move one on the schedule if it is too late"))
            if await still_signed_in(self._people, self._viewer):
                await self._households.problems.mow_again(problem.id, visit_id=chosen, answer=answer, by=self._viewer)
                await self._draw()

        ask(
            title=_("Mow again: {address}").format(address=found.address),
            words=_("The household is told which visit makes it good."),
            act_word=_("Mow again"), act=act, done=_("The household is told."),
            questions=(
                Question(_("Visit"), choices=choices, value=next(iter(choices), "")),
                Question(_("Answer"), lines=2),
            ),
        )  # fmt: skip

    async def _ask_credit(self, found: Reported) -> None:
        async def act(amount: str, answer: str) -> None:
            minor = _cents(amount)
            if await still_signed_in(self._people, self._viewer):
                await self._households.problems.offer_credit(
                    found.problem.id, minor=minor, answer=answer, by=self._viewer
                )
                await self._draw()

        books = self._viewer.may(Right.MANAGE_BILLING)
        ask(
            title=_("Credit for {address}").format(address=found.address),
            words=_("It goes to the next bill at once.") if books else _("Who manages billing books it."),
            act_word=_("Give it") if books else _("Offer it"), act=act, done=_("The household is told."),
            questions=(Question(_("Amount"), hint=_("such as 5 or 7.50")), Question(_("Answer"), lines=2)),
        )  # fmt: skip

    async def _ask_close(self, found: Reported) -> None:
        async def act(answer: str) -> None:
            if not answer.strip():
                raise Invalid(N_("write an answer: the household reads it"))
            if await still_signed_in(self._people, self._viewer):
                await self._households.problems.close(found.problem.id, answer=answer, by=self._viewer)
                await self._draw()

        ask(
            title=_("Answer {address}").format(address=found.address), words=_("The household reads it."),
            act_word=_("Send it"), act=act, done=_("The household is told."),
            questions=(Question(_("Answer"), lines=3),),
        )  # fmt: skip


def _cents(amount: str) -> int:
    whole, _point, part = amount.strip().replace(",", ".").partition(".")
    if not (whole + part).isdecimal() or len(whole) > 4 or len(part) > 2:
        raise Invalid(N_("amount: expected one such as 5 or 7.50"))
    return int(whole or 0) * 100 + int(part.ljust(2, "0") or 0)


def _card(title: str) -> ui.element:
    card = ui.element("section").classes("m-card m-stack")
    card.props["aria-label"] = title
    with card:
        text("h2", title)
    return card


def _button(words: str, act: Callable[[], Awaitable[None]], *, label: str) -> None:
    button = ui.button(words, color=None, on_click=act).props("unelevated no-caps")
    button.classes("m-button m-button-quiet m-button-small")
    button.props["aria-label"] = label
