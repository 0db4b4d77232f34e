"""``/homes/import``: a CSV file of homes, tried without a trace first, then taken in, and taken back if wrong."""

from collections.abc import Sequence
from typing import Annotated, Any, Protocol
from uuid import UUID

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.errors import MowthosError
from core.neighbourhood.registration import HomeImportReport, HomeRow, RowOutcome, UndoReport
from dashboard.clusters.uploads import Uploads
from dashboard.components.ages import age_text
from dashboard.components.cluster_dialogs import ask
from dashboard.components.faces import empty_face, loading_face
from dashboard.components.notices import confirm_done, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import N_, _, ngettext, told
from dashboard.pages.clusters import clusters_head
from dashboard.theme import page_at, page_frame, page_head

SHOWN_ROWS = 500
OUTCOMES = {
    RowOutcome.REGISTERED: (N_("registers"), "m-chip-good"),
    RowOutcome.UNCHANGED: (N_("unchanged"), ""),
    RowOutcome.REFUSED: (N_("refused"), "m-chip-bad"),
    RowOutcome.UNDONE: (N_("undone"), "m-chip-warn"),
}


class HomeFiles(Protocol):
    """What this page asks of the service."""

    async def dry_run(self, text: str, *, name: str, by: Viewer) -> HomeImportReport: ...
    async def apply(self, text: str, *, name: str, by: Viewer) -> HomeImportReport: ...
    async def undo(self, import_id: UUID, *, by: Viewer) -> UndoReport: ...
    async def imports(self) -> Sequence[HomeImportReport]: ...


def register(*, files: HomeFiles, uploads: Uploads, people: People) -> None:
    """Serve ``/homes/import``."""

    @page_at("/homes/import")
    async def import_page(viewer: Annotated[Viewer, needs(Right.REGISTER_HOMES)]) -> None:
        clusters_head()
        with page_frame(viewer, _("Import homes")):
            await ImportPage(files, uploads, people, viewer).build()


class ImportPage:
    """One open page: the file under trial, and the imports there were."""

    def __init__(self, files: HomeFiles, uploads: Uploads, people: People, viewer: Viewer) -> None:
        self._files = files
        self._uploads = uploads
        self._people = people
        self._viewer = viewer
        self._only_refused = False

    async def build(self) -> None:
        with (
            page_head(
                _("Import homes"), _("Homes and their customers from a CSV file. Nothing is written before you say so.")
            ),
            ui.link(target="/homes/data/template.csv").classes("m-button m-button-quiet").props("download"),
        ):
            ui.icon("o_download").props('aria-hidden="true"')
            text("span", _("Empty form"))
        with ui.element("section").classes("m-card r-drop"):
            with ui.element("label").classes("m-button"):
                ui.icon("o_upload_file").props('aria-hidden="true"')
                text("span", _("Choose a CSV file"))
                file = ui.element("input").props('type="file" accept=".csv,text/csv" data-file')
                file.on("change", self._came, js_handler=_SEND)
            text("p", _("Or drop it here. Columns may stand in any order; every row is checked by itself.")).classes(
                "m-muted m-small"
            )
        self._trial = ui.element("div").classes("m-stack").props('role="status" aria-live="polite"')
        self._past = ui.element("div")
        await self._show_past()

    async def _came(self, event: Any) -> None:
        told_ = event.args
        self._trial.clear()
        if "id" not in told_:
            self._refused(str(told_.get("detail") or _("The file did not arrive.")))
            return
        with self._trial:
            loading_face(4)
        try:
            upload = self._uploads.of(self._viewer.person_id, UUID(told_["id"]))
            report = await self._files.dry_run(upload.text, name=upload.name, by=self._viewer)
        except MowthosError as error:
            self._refused(told(error.message), [told(reason) for reason in error.reasons])
            return
        self._only_refused = report.refused > 0
        self._show(report, UUID(told_["id"]))

    def _refused(self, words: str, reasons: Sequence[str] = ()) -> None:
        self._trial.clear()
        with self._trial, ui.element("div").classes("m-notice m-notice-bad").props('role="alert"'), ui.element("div"):
            text("b", words)
            for reason in reasons:
                text("p", reason)

    def _show(self, report: HomeImportReport, upload_id: UUID) -> None:
        self._trial.clear()
        with self._trial, ui.element("section").classes("m-card m-card-flush"):
            with ui.element("div").classes("m-card-head"):
                with ui.element("div"):
                    text("h2", _("Trial of {name}").format(name=report.name))
                    text("p", _("Nothing has been written.")).classes("m-muted m-small")
                _counts(report)
                if report.registered:
                    words = ngettext("Register {n} home", "Register {n} homes", report.registered)
                    go = text("button", words.format(n=report.registered)).props('type="button"').classes("m-button")
                    go.on("click", lambda _event: self._apply(upload_id), args=[])
            if report.refused and report.rows > report.refused:
                with ui.element("label").classes("c-check r-only"):
                    box = ui.element("input").props('type="checkbox"' + (" checked" if self._only_refused else ""))
                    text("span", _("Only refused rows"))
                box.on("change", lambda event: self._narrow(report, upload_id, bool(event.args)), js_handler=_CHECKED)
            lines = [line for line in report.lines if not self._only_refused or line.outcome is RowOutcome.REFUSED]
            if lines:
                _rows(lines[:SHOWN_ROWS])
            if len(lines) > SHOWN_ROWS:
                words = _("The first {n} of {all} are shown.").format(n=SHOWN_ROWS, all=len(lines))
                text("p", words).classes("m-muted m-small c-total")

    def _narrow(self, report: HomeImportReport, upload_id: UUID, only: bool) -> None:
        self._only_refused = only
        self._show(report, upload_id)

    async def _apply(self, upload_id: UUID) -> None:
        with self._past:  # the button that was pressed goes with the trial
            if not await still_signed_in(self._people, self._viewer):
                return
            try:
                upload = self._uploads.of(self._viewer.person_id, upload_id)
                report = await self._files.apply(upload.text, name=upload.name, by=self._viewer)
            except MowthosError as error:
                self._refused(told(error.message), [told(reason) for reason in error.reasons])
                return
            self._trial.clear()
            words = ngettext("{n} home registered", "{n} homes registered", report.registered)
            confirm_done(words.format(n=report.registered))
            await self._show_past()

    async def _show_past(self) -> None:
        past = await self._files.imports()
        self._past.clear()
        with self._past, ui.element("section").classes("m-card m-card-flush"):
            with ui.element("div").classes("m-card-head"):
                text("h2", _("Imports of homes"))
            if not past:
                with empty_face(
                    _("None yet"), _("Choose a file above; you see what it would do first."), icon="o_upload_file"
                ):
                    pass
            with ui.element("ul").classes("m-list m-list-wide"):
                for report in past:
                    self._one(report)

    def _one(self, report: HomeImportReport) -> None:
        with ui.element("li"):
            with ui.element("div").classes("m-grow"):
                text("b", report.name)
                with ui.element("span").classes("m-sub"):
                    text("span", _("by {name}").format(name=report.by) + " ")
                    age_text(report.at)
            _counts(report)
            if report.undone_at is not None:
                text("span", _("undone by {name}").format(name=report.undone_by)).classes("m-chip m-chip-warn")
                return
            if report.id is None or not report.registered:
                return
            import_id = report.id

            async def undo() -> None:
                await self._files.undo(import_id, by=self._viewer)
                await self._show_past()

            button = text("button", _("Undo")).props('type="button"').classes("m-button m-button-quiet m-button-small")
            button.props["aria-label"] = _("Undo {name}").format(name=report.name)
            button.on(
                "click",
                lambda _event: ask(
                    title=_("Undo {name}?").format(name=report.name),
                    words=_("The homes it registered are taken out again; all or none, if one of them is in use."),
                    act_word=_("Undo"), act=undo, done=_("Import undone"), danger=True,
                ),
                args=[],
            )  # fmt: skip


