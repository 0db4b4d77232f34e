"""``/billing/households/{id}``: plan, minutes, bills, credit and everything that happened; a dry run of any date."""

from datetime import UTC, datetime, time
from html import escape
from typing import Annotated
from uuid import UUID

from fastapi import Request
from nicegui import ui

from core.accounts import People, Right, Viewer
from core.billing import FactKind, Life, meter_of
from core.errors import Invalid
from dashboard.billing.html import bill_lines, facts, invoice_table, meter_html, status_chip, timeline
from dashboard.billing.parts import Billing
from dashboard.billing.steps import Steps
from dashboard.billing.words import coupon_words, day, fact_words, interval_word, money, notice_words
from dashboard.components.faces import empty_face
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, told
from dashboard.pages.billing import billing_style
from dashboard.theme import page_at, page_frame, page_head

MOST_YEARS = 5


def register(*, billing: Billing, people: People) -> None:
    """Serve the page of one household's subscription."""

    @page_at("/billing/households/{subscription_id}")
    async def household_page(
        request: Request, subscription_id: UUID, viewer: Annotated[Viewer, needs(Right.SEE_BILLING)]
    ) -> None:
        row, life, usage = await billing.desk.life(subscription_id)
        with page_frame(viewer, row.address):
            billing_style()
            payer = await billing.desk.payer(row.payer_id)
            steps = Steps(billing=billing, people=people, viewer=viewer, subscription_id=subscription_id, life=life)
            with page_head(row.address, f"{payer.name}, {payer.email}"):
                if viewer.may(Right.MANAGE_BILLING):
                    steps.buttons(list(await billing.plans.offered()))
            with ui.element("div").classes("m-bill-two"):
                with ui.element("div").classes("m-bill-side"):
                    _standing(life)
                    await _bills(billing, subscription_id, steps, viewer, life)
                    await _timeline(billing, subscription_id, life)
                with ui.element("div").classes("m-bill-side"):
                    with ui.element("section").classes("m-card"):
                        text("h2", _("Mowed in this period"))
                        ui.html(meter_html(meter_of(life, usage)), sanitize=False)
                    await _forecast(billing, subscription_id, row.payer_id)
                    await _dry_run(billing, subscription_id, request.query_params.get("at", ""))
                    await _notices(billing, subscription_id)


def _standing(life: Life) -> None:
    rows = [
        (_("Standing"), status_chip(life.status)),
        (_("Plan"), escape(f"{life.terms.name} v{life.terms.version}")),
        (_("Price"), escape(f"{money(life.terms.price_for(host=life.host).minor, life.currency)} "
                            f"{interval_word(life.terms)}")),
        (_("Card"), escape(_("saved") if life.card else _("none"))),
        (_("Owed"), escape(money(life.owed.minor, life.currency))),
        (_("Credit"), escape(money(life.balance.minor, life.currency))),
    ]  # fmt: skip
    if life.coupon is not None:
        rows.append((_("Coupon"), escape(coupon_words(life.coupon.percent, life.coupon.left))))
    if life.trial is not None and not life.bills:
        rows.append((_("Trial ends"), escape(day(life.trial.end))))
    if life.dunning is not None:
        told_words = _("reminder {stage} of {stages}, since {date}")
        rows.append(
            (_("Payment"), escape(told_words.format(stage=life.dunning.stage, stages=10, date=day(life.dunning.since))))
        )
    if life.cancel_at is not None:
        rows.append((_("Ends"), escape(day(life.cancel_at))))
    if life.pause is not None:
        until = day(life.pause.until) if life.pause.until else _("open")
        rows.append((_("Pause"), escape(f"{day(life.pause.start)} - {until}")))
    with ui.element("section").classes("m-card"):
        ui.html(facts(rows), sanitize=False)


