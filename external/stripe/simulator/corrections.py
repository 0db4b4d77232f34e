"""Refunds and credit notes."""

from external.stripe.simulator.blanks import blank
from external.stripe.simulator.customers import move_balance
from external.stripe.simulator.faults import ApiError, refused, required
from external.stripe.simulator.forms import Doc, many, needed, whole, with_metadata
from external.stripe.simulator.payments import restore, settle
from external.stripe.simulator.store import fresh
from external.stripe.simulator.world import World

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_NOTE_REASONS = ("duplicate", "fraudulent", "order_change", "product_unsatisfactory")


def create_refund(world: World, params: Doc) -> Doc:
    """POST /v1/refunds, by charge or payment_intent."""
    charge_id = params.get("charge")
    if not charge_id:
        intent = world.store.get("payment_intent", needed(params, "payment_intent"), "payment_intent")
        charge_id = intent["latest_charge"]
        if intent["status"] != "succeeded":
            raise refused(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    charge = world.store.get("charge", charge_id, "charge")
    left = charge["amount"] - charge["amount_refunded"]
    amount = whole(params, "amount", left)
    if left == 0:
        raise refused(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    if amount is None or amount <= 0:
        raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise ApiError(
            f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge (${left / 100:.2f})",
            param="amount",
        )
    reason = params.get("reason")
    if reason is not None and reason not in _REASONS:
        raise ApiError(f"Invalid reason: must be one of {', '.join(_REASONS)}", param="reason")
    customer = world.store.get("customer", charge["customer"])
    refund = world.store.put(
        blank(
            "refund", id=fresh("re"), amount=amount, charge=charge["id"], created=world.now(customer),
            currency=charge["currency"], customer=customer["id"], metadata=with_metadata(None, params),
            payment_intent=charge["payment_intent"], payment_method=charge["payment_method"], reason=reason,
            status="succeeded",
        )
    )  # fmt: skip
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.store.touch(charge)
    with world.at_time(world.now(customer)):
        world.tell("refund.created", refund)
        world.tell("charge.refunded", charge)
    return refund


def create_credit_note(world: World, params: Doc) -> Doc:
    """POST /v1/credit_notes by amount: an open invoice owes less; of a paid one it goes to card or balance."""
    invoice = world.store.get("invoice", needed(params, "invoice"), "invoice")
    if invoice["status"] not in ("open", "paid"):
        raise refused(f"You can only create credit notes on open or paid invoices; this is {invoice['status']}.")
    amount = whole(params, "amount")
    if amount is None:
        raise required("amount")
    open_part = min(amount, invoice["amount_remaining"])
    after = amount - open_part
    to_card = whole(params, "refund_amount", 0) or 0
    to_balance = whole(params, "credit_amount", 0) or 0
    refunds = [world.store.get("refund", one["refund"], "refunds") for one in many(params.get("refunds"))]
    outside = whole(params, "out_of_band_amount", 0) or 0
    if to_card + to_balance + outside + sum(one["amount"] for one in refunds) != after:
        raise ApiError(
            f"The sum of credit amount, refund amount and out of band amount must equal the post payment amount "
            f"({after}).", param="credit_amount",
        )  # fmt: skip
    room = invoice["total"] - invoice["pre_payment_credit_notes_amount"] - invoice["post_payment_credit_notes_amount"]
    if amount <= 0 or amount > room:
        raise ApiError(f"The credit note amount must be above 0 and at most {room}.", param="amount")
    reason = params.get("reason")
    if reason is not None and reason not in _NOTE_REASONS:
        raise ApiError(f"Invalid reason: must be one of {', '.join(_NOTE_REASONS)}", param="reason")
    with world.at_time(world.now(invoice)):
        return _issue(world, invoice, params, amount, open_part, to_card, to_balance, outside, refunds)


def _issue(
    world: World, invoice: Doc, params: Doc, amount: int, open_part: int, to_card: int, to_balance: int, outside: int,
    refunds: list[Doc],
) -> Doc:  # fmt: skip
    note_id, now = fresh("cn"), world.now()
    customer = world.store.get("customer", invoice["customer"])
    if to_card:
        refunds = [*refunds, create_refund(world, {"payment_intent": _paid_intent(world, invoice), "amount": to_card})]
    moved = None
    if to_balance:
        moved = move_balance(world, customer, -to_balance, "credit_note", credit_note=note_id, invoice=invoice["id"])[
            "id"
        ]
    index = world.store.side("_credit_notes", invoice["id"])
    line = blank(
        "credit_note_line_item", id=fresh("cnli"), amount=amount, description=params.get("memo"), discount_amount=0,
        discount_amounts=[], livemode=False, pretax_credit_amounts=[], quantity=1, tax_rates=[],
        type="custom_line_item", unit_amount=amount, unit_amount_decimal=str(amount),
    )  # fmt: skip
    kind = "mixed" if 0 < open_part < amount else ("pre_payment" if open_part else "post_payment")
    note = world.store.put(
        blank(
            "credit_note", id=note_id, amount=amount, amount_shipping=0, created=now, currency=invoice["currency"],
            customer=customer["id"], customer_balance_transaction=moved, discount_amount=0, discount_amounts=[],
            effective_at=now, invoice=invoice["id"], livemode=False, memo=params.get("memo"),
            lines={"object": "list", "data": [line], "has_more": False, "url": f"/v1/credit_notes/{note_id}/lines"},
            metadata=with_metadata(None, params), number=f"{invoice['number']}-CN-{len(index['list']) + 1:02d}",
            out_of_band_amount=outside or None, pdf=f"{world.url}/credit_note/{note_id}/pdf",
            post_payment_amount=amount - open_part, pre_payment_amount=open_part, pretax_credit_amounts=[],
            reason=params.get("reason"), status="issued", subtotal=amount, subtotal_excluding_tax=amount, total=amount,
            total_excluding_tax=amount, total_taxes=[], type=kind,
            refunds=[{"amount_refunded": one["amount"], "refund": one["id"], "payment_record_refund": None,
                      "type": "refund"} for one in refunds],
        )
    )  # fmt: skip
    index["list"].append(note_id)
    world.store.touch(index)
    invoice["pre_payment_credit_notes_amount"] += open_part
    invoice["post_payment_credit_notes_amount"] += amount - open_part
    invoice["amount_due"] -= open_part
    invoice["amount_remaining"] -= open_part
    world.store.touch(invoice)
    world.tell("credit_note.created", note)
    if open_part and invoice["amount_remaining"] == 0:
        settle(world, invoice)
        restore(world, invoice)
    return note


def _paid_intent(world: World, invoice: Doc) -> str:
    for name in world.store.side("_payments", invoice["id"])["list"]:
        payment = world.store.get("invoice_payment", name)
        if payment["status"] == "paid":
            return str(payment["payment"]["payment_intent"])
    raise refused("This invoice was not paid by card, so nothing can be refunded to one.")
