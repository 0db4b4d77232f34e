"""What people and payments do to a subscription: one function a fact, in one table. ``Conflict`` says why not. Pure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from core.billing.billing_run import Context, Lines, arrears, billed, charged, opened
from core.billing.bills import Bill, BillReason, Line, LineKind
from core.billing.facts import Fact, FactKind
from core.billing.life_model import Coupon, Dunning, Life, Pause
from core.billing.payment_values import Proration
from core.billing.periods import Cycle, Period
from core.billing.proration import remaining_line, unused_line
from core.billing.status import STATUS, Status
from core.billing.terms import terms_of
from core.errors import Conflict, Invalid, NotFound
from core.money import Money
from core.texts import N_, Text, sentence

PAYING = frozenset({Status.AWAITING, Status.ACTIVE, Status.PAST_DUE})


def joined(fact: Fact) -> Life:
    """The beginning: a plan is chosen, a card is not saved yet."""
    terms = terms_of(fact.data["terms"])
    return Life(
        at=fact.at,
        status=Status.PENDING,
        terms=terms,
        host=fact.data["host"],
        joined_at=fact.at,
        trial_days=fact.data["trial_days"],
        balance=Money(0, terms.currency),
    )


def apply(life: Life, fact: Fact, context: Context) -> Life:
    """The life after one more fact, at its moment."""
    return MOVES[fact.kind](life, fact, context)


def _card_saved(life: Life, fact: Fact, _context: Context) -> Life:
    if life.status is not Status.PENDING:
        return replace(life, card=True)
    trial = Period(fact.at, fact.at + timedelta(days=life.trial_days))
    return replace(life, card=True, status=Status.TRIALING, trial=trial)


def _card_lost(life: Life, _fact: Fact, _context: Context) -> Life:
    return replace(life, card=False)


def _plan_changed(life: Life, fact: Fact, context: Context) -> Life:
    terms, at = terms_of(fact.data["terms"]), fact.at
    if life.status in (Status.PENDING, Status.TRIALING):
        return replace(life, terms=terms)
    _need(life, Status.ACTIVE)
    if life.cancel_at is not None or life.pause is not None:
        raise Conflict(N_("a cancellation or pause is planned: undo it first, then change the plan"))
    if terms.currency != life.currency:
        raise Conflict(Text("this subscription is billed in {currency}", currency=life.currency))
    if terms == life.terms:
        raise Conflict(N_("the household is on this plan already"))
    assert life.period is not None and life.window is not None
    assert life.covering is not None
    back = unused_line(life.covering, at)
    if terms.interval is life.terms.interval:
        how = Proration(fact.data.get("proration", Proration.NEXT_INVOICE))
        changed = replace(life, terms=terms, window=life.window.changed(terms, at))
        if how is Proration.NONE:
            return changed
        more = remaining_line(terms, life.period, at, host=life.host, percent_off=life.percent_off)
        changed = replace(changed, covering=more, pending=(*life.pending, back, more))
        return billed(changed, at, BillReason.CHANGE, (), None, context) if how is Proration.INVOICE_NOW else changed
    life, lines = arrears(life, at, context)
    return _new_cycle(replace(life, terms=terms), at, BillReason.CHANGE, (*lines, back), context)


def _new_cycle(life: Life, at: datetime, reason: BillReason, lines: Lines, context: Context) -> Life:
    """Periods count from ``at``; the first is billed at once."""
    cycle = Cycle(at, life.terms.interval)
    period = cycle.period(0)
    life = opened(replace(life, cycle=cycle), period, at)
    life, price = charged(life, period)
    return billed(life, at, reason, (*lines, *price), period, context)


def _paused(life: Life, fact: Fact, _context: Context) -> Life:
    _need(life, Status.ACTIVE)
    if life.cancel_at is not None or life.pause is not None:
        raise Conflict(N_("a cancellation or pause is planned already: undo it first"))
    assert life.period is not None and life.cycle is not None
    until, periods = life.period.end, fact.data["periods"]
    if not 0 <= periods <= 24:
        raise Invalid(Text("a pause of {periods} periods: expected 0 (open) to 24", periods=periods))
    for _ in range(periods):
        until = life.cycle.at(until).end
    return replace(life, pause=Pause(life.period.end, until if periods else None))


def _resumed(life: Life, fact: Fact, _context: Context) -> Life:
    if life.pause is None:
        raise Conflict(N_("no pause is planned or under way"))
    if life.status is not Status.PAUSED:
        return replace(life, pause=None)
    assert life.cycle is not None
    until = life.cycle.at(fact.at).end
    return replace(life, pause=replace(life.pause, until=min(until, life.pause.until or until)))


def _cancelled(life: Life, fact: Fact, context: Context) -> Life:
    if life.status is Status.CANCELED:
        raise Conflict(N_("this subscription has ended already"))
    at = fact.at
    if fact.data["now"]:
        return _cancel_now(life, at, context)
    if life.cancel_at is not None:
        raise Conflict(N_("a cancellation is planned already"))
    if life.status is Status.TRIALING:
        assert life.trial is not None
        return replace(life, cancel_at=life.trial.end)
    if life.status in PAYING and life.period is not None:
        return replace(life, cancel_at=life.period.end, pause=None)
    return _cancel_now(life, at, context)


def _cancel_now(life: Life, at: datetime, context: Context) -> Life:
    if life.status in (Status.PENDING, Status.TRIALING):
        return replace(life, status=Status.CANCELED, cancel_at=None, pending=())
    running, covering = life.status in PAYING, life.covering
    life, lines = arrears(replace(life, cancel_at=at), at, context)
    if running:
        assert covering is not None
        lines = (*lines, unused_line(covering, at))
    life = billed(life, at, BillReason.FINAL, lines, None, context)
    return replace(life, status=Status.CANCELED, period=None, cancel_at=None, pause=None, dunning=None)


def _cancel_undone(life: Life, _fact: Fact, _context: Context) -> Life:
    if life.cancel_at is None or life.status is Status.CANCELED:
        raise Conflict(N_("no cancellation is planned"))
    return replace(life, cancel_at=None)


def _coupon_given(life: Life, fact: Fact, _context: Context) -> Life:
    """In place of one that stands. Counts from the next period that begins."""
    if life.status is Status.CANCELED:
        raise Conflict(N_("this subscription has ended: no period is left for a coupon"))
    percent, periods = fact.data["percent"], fact.data["periods"]
    if not 1 <= percent <= 100:
        raise Invalid(Text("a coupon of {percent} %: expected 1 to 100", percent=percent))
    if not 0 <= periods <= 24:
        raise Invalid(Text("a coupon for {periods} periods: expected 0 (all) to 24", periods=periods))
    return replace(life, coupon=Coupon(percent, periods or None, fact.data.get("note", "")))


def _coupon_ended(life: Life, _fact: Fact, _context: Context) -> Life:
    if life.coupon is None:
        raise Conflict(N_("there is no coupon to take away"))
    return replace(life, coupon=None)


def _credited(life: Life, fact: Fact, _context: Context) -> Life:
    if life.status is Status.CANCELED:
        raise Conflict(N_("this subscription has ended: there is no bill left to credit; refund instead"))
    if fact.data["minor"] <= 0:
        raise Invalid(N_("a credit: expected an amount above 0"))
    span = Period(fact.at, fact.at)
    line = Line(LineKind.CREDIT, Money(-fact.data["minor"], life.currency), span, "", note=fact.data["note"])
    return replace(life, pending=(*life.pending, line))


def _charged(life: Life, fact: Fact, _context: Context) -> Life:
    if life.status is Status.CANCELED:
        raise Conflict(N_("this subscription has ended: there is no bill left to charge"))
    if fact.data["minor"] <= 0:
        raise Invalid(N_("a charge: expected an amount above 0"))
    span = Period(fact.at, fact.at)
    line = Line(LineKind.EXTRA, Money(fact.data["minor"], life.currency), span, "", note=fact.data["note"])
    return replace(life, pending=(*life.pending, line))


def _voided(life: Life, fact: Fact, context: Context) -> Life:
    bill = bill_of(life, fact.data["number"])
    if not bill.closed or bill.settled:  # with nothing due a bill is settled as it is closed
        raise Conflict(Text("bill {number} is not open: it cannot be voided", number=bill.number))
    life = _with(life, replace(bill, voided=True))
    if life.covering is not None and _charged_on(life) == bill.number:  # what was not charged is not given back
        life = replace(life, covering=replace(life.covering, amount=Money(0, life.currency)))
    return settled(replace(life, balance=life.balance + bill.credit_used), fact.at, context)


def _charged_on(life: Life) -> int:
    """The bill that charged what is covered now; 0 while its line waits."""
    covering = life.covering
    assert covering is not None
    wanted = (covering.kind, covering.span)
    if any((line.kind, line.span) == wanted for line in life.pending):
        return 0
    charging = [bill for bill in life.bills if any((line.kind, line.span) == wanted for line in bill.lines)]
    return charging[-1].number if charging else 0


def _bill_closed(life: Life, fact: Fact, context: Context) -> Life:
    bill = bill_of(life, fact.data["number"])
    if bill.closed:
        raise Conflict(Text("bill {number} is closed already", number=bill.number))
    return settled(_with(life, replace(bill, closed=True)), fact.at, context)


def _taxed(life: Life, fact: Fact, _context: Context) -> Life:
    bill = bill_of(life, fact.data["number"])
    if not bill.closed or bill.paid_at is not None or bill.voided:
        raise Conflict(Text("bill {number} is not open: no tax comes to it any more", number=bill.number))
    return _with(life, replace(bill, tax=Money(fact.data["minor"], life.currency)))


def _paid(life: Life, fact: Fact, context: Context) -> Life:
    bill = bill_of(life, fact.data["number"])
    if bill.paid_at is not None:
        return life
    if bill.voided:
        raise Conflict(Text("bill {number} is void: it cannot be paid", number=bill.number))
    return settled(_with(life, replace(bill, paid_at=fact.at, failed_at=None)), fact.at, context)


def _payment_failed(life: Life, fact: Fact, _context: Context) -> Life:
    return failed(life, fact.data["number"], fact.at)


def _refunded(life: Life, fact: Fact, _context: Context) -> Life:
    bill, amount = bill_of(life, fact.data["number"]), Money(fact.data["minor"], life.currency)
    if bill.paid_at is None:
        raise Conflict(Text("bill {number} is not paid: there is nothing to refund", number=bill.number))
    left = bill.due - bill.refunded
    if not 0 < amount.minor <= left.minor:
        raise Invalid(
            Text("a refund of {minor}: expected 1 to {left} (minor units)", minor=amount.minor, left=left.minor)
        )
    life = _with(life, replace(bill, refunded=bill.refunded + amount))
    return replace(life, balance=life.balance + amount) if fact.data["to"] == "balance" else life


def failed(life: Life, number: int, at: datetime) -> Life:
    """A payment failed, or nothing was heard of it: dunning begins; an unpaid first bill suspends at once."""
    bill = bill_of(life, number)
    if bill.settled:
        return life
    life = _with(life, replace(bill, failed_at=bill.failed_at or at))
    if life.status is Status.CANCELED:
        return life
    life = replace(life, dunning=life.dunning or Dunning(at))
    if life.status is Status.AWAITING:
        return replace(life, status=Status.SUSPENDED)
    return replace(life, status=Status.PAST_DUE) if life.status is Status.ACTIVE else life


def settled(life: Life, at: datetime, context: Context) -> Life:
    """Nothing failed is left unpaid: service is back at once; after a long suspension in a new cycle."""
    if any(bill.failed_at is not None and not bill.settled for bill in life.bills):
        return life
    if life.status is Status.AWAITING and not life.bills[0].settled:
        return life
    restored = life.status in (Status.AWAITING, Status.PAST_DUE, Status.SUSPENDED)
    life = replace(life, dunning=None, status=Status.ACTIVE if restored else life.status)
    if life.status is not Status.ACTIVE or life.period is not None:
        return life
    life, lines = arrears(life, at, context)
    return _new_cycle(life, at, BillReason.CYCLE, lines, context)


def bill_of(life: Life, number: int) -> Bill:
    if not 1 <= number <= len(life.bills):
        raise NotFound(Text("this subscription has no bill {number}", number=number))
    return life.bills[number - 1]


def _with(life: Life, bill: Bill) -> Life:
    return replace(life, bills=(*life.bills[: bill.number - 1], bill, *life.bills[bill.number :]))


def _need(life: Life, *statuses: Status) -> None:
    if life.status not in statuses:
        raise Conflict(
            Text(
                "not possible while the subscription is: {status}",
                status=sentence(STATUS[life.status].word),
            )
        )


def _again(life: Life, _fact: Fact, _context: Context) -> Life:
    raise Conflict(N_("this household has joined already"))


MOVES: dict[FactKind, Callable[[Life, Fact, Context], Life]] = {
    FactKind.JOINED: _again,
    FactKind.CARD_SAVED: _card_saved,
    FactKind.CARD_LOST: _card_lost,
    FactKind.PLAN_CHANGED: _plan_changed,
    FactKind.PAUSED: _paused,
    FactKind.RESUMED: _resumed,
    FactKind.CANCELLED: _cancelled,
    FactKind.CANCEL_UNDONE: _cancel_undone,
    FactKind.COUPON_GIVEN: _coupon_given,
    FactKind.COUPON_ENDED: _coupon_ended,
    FactKind.CREDITED: _credited,
    FactKind.CHARGED: _charged,
    FactKind.BILL_CLOSED: _bill_closed,
    FactKind.BILL_VOIDED: _voided,
    FactKind.TAXED: _taxed,
    FactKind.PAID: _paid,
    FactKind.PAYMENT_FAILED: _payment_failed,
    FactKind.REFUNDED: _refunded,
}

__all__ = ["MOVES", "Lines", "apply", "bill_of", "failed", "joined", "settled"]
