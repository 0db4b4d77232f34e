"""The homeowner's bill: standing, minutes of this month, the forecast, and every bill to its lines."""

from html import escape
from uuid import UUID

from nicegui import ui

from core.accounts import People, Viewer
from core.billing import Life, Status, meter_of
from core.errors import MowthosError
from dashboard.assets import asset_url
from dashboard.billing.html import invoice_table, meter_html, status_chip
from dashboard.billing.joining import JoinDesk
from dashboard.billing.parts import Billing
from dashboard.billing.steps import Steps
from dashboard.billing.words import day, money
from dashboard.components.notices import tell_problem
from dashboard.components.text import text
from dashboard.i18n import _, told

SHOWN = 6


class BillCards:
    """One card for each subscription of the viewer's homes."""

    def __init__(self, *, billing: Billing, joining: JoinDesk, people: People) -> None:
        self._billing, self._joining, self._people = billing, joining, people

    async def show(self, viewer: Viewer, base_url: str) -> None:
        ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/billing.css")}">')
        rows = await self._billing.desk.of_households(viewer.household_ids)
        live = [row for row in rows if row.status != Status.CANCELED]
        if not live and await self._billing.plans.offered() and await self._joining.homes(viewer):
            with ui.element("section").classes("m-card"):
                text("h2", _("Your subscription"))
                text("p", _("Choose a plan and try it for nothing.")).classes("m-muted")
                ui.html(f'<a class="m-button" href="/join">{escape(_("See the plans"))}</a>', sanitize=False)
        for row in live:
            await self._card(viewer, row.id, base_url)

    async def _card(self, viewer: Viewer, subscription_id: UUID, base_url: str) -> None:
        row, life, usage = await self._billing.desk.life(subscription_id)
        with ui.element("section").classes("m-card").props("data-bill"):
            ui.html('<span id="bill"></span>', sanitize=False)  # where the line of the today card leads
            ui.html(f"<h2>{escape(_('Your bill'))} {status_chip(life.status)}</h2>", sanitize=False)
            text("p", f"{row.address} - {life.terms.name}").classes("m-muted")
            ui.html(meter_html(meter_of(life, usage)), sanitize=False)
            for words in await self._sentences(subscription_id, life):
                text("p", words)
            invoices = [one for one in await self._billing.reads.invoices(subscription_id) if one.state != "held"]
            if invoices:
                ui.html(invoice_table(invoices[:SHOWN]), sanitize=False)
            await self._referral(viewer, row.household_id, life.currency, base_url)
            with ui.element("div").classes("m-actions"):
                self._card_button(subscription_id, life, base_url)
                steps = Steps(
                    billing=self._billing,
                    people=self._people,
                    viewer=viewer,
                    subscription_id=subscription_id,
                    life=life,
                )
                steps.buttons(list(await self._billing.plans.offered()))

    async def _referral(self, viewer: Viewer, household_id: UUID, currency: str, base_url: str) -> None:
        """The home's own code to hand to a neighbour, where both are credited for it."""
        desk = self._billing.referrals
        if desk.minor <= 0:
            return
        code = await (desk.known_code(household_id) if viewer.watcher else desk.code_of(household_id))
        if code is None:
            return
        words = _("Bring a neighbour: both of you get {amount} after their first paid bill. Your code is {code}.")
        text("p", words.format(amount=money(desk.minor, currency), code=code))
        link = f"{base_url.rstrip('/')}/join?code={code}"
        ui.html(f'<p class="m-small"><a class="h-more" href="{escape(link)}">{escape(link)}</a></p>', sanitize=False)

    async def _sentences(self, subscription_id: UUID, life: Life) -> list[str]:
        found = []
        if life.owed.minor and life.dunning is not None:
            found.append(_("{owed} is owed. Save a card that pays, and service is back at once.").format(
                owed=money(life.owed.minor, life.currency)))  # fmt: skip
        if life.cancel_at is not None:
            found.append(_("Ends on {date}.").format(date=day(life.cancel_at)))
        if life.pause is not None:
            until = day(life.pause.until) if life.pause.until else _("you end it")
            found.append(_("Paused from {start} until {end}.").format(start=day(life.pause.start), end=until))
        bill = await self._billing.desk.next_bill(subscription_id)
        if bill is not None:
            words = _("Forecast for {date}: {due} plus tax") if self._billing.taxed else _("Forecast for {date}: {due}")
            found.append(words.format(date=day(bill.at), due=money(bill.due.minor, life.currency)))
        if life.balance.minor:
            found.append(_("Credit: {credit}").format(credit=money(life.balance.minor, life.currency)))
        return found

    def _card_button(self, subscription_id: UUID, life: Life, base_url: str) -> None:
        async def save_card() -> None:
            try:
                ui.navigate.to(await self._joining.card_page(subscription_id, base_url))
            except MowthosError as error:
                tell_problem(told(error.message))

        word = _("Change card") if life.card else _("Save a card")
        urgent = life.dunning is not None or not life.card
        ui.button(word, color=None, on_click=save_card).props("unelevated no-caps").classes(
            "m-button" if urgent else "m-button m-button-quiet"
        )
