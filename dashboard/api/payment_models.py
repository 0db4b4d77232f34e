"""Plans, subscriptions and bills in the API's words. Money in minor units (cents) of ``currency``; times UTC."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.billing import Bill, Life, Line, PlanTerms, Preview
from core.billing.tables import SubscriptionRow

Minor = Annotated[int, Field(description="Minor units: cents of a dollar")]
STRICT = ConfigDict(extra="forbid")


class PlanOut(BaseModel):
    """One version of a plan."""

    id: UUID = Field(description="Names this version")
    code: str
    version: int
    name: str
    interval: Literal["month", "year"]
    currency: str
    price: Minor
    host_price: Minor = Field(description="For the household that keeps the dock")
    included_minutes: int
    overage: Minor = Field(description="For each minute beyond those included")
    area_cap_m2: int = Field(description="The largest lawn on this plan; 0 = any")
    priority: int

    @classmethod
    def of(cls, terms: PlanTerms) -> "PlanOut":
        return cls(
            id=terms.version_id,
            code=terms.code,
            version=terms.version,
            name=terms.name,
            interval=terms.interval.value,
            currency=terms.currency,
            price=terms.price.minor,
            host_price=terms.price_for(host=True).minor,
            included_minutes=terms.included_minutes,
            overage=terms.overage.minor,
            area_cap_m2=terms.area_cap_m2,
            priority=terms.priority,
        )


class LineOut(BaseModel):
    kind: str = Field(description="plan, unused, remaining, overage, late, credit or extra")
    amount: Minor
    start: datetime
    end: datetime
    plan: str
    minutes: int
    note: str


class BillOut(BaseModel):
    number: int
    at: datetime
    total: Minor
    credit_used: Minor
    due: Minor
    state: Literal["draft", "open", "paid", "void"]
    lines: list[LineOut]

    @classmethod
    def of(cls, bill: Bill) -> "BillOut":
        state = "draft" if not bill.closed else "void" if bill.voided else "paid" if bill.settled else "open"
        return cls(
            number=bill.number,
            at=bill.at,
            total=bill.total.minor,
            credit_used=bill.credit_used.minor,
            due=bill.due.minor,
            state=state,  # type: ignore[arg-type]
            lines=lines_out(bill.lines),
        )


class SubscriptionOut(BaseModel):
    id: UUID
    household_id: UUID
    lot_id: UUID
    cluster_id: UUID | None
    address: str
    host: bool
    status: str = Field(description="pending, trialing, awaiting, active, past_due, suspended, paused or canceled")
    plan: PlanOut
    card: bool
    trial_ends: datetime | None
    period_start: datetime | None
    period_end: datetime | None
    cancel_at: datetime | None
    paused_from: datetime | None
    paused_until: datetime | None
    dunning_stage: int | None = Field(description="0 to 10 while a payment is asked for")
    owed: Minor
    credit: Minor
    bills: list[BillOut]

    @classmethod
    def of(cls, row: SubscriptionRow, life: Life) -> "SubscriptionOut":
        running = life.period
        return cls(
            id=row.id,
            household_id=row.household_id,
            lot_id=row.lot_id,
            cluster_id=row.cluster_id,
            address=row.address,
            host=row.host,
            status=life.status.value,
            plan=PlanOut.of(life.terms),
            card=life.card,
            trial_ends=life.trial.end if life.trial else None,
            period_start=running.start if running else None,
            period_end=running.end if running else None,
            cancel_at=life.cancel_at,
            paused_from=life.pause.start if life.pause else None,
            paused_until=life.pause.until if life.pause else None,
            dunning_stage=life.dunning.stage if life.dunning else None,
            owed=life.owed.minor,
            credit=life.balance.minor,
            bills=[BillOut.of(bill) for bill in life.bills],
        )


class PreviewOut(BaseModel):
    """What a step would do; confirm it with ``at`` within a quarter of an hour, and it does exactly this."""

    at: datetime
    billed_now: list[BillOut]
    with_next_bill: list[LineOut]
    next_bill: BillOut | None
    status: str

    @classmethod
    def of(cls, shown: Preview) -> "PreviewOut":
        return cls(
            at=shown.at,
            billed_now=[BillOut.of(bill) for bill in shown.now],
            with_next_bill=lines_out(shown.waiting),
            next_bill=BillOut.of(shown.next) if shown.next else None,
            status=shown.after.status.value,
        )


class PreJoinIn(BaseModel):
    model_config = STRICT

    lot_id: UUID
    plan_id: UUID


class StepIn(BaseModel):
    model_config = STRICT

    subscription_id: UUID
    confirm_at: datetime | None = Field(None, description="``at`` of a preview: do it. Without it: only show it")


class UpdatePlanIn(StepIn):
    plan_id: UUID


class CancelIn(StepIn):
    when: Literal["period_end", "now"] = "period_end"
    undo: bool = Field(False, description="Take back a cancellation that is planned")


class SubscriptionIn(BaseModel):
    model_config = STRICT

    subscription_id: UUID


class StepOut(BaseModel):
    """Either the preview, or, once confirmed, the subscription."""

    preview: PreviewOut | None = None
    subscription: SubscriptionOut | None = None


class PageOut(BaseModel):
    url: str = Field(description="A page of the payment provider, to be opened in the browser")


class CardOut(BaseModel):
    """What may be shown of a card; its number never reaches us."""

    brand: str
    last4: str
    expires_month: int
    expires_year: int
    default: bool


class Received(BaseModel):
    new: bool = Field(description="False when this event was received before")


def lines_out(lines: tuple[Line, ...]) -> list[LineOut]:
    return [
        LineOut(
            kind=line.kind.value,
            amount=line.amount.minor,
            start=line.span.start,
            end=line.span.end,
            plan=line.plan,
            minutes=line.minutes,
            note=line.note,
        )
        for line in lines
    ]


class JoinHomeOut(BaseModel):
    """A home of the caller's, with the cluster that holds it, if one does."""

    lot_id: UUID
    address: str
    city: str
    lawn_m2: float
    cluster_id: UUID | None
    cluster: str
    host: bool
