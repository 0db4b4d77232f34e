"""The reports a person gets by mail: what they get, asking for another, ending one, and what was sent."""

from collections.abc import Sequence

from nicegui import ui

from core.accounts import People, Viewer
from core.reports import Cadence, ReportView, ReportWanted, SentView
from dashboard.components.ages import age_text, due_text
from dashboard.components.dialogs import asking
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.exports.parts import Exports
from dashboard.exports.table import EXPORTS, Export
from dashboard.exports.words import FORM_WORDS, cadence_words, days_words, report_title, state_words
from dashboard.i18n import _, told

USUAL_HOUR = 7


class ReportCard:
    """``mine`` are the exports that the viewer may have, ``mowers`` those that one may choose among."""

    def __init__(
        self, exports: Exports, people: People, viewer: Viewer, mine: Sequence[Export], mowers: Sequence[str]
    ) -> None:
        self._exports, self._people, self._viewer = exports, people, viewer
        self._mine, self._mowers = mine, mowers

    async def build(self) -> None:
        desk, person = self._exports.reports, self._viewer.person_id
        got, sent = await desk.reports(person), await desk.sent(person)
        with ui.element("section").classes("m-card m-card-flush").props('id="reports"'):
            with ui.element("div").classes("m-card-head"):
                with ui.element("div"):
                    text("h2", _("Reports by mail"))
                    words = _("They come by themselves to {address}.").format(address=self._viewer.email)
                    text("p", words).classes("m-muted")
                if self._exports.mail:
                    self._button(_("New report"), self.ask, quiet=False)
            if not self._exports.mail:
                with ui.element("div").classes("m-notice m-notice-warn").props('role="note"'):
                    text("span", _("No mail server is set up here, so no report is sent."))
            if not got:
                with empty_face(_("No report yet"), _("Choose an export, how often and when."), icon="o_schedule_send"):
                    pass
            else:
                with ui.element("ul").classes("m-list m-list-wide"):
                    for view in got:
                        self._report(view)
        if sent:
            self._sent(sent)

    def _report(self, view: ReportView) -> None:
        wanted = view.wanted
        with ui.element("li"):
            with ui.element("div").classes("m-grow"):
                text("b", f"{report_title(wanted)} · {wanted.form.upper()}")
                words = _("{how_often}, from {hour}:00 on ({zone})")
                text("span", words.format(
                    how_often=cadence_words()[wanted.cadence], hour=wanted.hour, zone=view.zone
                )).classes("m-sub")  # fmt: skip
                with ui.element("span").classes("m-sub"):
                    text("span", _("Next:") + " ")
                    due_text(view.next_at)
            label = _("End the report {report}").format(report=report_title(wanted))
            self._button(_("End"), lambda: self._end(view), label=label)

    def _sent(self, sent: Sequence[SentView]) -> None:
        words = state_words()
        with ui.element("section").classes("m-card m-card-flush"):
            with ui.element("div").classes("m-card-head"):
                text("h2", _("What was sent"))
            headings = (_("Report"), _("Days"), _("State"), _("Sent"))
            with table_region(_("What was sent")), ui.element("table").classes("m-table m-table-cards"):
                with ui.element("thead"), ui.element("tr"):
                    for heading in headings:
                        text("th", heading).props('scope="col"')
                with ui.element("tbody"):
                    for one in sent:
                        with ui.element("tr"):
                            text("td", f"{report_title(one.wanted)} · {one.wanted.form.upper()}")
                            text("td", days_words(one.first, one.last)).props["data-label"] = headings[1]
                            with ui.element("td") as cell:
                                cell.props["data-label"] = headings[2]
                                word, look = words[one.state]
                                text("span", word).classes(f"m-chip {look}")
                                if note := _("too large: the mail led here") if one.linked else told(one.error):
                                    text("span", note).classes("m-sub").style("white-space: normal")
                            with ui.element("td") as cell:
                                cell.props["data-label"] = headings[3]
                                if one.sent_at:
                                    age_text(one.sent_at, zone=one.zone)
                                else:
                                    text("span", "-").classes("m-unknown")

    def ask(self) -> None:
        with asking(title=_("New report")) as dialog:
            text("h2", _("New report"))
            export = self._select(_("Export"), {one.name: _(one.title) for one in self._mine}, self._mine[0].name)
            form = self._select(_("Format"), *self._forms(self._mine[0]))
            mower = self._select(_("Mower"), {"": _("All mowers")} | {name: name for name in self._mowers}, "")
            cadence = self._select(_("How often"), dict(cadence_words()), Cadence.DAILY)
            hour = self._select(_("Hour of your day"), {at: f"{at:02d}:00" for at in range(24)}, USUAL_HOUR)

            def chosen() -> None:
                one = EXPORTS[export.value]
                form.set_options(*self._forms(one)[:1], value=self._forms(one)[1])
                mower.set_visibility(one.by_mower)
                mower.set_value("")

            export.on_value_change(chosen)
            chosen()

            async def add() -> None:
                wanted = ReportWanted(
                    export=export.value, form=form.value, cadence=Cadence(cadence.value), hour=int(hour.value),
                    mower=mower.value or "",
                )  # fmt: skip
                if await still_signed_in(self._people, self._viewer):
                    work = self._exports.reports.subscribe(wanted, by=self._viewer)
                    if await attempt(work, done=_("It comes from now on.")):
                        dialog.close()
                        ui.navigate.reload()

            with ui.element("div").classes("m-actions m-dialog-actions"):
                self._button(_("Cancel"), dialog.close)
                self._button(_("Get it"), add, quiet=False)

    async def _end(self, view: ReportView) -> None:
        if await still_signed_in(self._people, self._viewer):
            work = self._exports.reports.end(view.id, by=self._viewer)
            if await attempt(work, done=_("It comes no more.")):
                ui.navigate.reload()

    @staticmethod
    def _forms(export: Export) -> tuple[dict[str, str], str]:
        return {str(form): FORM_WORDS[form] for form in export.forms}, str(export.forms[0])

    @staticmethod
    def _select(label: str, options: dict[object, str] | dict[str, str] | dict[int, str], value: object) -> ui.select:
        return ui.select(options, label=label, value=value).props("outlined").classes("m-field")

    @staticmethod
    def _button(word: str, act: object, *, quiet: bool = True, label: str = "") -> None:
        made = ui.button(word, color=None, on_click=act).props("unelevated no-caps")  # type: ignore[arg-type]
        made.classes("m-button m-button-quiet m-button-small" if quiet else "m-button")
        if label:
            made.props["aria-label"] = label
