"""``/billing``: what comes in, what needs a person, every household; the journal and the public key as files."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from html import escape
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from nicegui import app, ui

from core.accounts import People, Right, Viewer
from core.billing import Status, journal_csv, journal_xlsx, public_pem
from core.billing.board import Board, ClusterMargin
from core.billing.reads import Attention
from dashboard.assets import asset_url
from dashboard.billing.household_list import household_list
from dashboard.billing.html import percent, table, tiles
from dashboard.billing.parts import Billing
from dashboard.billing.webhooks_away import away_banner
from dashboard.billing.words import drift_words, money
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, ngettext, told
from dashboard.theme import page_at, page_frame, page_head

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JOURNAL_DAYS = 366


def billing_style() -> None:
    ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/billing.css")}">')


def register(*, billing: Billing, people: People) -> None:
    """Serve ``/billing`` and its files."""
    router = APIRouter(include_in_schema=False)

    @router.get("/billing/journal.{form}")
    async def journal(
        form: Literal["csv", "xlsx"],
        _viewer: Annotated[Viewer, needs(Right.SEE_BILLING)],
        days: Annotated[int, Query(ge=1, le=3_660)] = JOURNAL_DAYS,
    ) -> Response:
        until = billing.clock.now() + timedelta(seconds=1)
        rows = await billing.reads.journal(until - timedelta(days=days), until)
        content = journal_csv(rows) if form == "csv" else journal_xlsx(rows)
        name = f"journal-{until:%Y-%m-%d}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="text/csv" if form == "csv" else XLSX, headers=headers)

    @router.get("/billing/evidence-key.pem")
    async def key(_viewer: Annotated[Viewer, needs(Right.SEE_OWN_LOT)]) -> Response:
        headers = {"Content-Disposition": 'attachment; filename="mowthos-evidence-key.pem"'}
        return Response(public_pem(billing.key), media_type="application/x-pem-file", headers=headers)

    app.include_router(router)

    @page_at("/billing")
    async def billing_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_BILLING)]) -> None:
        search, status = request.query_params.get("q", ""), request.query_params.get("status", "")
        status = status if status in set(Status) else ""
        asked = request.query_params.get("page", "")
        page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
        with page_frame(viewer, _("Billing")):
            billing_style()
            with page_head(_("Billing"), _("What comes in, what needs you, and every household.")):
                ui.html(_links(), sanitize=False)
            await away_banner(billing)
            board, attention = await billing.board.read(), await billing.reads.attention()
            ui.html(_board(board), sanitize=False)
            for words in board.alarms:
                with ui.element("div").classes("m-notice m-notice-warn").props('role="status"'):
                    ui.icon("o_warning").props('aria-hidden="true"')
                    text("span", told(words))
            with ui.element("div").classes("m-bill-two"):
                await household_list(billing, search, status, page)
                with ui.element("div").classes("m-bill-side"):
                    _attention(attention)
                    await _drift(billing, people, viewer)
            _clusters(board, await billing.cluster_names(board))


def _links() -> str:
    places = (
        ("/billing/plans", _("Plans")),
        ("/billing/webhooks", _("Webhook inbox")),
        ("/billing/sandbox", _("Sandbox")),
        ("/billing/journal.csv", _("Journal CSV")),
        ("/billing/journal.xlsx", _("Journal XLSX")),
    )
    links = (
        f'<a class="m-button m-button-quiet m-button-small" href="{place}">{escape(word)}</a>' for place, word in places
    )
    return f'<div class="m-row">{"".join(links)}</div>'


def _board(board: Board) -> str:
    members = ngettext("{n} member", "{n} members", board.members).format(n=board.members)
    return tiles(
        (
            (_("Recurring a month"), money(board.mrr_minor, board.currency), members),
            (_("Trials"), str(board.trials), _converted(board)),
            (
                _("Failed payments"),
                percent(board.failed),
                ngettext("of {n} bill in 30 days", "of {n} bills in 30 days", board.bills).format(n=board.bills),
            ),
            (_("Left"), percent(board.churn), _("{n} in 30 days").format(n=board.left)),
            (_("Owed"), money(board.owed_minor, board.currency), _("on open bills")),
        )
    )


def _converted(board: Board) -> str:
    return "" if board.conversion is None else _("{share} became members").format(share=percent(board.conversion))


def _attention(attention: Attention) -> None:
    with ui.element("section").classes("m-card"):
        text("h2", _("Needs a person"))
        held, lost, drift = attention.held, attention.unattributed, attention.drift
        rows = (
            (held, ngettext("bill is held", "bills are held", held), "/billing/invoices?state=held"),
            (
                lost,
                ngettext("stretch of mowing belongs to no lot", "stretches of mowing belong to no lot", lost),
                "/billing/minutes",
            ),
            (
                attention.webhooks,
                ngettext(
                    "event of the payment provider failed", "events of the payment provider failed", attention.webhooks
                ),
                "/billing/webhooks?state=failed",
            ),
            (
                attention.outbox,
                ngettext(
                    "message to the payment provider failed",
                    "messages to the payment provider failed",
                    attention.outbox,
                ),
                "/billing/webhooks",
            ),
            (
                drift,
                ngettext("difference to the provider's books", "differences to the provider's books", drift),
                "#drift",
            ),
        )
        shown = [row for row in rows if row[0]]
        if not shown:
            text("p", _("Nothing: every bill is out, every event is processed.")).classes("m-muted")
            return
        body = "".join(
            f'<li><a href="{place}"><b>{count}</b> {escape(words)}</a></li>' for count, words, place in shown
        )
        ui.html(f'<ul class="m-list">{body}</ul>', sanitize=False)


async def _drift(billing: Billing, people: People, viewer: Viewer) -> None:
    if billing.payments is None:
        with ui.element("div").classes("m-notice"):
            ui.icon("o_info").props('aria-hidden="true"')
            text("span", _("No payment provider is set up: bills are made, but nothing is collected."))
        return
    drifts = await billing.payments.reconciling.drifts()
    if not drifts:
        return
    whom = await billing.payments.reconciling.whom(drifts)
    with ui.element("section").classes("m-card").props('id="drift"'):
        text("h2", _("Differences to the provider's books"))
        with ui.element("ul").classes("m-list"):
            for drift in drifts:
                with ui.element("li"):
                    text("b", whom[drift.id])
                    text("span", drift_words(drift))

                    async def fix(drift_id=drift.id) -> None:  # type: ignore[no-untyped-def]
                        if await still_signed_in(people, viewer):
                            assert billing.payments is not None
                            work = billing.payments.reconciling.fix(drift_id, by=viewer.email)
                            if await attempt(work, done=_("Put right")):
                                ui.navigate.reload()

                    if viewer.may(Right.MANAGE_BILLING):
                        ui.button(_("Put right"), color=None, on_click=fix).props("unelevated no-caps").classes(
                            "m-button m-button-quiet m-button-small"
                        )


FEW = 8


def _clusters(board: Board, names: Mapping[UUID, str]) -> None:
    """Those that earn least come first: they are the ones to look at."""
    if not board.clusters:
        return
    title, rows = _("Margin by cluster, 30 days"), board.clusters
    with ui.element("section").classes("m-card m-card-flush"):
        text("h2", title).classes("m-card-head")
        with table_region(title):
            ui.html(_margins(rows[:FEW], board.currency, names), sanitize=False)
        if rows[FEW:]:
            with ui.element("details").classes("m-details m-card-foot"):
                more = ngettext("{n} more", "{n} more", len(rows) - FEW).format(n=len(rows) - FEW)
                text("summary", more)
                with table_region(_("Margin by cluster, the rest")):
                    ui.html(_margins(rows[FEW:], board.currency, names), sanitize=False)
        words = [_("Margin: revenue less what was given back and what service of the mower cost.")]
        if board.foreign_costs:
            left_out = ngettext(
                "{n} service entry in another currency is not in it.",
                "{n} service entries in other currencies are not in it.",
                board.foreign_costs,
            )
            words.append(left_out.format(n=board.foreign_costs))
        text("p", " ".join(words)).classes("m-muted m-card-foot")


def _margins(rows: Sequence[ClusterMargin], currency: str, names: Mapping[UUID, str]) -> str:
    heads = [
        (_("Cluster"), False),
        (_("Members"), True),
        (_("Revenue"), True),
        (_("Given back"), True),
        (_("Service"), True),
        (_("Margin"), True),
    ]
    return table(
        heads,
        [
            [
                _cluster(row.cluster_id, names),
                str(row.members),
                *(
                    escape(money(minor, currency))
                    for minor in (row.revenue_minor, row.given_minor, row.service_minor, row.margin_minor)
                ),
            ]
            for row in rows
        ],
    )


def _cluster(cluster_id: UUID | None, names: Mapping[UUID, str]) -> str:
    if cluster_id is None:
        return escape(_("Without a cluster"))
    if cluster_id not in names:
        return escape(_("dissolved"))
    return f'<a href="/clusters/{cluster_id}">{escape(names[cluster_id])}</a>'