def _counts(report: HomeImportReport) -> None:
    with ui.element("div").classes("m-row r-counts"):
        for count, words, kind in (
            (report.registered, _("{n} new"), "m-chip-good"),
            (report.unchanged, _("{n} unchanged"), ""),
            (report.refused, _("{n} refused"), "m-chip-bad"),
        ):
            if count:
                text("span", words.format(n=count)).classes(f"m-chip {kind}")


def _rows(lines: Sequence[HomeRow]) -> None:
    with table_region(_("Rows of the file")), ui.element("table").classes("m-table m-table-cards"):
        with ui.element("thead"), ui.element("tr"):
            for heading in (_("Line"), _("Row"), _("Outcome"), _("Field"), _("Reason"), _("Found"), _("Expected")):
                text("th", heading).props('scope="col"')
        with ui.element("tbody"):
            for line in lines:
                word, kind = OUTCOMES[line.outcome]
                with ui.element("tr"):
                    text("td", str(line.line)).classes("m-number")
                    row = " · ".join(value for value in line.raw.values() if value)
                    text("td", row).classes("m-clip").props["title"] = row
                    with ui.element("td") as cell:
                        cell.props["data-label"] = _("Outcome")
                        text("span", _(word)).classes(f"m-chip {kind}")
                    for label, value in (
                        (_("Field"), line.field),
                        (_("Reason"), told(line.reason)),
                        (_("Found"), line.value),
                        (_("Expected"), told(line.expected)),
                    ):
                        text("td", value).props["data-label"] = label


_CHECKED = "(event) => emit(event.target.checked)"
_SEND = """async (event) => {
  const file = event.target.files[0];
  event.target.value = '';
  if (!file) return;
  const where = '/homes/data/file?name=' + encodeURIComponent(file.name);
  try {
    const answer = await fetch(where, { method: 'POST', body: file, headers: { accept: 'application/json' } });
    emit(await answer.json());
  } catch {
    emit({});
  }
}"""
