"""The shadow's books: pages of minutes, waiting lines, credit, and the bills they end in. Mutable by design."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from core.billing.shadow.values import DAY, SETTLING_S, Drawn, Mown, PaperBill, Row, Stretch
from core.money import Money, rounded, share


class Books:
    """A clerk with one page open."""

    def __init__(
        self,
        rows: Sequence[Row],
        mown: list[Mown],
        drawn: list[Drawn],
        until: float,
        stages: int,
        stage_s: int,
        silence_s: int,
    ) -> None:
        self._rows, self._mown, self._until = rows, mown, until
        self._drawn, self._power_paid, self._met = drawn, 0, rows[0].at
        self._stages, self._stage_s, self._silence_s = stages, stage_s, silence_s
        self._known = {
            row.data["number"]: datetime.fromisoformat(row.data["known_by"]).timestamp()
            for row in rows
            if row.kind == "bill_closed"
        }
        first = rows[0].data
        self.bills: list[PaperBill] = []
        self._plan: Mapping[str, Any] = first["terms"]
        self._host: bool = first["host"]
        self._trial_s: int = first["trial_days"] * DAY
        self._state = "pending"
        self._card = False
        self._anchor = self._begin = self._finish = 0
        self._turn = 0
        self._covered = (0, 0, 1)
        self._covered_on: int | None = None  # the bill that charged it; none while the line waits
        self._stretches: list[Stretch] = []
        self._page: Stretch | None = None
        self._page_since = 0
        self._waiting: list[tuple[str, int]] = []
        self._credit = 0
        self._coupon: tuple[int, int] | None = None
        self._percent = 0
        self._stop_at: int | None = None
        self._rest: tuple[int, int | None] | None = None
        self._asking: tuple[int, int] | None = None

    def _failed(self, bill: PaperBill, at: float) -> None:
        if not bill.open:
            return
        bill.failed = True
        if self._state == "canceled":
            return
        self._asking = self._asking or (int(at), 0)
        self._state = {"awaiting": "suspended", "active": "past_due"}.get(self._state, self._state)

    def _cheer_up(self, at: int) -> None:
        if any(bill.failed and bill.open for bill in self.bills):
            return
        if self._state == "awaiting" and self.bills[0].open:
            return
        self._asking = None
        if self._state in ("awaiting", "past_due", "suspended"):
            self._state = "active"
        if self._state == "active" and not self._finish:
            lines = self._count_up(at)
            self._new_anchor(at)
            self._charge_period(at, lines)

    def _price(self, plan: Mapping[str, Any]) -> int:
        off = plan["host_discount_percent"] if self._host else 0
        return share(Money(plan["price"]), 100 - off, 100).minor

    @staticmethod
    def _part(price: int, left: int, whole: int) -> int:
        return rounded(Fraction(price * left, whole))

    def _given_back(self, at: int) -> int:
        amount, begin, finish = self._covered
        return -self._part(amount, finish - at, finish - begin)

    def _cover(self, amount: int, begin: int) -> None:
        """``amount`` is charged, on the next bill there is, for the time from ``begin`` to the period's end."""
        self._covered, self._covered_on = (amount, begin, self._finish), None

    def _strike(self, bill: PaperBill) -> None:
        """A bill is void: the credit it used is back, and nothing that it charged will be given back."""
        bill.void = True
        self._credit += bill.credit
        if bill.number == self._covered_on:
            self._covered = (0, *self._covered[1:])

    def _new_anchor(self, at: int) -> None:
        self._anchor, self._turn = at, 0

    def _mark(self, turn: int) -> int:
        start = datetime.fromtimestamp(self._anchor, UTC)
        carried = start.month - 1 + turn * (12 if self._plan["interval"] == "year" else 1)
        year, month = start.year + carried // 12, carried % 12 + 1
        return int(start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1])).timestamp())

    def _turn_of(self, at: int) -> int:
        turn = self._turn
        while self._mark(turn + 1) <= at:
            turn += 1
        return turn

    def _charge_period(self, at: int, lines: list[tuple[str, int]]) -> PaperBill:
        self._begin, self._finish = self._mark(self._turn), self._mark(self._turn + 1)
        self._page, self._page_since = Stretch(at), at
        price, off = self._price(self._plan), 0
        self._percent, every = self._coupon or (0, 0)
        if self._coupon:
            off = rounded(Fraction(price * self._percent, 100))
            self._coupon = None if every == 1 else (self._percent, max(0, every - 1))
        self._cover(price - off, self._begin)
        bill = self._write(at, [*lines, ("plan", price), *([("coupon", -off)] if off else [])])
        assert bill is not None
        return bill

    def _turn_page(self, at: int, plan: Mapping[str, Any]) -> None:
        assert self._page is not None
        self._page.parts.append((plan["included_minutes"], at - self._page_since, self._finish - self._begin))
        self._page_since = at

    def _shelve(self, at: int) -> None:
        if self._page is not None:
            self._turn_page(at, self._plan)
            self._page.end, self._page.rate = at, self._plan["overage"]
            self._stretches.append(self._page)
            self._page = None

    def _count_up(self, at: int) -> list[tuple[str, int]]:
        known = self._known.get(len(self.bills) + 1, self._until - SETTLING_S)
        lines = [("late", amount) for amount in (self._owed(one, known) for one in self._stretches) if amount]
        if self._page is not None:
            self._shelve(at)
            amount = self._owed(self._stretches[-1], known)
            if amount:
                lines.insert(0, ("overage", amount))
        return lines + self._power(at, known)

    def _power(self, at: int, known: float) -> list[tuple[str, int]]:
        """What the host's dock drew and nobody has credited yet, at today's price."""
        if not self._host:
            return []
        fresh = -self._power_paid
        for one in self._drawn:
            if self._met <= one.at < at and one.recorded <= known:
                fresh += one.watt_hours
        price = self._plan.get("power_per_kwh", 0)
        amount = rounded(Fraction(fresh * price, 1_000))
        if amount or not price:
            self._power_paid += fresh
        return [("power", -amount)] if amount else []

    def _owed(self, stretch: Stretch, known: float) -> int:
        """What is new to charge for a stretch, in minor units; charged from here on."""
        first, last = -(-stretch.begin // 60), -(-stretch.end // 60)
        used = sum(
            mown.sign * max(0, min(mown.start + mown.minutes, last) - max(mown.start, first))
            for mown in self._mown
            if mown.recorded <= known
        )
        free = rounded(
            sum((Fraction(included * seconds, whole) for included, seconds, whole in stretch.parts), Fraction(0))
        )
        fresh = max(0, used - free) - stretch.charged
        stretch.charged += fresh
        return fresh * stretch.rate

    def _write(self, at: int, lines: list[tuple[str, int]]) -> PaperBill | None:
        every = [*lines, *self._waiting]
        self._waiting = []
        if not every:
            return None
        total = sum(amount for _kind, amount in every)
        credit = min(self._credit, max(0, total))
        self._credit += max(0, -total) - credit
        number = len(self.bills) + 1
        self._covered_on = self._covered_on or number
        bill = PaperBill(
            number,
            at,
            every,
            total,
            credit,
            max(0, total) - credit,
            known=self._known.get(number, self._until - SETTLING_S),
        )
        self.bills.append(bill)
        return bill