async def _bills(billing: Billing, subscription_id: UUID, steps: Steps, viewer: Viewer, life: Life) -> None:
    invoices = await billing.reads.invoices(subscription_id)
    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-card-head"):
            text("h2", _("Bills"))
            if viewer.may(Right.MANAGE_BILLING):
                with ui.element("div").classes("m-row"):
                    _give(_("Give credit"), lambda: steps.give(FactKind.CREDITED, title=_("Give credit")))
                    if life.coupon is None:
                        _give(_("Give a coupon"), steps.coupon)
                    else:
                        _give(_("Take the coupon away"), steps.end_coupon)
                    paid = [bill for bill in life.bills if bill.paid_at and bill.due.minor > bill.refunded.minor]
                    if paid:
                        last = paid[-1]
                        _give(
                            _("Refund bill {number}").format(number=last.number),
                            lambda: steps.give(
                                FactKind.REFUNDED,
                                title=_("Refund bill {number}").format(number=last.number),
                                number=last.number,
                                most=(last.due - last.refunded).minor,
                            ),
                        )
        if not invoices:
            with empty_face(_("No bill yet"), _("The first is made when the trial ends."), icon="o_receipt_long"):
                pass
            return
        with table_region(_("Bills")):
            ui.html(invoice_table(invoices), sanitize=False)


def _give(word: str, act: object) -> None:
    ui.button(word, color=None, on_click=act).props("unelevated no-caps").classes(  # type: ignore[arg-type]
        "m-button m-button-quiet m-button-small"
    )


async def _forecast(billing: Billing, subscription_id: UUID, payer_id: UUID) -> None:
    bill = await billing.desk.next_bill(subscription_id)
    if bill is None:
        return
    with ui.element("section").classes("m-card"):
        text("h2", _("Next bill, {date}").format(date=day(bill.at)))
        text("p", _("If nothing more happened until then.")).classes("m-muted m-small")
        ui.html(bill_lines(bill, await billing.tax_on(payer_id, bill)), sanitize=False)


async def _dry_run(billing: Billing, subscription_id: UUID, asked: str) -> None:
    """Any date: what the household would have been billed by then. Nothing is written."""
    with ui.element("section").classes("m-card"):
        text("h2", _("Dry run"))
        label = escape(_("As of the end of"))
        ui.html(
            f'<form method="get" class="m-row"><div class="m-field"><label for="at">{label}</label>'
            f'<input class="m-input" type="date" id="at" name="at" value="{escape(asked)}"></div>'
            f'<button class="m-button m-button-quiet" type="submit">{escape(_("Work it out"))}</button></form>',
            sanitize=False,
        )
        if not asked:
            return
        try:
            date = datetime.combine(datetime.fromisoformat(asked).date(), time(23, 59, 59), UTC)
            if abs(date.year - billing.clock.now().year) > MOST_YEARS:
                raise ValueError
            _row, life, _usage = await billing.desk.life(subscription_id, date)
        except ValueError:
            text("p", _("{date} is no date within five years.").format(date=asked[:20])).props('role="alert"')
            return
        except Invalid as error:
            text("p", told(error.message)).props('role="alert"')
            return
        bills = [bill for bill in life.bills if not bill.closed] or list(life.bills[-1:])
        if not bills:
            text("p", _("No bill by then."))
        for bill in bills[-3:]:
            text("h3", _("Bill {number}, {date}").format(number=bill.number, date=day(bill.at)))
            ui.html(bill_lines(bill), sanitize=False)


async def _timeline(billing: Billing, subscription_id: UUID, life: Life) -> None:
    rows = [
        (row.at, fact_words(row.kind, row.data, life.currency)) for row in await billing.reads.timeline(subscription_id)
    ]
    with ui.element("section").classes("m-card"):
        text("h2", _("What happened"))
        ui.html(timeline(rows), sanitize=False)


async def _notices(billing: Billing, subscription_id: UUID) -> None:
    found = await billing.reads.notices(subscription_id)
    if not found:
        return
    with ui.element("section").classes("m-card"):
        text("h2", _("Told to the household"))
        ui.html(timeline((row.at, notice_words(row.kind, row.data)) for row in found[:12]), sanitize=False)
