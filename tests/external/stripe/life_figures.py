"""What is compared of an invoice: when, its lines, total, credit used, due, paid, and whether it is void."""

from collections import Counter
from collections.abc import Callable

from core.billing.bills import Bill, LineKind
from core.billing.invoice_values import Invoice, InvoiceLine, InvoiceStatus
from core.billing.life_model import Life
from core.billing.payment_values import Span

METER = "minutes"
MINUTES = frozenset({LineKind.OVERAGE, LineKind.LATE})

type Figures = tuple[object, ...]


def told(invoice: Invoice, kind_of: Callable[[InvoiceLine], str]) -> Figures:
    """An invoice of the simulated Stripe's."""
    lines = [(kind_of(line), line.amount.minor, line.span) for line in invoice.lines]
    assert invoice.ending_balance is not None
    used = invoice.ending_balance - invoice.starting_balance
    return (
        invoice.created, summed(lines), invoice.total.minor, max(0, used.minor), invoice.due.minor,
        invoice.paid.minor, invoice.status is InvoiceStatus.VOID,
    )  # fmt: skip


def our_figures(life: Life) -> list[Figures]:
    """Bills of ours in the same form."""
    return [our_bill(bill) for bill in life.bills if any(line.amount.minor for line in bill.lines)]


def our_bill(bill: Bill) -> Figures:
    kinds = [METER if line.kind in MINUTES else line.kind.value for line in bill.lines]
    lines = [(kind, line.amount.minor, Span(*line.span)) for kind, line in zip(kinds, bill.lines, strict=True)]
    paid = bill.due.minor if bill.paid_at else 0
    return bill.at, summed(lines), bill.total.minor, bill.credit_used.minor, bill.due.minor, paid, bill.voided


def summed(lines: list[tuple[str, int, Span]]) -> list[tuple[object, ...]]:
    """Lines of plans with their time; minutes added up, as tiers and corrections may split them."""
    sums: Counter[tuple[object, ...]] = Counter()
    for kind, minor, span in lines:
        timed = kind in ("plan", "unused", "remaining")
        sums[(kind, span.start, span.end) if timed else (kind,)] += minor
    return sorted(((*name, minor) for name, minor in sums.items() if minor), key=str)
