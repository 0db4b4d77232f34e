"""``/join``: from an address to a place in a cluster, a plan, a card on the provider's page, and the trial."""

from collections.abc import Sequence
from html import escape
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from fastapi import Query, Request
from nicegui import ui
from starlette.responses import Response

from core.accounts import People, Right, Viewer
from core.billing import PlanTerms, Status
from core.db.reads.billing_homes import HomeToJoin
from core.errors import MowthosError, NotFound
from core.texts import N_, Moment, Text
from dashboard.billing.joining import JoinDesk
from dashboard.billing.parts import Billing
from dashboard.billing.words import day, interval_word, money, plan_points
from dashboard.components.faces import empty_face
from dashboard.components.notices import still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.gate import needs, require, viewer_of
from dashboard.i18n import _, told, use_zone
from dashboard.join import html
from dashboard.join.desk import JoinStart
from dashboard.measures import area_words
from dashboard.pages.billing import billing_style
from dashboard.theme import page_at, page_frame, page_head

log = structlog.get_logger(__name__)

REFERRAL_COOKIE = "mowthos_code"

PROBLEMS = {
    "taken": N_("This home is registered already: ask your operator to add you to it."),
    "code": N_("This code cannot be used here: it is unknown, your own, or you have named one already."),
    "cluster": N_("The cluster could not take your home: what stands below it says why."),
}


def register(
    *, billing: Billing, joining: JoinDesk, people: People, public_url: str | None, start: JoinStart | None = None
) -> None:
    """Serve the join flow. ``start`` lets somebody begin who has no account or no home yet."""

    @page_at("/join")
    async def join_page(
        request: Request,
        address: Annotated[str, Query(max_length=120)] = "",
        home: int | None = None,
        problem: Annotated[str, Query(max_length=20)] = "",
    ) -> Response | None:
        if start is not None and viewer_of(request) is None:
            response = await _looked_up(start, request, address, home)
            return _with_code(response, request.query_params.get("code", ""))
        viewer = await require(request, Right.SEE_OWN_BILL)
        base = public_url or str(request.base_url)
        homes, plans = await joining.homes(viewer), list(await billing.plans.offered())
        with page_frame(viewer, _("Join")):
            billing_style()
            if problem in PROBLEMS:
                with ui.element("div").classes("m-notice m-notice-bad").props('role="alert"'):
                    text("span", _(PROBLEMS[problem]))
            if start is not None and not homes:
                await _choose_home(start, address, home)
                return None
            if not homes or not plans:
                with empty_face(_("Nothing to join yet"), _("Your operator adds your home and the plans first."),
                                icon="o_cottage"):  # fmt: skip
                    return None
            for one in homes:
                await _home(billing, joining, people, viewer, one, plans, base, start)
        return None

    @page_at("/join/done")
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
                                icon="o_credit_card_off", heading="h1"):  # fmt: skip
                    ui.html(f'<a class="m-button" href="/join">{escape(_("Back to the plans"))}</a>', sanitize=False)
                return
            words = _("Your card is saved.")
            if life.status is Status.TRIALING and life.trial is not None:
                words = _("Your trial runs until {date}. Then {price} {each} is charged.").format(
                    date=day(life.trial.end),
                    price=money(life.terms.price_for(host=life.host).minor, life.currency),
                    each=interval_word(life.terms),
                )
            with empty_face(_("Welcome"), words, icon="o_celebration", heading="h1"):
                ui.html(f'<a class="m-button" href="/home">{escape(_("To your home"))}</a>', sanitize=False)


def _with_code(response: Response, code: str) -> Response:
    """A neighbour's code is kept while somebody signs up, so that they need not type it."""
    if code.isalnum() and len(code) <= 12:
        response.set_cookie(REFERRAL_COOKIE, code, max_age=30 * 86_400, httponly=True, samesite="lax")
    return response


