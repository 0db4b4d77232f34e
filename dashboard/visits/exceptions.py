"""The exceptions board on the schedule: what needs a person, and a button for each thing that may be done about it."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.errors import MowthosError
from core.scheduling import FIX_WORDS, PROBLEM_WORDS, Fix, ProblemKind, Visit, VisitReason, VisitState
from core.scheduling.problem_desk import BoardLine
from core.scheduling.service import Scheduling
from dashboard.components.ages import age_text
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.notices import confirm_done, still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.i18n import _, ngettext, told
from dashboard.visits.words import day_words, hours, reason_words

LOOKS = {
    ProblemKind.LATE: ("o_schedule", "m-chip-warn"),
    ProblemKind.BLOCKED: ("o_block", "m-chip-bad"),
    ProblemKind.OVERRUNNING: ("o_timelapse", "m-chip-warn"),
    ProblemKind.SILENT: ("o_wifi_off", "m-chip-warn"),
    ProblemKind.NOT_STARTED: ("o_error", "m-chip-bad"),
    ProblemKind.CUT_SHORT: ("o_content_cut", "m-chip-warn"),
}
"""Shape and tone; the word stands beside them."""


class ExceptionBoard:
    """Of one open page; ``done`` draws the page anew."""

    def __init__(
        self, scheduling: Scheduling, people: People, viewer: Viewer, *, done: Callable[[], Awaitable[None]],
        open_visit: Callable[[UUID], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._scheduling, self._people, self._viewer = scheduling, people, viewer
        self._done, self._open_visit = done, open_visit
        self._shown: Sequence[BoardLine] | None = None

    def build(self) -> None:
        with ui.element("section").classes("m-card m-card-flush v-exceptions") as self._place:
            self._place.props["aria-labelledby"] = "exceptions"

    async def draw(self) -> None:
        """What is open now; nothing is touched while it is the same as before."""
        lines = list(await self._scheduling.problems.lines(self._viewer))
        if lines == self._shown:
            return
        self._shown = lines
        self._place.clear()
        with self._place:
            with ui.element("div").classes("m-card-head"):
                text("h2", _("Exceptions")).props('id="exceptions" tabindex="-1"')
                words = ngettext("{n} needs a person", "{n} need a person", len(lines)).format(n=len(lines))
                text("span", words if lines else _("Nothing needs a person")).classes("m-muted").props('role="status"')
            if lines:
                with ui.element("ul").classes("v-problems"):
                    for line in lines:
                        self._line(line)

    def _line(self, line: BoardLine) -> None:
        problem, visit, site = line.problem, line.visit, line.site
        icon, tone = LOOKS[problem.kind]
        day = visit.begins_at.astimezone(site.zone).date()
        with ui.element("li"):
            with ui.element("div").classes("v-problem"):
                with ui.element("span").classes(f"m-chip {tone}"):
                    ui.icon(icon).props('aria-hidden="true"')
                    text("span", told(PROBLEM_WORDS[problem.kind]))
                with ui.element("div").classes("m-grow"):
                    opener = ui.button(site.address, color=None, on_click=partial(self._open_visit, visit.id))
                    opener.props("flat no-caps dense").classes("v-open")
                    opener.props["aria-label"] = _("Open the visit of {address}, {day}").format(
                        address=site.address, day=day_words(day)
                    )
                    if problem.reason is not VisitReason.NONE:
                        text("span", reason_words(problem.reason)).classes("v-why")
                    when = f"{day_words(day)}, {hours(visit.begins_at, visit.ends_at, site.zone)}"
                    text("span", ", ".join(part for part in (when, site.device_name) if part)).classes("m-sub")
                age_text(problem.opened_at)
            if self._viewer.may(Right.PLAN_VISITS):
                with ui.element("div").classes("v-fixes"):
                    for fix in problem.fixes:
                        self._button(line, fix)

    def _button(self, line: BoardLine, fix: Fix) -> None:
        act = self._ask_skip if fix is Fix.SKIP else partial(self._fix, fix=fix)
        button = ui.button(told(FIX_WORDS[fix]), color=None, on_click=partial(act, line))
        first = fix is line.problem.fixes[0]
        button.props("unelevated no-caps").classes("m-button" if first else "m-button m-button-quiet")
        button.props["aria-label"] = f"{told(FIX_WORDS[fix])}: {line.site.address}"

    async def _fix(self, line: BoardLine, *, fix: Fix) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        try:
            _closed, visit = await self._scheduling.problems.fix(line.problem.id, fix, by=self._viewer)
        except MowthosError as error:
            tell_problem("\n".join(told(words) for words in error.reasons or (error.message,)))
        else:
            confirm_done(self._became(line, visit, fix))
            ui.run_javascript("document.getElementById('exceptions')?.focus()")
        await self._done()

    def _became(self, line: BoardLine, visit: Visit, fix: Fix) -> str:
        """What was done, in words."""
        if fix is Fix.NEXT_FREE and visit.state is VisitState.MOVED:
            day = visit.begins_at.astimezone(line.site.zone).date()
            return _("It comes {day}, {hours}").format(
                day=day_words(day), hours=hours(visit.begins_at, visit.ends_at, line.site.zone)
            )
        if fix is Fix.START_NOW:
            return _("It starts as soon as the mower may")
        return _("The mower is sent home") if fix is Fix.SEND_HOME else _("Seen")

    async def _ask_skip(self, line: BoardLine) -> None:
        async def act(reason: str) -> None:
            if await still_signed_in(self._people, self._viewer):
                await self._scheduling.problems.fix(line.problem.id, Fix.SKIP, reason=reason, by=self._viewer)
                await self._done()

        ask(
            title=_("Skip the visit of {address}?").format(address=line.site.address),
            words=_("The household sees it with your reason."), act_word=_("Skip it"), act=act,
            done=_("It is skipped"), questions=(Question(_("Reason")),),
        )  # fmt: skip
