"""Raining a whole day out: which day and whose, what would move where, and one button that does it as shown."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID

from nicegui import ui

from core.accounts import People, Viewer
from core.clock import Clock
from core.errors import MowthosError
from core.scheduling.rain_desk import RainOutPreview
from core.scheduling.service import Scheduling
from core.scheduling.weather_rainout import DayVisit
from dashboard.components.dialogs import asking
from dashboard.components.notices import confirm_done, still_signed_in, tell_problem
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import _, ngettext, told
from dashboard.visits.words import day_words, hours

DAYS_OFFERED = 8
EVERYBODY = ""


class RainOutDialog:
    """Of one open page; ``done`` draws it anew."""

    def __init__(
        self, scheduling: Scheduling, people: People, clock: Clock, viewer: Viewer, *,
        done: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._scheduling, self._people, self._clock, self._viewer, self._done = scheduling, people, clock, viewer, done
        self._preview: RainOutPreview | None = None

    async def open(self, shown: date) -> None:
        """Begin with the day that is shown, or today."""
        sites = await self._scheduling.sites(self._viewer)
        now = self._clock.now()
        today = min((now.astimezone(one.zone).date() for one in sites), default=now.date())
        days = [today + timedelta(days=n) for n in range(DAYS_OFFERED)]
        clusters = {str(one.cluster_id): one.cluster for one in sites if one.cluster_id is not None}
        choices = {EVERYBODY: _("Every cluster")} | dict(sorted(clusters.items(), key=lambda one: one[1]))
        with asking("v-dialog", title=_("Rain-out")) as dialog:
            text("h2", _("Rain-out"))
            text("p", _("Moves every visit of a day to the next allowed hours. Nothing moves before you have seen it."))
            with ui.element("div").classes("v-pair"):
                self._day = ui.select(
                    {day.isoformat(): day_words(day) for day in days}, label=_("Day"),
                    value=(shown if shown in days else today).isoformat(),
                ).props("outlined")  # fmt: skip
                self._cluster = ui.select(choices, label=_("Cluster"), value=EVERYBODY).props("outlined")
            self._place = ui.element("div").classes("m-stack").props('aria-live="polite"')
            with ui.element("div").classes("m-actions m-dialog-actions"):
                cancel = ui.button(_("Cancel"), color=None, on_click=dialog.close).props("unelevated no-caps")
                cancel.classes("m-button m-button-quiet")
                self._go = ui.button(_("Move them"), color=None, on_click=lambda: self._carry_out(dialog))
                self._go.props("unelevated no-caps").classes("m-button")
            for field in (self._day, self._cluster):
                field.on_value_change(self._look)
            await self._look()

    @property
    def _chosen(self) -> tuple[date, UUID | None]:
        cluster = str(self._cluster.value or "")
        return date.fromisoformat(str(self._day.value)), UUID(cluster) if cluster else None

    async def _look(self) -> None:
        day, cluster_id = self._chosen
        try:
            self._preview = await self._scheduling.rain.preview(day, cluster_id=cluster_id, by=self._viewer)
        except MowthosError as error:
            self._preview = None
            tell_problem(told(error.message))
        self._show()

    def _show(self) -> None:
        preview = self._preview
        self._place.clear()
        self._go.set_enabled(preview is not None and bool(preview.moves))
        if preview is None:
            return
        with self._place:
            if not preview.moves and not preview.clashes:
                text("p", _("No visit is planned for that day."))
                return
            told_to = len(preview.messages)
            words = ngettext("{n} household gets one message.", "{n} households get one message each.", told_to)
            text("p", words.format(n=told_to)).classes("m-muted")
            with table_region(_("What would move")), ui.element("table").classes("m-table m-table-cards"):
                with ui.element("thead"), ui.element("tr"):
                    for heading in (_("Address"), _("Planned"), _("Instead")):
                        text("th", heading).props('scope="col"')
                with ui.element("tbody"):
                    for move in preview.moves:
                        zone = preview.sites[move.visit.id].zone
                        day = day_words(move.to.begins.astimezone(zone).date())
                        self._row(preview, move.visit, f"{day}, {hours(move.to.begins, move.to.ends, zone)}")
                    for clash in preview.clashes:
                        self._row(preview, clash.visit, told(clash.words))

    def _row(self, preview: RainOutPreview, visit: DayVisit, instead: str) -> None:
        zone = preview.sites[visit.id].zone
        with ui.element("tr"):
            for label, words in (
                (_("Address"), visit.lawn),
                (_("Planned"), hours(visit.span.begins, visit.span.ends, zone)),
                (_("Instead"), instead),
            ):
                cell = ui.element("td")
                cell.props["data-label"] = label
                with cell:
                    text("span", words)

    async def _carry_out(self, dialog: ui.dialog) -> None:
        preview = self._preview
        if preview is None or not await still_signed_in(self._people, self._viewer):
            return
        day, cluster_id = self._chosen
        self._go.disable()
        try:
            await self._scheduling.rain.rain_out(day, mark=preview.mark, cluster_id=cluster_id, by=self._viewer)
        except MowthosError as error:
            tell_problem(told(error.message))
            await self._look()
            return
        dialog.close()
        n = len(preview.moves)
        confirm_done(ngettext("{n} visit is moved", "{n} visits are moved", n).format(n=n))
        await self._done()