async def _looked_up(start: JoinStart, request: Request, address: str, home: int | None) -> Response:
    """The page of somebody without an account: an address, its answer, and the way on."""
    title = _("A mower for your street")
    if home is not None:
        try:
            answer = await start.answer(home)
        except NotFound as error:
            return html.page(request, title=title, words=told(error.message), body=html.address_form(), status=404)
        body = html.answer_html(answer) + html.sign_up_form(home, terms=start.terms)
        return html.page(request, title=answer.home.label, words=_("This is what we can tell you now."), body=body)
    words = _("Type your address: you see at once whether a mower near you has a place.")
    found = html.homes_list(await start.search(address), address) if address.strip() else ""
    return html.page(request, title=title, words=words, body=html.address_form(address) + found)


async def _choose_home(start: JoinStart, address: str, home: int | None) -> None:
    """The same for somebody who is signed in and has no home yet: the last step makes it theirs."""
    with page_head(_("Which home is yours?"), _("Type its address.")):
        pass
    body = html.address_form(address)
    if home is not None:
        answer = await start.answer(home)
        body = f"<h2>{escape(answer.home.label)}</h2>" + html.answer_html(answer) + html.claim_form(answer.home)
    elif address.strip():
        body += html.homes_list(await start.search(address), address)
    ui.html(f'<div class="m-narrow">{body}</div>', sanitize=False)


async def _home(
    billing: Billing, joining: JoinDesk, people: People, viewer: Viewer, home: HomeToJoin,
    plans: Sequence[PlanTerms], base: str, start: JoinStart | None,
) -> None:  # fmt: skip
    """One home: its subscription, the clusters it may join, or the plans."""
    standing = await billing.desk.live_of_lot(home.lot_id)
    subtitle = _("{n} days for nothing; then the price below. Cancel whenever you like.")
    if billing.taxed:
        subtitle = _("{n} days for nothing; then the price below plus tax. Cancel whenever you like.")
    placeless = start is not None and home.home_id is not None and not home.cluster
    if placeless and standing is None:
        subtitle = _("First a place in a cluster, then a plan.")
    with page_head(home.address, subtitle.format(n=billing.rules.trial_days)):
        pass
    if standing is not None and standing.status != Status.PENDING:
        ui.html(
            f'<p>{escape(_("This home has a subscription."))} '
            f'<a href="/home">{escape(_("To your home"))}</a></p>', sanitize=False
        )  # fmt: skip
        return
    if start is not None and home.home_id is not None and not home.cluster:
        with use_zone(ZoneInfo(home.time_zone)):
            await _clusters(start, home.home_id)
        return
    await _referral(billing, home)
    where = _("Cluster {code}").format(code=home.cluster) if home.cluster else _("No cluster serves you yet")
    text("p", where).classes("m-muted")
    with ui.element("div").classes("m-plan-pick"):
        for plan in plans:
            _plan(joining, people, viewer, home, plan, base)


async def _referral(billing: Billing, home: HomeToJoin) -> None:
    """Who brought this home, where a credit is given for it: said once, before the first bill."""
    desk = billing.referrals
    if desk.minor <= 0:
        return
    if await desk.named_by(home.household_id):
        text("p", _("You came by a neighbour's code: both of you are credited after your first paid bill.")).props(
            'role="status"'
        )
        return
    request = ui.context.client.request
    code = request.query_params.get("code", "") or request.cookies.get(REFERRAL_COOKIE, "")
    ui.html(f'<div class="m-narrow">{html.referral_form(home.lot_id, code[:12])}</div>', sanitize=False)


async def _clusters(start: JoinStart, home_id: int) -> None:
    """Before a plan comes a place: the clusters near the home, or where it stands in line."""
    line = await start.place_in_line(home_id)
    if line is not None and start.held(line):
        assert line.offered_until is not None
        words = told(
            Text(N_("A place is free for you. It is held until {until:when}."), until=Moment(line.offered_until))
        )
        text("p", words).props('role="status"')
        ui.html(f'<div class="m-narrow">{html.place_forms(line)}</div>', sanitize=False)
        return
    if line is not None:
        words = _("You are number {n} in line. We write to you when a place is free; nothing is charged.")
        text("p", words.format(n=line.position)).props('role="status"')
        return
    answer = await start.answer(home_id)
    ui.html(f'<div class="m-narrow">{html.cluster_forms(answer)}</div>', sanitize=False)


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
            words = _("Your lawn of {area} is larger than this plan covers.").format(area=area_words(home.lawn_m2))
            text("p", words).classes("m-muted m-small")
