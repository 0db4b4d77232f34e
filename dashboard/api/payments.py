"""Plans, joining, subscriptions, cards and the provider's webhook over REST."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from core.accounts import Right, Viewer
from core.billing import FactKind, terms_dict
from core.billing.inbox import LARGEST_BODY
from core.errors import Invalid, NotAllowed
from core.ids import new_id
from dashboard.api.bearer import Bearer
from dashboard.api.payment_models import (
    CancelIn,
    CardOut,
    JoinHomeOut,
    PageOut,
    PlanOut,
    PreJoinIn,
    PreviewOut,
    Received,
    StepOut,
    SubscriptionIn,
    SubscriptionOut,
    UpdatePlanIn,
)
from dashboard.api.problems import problems
from dashboard.billing.joining import JoinDesk
from dashboard.billing.parts import Billing

SIGNATURE = "stripe-signature"


def payments_router(*, bearer: Bearer, billing: Billing, joining: JoinDesk) -> APIRouter:
    router = APIRouter(prefix="/payments", tags=["payments"])
    mine = bearer.caller(Right.SEE_OWN_BILL, Right.SEE_BILLING)

    async def shown(subscription_id: UUID) -> SubscriptionOut:
        row, life, _usage = await billing.desk.life(subscription_id)
        return SubscriptionOut.of(row, life)

    async def step(
        viewer: Viewer, subscription_id: UUID, kind: FactKind, data: dict[str, Any], at: datetime | None
    ) -> StepOut:
        await joining.check_change(viewer, subscription_id)
        if at is None:
            return StepOut(preview=PreviewOut.of(await billing.desk.preview(subscription_id, kind, data)))
        if at.tzinfo is None:
            raise Invalid("confirm_at: expected a time with its zone, as the preview gave it")
        await billing.desk.tell(subscription_id, kind, data, key=f"api/{new_id()}", by=viewer.email, at=at)
        await billing.turn()
        return StepOut(subscription=await shown(subscription_id))

    @router.get("/plans", responses=problems(403), summary="The plans one may choose now")
    async def plans(_viewer: Annotated[Viewer, mine]) -> list[PlanOut]:
        return [PlanOut.of(terms) for terms in await billing.plans.offered()]

    @router.get("/homes", responses=problems(403), summary="One's own homes, which may join")
    async def homes(viewer: Annotated[Viewer, mine]) -> list[JoinHomeOut]:
        return [JoinHomeOut.model_validate(one, from_attributes=True) for one in await joining.homes(viewer)]

    @router.post(
        "/subscriptions/pre-join",
        status_code=201,
        responses=problems(403, 404, 409, 422),
        summary="Choose a plan for a home; a card comes next",
    )
    async def pre_join(body: PreJoinIn, viewer: Annotated[Viewer, mine]) -> SubscriptionOut:
        return await shown(await joining.pre_join(viewer, body.lot_id, body.plan_id))

    @router.get(
        "/subscriptions/{subscription_id}",
        responses=problems(403, 404, 422),
        summary="A subscription with its bills",
    )
    async def subscription(subscription_id: UUID, viewer: Annotated[Viewer, mine]) -> SubscriptionOut:
        await joining.check(viewer, subscription_id)
        return await shown(subscription_id)

    @router.post("/update-plan", responses=problems(403, 404, 409, 422), summary="Show, then confirm, another plan")
    async def update_plan(body: UpdatePlanIn, viewer: Annotated[Viewer, mine]) -> StepOut:
        await joining.check_change(viewer, body.subscription_id)
        terms = await billing.plans.offered_version(body.plan_id)
        data = {"terms": terms_dict(terms)}
        return await step(viewer, body.subscription_id, FactKind.PLAN_CHANGED, data, body.confirm_at)

    @router.post("/cancel", responses=problems(403, 404, 409, 422), summary="Show, then confirm, an end, or undo it")
    async def cancel(body: CancelIn, viewer: Annotated[Viewer, mine]) -> StepOut:
        kind = FactKind.CANCEL_UNDONE if body.undo else FactKind.CANCELLED
        data = {} if body.undo else {"now": body.when == "now"}
        return await step(viewer, body.subscription_id, kind, data, body.confirm_at)

    @router.get("/payment-methods", responses=problems(403, 404, 422, 424, 503), summary="The payer's saved cards")
    async def payment_methods(subscription_id: UUID, viewer: Annotated[Viewer, mine]) -> list[CardOut]:
        await joining.check(viewer, subscription_id)
        payments = joining.payments()
        row, _life, _usage = await billing.desk.life(subscription_id)
        cards = await payments.provider.cards(await payments.jobs.customer_of(row.payer_id))
        return [CardOut.model_validate(card, from_attributes=True) for card in cards]

    @router.post(
        "/checkout/session", responses=problems(403, 404, 409, 422, 424, 503), summary="The page that saves a card"
    )
    async def checkout(request: Request, body: SubscriptionIn, viewer: Annotated[Viewer, mine]) -> PageOut:
        await joining.check_change(viewer, body.subscription_id)
        return PageOut(url=await joining.card_page(body.subscription_id, _base(request)))

    @router.post(
        "/billing-portal", responses=problems(403, 404, 409, 422, 424, 503), summary="The page that manages cards"
    )
    async def portal(request: Request, body: SubscriptionIn, viewer: Annotated[Viewer, mine]) -> PageOut:
        await joining.check_change(viewer, body.subscription_id)
        return PageOut(url=await joining.portal_page(body.subscription_id, _base(request)))

    @router.post(
        "/webhook",
        responses={**problems(403, 422, 503), 401: {"description": "never: webhooks carry no token"}},
        summary="Events of the payment provider, signed by it",
    )
    async def webhook(request: Request) -> Received:
        """Verified on the raw body, stored, acknowledged; processed afterwards."""
        payments = joining.payments()
        body = await _body(request)
        signature = request.headers.get(SIGNATURE, "")
        if not signature:
            raise NotAllowed(f"an event without {SIGNATURE} is not believed")
        return Received(new=await payments.inbox.receive(body, signature))

    return router


async def _body(request: Request) -> bytes:
    """``Invalid`` for more than any event is long: what comes unasked is not read without end."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > LARGEST_BODY:
            raise Invalid(f"an event of more than {LARGEST_BODY} bytes is not read")
    return bytes(found)


def _base(request: Request) -> str:
    """Where browsers reach us."""
    public: str | None = request.scope.get("mowthos.public_url")
    return public or str(request.base_url).removesuffix("/").removesuffix("/api/v1")
