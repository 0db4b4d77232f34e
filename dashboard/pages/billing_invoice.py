"""``/billing/invoices/{id}``: a line opens the sessions and minutes behind it, the visit's replay and its evidence."""

from datetime import UTC, datetime
from html import escape
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from nicegui import app, ui

from core.accounts import People, Right, Viewer
from core.billing import evidence_file, evidence_of
from core.billing.reads import LineProof
from core.billing.tables import InvoiceRow
from core.clock import from_epoch_ms
from core.errors import NotFound
from core.texts import N_, recalled
from dashboard.billing.html import facts, invoice_chip, invoice_table, table
from dashboard.billing.parts import Billing
from dashboard.billing.words import INVOICE_STATES, day, instant, kwh_words, line_span, line_words, minutes_words, money
from dashboard.components.dialogs import asking
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in, tell_problem
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, told
from dashboard.pages.billing import billing_style
from dashboard.theme import page_at, page_frame, page_head


def register(*, billing: Billing, people: People) -> None:
    """Serve invoices, their list and their evidence."""
    router = APIRouter(include_in_schema=False)

    @router.get("/billing/invoices/{invoice_id}/evidence-{line}.json")
    async def evidence(invoice_id: UUID, line: int, viewer: Annotated[Viewer, needs(Right.SEE_OWN_LOT)]) -> Response:
        invoice, owner, proofs = await billing.reads.invoice(invoice_id)
        own = viewer.may(Right.SEE_BILLING) or owner.household_id in viewer.household_ids
        if not own or not 0 <= line < len(proofs):
            raise NotFound(N_("there is no such invoice"))
        told_of = evidence_of(
            invoice, owner, proofs[line], await billing.mowing.names(), private=not viewer.may(Right.SEE_BILLING)
        )
        name = f"evidence-bill-{invoice.number}-line-{line + 1}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(evidence_file(told_of, billing.key), media_type="application/json", headers=headers)

    app.include_router(router)

    @page_at("/billing/invoices")
    async def list_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_BILLING)]) -> None:
        state = request.query_params.get("state", "")
        state = state if state in INVOICE_STATES else ""
        with page_frame(viewer, _("Bills")):
            billing_style()
            with page_head(_("Bills"), _(INVOICE_STATES[state][0]) if state else ""):
                pass
            invoices = await billing.reads.invoices(state=state)
            homes = await billing.reads.addresses({one.subscription_id for one in invoices})
            with ui.element("section").classes("m-card m-card-flush"):
                if not invoices:
                    with empty_face(_("No bills here"), _("Bills are made when trials and periods end."),
                                    icon="o_receipt_long"):  # fmt: skip
                        return
                with table_region(_("Bills")):
                    ui.html(invoice_table(invoices, homes), sanitize=False)

    @page_at("/billing/invoices/{invoice_id}")
    async def invoice_page(invoice_id: UUID, viewer: Annotated[Viewer, needs(Right.SEE_OWN_LOT)]) -> None:
        invoice, owner, proofs = await billing.reads.invoice(invoice_id)
        if not viewer.may(Right.SEE_BILLING) and owner.household_id not in viewer.household_ids:
            raise NotFound(N_("there is no such invoice"))
        names = await billing.mowing.names()
        title = _("Bill {number}").format(number=invoice.number)
        with page_frame(viewer, title):
            billing_style()
            with page_head(title, f"{owner.address} - {day(invoice.made_at)}"):
                if viewer.may(Right.MANAGE_BILLING):
                    _approve(billing, people, viewer, invoice)
            _holds(invoice)
            with ui.element("section").classes("m-card"):
                ui.html(_summary(invoice), sanitize=False)
            with ui.element("section").classes("m-card m-card-flush"):
                text("h2", _("Lines")).classes("m-card-head")
                body = "".join(
                    line_html(invoice, number, proof, names, replay=viewer.may(Right.SEE_FLEET))
                    for number, proof in enumerate(proofs)
                )
                ui.html(body, sanitize=False)


def _holds(invoice: InvoiceRow) -> None:
    if invoice.state != "held":
        return
    for hold in invoice.holds:
        with ui.element("div").classes("m-notice m-notice-warn").props('role="status"'):
            ui.icon("o_pan_tool").props('aria-hidden="true"')
            text("span", _("Held: {why}").format(why=told(recalled(hold["words"]))))


