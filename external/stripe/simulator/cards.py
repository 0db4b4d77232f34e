"""Stripe's test cards (docs.stripe.com/testing): what each does when it is saved and when it is charged."""

from dataclasses import dataclass
from typing import Any

from external.stripe.simulator.blanks import blank
from external.stripe.simulator.faults import ApiError
from external.stripe.simulator.forms import Doc, needed, whole
from external.stripe.simulator.store import fresh
from external.stripe.simulator.world import World


@dataclass(frozen=True, slots=True)
class TestCard:
    """``on_save`` and ``on_charge``: the decline code, "" for success, or "authentication_required".

    ``token`` is the name it has in API calls (pm_card_visa).
    """

    number: str
    token: str
    brand: str
    on_save: str = ""
    on_charge: str = ""


CARDS = (
    TestCard("4242424242424242", "pm_card_visa", "visa"),
    TestCard("5555555555554444", "pm_card_mastercard", "mastercard"),
    TestCard("378282246310005", "pm_card_amex", "amex"),
    TestCard("4000000000000341", "pm_card_chargeCustomerFail", "visa", on_charge="generic_decline"),
    TestCard("4000000000000002", "pm_card_chargeDeclined", "visa", "generic_decline", "generic_decline"),
    TestCard("4000000000009995", "pm_card_chargeDeclinedInsufficientFunds", "visa", "insufficient_funds",
             "insufficient_funds"),
    TestCard("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "visa", "expired_card", "expired_card"),
    TestCard("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "visa", "incorrect_cvc", "incorrect_cvc"),
    TestCard("4000000000000119", "pm_card_chargeDeclinedProcessingError", "visa", "processing_error",
             "processing_error"),
    TestCard("4000002760003184", "pm_card_authenticationRequired", "visa", "authentication_required",
             "authentication_required"),
    TestCard("4000002500003155", "pm_card_authenticationRequiredOnSetup", "visa", "authentication_required"),
    TestCard("4000008260003178", "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "visa",
             "authentication_required", "insufficient_funds"),
)  # fmt: skip
_BY_TOKEN = {card.token: card for card in CARDS}
BY_NUMBER = {card.number: card for card in CARDS}
_MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}
# these are error codes of their own; every other decline is a card_declined with a decline_code
_OWN_CODES = {"expired_card", "incorrect_cvc", "processing_error", "authentication_required"}


def decline(reason: str, **more: Any) -> ApiError:
    """The card error of a decline code."""
    own = reason in _OWN_CODES
    return ApiError(
        _MESSAGES[reason], status=402, kind="card_error", code=reason if own else "card_declined",
        decline_code="authentication_required" if reason == "authentication_required" else reason, **more,
    )  # fmt: skip


def make_card(world: World, card: TestCard, *, month: int, year: int, cvc: bool = True) -> Doc:
    """A payment method that belongs to nobody yet. Of the number only the last four digits are kept."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return world.store.put(
        blank(
            "payment_method", id=fresh("pm"), created=world.now(), livemode=False, type="card", metadata={},
            allow_redisplay="unspecified",
            billing_details={"address": address, "email": None, "name": None, "phone": None, "tax_id": None},
            card={
                "brand": card.brand, "checks": {"address_line1_check": None, "address_postal_code_check": None,
                "cvc_check": "pass" if cvc else None}, "country": "US", "display_brand": card.brand,
                "exp_month": month, "exp_year": year, "fingerprint": f"fp{card.number[-8:]}", "funding": "credit",
                "generated_from": None, "last4": card.number[-4:],
                "networks": {"available": [card.brand], "preferred": None},
                "regulated_status": "unregulated", "three_d_secure_usage": {"supported": True}, "wallet": None,
            },
            customer=None, _token=card.token,
        )
    )  # fmt: skip


def behaviour(method: Doc) -> TestCard:
    return _BY_TOKEN[method["_token"]]


def resolve(world: World, name: str) -> Doc:
    """A payment method by id; a test token (pm_card_visa) makes a new one."""
    if name in _BY_TOKEN:
        year = world.clock.now().year + 8
        return make_card(world, _BY_TOKEN[name], month=12, year=year)
    return world.store.get("payment_method", name, "payment_method")


def attach(world: World, method: Doc, customer: Doc, *, confirmed: bool = False) -> Doc:
    """Give the card to a customer. The bank is asked, so a card that is always declined cannot be attached."""
    reason = behaviour(method).on_save
    if reason and not confirmed and reason != "authentication_required":
        raise decline(reason, payment_method=None)
    if method["customer"] != customer["id"]:
        method["customer"] = customer["id"]
        side = world.store.side("_cards", customer["id"])
        side["list"].append(method["id"])
        world.store.touch(side)
        world.store.touch(method)
        world.tell("payment_method.attached", method)
    return method


def detach(world: World, method: Doc) -> Doc:
    customer = world.store.get("customer", method["customer"]) if method["customer"] else None
    if customer is None:
        raise ApiError("The payment method you provided is not attached to a customer so detachment is impossible.")
    side = world.store.side("_cards", customer["id"])
    side["list"].remove(method["id"])
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        customer["invoice_settings"]["default_payment_method"] = None
    method["customer"] = None
    for doc in (side, customer, method):
        world.store.touch(doc)
    world.tell("payment_method.detached", method)
    return method


def cards_of(world: World, customer: str) -> list[Doc]:
    """Newest first."""
    held = world.store.side("_cards", customer)["list"]
    return [world.store.get("payment_method", one) for one in reversed(held)]


def from_params(world: World, params: Doc) -> Doc:
    """POST /v1/payment_methods, as a browser would send it; the server of ours never does."""
    given = needed(params, "card")
    if "token" in given:
        return resolve(world, f"pm_card_{given['token'].removeprefix('tok_')}")
    card = BY_NUMBER.get(str(needed(given, "number")).replace(" ", ""))
    if card is None:
        raise decline("generic_decline")
    return make_card(world, card, month=whole(given, "exp_month") or 12, year=whole(given, "exp_year") or 2034)
