"""``/home/visits/{id}``: one visit of the own lot: times, coverage, weather, faults, the bill; and a word on it."""

from typing import Annotated
from uuid import UUID

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.db import Database
from core.errors import MowthosError
from core.fleet import FaultLexicon
from core.household.problem_desk import ProblemDesk
from core.scheduling.weather_model import CHECK_NAMES
from dashboard.assets import asset_url
from dashboard.billing.words import money
from dashboard.components.notices import confirm_done, still_signed_in, tell_problem
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.components.weather_words import HELD, limit_words, value_words
from dashboard.gate import needs
from dashboard.home.data import home_lots
from dashboard.home.lot_drawing import LotDrawing
from dashboard.home.report_desk import VisitReport
from dashboard.home.words import minutes_text
from dashboard.households import Households
from dashboard.i18n import _, current_language, ngettext, told
from dashboard.measures import area_words
from dashboard.theme import page_at, page_frame, page_head
from dashboard.visits.table import state_chip
from dashboard.visits.words import hour, hours, long_day, reason_words

STARS = 5


def register(*, database: Database, households: Households, people: People, lexicon: FaultLexicon) -> None:
    """Serve it to the household of the lot; whoever sees the schedule may read it, too."""

    @page_at("/home/visits/{visit_id}")
    async def visit_page(visit_id: UUID, viewer: Annotated[Viewer, needs(Right.SEE_OWN_LOT)]) -> None:
        report = await households.reports.report(visit_id, viewer=viewer)
        own = {home.lot.id: home for home in await home_lots(database, viewer)}
        home = own.get(report.lot.id)
        drawing = LotDrawing(home.scene) if home is not None and home.scene is not None else None
        rating = await households.problems.rating(visit_id, by=viewer) if home is not None else None
        for sheet in ("home", "visits"):
            ui.add_head_html(f'<link rel="stylesheet" href="{asset_url(f"styles/{sheet}.css")}">')
        day = long_day(report.visit.begins_at.astimezone(report.site.zone).date())
        with page_frame(viewer, _("Visit report")):
            with page_head(_("Visit report"), f"{report.site.address} - {day}"):
                if home is not None:
                    ui.link(_("Back"), "/home").classes("m-button m-button-quiet")
            _outcome(report)
            _picture(report, drawing)
            _faults(report, lexicon)
            _weather(report)
            _bill(report, viewer)
            if home is not None:
                rated = (rating.stars, rating.words) if rating is not None else (0, "")
                Rate(households.problems, people, viewer, report, *rated).build()


def _card(title: str) -> ui.element:
    card = ui.element("section").classes("m-card m-stack")
    card.props["aria-label"] = title
    with card:
        text("h2", title)
    return card


def _outcome(report: VisitReport) -> None:
    visit, zone = report.visit, report.site.zone
    with _card(_("What happened")):
        with ui.element("div").classes("m-row"):
            state_chip(visit)
            if visit.reason.value:
                text("span", reason_words(visit.reason))
        first, last = report.first_at, report.last_at
        minutes = report.bill.minutes if report.bill is not None else visit.mowed_minutes
        facts = {
            _("Planned"): hours(visit.begins_at, visit.ends_at, zone),
            _("Mowed"): hours(first, last, zone) if first and last else _("it was not seen mowing here"),
            _("Minutes"): minutes_text(minutes) if minutes is not None else _("not known yet"),
        }
        with ui.element("dl").classes("m-facts"):
            for label, words in facts.items():
                text("dt", label)
                text("dd", words)
        if visit.note:
            text("p", visit.note)


def _picture(report: VisitReport, drawing: LotDrawing | None) -> None:
    found = report.coverage
    if found is None:
        return
    with _card(_("What of your lawn was mown")):
        words = ngettext(
            "{percent} % of {area}. {missed} in {n} place were missed.",
            "{percent} % of {area}. {missed} in {n} places were missed.",
            found.patches,
        )
        text("p", words.format(
            percent=round(found.percent), area=area_words(found.area_m2), missed=area_words(found.missed_m2),
            n=found.patches,
        ))  # fmt: skip
        if drawing is None:
            return
        ratio = f"aspect-ratio: {drawing.width:.2f} / {drawing.height:.2f}"
        with ui.element("div").classes("m-home-picture").style(ratio):
            ui.html(drawing.svg(_("Map of your lot: mown ground is dark, what was missed is hatched")), sanitize=False)
            layers = drawing.ground_svg(found.cut, "m-lot-mown") + drawing.ground_svg(found.missed, "m-lot-missed")
            ui.html(layers, sanitize=False).classes("m-home-layer")
        with ui.element("div").classes("m-row h-legend"):
            for look, name in (("h-mown", _("mown")), ("h-missed", _("missed"))):
                with ui.element("span"):
                    ui.element("i").classes(look)
                    text("span", name)


