"""The list of homes on the billing page: searched, filtered by standing, one page at a time."""

from html import escape
from urllib.parse import urlencode

from nicegui import ui

from core.billing import STATUS, Status
from core.billing.reads import HouseholdRow, Households
from dashboard.billing.html import status_chip, table
from dashboard.billing.parts import Billing
from dashboard.billing.words import day
from dashboard.components.faces import empty_face
from dashboard.components.tables import table_region
from dashboard.i18n import _, ngettext


async def household_list(billing: Billing, search: str, status: str, page: int) -> None:
    """One page of what was asked for."""
    found = await billing.reads.households(search=search, status=status, page=page)
    with ui.element("section").classes("m-card m-card-flush"):
        ui.html(_filter(search, status), sanitize=False)
        if not found.rows:
            words = _("Homes show here once someone has chosen a plan for them.")
            with empty_face(_("No household found"), words, icon="o_home_work"):
                pass
            return
        with table_region(_("Households")):
            ui.html(_household_table(found.rows), sanitize=False)
        if found.pages > 1:
            ui.html(_pager(found, search, status), sanitize=False)


def _pager(found: Households, search: str, status: str) -> str:
    def step(word: str, page: int, there: bool) -> str:
        classes = "m-button m-button-quiet m-button-small"
        if not there:
            return f'<span class="{classes}" aria-disabled="true">{escape(word)}</span>'
        place = escape(urlencode({"q": search, "status": status, "page": page}))
        return f'<a class="{classes}" href="/billing?{place}">{escape(word)}</a>'

    words = _("Page {page} of {pages}").format(page=found.page, pages=found.pages)
    homes = ngettext("{n} home", "{n} homes", found.total).format(n=found.total)
    return (
        f'<nav class="m-pager" aria-label="{escape(_("Households"))}"><span class="m-small">{escape(homes)}</span>'
        f"{step(_('Previous'), found.page - 1, found.page > 1)}"
        f'<span class="m-small m-number">{escape(words)}</span>'
        f"{step(_('Next'), found.page + 1, found.page < found.pages)}</nav>"
    )


def _filter(search: str, status: str) -> str:
    label = escape(_("Search address or payer"))
    chips = "".join(
        f'<a class="m-filter-chip" href="/billing?{urlencode({"q": search, "status": one})}"'
        f"{' aria-current=true' if one == status else ''}>{escape(word)}</a>"
        for one, word in [("", _("All")), *((str(one), _(STATUS[one].word)) for one in Status)]
    )
    return (
        f'<form method="get" class="m-filter"><div class="m-row m-grow"><input class="m-input" type="search" name="q" '
        f'value="{escape(search)}" placeholder="{label}" aria-label="{label}"></div></form>'
        f'<div class="m-filter"><div class="m-row">{chips}</div></div>'
    )


def _household_table(found: list[HouseholdRow]) -> str:
    heads = [(_("Home"), False), (_("Payer"), False), (_("Standing"), False), (_("Period ends"), False)]
    rows = [
        [
            f'<a href="/billing/households/{one.row.id}">{escape(one.row.address)}</a>',
            f'{escape(one.payer)}<span class="m-sub">{escape(one.email)}</span>',
            status_chip(one.row.status),
            escape(day(one.row.period_end)),
        ]
        for one in found
    ]
    return table(heads, rows)
