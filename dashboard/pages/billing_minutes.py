"""``/billing/minutes``: mowed minutes that no lot was found for; a person says whose they are, and why."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Annotated

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.billing import LotRef
from core.billing.tables import SubscriptionRow
from dashboard.billing.parts import Billing
from dashboard.billing.words import instant, minutes_words
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _
from dashboard.pages.billing import billing_style
from dashboard.theme import page_at, page_frame, page_head

SHOWN = 50


def register(*, billing: Billing, people: People) -> None:
    """Serve minutes without a lot."""

    @page_at("/billing/minutes")
    async def minutes_page(viewer: Annotated[Viewer, needs(Right.SEE_BILLING)]) -> None:
        entries, names = await billing.ledger.unattributed(), await billing.mowing.names()
        shown = entries[:SHOWN]
        served = await billing.mowing.lots_of({entry.mower for entry in shown})
        homes = {
            row.lot_id: row for row in await billing.reads.of_lots({lot for lots in served.values() for lot in lots})
        }
        with page_frame(viewer, _("Minutes without a lot")):
            billing_style()
            with page_head(_("Minutes without a lot"), _("They hold the bills of the homes this mower serves.")):
                pass
            if not entries:
                with empty_face(_("Every minute has its lot"), _("Nothing to do."), icon="o_task_alt"):
                    return
            for entry in shown:
                with ui.element("section").classes("m-card"):
                    at = instant(datetime.fromtimestamp(entry.start_minute * 60, UTC))
                    text("h2", f"{names.get(entry.mower, entry.mower)}: {minutes_words(entry.minutes)}, {at}")
                    if entry.zone:
                        ui.html(_zone_words(), sanitize=False)
                    if viewer.may(Right.MANAGE_BILLING):
                        near = {str(lot): homes[lot] for lot in served.get(entry.mower, ()) if lot in homes}
                        _assign(billing, people, viewer, entry.id or 0, near)


def _zone_words() -> str:
    words = escape(_("Its zone is tied to no home: once it is, these minutes find their lot by themselves."))
    return f'<p>{words} <a href="/zones">{escape(_("Zones"))}</a></p>'


def _assign(
    billing: Billing,
    people: People,
    viewer: Viewer,
    entry_id: int,
    near: Mapping[str, SubscriptionRow],
) -> None:
    if not near:
        text("p", _("No home with a subscription is served by this mower.")).classes("m-muted")
        return
    with ui.element("div").classes("m-row"):
        addresses = {lot: row.address for lot, row in near.items()}
        choice = ui.select(addresses, label=_("Home"), value=next(iter(near))).props("outlined dense")
        reason = ui.input(_("Why")).props("outlined dense maxlength=200")

        async def assign() -> None:
            if not await still_signed_in(people, viewer):
                return
            row = near[choice.value]
            lot = LotRef(row.lot_id, row.household_id)
            work = billing.ledger.assign(entry_id, lot, by=viewer.email, reason=reason.value or "")
            if await attempt(work, done=_("Assigned")):
                ui.navigate.reload()

        ui.button(_("Assign"), color=None, on_click=assign).props("unelevated no-caps").classes("m-button")