def _approve(billing: Billing, people: People, viewer: Viewer, invoice: InvoiceRow) -> None:
    if invoice.state != "held" or any(hold["hold"] != "outlier" for hold in invoice.holds):
        return

    async def ask() -> None:
        with asking() as dialog:
            text("h2", _("Let this bill go out"))
            reason = ui.input(_("Why is it right?")).props("outlined maxlength=200")

            async def approve() -> None:
                if not (reason.value or "").strip():
                    tell_problem(_("Say why this bill is right."))
                    return
                dialog.close()
                if await still_signed_in(people, viewer):
                    work = billing.closing.approve(invoice.id, by=viewer.email, reason=reason.value)
                    if await attempt(work, done=_("Bill sent")):
                        await billing.turn()
                        ui.navigate.reload()

            ui.button(_("Approve"), color=None, on_click=approve).props("unelevated no-caps").classes("m-button")

    ui.button(_("Approve"), color=None, on_click=ask).props("unelevated no-caps").classes("m-button")


def _summary(invoice: InvoiceRow) -> str:
    agrees = invoice.shadow_minor == invoice.total_minor
    rows = [
        (_("State"), invoice_chip(invoice.state)),
        (_("Amount"), escape(money(invoice.total_minor, invoice.currency))),
        (_("Earlier credit"), escape(money(-invoice.credit_minor, invoice.currency))),
        *([(_("Tax"), escape(money(invoice.tax_minor, invoice.currency)))] if invoice.tax_minor else ()),
        (_("To pay"), f"<b>{escape(money(invoice.due_minor + invoice.tax_minor, invoice.currency))}</b>"),
        (_("Worked out twice"), escape(_("both agree to the cent") if agrees else _("the two differ"))),
    ]
    if invoice.paid_at is not None and invoice.due_minor:
        rows.append((_("Paid"), escape(instant(invoice.paid_at))))
    if invoice.refunded_minor:
        rows.append((_("Refunded"), escape(money(invoice.refunded_minor, invoice.currency))))
    if invoice.approved_by:
        rows.append((_("Approved by"), escape(invoice.approved_by)))
    key = f'<a href="/billing/evidence-key.pem" download>{escape(_("Public key"))}</a>'
    rows.append((_("Evidence"), key))
    return facts(rows)


def line_html(invoice: InvoiceRow, number: int, proof: LineProof, names: dict[int, str], *, replay: bool) -> str:
    """A line that opens to what it rests on; ``replay``: whether the reader may watch the visits."""
    line = proof.line
    head = (
        f"<summary><b>{escape(line_words(line, invoice.currency))}</b>"
        f'<span class="m-muted m-small">{escape(line_span(line))}</span>'
        f"<span>{escape(money(line['minor'], invoice.currency))}</span></summary>"
    )
    link = (
        f'<a class="m-button m-button-quiet m-button-small" download '
        f'href="/billing/invoices/{invoice.id}/evidence-{number}.json">{escape(_("Evidence file"))}</a>'
    )
    body = f'<div class="m-row">{link}</div>'
    if proof.entries:
        words = _("{used} mowed, {allowance} included").format(
            used=minutes_words(line["used"]), allowance=minutes_words(line["allowance"])
        )
        body = f"<p>{escape(words)}</p>{_entries(proof, names, replay=replay)}{body}"
    if proof.visits:
        body = f"{_visits(proof, names, replay=replay)}{body}"
    return f'<details class="m-proof">{head}<div class="m-proof-body">{body}</div></details>'


def _visits(proof: LineProof, names: dict[int, str], *, replay: bool) -> str:
    heads = [(_("When"), False), (_("Mower"), False), (_("Battery used"), True), (_("Power, kWh"), True)]
    if replay:
        heads.append((_("Visit"), False))
    rows = []
    for visit in proof.visits:
        start, name = from_epoch_ms(visit.session_ms), names.get(visit.mower, str(visit.mower))
        when = instant(start) if replay else day(start)  # a round is at the others' as well: to a host its day is told
        row = [escape(when), escape(name), f"{visit.battery_used} %", escape(kwh_words(visit.watt_hours))]
        if replay:
            row.append(_replay(name, start))
        rows.append(row)
    return table(heads, rows)


def _replay(name: str, at: datetime) -> str:
    return f'<a href="/fleet?mower={escape(name)}&at={at:%Y-%m-%dT%H:%M:%SZ}">{escape(_("Replay"))}</a>'


def _entries(proof: LineProof, names: dict[int, str], *, replay: bool) -> str:
    heads = [(_("When"), False), (_("Mower"), False), (_("Minutes"), True), (_("Note"), False)]
    if replay:
        heads.append((_("Visit"), False))
    rows = []
    for entry in proof.entries:
        start = datetime.fromtimestamp(entry.start_minute * 60, UTC)
        name = names.get(entry.mower, str(entry.mower))
        row = [
            escape(instant(start)),
            escape(name),
            str(entry.minutes * entry.sign),
            escape(entry.reason or ""),
        ]
        if replay:
            row.append(_replay(name, start))
        rows.append(row)
    return table(heads, rows)
