"""What the desk of money is asked and answers. Money is in minor units (cents), always with its currency."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.billing import PlanTerms
from core.billing.terms import Interval

type Typed = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class PlanIn(BaseModel):
    """A new version of the plan with this code, or a new plan; those who have joined keep theirs."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$", examples=["standard"])
    name: Typed = Field(examples=["Standard"])
    interval: Interval = Interval.MONTH
    price_minor: int = Field(ge=0, le=10_000_000, examples=[4_900])
    included_minutes: int = Field(ge=0, le=527_040, examples=[600])
    overage_minor: int = Field(ge=0, le=100_000, description="For each minute beyond", examples=[12])
    area_cap_m2: int = Field(0, ge=0, le=100_000, description="0 = any")
    host_discount_percent: int = Field(0, ge=0, le=100)
    power_minor_per_kwh: int = Field(0, ge=0, le=100_000)
    priority: int = Field(0, ge=0, le=9)


class PlanVersionOut(BaseModel):
    id: UUID
    code: str
    version: int
    name: str
    interval: Interval
    currency: str
    price_minor: int
    included_minutes: int
    overage_minor: int
    area_cap_m2: int
    host_discount_percent: int
    power_minor_per_kwh: int
    priority: int
    offered: bool

    @classmethod
    def of(cls, terms: PlanTerms, *, offered: bool) -> "PlanVersionOut":
        return cls(
            id=terms.version_id,
            code=terms.code,
            version=terms.version,
            name=terms.name,
            interval=terms.interval,
            currency=terms.currency,
            price_minor=terms.price.minor,
            included_minutes=terms.included_minutes,
            overage_minor=terms.overage.minor,
            area_cap_m2=terms.area_cap_m2,
            host_discount_percent=terms.host_discount_percent,
            power_minor_per_kwh=terms.power_per_kwh.minor,
            priority=terms.priority,
            offered=offered,
        )


class InvoiceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    subscription_id: UUID
    number: int
    made_at: datetime
    state: str = Field(description="held, open, paid or void")
    currency: str
    total_minor: int
    credit_minor: int
    due_minor: int = Field(description="Before tax")
    tax_minor: int
    refunded_minor: int
    lines: list[dict[str, Any]]
    holds: list[dict[str, Any]]
    approved_by: str
    paid_at: datetime | None


class ApproveIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Typed = Field(examples=["Checked with the household: they were away for two weeks"])


class MinutesOut(BaseModel):
    """Mowed minutes that no lot answers for."""

    id: int
    mower: str
    start: datetime
    minutes: int
    zone: str
    homes: dict[UUID, str] = Field(description="Lots this mower serves that have a subscription, with their address")


class AssignMinutesIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lot_id: UUID
    reason: Typed


class HouseholdBillOut(BaseModel):
    subscription_id: UUID
    address: str
    status: str


class DriftOut(BaseModel):
    """Where the provider's books and ours differ."""

    id: UUID
    whom: str
    field: str
    ours: str
    theirs: str
    found_at: datetime


class DoneOut(BaseModel):
    detail: str


class EventOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    event_id: str
    type: str
    state: str = Field(description="waiting, done, kept or failed")
    error: str
    outcome: str
    received_at: datetime


class OutboxOut(BaseModel):
    """Something the payment provider could not be told."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    subject: str
    attempts: int
    created_at: datetime


def minute(number: int) -> datetime:
    """Minutes since 1970 as the books count them."""
    return datetime.fromtimestamp(number * 60, UTC)
