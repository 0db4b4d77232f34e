"""``/operations``: whether the house runs: jobs with their last and next runs, queues, request budgets, disk (M4)."""

from typing import Annotated

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.errors import MowthosError
from core.jobs import JobView
from dashboard.api.operations import OperationsDesk
from dashboard.components.faces import error_face
from dashboard.components.job_table import JobTable
from dashboard.components.operations_figures import show_figures
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, ngettext, told
from dashboard.logs import current_request_id
from dashboard.theme import page_at, page_frame, page_head

TICK_S = 2.0


def register(*, operations: OperationsDesk, people: People) -> None:
    """Serve ``/operations``."""

    @page_at("/operations")
    async def operations_page(viewer: Annotated[Viewer, needs(Right.SEE_OPERATIONS)]) -> None:
        with page_frame(viewer, _("Operations")):
            with page_head(_("Operations"), _("Work that comes round by itself, and how the machine keeps up.")):
                pass
            verdict = ui.element("div").props('role="status" aria-live="polite"')
            figures = ui.element("section").classes("m-cards m-cards-small")
            table = JobTable(operations, people, viewer)
            shown: list[object] = [None, None]

            async def draw() -> None:
                try:
                    jobs, now = list(await operations.jobs()), operations.figures()
                except MowthosError as error:
                    verdict.clear()
                    with (
                        verdict,
                        error_face(_("The jobs cannot be read"), told(error.message), problem_id=current_request_id()),
                    ):
                        pass
                    return
                if shown[0] != now:
                    shown[0] = now
                    figures.clear()
                    with figures:
                        show_figures(now)
                if shown[1] != jobs:
                    shown[1] = jobs
                    verdict.clear()
                    with verdict:
                        _verdict(jobs)
                    await table.show(jobs)

            table.changed = draw
            await draw()
            ui.timer(TICK_S, draw, immediate=False)


def _verdict(jobs: list[JobView]) -> None:
    failing = [job for job in jobs if job.failing]
    if not failing:
        with ui.element("div").classes("m-notice m-notice-good"):
            ui.icon("o_check_circle").props('aria-hidden="true"')
            text("span", _("Every job's last run went well."))
        return
    words = ngettext("{n} job needs attention: {names}", "{n} jobs need attention: {names}", len(failing))
    with ui.element("div").classes("m-notice m-notice-bad"):
        ui.icon("o_error_outline").props('aria-hidden="true"')
        text("span", words.format(n=len(failing), names=", ".join(job.name for job in failing)))
