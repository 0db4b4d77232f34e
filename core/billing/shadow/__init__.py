"""The shadow bill: a second engine, written by itself, that works every bill out again from the raw facts (X14).

It shares nothing with the first but `core.money` and the Python library: it reads plain numbers and words, counts in
seconds since 1970, walks a queue of dated events and keeps its own books. One cent of difference holds a bill.
"""

from collections.abc import Iterable, Sequence

from core.billing.shadow.values import DAY, Drawn, Mown, Row, ShadowBill
from core.billing.shadow.walk import Walk

__all__ = ["Drawn", "Mown", "Row", "ShadowBill", "shadow_bills"]


def shadow_bills(
    rows: Sequence[Row],
    mown: Iterable[Mown],
    until: float,
    *,
    drawn: Iterable[Drawn] = (),
    stages: int = 10,
    stage_days: int = 3,
    silence_days: int = 3,
) -> list[ShadowBill]:
    """Every bill up to ``until`` (seconds since 1970)."""
    books = Walk(rows, list(mown), list(drawn), until, stages, stage_days * DAY, silence_days * DAY)
    books.run()
    return [
        ShadowBill(bill.number, bill.at, tuple(bill.lines), bill.total, bill.credit, bill.due) for bill in books.bills
    ]