def _faults(report: VisitReport, lexicon: FaultLexicon) -> None:
    faults = [one for work in report.work for one in work.faults]
    with _card(_("Faults on your lawn")):
        if not faults:
            text("p", _("None.")).classes("m-muted")
            return
        with ui.element("ul").classes("m-list"):
            for one in faults:
                with ui.element("li"):
                    what = told(lexicon.explain(one.code, current_language()).what) if one.code else _("Fault")
                    text("span", f"{hour(one.at, report.site.zone)} - {what}")


def _weather(report: VisitReport) -> None:
    decision = report.weather
    with _card(_("The weather behind it")):
        if decision is None:
            text("p", _("No look at the weather is on record for this visit.")).classes("m-muted")
            return
        text("p", told(decision.words))
        with table_region(_("The weather behind it")), ui.element("table").classes("m-table m-table-cards"):
            with ui.element("thead"), ui.element("tr"):
                for heading in (_("What"), _("Found"), _("Limit"), _("Holds")):
                    text("th", heading).props('scope="col"')
            with ui.element("tbody"):
                for check in decision.checks:
                    word, mark = HELD[check.holds]
                    with ui.element("tr"):
                        cells = (told(CHECK_NAMES[check.kind]), value_words(check), limit_words(check))
                        for cell in (*cells, f"{mark} {_(word)}"):
                            text("td", cell)


def _bill(report: VisitReport, viewer: Viewer) -> None:
    bill = report.bill
    if report.visit.extra:
        with _card(_("On your bill")):
            text("p", _("This visit was beside your plan, to make good: none of its minutes is billed."))
        return
    if bill is None or not (viewer.may(Right.SEE_OWN_BILL) or viewer.may(Right.SEE_BILLING)):
        return
    with _card(_("On your bill")):
        if bill.trial:
            words = _("{minutes} in your trial: they cost nothing.")
        elif bill.beyond:
            words = _("{included} are included in your plan, {beyond} are beyond it: {cost}.")
        else:
            words = _("{minutes}, all of them included in your plan: they cost nothing more.")
        cost = money(bill.cost.minor, bill.cost.currency)
        text("p", words.format(
            minutes=minutes_text(bill.minutes), included=minutes_text(bill.included),
            beyond=minutes_text(bill.beyond), cost=cost,
        ))  # fmt: skip


class Rate:
    """Stars and a word; another time replaces them."""

    def __init__(
        self, desk: ProblemDesk, people: People, viewer: Viewer, report: VisitReport, stars: int, words: str
    ) -> None:
        self._desk, self._people, self._viewer, self._report = desk, people, viewer, report
        self._stars, self._words = stars, words

    def build(self) -> None:
        visit = self._report.visit
        with _card(_("How was it?")):
            self._place = ui.element("div").classes("m-stack")
            with ui.element("div").classes("m-actions"):
                where = f"/home/problem?lot={visit.lot_id}&visit={visit.id}"
                ui.link(_("Report a problem"), where).classes("m-button m-button-quiet")
        self._draw()

    def _draw(self) -> None:
        self._place.clear()
        with self._place:
            with ui.element("div").classes("h-stars").props('role="group"') as group:
                group.props["aria-label"] = _("Stars")
                for star in range(1, STARS + 1):
                    self._star(star)
            if self._stars:
                words = ui.input(_("A word about it"), value=self._words).props("outlined maxlength=1000")
                save = ui.button(_("Save"), color=None, on_click=lambda: self._rate(self._stars, words.value or ""))
                save.props("unelevated no-caps").classes("m-button m-button-quiet")

    def _star(self, star: int) -> None:
        full = star <= self._stars
        button = text("button", "★" if full else "☆").props("type=button").classes("h-star")
        button.props["aria-pressed"] = str(star == self._stars).lower()
        button.props["aria-label"] = _("{n} of {all} stars").format(n=star, all=STARS)
        button.on("click", lambda: self._rate(star, self._words), args=[])

    async def _rate(self, stars: int, words: str) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        try:
            await self._desk.rate(visit_id=self._report.visit.id, stars=stars, words=words, by=self._viewer)
        except MowthosError as error:
            tell_problem(told(error.message))
            return
        self._stars, self._words = stars, words
        self._draw()
        confirm_done(_("Thank you."))
