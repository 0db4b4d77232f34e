"""``/join``: choose a plan for your home, save a card on the provider's page, and the trial begins."""

from html import escape
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Request
from nicegui import ui

from core.accounts import People, Right, Viewer
from core.billing import PlanTerms, Status
from core.db.reads.billing_homes import HomeToJoin
from core.errors import MowthosError
from dashboard.billing.joining import JoinDesk
from dashboard.billing.parts import Billing
from dashboard.billing.words import day, interval_word, money, plan_points
from dashboard.components.faces import empty_face
from dashboard.components.notices import still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _, told
from dashboard.pages.billing import billing_style
from dashboard.theme import page_frame, page_head

log = structlog.get_logger(__name__)


def register(*, billing: Billing, joining: JoinDesk, people: People, public_url: str | None) -> None:
    """Serve the join flow."""

    @ui.page("/join")
    async def join_page(request: Request, viewer: Annotated[Viewer, needs(Right.SEE_OWN_BILL)]) -> None:
        base = public_url or str(request.base_url)
        homes, plans = await joining.homes(viewer), list(await billing.plans.offered())
        with page_frame(viewer, _("Join")):
            billing_style()
            if not homes or not plans:
                with empty_face(_("Nothing to join yet"), _("Your operator adds your home and the plans first."),
                                icon="o_cottage"):  # fmt: skip
                    return
            for home in homes:
                standing = await billing.desk.live_of_lot(home.lot_id)
                subtitle = _("{n} days for nothing; then the price below. Cancel whenever you like.")
                if billing.taxed:
                    subtitle = _("{n} days for nothing; then the price below plus tax. Cancel whenever you like.")
                with page_head(home.address, subtitle.format(n=billing.rules.trial_days)):
                    pass
                if standing is not None and standing.status != Status.PENDING:
                    ui.html(
                        f'<p>{escape(_("This home has a subscription."))} '
                        f'<a href="/home">{escape(_("To your home"))}</a></p>', sanitize=False
                    )  # fmt: skip
                    continue
                where = (
                    _("Cluster {code}").format(code=home.cluster) if home.cluster else _("No cluster serves you yet")
                )
                text("p", where).classes("m-muted")
                with ui.element("div").classes("m-plan-pick"):
                    for plan in plans:
                        _plan(joining, people, viewer, home, plan, base)

    @ui.page("/join/done")
    async def done_page(
        request: Request, viewer: Annotated[Viewer, needs(Right.SEE_OWN_BILL)], subscription: UUID, page: str = ""
    ) -> None:
        await joining.check_change(viewer, subscription)
        problem = ""
        if page:
            try:
                await joining.came_back(subscription, page)
            except MowthosError as error:
                log.warning("join.card_page_unread", error=error.message)
                problem = told(error.message)
        _row, life, _usage = await billing.desk.life(subscription)
        with page_frame(viewer, _("Join")):
            billing_style()
            if life.status is Status.PENDING:
                with empty_face(_("No card was saved"), problem or _("Nothing was charged. You can try again."),
                                icon="o_credit_card_off"):  # fmt: skip
                    ui.html(f'<a class="m-button" href="/join">{escape(_("Back to the plans"))}</a>', sanitize=False)
                return
            words = _("Your card is saved.")
            if life.status is Status.TRIALING and life.trial is not None:
                words = _("Your trial runs until {date}. Then {price} {each} is charged.").format(
                    date=day(life.trial.end),
                    price=money(life.terms.price_for(host=life.host).minor, life.currency),
                    each=interval_word(life.terms),
                )
            with empty_face(_("Welcome"), words, icon="o_celebration"):
                ui.html(f'<a class="m-button" href="/home">{escape(_("To your home"))}</a>', sanitize=False)


def _plan(joining: JoinDesk, people: People, viewer: Viewer, home: HomeToJoin, plan: PlanTerms, base: str) -> None:
    fits = plan.covers(home.lawn_m2)
    with ui.element("section").classes("m-plan"):
        text("h2", plan.name)
        price = money(plan.price_for(host=home.host).minor, plan.currency)
        ui.html(f"<strong>{escape(price)} <small>{escape(interval_word(plan))}</small></strong>", sanitize=False)
        points = "".join(f"<li>{escape(point)}</li>" for point in plan_points(plan, host=home.host))
        ui.html(f"<ul>{points}</ul>", sanitize=False)

        async def choose() -> None:
            if not await still_signed_in(people, viewer):
                return
            try:
                subscription = await joining.pre_join(viewer, home.lot_id, plan.version_id)
                ui.navigate.to(await joining.card_page(subscription, base))
            except MowthosError as error:
                tell_problem(told(error.message))

        button = ui.button(_("Choose {plan}").format(plan=plan.name), color=None, on_click=choose)
        button.props("unelevated no-caps").classes("m-button").set_enabled(fits)
        if not fits:
            words = _("Your lawn of {lawn} m² is larger than this plan covers.").format(lawn=round(home.lawn_m2))
            text("p", words).classes("m-muted m-small")
