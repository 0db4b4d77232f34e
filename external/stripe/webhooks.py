"""Webhooks: signature on the raw body, a tolerance by our own clock, several secrets while one replaces another."""

import json
from collections.abc import Sequence
from typing import Any

import stripe

from core.billing.payment_values import ProviderEvent
from core.clock import Clock
from core.errors import Invalid, NotAllowed
from core.texts import N_
from external.stripe.mapping import at

TOLERANCE_S = 300


def verify(
    body: bytes, signature: str, *, secrets: Sequence[str], clock: Clock, tolerance_s: int = TOLERANCE_S
) -> ProviderEvent:
    """The event of a body that one of ``secrets`` signed less than ``tolerance_s`` ago (or ahead)."""
    if not any(_signed(body, signature, secret) for secret in secrets):
        raise NotAllowed(N_("The webhook is not signed with a secret of ours"))
    signed_at = _time_of(signature)
    if abs(clock.now().timestamp() - signed_at) > tolerance_s:
        raise NotAllowed(N_("The webhook was signed too long ago, or ahead of time"))
    try:
        event = json.loads(body)
    except ValueError as error:
        raise Invalid(N_("The webhook is signed by Stripe, but is no event")) from error
    return event_of(event)


def event_of(event: Any) -> ProviderEvent:
    """The event of a document as Stripe sends or lists it."""
    try:
        held = event["data"]["object"]
        return ProviderEvent(
            id=str(event["id"]),
            type=str(event["type"]),
            created=at(event["created"]),
            object_kind=str(held.get("object", "")),
            object_id=str(held.get("id") or ""),
            data=held,
            api_version=event.get("api_version"),
            live=bool(event.get("livemode")),
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Invalid(N_("The webhook is signed by Stripe, but is no event")) from error


def _signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        # no tolerance here: the SDK reads the machine's clock, we read ours
        return bool(stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=None))
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


def _time_of(signature: str) -> int:
    """Of a header whose signature is known to be good."""
    return next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))
