"""The banner of billing's pages while the payment provider's webhooks stay away."""

from nicegui import ui

from dashboard.billing.parts import Billing
from dashboard.billing.words import instant
from dashboard.components.text import text
from dashboard.i18n import ngettext


async def away_banner(billing: Billing) -> None:
    """Nothing while webhooks come; else how many events had to be fetched, and since when."""
    away = await billing.payments.missed.away() if billing.payments else None
    if away is None:
        return
    words = ngettext(
        "Webhooks of the payment provider stay away since {since}: {n} event was fetched from its list instead. "
        "Nothing is lost; look at the endpoint in the provider's dashboard.",
        "Webhooks of the payment provider stay away since {since}: {n} events were fetched from its list instead. "
        "Nothing is lost; look at the endpoint in the provider's dashboard.",
        away.count,
    )
    with ui.element("div").classes("m-notice m-notice-warn").props('role="status" data-webhooks-away'):
        ui.icon("o_cloud_off").props('aria-hidden="true"')
        text("span", words.format(since=instant(away.since), n=away.count))
