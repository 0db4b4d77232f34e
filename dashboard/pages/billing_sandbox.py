"""``/billing/sandbox``: a household's life on a movable clock; nothing is stored and nobody is told."""

import asyncio
from html import escape
from typing import Annotated, Any

from nicegui import ui

from core.accounts import Right, Viewer
from core.billing import FactKind, PlanTerms, Sandbox, terms_dict
from core.errors import MowthosError
from dashboard.billing.html import bill_lines, status_chip, tiles, timeline
from dashboard.billing.parts import Billing
from dashboard.billing.words import day, fact_words, money, notice_words, status_word
from dashboard.components.faces import empty_face
from dashboard.components.notices import tell_problem
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, told
from dashboard.pages.billing import billing_style
from dashboard.theme import page_at, page_frame, page_head

STEPS = ((1, "1"), (7, "7"), (30, "30"), (425, "425"))


def register(*, billing: Billing) -> None:
    """Serve the sandbox."""

    @page_at("/billing/sandbox")
    async def sandbox_page(viewer: Annotated[Viewer, needs(Right.SEE_BILLING)]) -> None:
        plans = list(await billing.plans.offered())
        with page_frame(viewer, _("Sandbox")):
            billing_style()
            with page_head(_("Sandbox"), _("Run a household through months in seconds. Nothing here is real.")):
                pass
            if not plans:
                with empty_face(_("No plan yet"), _("Make one first, under Plans."), icon="o_sell"):
                    return
            Board(billing, plans)


class Board:
    """One open sandbox."""

    def __init__(self, billing: Billing, plans: list[PlanTerms]) -> None:
        self._billing = billing
        self._plans = {str(plan.version_id): plan for plan in plans}
        self._box = Sandbox(plans[0], billing.clock.now())
        with ui.element("section").classes("m-card m-sandbox"):
            with ui.element("div").classes("m-row"):
                names = {key: plan.name for key, plan in self._plans.items()}
                self._plan = ui.select(names, label=_("Plan"), value=next(iter(names))).props("outlined dense")
                self._weekly = ui.number(_("Minutes mowed a week"), value=60, min=0, max=5_000, step=1)
                self._weekly.props("outlined dense")
                self._host = ui.checkbox(_("Host"))
                self._pays = ui.checkbox(_("Card pays"), value=True, on_change=self._set_pays)
                self._button(_("Start again"), self._restart)
            with ui.element("div").classes("m-row"):
                for days, word in STEPS:
                    self._button(
                        _("{n} days on").format(n=word) if days > 1 else _("1 day on"), lambda d=days: self._move(d)
                    )
                for word, kind, data in self._moves():
                    self._button(word, lambda k=kind, d=data: self._do(k, d), quiet=True)
        self._place = ui.element("div").classes("m-stack").props('aria-live="polite"')
        self._show()

    def _moves(self) -> list[tuple[str, FactKind, dict[str, Any]]]:
        return [
            (_("Change to the chosen plan"), FactKind.PLAN_CHANGED, {}),
            (_("Pause one period"), FactKind.PAUSED, {"periods": 1}),
            (_("Give credit of 10"), FactKind.CREDITED, {"minor": 1_000, "note": "sandbox"}),
            (_("Cancel at period end"), FactKind.CANCELLED, {"now": False}),
            (_("Take it back"), FactKind.CANCEL_UNDONE, {}),
        ]

    def _button(self, word: str, act: Any, *, quiet: bool = False) -> None:
        classes = "m-button m-button-small" + (" m-button-quiet" if quiet else "")
        ui.button(word, color=None, on_click=act).props("unelevated no-caps").classes(classes)

    def _restart(self) -> None:
        self._box = Sandbox(
            self._plans[self._plan.value],
            self._billing.clock.now(),
            host=bool(self._host.value),
            pays=bool(self._pays.value),
            weekly_minutes=round(self._weekly.value or 0),
        )
        self._show()

    def _set_pays(self) -> None:
        self._box.pays = bool(self._pays.value)

    async def _move(self, days: int) -> None:
        self._box.weekly_minutes = round(self._weekly.value or 0)
        await asyncio.to_thread(self._box.move, days)
        self._show()

    def _do(self, kind: FactKind, data: dict[str, Any]) -> None:
        if kind is FactKind.PLAN_CHANGED:
            data = {"terms": terms_dict(self._plans[self._plan.value])}
        try:
            self._box.do(kind, **data)
        except MowthosError as error:
            tell_problem(told(error.message))
        self._show()

    def _show(self) -> None:
        box, life = self._box, self._box.life()
        paid = sum(bill.due.minor for bill in life.bills if bill.paid_at)
        self._place.clear()
        with self._place:
            figures = tiles(
                (
                    (_("Clock"), day(box.now), _("day {n}").format(n=(box.now - box.start).days)),
                    (_("Standing"), status_word(life.status), life.terms.name),
                    (_("Bills"), str(len(life.bills)), _("both engines agree")
                     if all(not box.difference(bill) for bill in life.bills) else _("the two engines differ")),
                    (_("Paid"), money(paid, life.currency), _("in all")),
                    (_("Credit"), money(life.balance.minor, life.currency), ""),
                )
            )  # fmt: skip
            ui.html(figures, sanitize=False)
            with ui.element("div").classes("m-bill-two"):
                with ui.element("section").classes("m-card"):
                    text("h2", _("What happened"))
                    rows = [(at, self._words(kind, data)) for at, kind, data in reversed(box.log[-60:])]
                    ui.html(timeline(rows), sanitize=False)
                with ui.element("section").classes("m-card"):
                    text("h2", _("Last bill"))
                    if life.bills:
                        ui.html(bill_lines(life.bills[-1]), sanitize=False)
                    else:
                        ui.html(f"<p>{status_chip(life.status)} {escape(_('No bill yet'))}</p>", sanitize=False)

    def _words(self, kind: str, data: dict[str, Any]) -> str:
        currency = self._box.terms.currency
        if kind == "status":
            return _("Standing: {status}").format(status=status_word(data["status"]))
        if kind == "bill":
            agrees = _("both engines agree") if data["agrees"] else _("the two engines differ")
            due = money(data["due"], currency)
            return _("Bill {number} over {due}").format(number=data["number"], due=due) + f" ({agrees})"
        if kind.startswith("notice:"):
            return _("Told: {words}").format(words=notice_words(kind.removeprefix("notice:"), data))
        return fact_words(kind, data, currency)
