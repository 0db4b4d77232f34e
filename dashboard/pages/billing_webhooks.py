"""``/billing/webhooks``: what the payment provider told us and what we told it; failures are replayed from here."""

from html import escape
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from nicegui import ui

from core.accounts import People, Right, Viewer
from core.billing.tables import WebhookRow
from core.texts import recalled
from dashboard.billing.html import table
from dashboard.billing.parts import Billing, Payments
from dashboard.billing.webhooks_away import away_banner
from dashboard.billing.words import instant
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import N_, _, told
from dashboard.pages.billing import billing_style
from dashboard.theme import page_at, page_frame, page_head

STATES = {
    "": (N_("All"), ""),
    "waiting": (N_("Waiting"), "m-chip-info"),
    "done": (N_("Processed"), "m-chip-good"),
    "kept": (N_("Kept"), ""),
    "failed": (N_("Failed"), "m-chip-bad"),
}


def register(*, billing: Billing, people: People) -> None:
    """Serve the inbox."""

    @page_at("/billing/webhooks")
    async def inbox_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_BILLING)]) -> None:
        state, search = request.query_params.get("state", ""), request.query_params.get("q", "")
        state = state if state in STATES else ""
        with page_frame(viewer, _("Webhook inbox")):
            billing_style()
            with page_head(
                _("Webhook inbox"), _("Every event is kept, checked against a fresh read, and counts once.")
            ):
                pass
            payments = billing.payments
            if payments is None:
                with empty_face(_("No payment provider is set up"), _("An admin sets MOWTHOS_STRIPE_SECRET_KEY."),
                                icon="o_credit_card_off"):  # fmt: skip
                    return
            await away_banner(billing)
            events = await payments.inbox.events(state=state, search=search)
            await _failed_sends(payments, people, viewer)
            with ui.element("section").classes("m-card m-card-flush"):
                ui.html(_filter(state, search), sanitize=False)
                if not events:
                    with empty_face(_("No events here"), _("They show as soon as the provider sends one.")):
                        return
                with table_region(_("Webhook inbox")):
                    ui.html(_table(events), sanitize=False)
            failed = [event for event in events if event.state == "failed"]
            if failed and viewer.may(Right.MANAGE_BILLING):
                _replay(payments, people, viewer, failed)


def _filter(state: str, search: str) -> str:
    label = escape(_("Search type, object or event"))
    chips = "".join(
        f'<a class="m-filter-chip" href="/billing/webhooks?{urlencode({"state": one, "q": search})}"'
        f"{' aria-current=true' if one == state else ''}>{escape(_(word))}</a>"
        for one, (word, _tone) in STATES.items()
    )
    return (
        f'<form method="get" class="m-filter"><div class="m-row m-grow"><input class="m-input" type="search" name="q" '
        f'value="{escape(search)}" placeholder="{label}" aria-label="{label}"></div>'
        f'<div class="m-row">{chips}</div></form>'
    )


def _table(events: list[WebhookRow]) -> str:
    heads = [
        (_("Received"), False), (_("Event"), False), (_("Object"), False), (_("State"), False),
        (_("Deliveries"), True), (_("Outcome"), False),
    ]  # fmt: skip
    rows = [
        [
            escape(instant(event.received_at)),
            f"{escape(event.type)}<span class='m-sub m-mono'>{escape(event.event_id)}</span>",
            f"<span class='m-mono'>{escape(event.object_id)}</span>",
            f"<span class='m-chip {STATES[event.state][1]}'>{escape(_(STATES[event.state][0]))}</span>",
            str(event.deliveries),
            escape(told(recalled(event.error)) if event.error else event.outcome),
        ]
        for event in events
    ]
    return table(heads, rows)


def _replay(payments: Payments, people: People, viewer: Viewer, failed: list[WebhookRow]) -> None:
    with ui.element("section").classes("m-card"):
        text("h2", _("Replay what failed"))
        text("p", _("An event can do nothing twice: replaying is always safe.")).classes("m-muted")
        with ui.element("ul").classes("m-list"):
            for event in failed:
                with ui.element("li"):
                    text("span", f"{event.type} {event.event_id}").classes("m-grow")

                    async def again(event_id: str = event.event_id) -> None:
                        if not await still_signed_in(people, viewer):
                            return
                        if await attempt(payments.inbox.replay(event_id), done=_("Processed again")):
                            ui.navigate.reload()

                    ui.button(_("Replay"), color=None, on_click=lambda e=event.event_id: again(e)).props(
                        "unelevated no-caps"
                    ).classes("m-button m-button-quiet m-button-small")


async def _failed_sends(payments: Payments, people: People, viewer: Viewer) -> None:
    rows = await payments.outbox.failed()
    if not rows:
        return
    with ui.element("section").classes("m-card"):
        text("h2", _("Could not be told to the provider"))
        with ui.element("ul").classes("m-list"):
            for row in rows:
                with ui.element("li"):
                    text("span", f"{row.kind} {row.subject}: {told(recalled(row.error))}").classes("m-grow")

                    async def again(row_id: UUID) -> None:
                        if not await still_signed_in(people, viewer):
                            return
                        if await attempt(payments.outbox.again(row_id), done=_("Tried again")):
                            ui.navigate.reload()

                    if viewer.may(Right.MANAGE_BILLING):
                        ui.button(_("Try again"), color=None, on_click=lambda r=row.id: again(r)).props(
                            "unelevated no-caps"
                        ).classes("m-button m-button-quiet m-button-small")
