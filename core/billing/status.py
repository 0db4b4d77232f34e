"""Where a subscription stands, and what that means for the mower. Tables; no status outside them exists."""

from dataclasses import dataclass
from enum import StrEnum

from core.errors import NeedsHuman
from core.texts import N_, Text


class Status(StrEnum):
    """How far a subscription has come."""

    PENDING = "pending"
    TRIALING = "trialing"
    AWAITING = "awaiting"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class StatusRow:
    """``member`` is the word that members are known by; ``serves`` says whether new rounds may start."""

    word: str
    member: str
    serves: bool
    refusal: str
    icon: str


STATUS: dict[Status, StatusRow] = {
    Status.PENDING: StatusRow(
        N_("Card missing"), "pending", False, N_("This household has not saved a card yet."), "o_credit_card_off"
    ),
    Status.TRIALING: StatusRow(N_("Trial"), "trial", True, "", "o_hourglass_top"),
    Status.AWAITING: StatusRow(N_("Waiting for the first payment"), "trial", True, "", "o_pending"),
    Status.ACTIVE: StatusRow(N_("Active"), "active", True, "", "o_check_circle"),
    Status.PAST_DUE: StatusRow(N_("Payment overdue"), "active", True, "", "o_running_with_errors"),
    Status.SUSPENDED: StatusRow(
        N_("Suspended: unpaid"), "suspended", False, N_("This household's service is suspended: a bill is unpaid."),
        "o_block",
    ),
    Status.PAUSED: StatusRow(
        N_("Paused"), "paused", False, N_("This household has paused its service."), "o_pause_circle"
    ),
    Status.CANCELED: StatusRow(
        N_("Ended"), "ended", False, N_("This household's subscription has ended."), "o_do_not_disturb_on"
    ),
}  # fmt: skip
"""Every status with its words. Stop, pause and dock never ask this table: money strands no mower (G16)."""


def status_of(word: str) -> Status:
    """``NeedsHuman`` for a word that is no status: an unknown one is never taken for active."""
    try:
        return Status(word)
    except ValueError as error:
        raise NeedsHuman(Text("subscription status {word!r} is unknown: nothing was changed", word=word)) from error
