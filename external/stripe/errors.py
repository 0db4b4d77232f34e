"""Stripe's errors, told once as the six of ours. Nothing of a key or a card is repeated."""

from collections.abc import Awaitable, Callable
from typing import Any

import stripe

from core.billing.ports import CardDeclined
from core.errors import Conflict, Invalid, MowthosError, NeedsHuman, NotAllowed, NotFound, Unavailable
from core.texts import N_, Text

# invalid_request_error codes that speak of the object's state, not of our request's form
STATE_CODES = frozenset(
    {
        "charge_already_refunded",
        "coupon_expired",
        "duplicate_meter_event",
        "invoice_already_paid",
        "invoice_not_editable",
        "invoice_no_subscription_line_items",
        "invoice_upcoming_none",
        "missing",
        "payment_intent_unexpected_state",
        "resource_already_exists",
        "setup_intent_unexpected_state",
        "subscription_not_paused",
        "test_clock_advance_past",
    }
)
# what has no code of its own
STATE_WORDS = (
    "already been refunded",
    "already exists",
    "can only void",
    "greater than unrefunded",
    "is already",
    "no attached payment source",
    "canceled subscription",
)
# another request is at the same object, or uses the same key, at this moment
RETRY_CODES = frozenset({"idempotency_key_in_use", "lock_timeout", "rate_limit"})
NEEDS_PERSON = frozenset({"authentication_required", "invoice_payment_intent_requires_action"})


def translate(error: stripe.StripeError) -> MowthosError:
    """The error of ours that says the same."""
    for kind, told in _TABLE:
        if isinstance(error, kind):
            return told(error)
    if error.http_status is not None and error.http_status < 500 and not isinstance(error, stripe.RateLimitError):
        return Invalid(Text("Stripe does not take the request: {reason}", reason=_words(error)))
    return Unavailable(N_("Stripe does not answer. Try again in a minute."))


def _declined(error: Any) -> CardDeclined:
    decline = str(getattr(error.error, "decline_code", None) or error.code or "card_declined")
    asks = error.code in NEEDS_PERSON or decline in NEEDS_PERSON
    if asks:
        return CardDeclined(
            N_("The bank wants its customer to confirm this payment."), decline=decline, needs_person=True
        )
    return CardDeclined(Text("The card was declined: {reason}", reason=_words(error)), decline=decline)


def _refused(error: Any) -> MowthosError:
    words = _words(error)
    if error.code in RETRY_CODES:
        return Unavailable(N_("Stripe is busy with the same object. Try again in a minute."))
    if error.code in STATE_CODES or any(text in words for text in STATE_WORDS):
        return Conflict(Text("Stripe says: {reason}", reason=words))
    if error.http_status == 404 or error.code == "resource_missing":
        return NotFound(Text("Stripe says: {reason}", reason=words))
    return Invalid(Text("Stripe does not take the request: {reason}", reason=words))


def _words(error: Any) -> str:
    return str(error.user_message or error.code or type(error).__name__)


_TABLE: tuple[tuple[type[stripe.StripeError], Callable[[Any], MowthosError]], ...] = (
    (stripe.CardError, _declined),
    (
        stripe.AuthenticationError,
        lambda _error: NeedsHuman(
            N_("Stripe refuses our key. A person must set MOWTHOS_STRIPE_SECRET_KEY to a valid one.")
        ),
    ),
    (
        stripe.PermissionError,
        lambda _error: NotAllowed(N_("Stripe says that our key lacks the right to do this.")),
    ),
    (
        stripe.IdempotencyError,
        lambda _error: Conflict(N_("Stripe was asked for something else under the same key before.")),
    ),
    (stripe.InvalidRequestError, _refused),
)


async def answered(call: Awaitable[Any]) -> Any:
    """The answer of the SDK, or our error for its error."""
    try:
        return await call
    except stripe.StripeError as error:
        raise translate(error) from error
