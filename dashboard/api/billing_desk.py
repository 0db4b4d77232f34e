"""The desk of money over REST: plans, bills, minutes without a lot, differences, what the provider told and was told.

What a household does with its own subscription is in `dashboard.api.payments`.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from core.accounts import Right, Viewer
from core.billing import LotRef
from core.errors import NotFound, Unavailable
from core.texts import N_
from dashboard.api.bearer import Bearer
from dashboard.api.billing_models import (
    ApproveIn,
    AssignMinutesIn,
    DoneOut,
    DriftOut,
    EventOut,
    HouseholdBillOut,
    InvoiceOut,
    MinutesOut,
    OutboxOut,
    PlanIn,
    PlanVersionOut,
    minute,
)
from dashboard.api.manners.keyset import KeyPage, keyed
from dashboard.api.problems import problems
from dashboard.billing.parts import Billing, Payments

type EntryId = Annotated[int, Path(ge=1, le=2**31 - 1)]
type EventId = Annotated[str, Path(max_length=80, pattern=r"^[A-Za-z0-9_]+$", examples=["evt_1Q"])]
type State = Literal["", "held", "open", "paid", "void"]


def billing_desk_router(*, bearer: Bearer, billing: Billing) -> APIRouter:
    router = APIRouter(prefix="/billing", tags=["billing"])
    type Sees = Annotated[Viewer, bearer.caller(Right.SEE_BILLING)]
    type Manages = Annotated[Viewer, bearer.caller(Right.MANAGE_BILLING)]

    def payments() -> Payments:
        if billing.payments is None:
            raise Unavailable(N_("no payment provider is set up"))
        return billing.payments

    @router.get("/plans", responses=problems(403), summary="Every version of every plan")
    async def plans(_viewer: Sees) -> list[PlanVersionOut]:
        return [PlanVersionOut.of(terms, offered=offered) for terms, offered in await billing.plans.versions()]

    @router.post("/plans", status_code=201, responses=problems(403, 409, 422), summary="A new version of a plan")
    async def save(body: PlanIn, viewer: Manages) -> PlanVersionOut:
        figures = body.model_dump() | {"interval": body.interval.value}
        terms = await billing.plans.save(by=viewer.email, source="api", **figures)
        return PlanVersionOut.of(terms, offered=True)

    @router.delete(
        "/plans/{code}", status_code=204, responses=problems(403, 404, 409, 422), summary="Offer a plan no longer"
    )
    async def withdraw(code: Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,40}$")], viewer: Manages) -> Response:
        await billing.plans.withdraw(code, by=viewer.email)
        return Response(status_code=204)

    @router.get("/households", responses=problems(403, 422), summary="Subscriptions, twenty-five or so a page")
    async def households(
        _viewer: Sees,
        search: Annotated[str, Query(max_length=120, pattern=r"^[^\x00]*$")] = "",
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    ) -> list[HouseholdBillOut]:
        found = await billing.reads.households(search=search, page=page)
        return [
            HouseholdBillOut(subscription_id=one.row.id, address=one.row.address, status=one.row.status)
            for one in found.rows
        ]

    @router.get("/invoices", responses=problems(403, 422), summary="Bills, newest first")
    async def invoices(
        _viewer: Sees,
        state: State = "",
        subscription_id: UUID | None = None,
        *,
        paging: Annotated[KeyPage, keyed(datetime, UUID)],
    ) -> list[InvoiceOut]:
        rows = await billing.reads.invoices(subscription_id, state=state, page=paging.page)
        return [InvoiceOut.model_validate(one) for one in paging.cut(rows, lambda one: (one.made_at, one.id))]

    @router.get("/invoices/{invoice_id}", responses=problems(403, 404, 422), summary="One bill; a household its own")
    async def invoice(
        invoice_id: UUID, viewer: Annotated[Viewer, bearer.caller(Right.SEE_BILLING, Right.SEE_OWN_BILL)]
    ) -> InvoiceOut:
        row, owner, _proofs = await billing.reads.invoice(invoice_id)
        if not viewer.may(Right.SEE_BILLING) and owner.household_id not in viewer.household_ids:
            raise NotFound(N_("there is no such invoice"))
        return InvoiceOut.model_validate(row)

    @router.post(
        "/invoices/{invoice_id}/approve", responses=problems(403, 404, 409, 422), summary="Let a held bill go out"
    )
    async def approve(invoice_id: UUID, body: ApproveIn, viewer: Manages) -> InvoiceOut:
        await billing.closing.approve(invoice_id, by=viewer.email, reason=body.reason)
        await billing.turn()
        row, _owner, _proofs = await billing.reads.invoice(invoice_id)
        return InvoiceOut.model_validate(row)

    @router.get("/minutes", responses=problems(403), summary="Mowed minutes without a lot, which hold bills")
    async def minutes(_viewer: Sees) -> list[MinutesOut]:
        entries, names = await billing.ledger.unattributed(), await billing.mowing.names()
        served = await billing.mowing.lots_of({entry.mower for entry in entries})
        rows = await billing.reads.of_lots({lot for lots in served.values() for lot in lots})
        homes = {row.lot_id: row.address for row in rows}
        return [
            MinutesOut(
                id=entry.id or 0,
                mower=names.get(entry.mower, str(entry.mower)),
                start=minute(entry.start_minute),
                minutes=entry.minutes,
                zone=str(entry.zone or ""),
                homes={lot: homes[lot] for lot in served.get(entry.mower, ()) if lot in homes},
            )
            for entry in entries
        ]

    @router.post(
        "/minutes/{entry_id}/assign",
        status_code=204,
        responses=problems(403, 404, 409, 422),
        summary="Say whose lawn they were mowed on",
    )
    async def assign(entry_id: EntryId, body: AssignMinutesIn, viewer: Manages) -> Response:
        row = next(iter(await billing.reads.of_lots([body.lot_id])), None)
        if row is None:
            raise NotFound(N_("no home with a subscription has that lot"))
        await billing.ledger.assign(entry_id, LotRef(row.lot_id, row.household_id), by=viewer.email, reason=body.reason)
        return Response(status_code=204)

    @router.get("/differences", responses=problems(403, 503), summary="Where the provider's books differ from ours")
    async def differences(_viewer: Sees) -> list[DriftOut]:
        desk = payments().reconciling
        drifts = await desk.drifts()
        whom = await desk.whom(drifts)
        return [
            DriftOut(
                id=one.id, whom=whom[one.id], field=one.field, ours=one.ours, theirs=one.theirs, found_at=one.found_at
            )
            for one in drifts
        ]

    @router.post(
        "/differences/{drift_id}/fix", responses=problems(403, 404, 409, 422, 424, 503), summary="Put one right"
    )
    async def fix(drift_id: UUID, viewer: Manages) -> DoneOut:
        return DoneOut(detail=await payments().reconciling.fix(drift_id, by=viewer.email))

    @router.get("/provider/events", responses=problems(403, 422, 503), summary="What the provider told, newest first")
    async def events(
        _viewer: Sees,
        state: Literal["", "waiting", "done", "kept", "failed"] = "",
        search: Annotated[str, Query(max_length=120, pattern=r"^[^\x00]*$")] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        *,
        paging: Annotated[KeyPage, keyed(datetime, str)],
    ) -> list[EventOut]:
        rows = await payments().inbox.events(state=state, search=search, limit=limit, page=paging.page)
        return [EventOut.model_validate(one) for one in paging.cut(rows, lambda one: (one.received_at, one.event_id))]

    @router.post(
        "/provider/events/{event_id}/replay",
        status_code=204,
        responses=problems(403, 404, 409, 422, 424, 503),
        summary="Process one again",
    )
    async def replay(event_id: EventId, _viewer: Manages) -> Response:
        await payments().inbox.replay(event_id)
        return Response(status_code=204)

    @router.get("/provider/failed", responses=problems(403, 503), summary="What the provider could not be told")
    async def failed(_viewer: Sees) -> list[OutboxOut]:
        return [OutboxOut.model_validate(one) for one in await payments().outbox.failed()]

    @router.post(
        "/provider/failed/{row_id}/again",
        status_code=204,
        responses=problems(403, 404, 422, 424, 503),
        summary="Tell it again",
    )
    async def again(row_id: UUID, _viewer: Manages) -> Response:
        await payments().outbox.again(row_id)
        return Response(status_code=204)

    return router
