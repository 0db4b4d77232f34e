"""What happened to a subscription, as facts that never change. Everything else about it is worked out from them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class FactKind(StrEnum):
    """In brackets: what ``data`` holds."""

    JOINED = "joined"  # terms, host, trial_days
    CARD_SAVED = "card_saved"
    CARD_LOST = "card_lost"
    PLAN_CHANGED = "plan_changed"  # terms, proration (how it is billed within one interval; next invoice if left out)
    PAUSED = "paused"  # periods: 0 = until resumed
    RESUMED = "resumed"
    CANCELLED = "cancelled"  # now: bool
    CANCEL_UNDONE = "cancel_undone"
    COUPON_GIVEN = "coupon_given"  # percent, periods (0 = until it is taken away), note
    COUPON_ENDED = "coupon_ended"
    CREDITED = "credited"  # minor, note
    CHARGED = "charged"  # minor, note
    BILL_VOIDED = "bill_voided"  # number
    BILL_CLOSED = "bill_closed"  # number, known_by (ISO)
    TAXED = "taxed"  # number, minor: what the provider adds to it
    PAID = "paid"  # number
    PAYMENT_FAILED = "payment_failed"  # number
    REFUNDED = "refunded"  # number, minor, to: card | balance, reason


@dataclass(frozen=True, slots=True)
class Fact:
    """``at`` is when it took effect: aware UTC, whole seconds, never before the fact that precedes it."""

    at: datetime
    kind: FactKind
    data: dict[str, Any] = field(default_factory=dict, hash=False)
