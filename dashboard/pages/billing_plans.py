"""``/billing/plans``: what is offered; an edit makes a new version, members keep theirs."""

from html import escape
from typing import Annotated, Any

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.billing import PlanTerms
from core.measures import Kind
from dashboard.billing.html import table
from dashboard.billing.parts import Billing
from dashboard.billing.words import interval_word, minutes_words, money, plan_name
from dashboard.components.dialogs import asking
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in, tell_problem
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _
from dashboard.measures import area_words, typed_number, unit_number, unit_word
from dashboard.pages.billing import billing_style
from dashboard.theme import page_at, page_frame, page_head


def register(*, billing: Billing, people: People) -> None:
    """Serve the plans."""

    @page_at("/billing/plans")
    async def plans_page(viewer: Annotated[Viewer, needs(Right.SEE_BILLING)]) -> None:
        versions = await billing.plans.versions()
        with page_frame(viewer, _("Plans")):
            billing_style()
            manages = viewer.may(Right.MANAGE_BILLING)
            form = PlanForm(billing, people, viewer)
            words = _("An edit makes a new version for those who join or change; members keep what they agreed to.")
            with page_head(_("Plans"), words):
                if manages:
                    _small(_("New plan"), form.ask, quiet=False)
            with ui.element("section").classes("m-card m-card-flush"):
                if not versions:
                    with empty_face(_("No plan yet"), _("Make one, and homes can join."), icon="o_sell"):
                        return
                with table_region(_("Plans")):
                    ui.html(_table(list(versions)), sanitize=False)
            current = [terms for terms, offered in versions if offered]
            if manages and current:
                with ui.element("section").classes("m-card"):
                    text("h2", _("Change what is offered"))
                    for terms in current:
                        with ui.element("div").classes("m-row"):
                            text("span", plan_name(terms)).classes("m-grow")
                            _small(_("Edit"), lambda one=terms: form.ask(one))
                            _small(_("Withdraw"), lambda one=terms: form.withdraw(one))


def _small(word: str, act: Any, *, quiet: bool = True) -> None:
    classes = "m-button m-button-quiet m-button-small" if quiet else "m-button"
    ui.button(word, color=None, on_click=act).props("unelevated no-caps").classes(classes)


def _table(versions: list[tuple[PlanTerms, bool]]) -> str:
    heads = [
        (_("Plan"), False), (_("Price"), True), (_("Included"), True), (_("Each minute more"), True),
        (_("Lawn up to"), True), (_("Host pays"), True), (_("Priority"), True), (_("Offered"), False),
    ]  # fmt: skip
    rows = [
        [
            f"{escape(terms.name)} <span class='m-sub'>v{terms.version}</span>",
            escape(f"{money(terms.price.minor, terms.currency)} {interval_word(terms)}"),
            escape(minutes_words(terms.included_minutes)),
            escape(money(terms.overage.minor, terms.currency)),
            escape(_("any") if not terms.area_cap_m2 else area_words(terms.area_cap_m2)),
            escape(money(terms.price_for(host=True).minor, terms.currency)),
            str(terms.priority),
            f'<span class="m-chip m-chip-good">{escape(_("yes"))}</span>' if offered else escape(_("no")),
        ]
        for terms, offered in versions
    ]
    return table(heads, rows)


class PlanForm:
    """The dialog in which a plan is made or edited."""

    def __init__(self, billing: Billing, people: People, viewer: Viewer) -> None:
        self._billing, self._people, self._viewer = billing, people, viewer

    async def ask(self, terms: PlanTerms | None = None) -> None:
        old = terms if isinstance(terms, PlanTerms) else None
        with asking() as dialog:
            text("h2", _("New version of {plan}").format(plan=old.name) if old else _("New plan"))
            code = ui.input(_("Short name, for addresses"), value=old.code if old else "").props("outlined")
            name = ui.input(_("Name"), value=old.name if old else "").props("outlined")
            interval = ui.select(
                {"month": _("Monthly"), "year": _("Annual")}, label=_("Falls due"),
                value=old.interval.value if old else "month",
            ).props("outlined")  # fmt: skip
            code.set_enabled(old is None)
            interval.set_enabled(old is None)
            price = _number(_("Price"), old.price.minor / 100 if old else None, 0.01)
            included = _number(_("Included hours"), old.included_minutes / 60 if old else None, 0.25)
            overage = _number(_("Each minute beyond"), old.overage.minor / 100 if old else None, 0.01)
            cap = round(unit_number(old.area_cap_m2, Kind.AREA)) if old else 0
            area = _number(_("Lawn up to, {unit} (0 = any)").format(unit=unit_word(Kind.AREA)), cap, 1)
            discount = _number(_("Host's discount, %"), old.host_discount_percent if old else 0, 1)
            power = _number(_("Power credit for each kWh"), old.power_per_kwh.minor / 100 if old else 0, 0.01)
            priority = _number(_("Priority, 0 to 9"), old.priority if old else 0, 1)

            async def save() -> None:
                if None in (price.value, included.value, overage.value):
                    tell_problem(_("Price, included hours and the minute beyond are needed."))
                    return
                if not await still_signed_in(self._people, self._viewer):
                    return
                work = self._billing.plans.save(
                    by=self._viewer.email, code=code.value or "", name=name.value or "", interval=interval.value,
                    price_minor=round(price.value * 100), included_minutes=round(included.value * 60),
                    overage_minor=round(overage.value * 100),
                    area_cap_m2=round(typed_number(area.value or 0, Kind.AREA)),
                    host_discount_percent=round(discount.value or 0),
                    power_minor_per_kwh=round((power.value or 0) * 100),
                    priority=round(priority.value or 0),
                )  # fmt: skip
                if await attempt(work, done=_("Plan saved")):
                    dialog.close()
                    ui.navigate.reload()

            with ui.element("div").classes("m-actions m-dialog-actions"):
                _small(_("Back"), dialog.close)
                _small(_("Save"), save, quiet=False)

    async def withdraw(self, terms: PlanTerms) -> None:
        if await still_signed_in(self._people, self._viewer):
            work = self._billing.plans.withdraw(terms.code, by=self._viewer.email)
            if await attempt(work, done=_("{plan} is no longer offered").format(plan=terms.name)):
                ui.navigate.reload()


def _number(label: str, value: float | None, step: float) -> ui.number:
    return ui.number(label, value=value, min=0, step=step).props("outlined")
