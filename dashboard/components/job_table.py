"""Jobs as a table: what each is for, its last run, the next, and "run now"; a row opens its newest runs."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from nicegui import ui
from nicegui.element import Element

from core.accounts import People, Viewer
from core.jobs import JobView, Outcome, Run
from dashboard.api.operations import OperationsDesk
from dashboard.components.ages import age_text, due_text
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import _, ngettext, told

LOOKS = {
    Outcome.RUNNING: "m-chip-info",
    Outcome.DONE: "m-chip-good",
    Outcome.REFUSED: "m-chip-warn",
    Outcome.FAILED: "m-chip-bad",
    Outcome.BROKEN_OFF: "",
    Outcome.LOST: "m-chip-bad",
}


def outcome_words() -> dict[Outcome, str]:
    """Every outcome in the current language."""
    return {
        Outcome.RUNNING: _("Running"),
        Outcome.DONE: _("Done"),
        Outcome.REFUSED: _("Refused"),
        Outcome.FAILED: _("Failed"),
        Outcome.BROKEN_OFF: _("Broken off"),
        Outcome.LOST: _("Lost in a crash"),
    }


class JobTable:
    """The jobs of one open page. Rows stay and only what changed in them is drawn anew: focus stays where it is."""

    def __init__(self, operations: OperationsDesk, people: People, viewer: Viewer) -> None:
        self._operations, self._people, self._viewer = operations, people, viewer
        self._rows: dict[str, JobRow] = {}
        self.changed: Callable[[], Awaitable[None]] | None = None
        with ui.element("section").classes("m-card m-card-flush"):
            with ui.element("div").classes("m-card-head"), ui.element("div"):
                text("h2", _("Jobs"))
                words = _("Runs in a row with nothing to do are one line. No job overlaps itself, also over a restart.")
                text("p", words).classes("m-muted")
            with table_region(_("Jobs")), ui.element("table").classes("m-table m-table-cards m-jobs") as table:
                self._table = table
                with ui.element("thead"), ui.element("tr"):
                    for heading in (_("Job"), _("Every"), _("Last run"), _("Took"), _("Next run"), _("Run now")):
                        text("th", heading).props('scope="col"')

    async def show(self, jobs: Sequence[JobView]) -> None:
        """Draw what changed."""
        for job in jobs:
            if job.name not in self._rows:
                with self._table:
                    self._rows[job.name] = JobRow(job, run=self._run, toggled=self._toggled)
            row = self._rows[job.name]
            row.draw(job)
            row.draw_runs((await self._operations.job(job.name)).recent if row.opened else None)

    async def _run(self, name: str) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        await attempt(self._operations.run(name, by=self._viewer), done=_("{job} has begun").format(job=name))
        if self.changed is not None:
            await self.changed()

    async def _toggled(self, row: "JobRow") -> None:
        row.draw_runs((await self._operations.job(row.name)).recent if row.opened else None)


class JobRow:
    """One job: what stays is made once, what changes is drawn when it did."""

    def __init__(
        self, job: JobView, *, run: Callable[[str], Awaitable[None]], toggled: Callable[["JobRow"], Awaitable[None]]
    ) -> None:
        self.name, self.opened = job.name, False
        self._toggled = toggled
        self._shown: object = None
        self._runs: object = None
        with ui.element("tbody") as self._body, ui.element("tr"):
            with ui.element("td"):
                text("b", job.name)
                text("span", _(job.tells)).classes("m-sub")
            text("td", period(job.every_s)).props["data-label"] = _("Every")
            self._cells = [_cell(label) for label in (_("Last run"), _("Took"), _("Next run"))]
            with ui.element("td"), ui.element("div").classes("m-row"):
                self._go = ui.button(_("Run now"), color=None, on_click=lambda: run(self.name))
                self._go.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")
                self._go.props["aria-label"] = _("Run {job} now").format(job=job.name)
                self._more = ui.button(icon="o_expand_more", color=None, on_click=self._toggle)
                self._more.props('flat aria-expanded="false"').classes("m-icon-button")
                self._more.props["aria-label"] = _("Newest runs of {job}").format(job=job.name)
        self._list = ui.element("tr").classes("m-runs")
        self._list.move(self._body)
        self._list.set_visibility(False)

    def draw(self, job: JobView) -> None:
        now = (job.running, job.last, job.next_at)
        if now == self._shown:
            return
        self._shown = now
        self._go.set_enabled(not job.running)
        for cell in self._cells:
            cell.clear()
        with self._cells[0]:
            _last(job)
        with self._cells[1]:
            _took(job.last)
        with self._cells[2]:
            _due(job.next_at)

    def draw_runs(self, runs: Sequence[Run] | None) -> None:
        """The newest runs below the row; ``None`` = closed."""
        self._list.set_visibility(runs is not None)
        if runs is None or runs == self._runs:
            return
        self._runs = runs
        self._list.clear()
        with self._list, ui.element("td").props('colspan="6"'):
            _runs(self.name, runs)

    async def _toggle(self) -> None:
        self.opened = not self.opened
        self._more.props(f'aria-expanded="{str(self.opened).lower()}"')
        self._more.icon = "o_expand_less" if self.opened else "o_expand_more"
        await self._toggled(self)


def _cell(label: str) -> Element:
    cell = ui.element("td")
    cell.props["data-label"] = label
    return cell


def period(seconds: float) -> str:
    """How often, in the largest unit that fits."""
    if seconds >= 3_600:
        return ngettext("{n} hour", "{n} hours", round(seconds / 3_600)).format(n=round(seconds / 3_600))
    if seconds >= 60:
        return ngettext("{n} minute", "{n} minutes", round(seconds / 60)).format(n=round(seconds / 60))
    return ngettext("{n} second", "{n} seconds", round(seconds)).format(n=round(seconds))


def _last(job: JobView) -> None:
    if job.running:
        text("span", outcome_words()[Outcome.RUNNING]).classes("m-chip m-chip-info")
        return
    if job.last is None:
        text("span", _("not yet")).classes("m-muted")
        return
    with ui.element("div").classes("m-row"):
        text("span", outcome_words()[job.last.outcome]).classes(f"m-chip {LOOKS[job.last.outcome]}")
        age_text(job.last.ended_at or job.last.started_at)
    if job.last.detail:
        text("span", told(job.last.detail)).classes("m-sub")


def _took(run: Run | None) -> None:
    if run is None or run.ended_at is None:
        text("span", "-").classes("m-muted")
        return
    text("span", f"{run.seconds:.3g}").classes("m-number")
    text("span", "s").classes("m-unit")


def _due(moment: datetime | None) -> None:
    if moment is None:
        text("span", "-").classes("m-muted")
        return
    due_text(moment)


def _runs(job: str, runs: Sequence[Run]) -> None:
    if not runs:
        text("p", _("It has not run yet.")).classes("m-muted")
        return
    with ui.element("ul").classes("m-list") as listing:
        listing.props["aria-label"] = _("Newest runs of {job}").format(job=job)
        for run in runs:
            _run_line(run)


def _run_line(run: Run) -> None:
    with ui.element("li"):
        with ui.element("div").classes("m-grow"):
            with ui.element("div").classes("m-row"):
                text("span", outcome_words()[run.outcome]).classes(f"m-chip {LOOKS[run.outcome]}")
                age_text(run.ended_at or run.started_at)
                if run.times > 1:
                    words = ngettext("{n} run, nothing to do", "{n} runs, nothing to do", run.times)
                    text("span", words.format(n=run.times)).classes("m-muted")
                elif run.result:
                    text("span", _("did {result}").format(result=run.result)).classes("m-muted")
                if run.asked_by:
                    text("span", _("asked by {person}").format(person=run.asked_by)).classes("m-muted")
            if run.detail:
                text("span", told(run.detail)).classes("m-sub")
        with ui.element("div"):
            _took(run)
