"""The shadow's walk through a life: a queue of dated events, and what each does to the books."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from core.billing.shadow.ledger import Books
from core.billing.shadow.values import Row
from core.money import rounded


class Walk(Books):
    """Lets time pass, and takes facts as they come."""

    def run(self) -> None:
        for row in self._rows[1:]:
            if row.at > self._until:
                break
            self._let_pass(row.at)
            self._take(row)
        self._let_pass(self._until)

    # what time does

    def _let_pass(self, until: float) -> None:
        while True:
            moments = self._ahead()
            if not moments or moments[0][0] > until:
                return
            at, what = moments[0]
            getattr(self, what)(at)

    def _ahead(self) -> list[tuple[int, str]]:
        if self._state == "canceled":
            return []
        ahead: list[tuple[float, int, str]] = []
        if self._state == "trialing":
            ahead.append((self._finish, 0, "_trial_over"))
        elif self._state == "paused":
            if self._rest and self._rest[1] is not None:
                ahead.append((self._rest[1], 0, "_rest_over"))
        elif self._finish and self._state != "pending":
            ahead.append((self._finish, 0, "_period_over"))
        mute = [bill.known for bill in self.bills if bill.closed and bill.open and not bill.failed]
        if mute:
            ahead.append((min(mute) + self._silence_s, 1, "_silence"))
        if self._asking and self._asking[1] < self._stages:
            since, stage = self._asking
            ahead.append((since + (stage + 1) * self._stage_s, 2, "_ask_again"))
        return [(at, what) for at, _order, what in sorted(ahead)]  # type: ignore[misc]

    def _trial_over(self, at: int) -> None:
        if self._stop_at == at:
            self._state, self._finish, self._stop_at = "canceled", 0, None
            return
        self._new_anchor(at)
        bill = self._charge_period(at, self._count_up(at))
        bill.made_first = True
        if not bill.open:
            self._state = "active"
        elif self._card:
            self._state = "awaiting"
        else:
            self._state, bill.failed, self._asking = "suspended", True, (at, 0)

    def _period_over(self, at: int) -> None:
        leaving = self._stop_at == at
        if self._state == "suspended" and not leaving:
            self._shelve(at)
            self._finish = 0
            return
        lines = self._count_up(at)
        if leaving:
            self._write(at, lines)
            self._state, self._finish, self._stop_at, self._asking = "canceled", 0, None, None
        elif self._rest and self._rest[0] == at:
            self._write(at, lines)
            self._state, self._finish = "paused", 0
        else:
            self._turn += 1
            self._charge_period(at, lines)

    def _rest_over(self, at: int) -> None:
        lines = self._count_up(at)
        self._state, self._rest = ("past_due" if self._asking else "active"), None
        self._turn = self._turn_of(at)
        self._charge_period(at, lines)

    def _silence(self, at: float) -> None:
        mute = [bill for bill in self.bills if bill.closed and bill.open and not bill.failed]
        self._failed(min(mute, key=lambda bill: bill.known), at)

    def _ask_again(self, _at: int) -> None:
        assert self._asking is not None
        self._asking = (self._asking[0], self._asking[1] + 1)
        if self._asking[1] >= self._stages:
            self._state, self._rest = "suspended", None

    # what people and payments do

    def _take(self, row: Row) -> None:
        getattr(self, f"_on_{row.kind}")(row.at, row.data)

    def _on_card_saved(self, at: int, _data: Mapping[str, Any]) -> None:
        self._card = True
        if self._state == "pending":
            self._state, self._finish = "trialing", at + self._trial_s

    def _on_card_lost(self, _at: int, _data: Mapping[str, Any]) -> None:
        self._card = False

    def _on_plan_changed(self, at: int, data: Mapping[str, Any]) -> None:
        old, self._plan = self._plan, data["terms"]
        if self._state in ("pending", "trialing"):
            return
        back = self._given_back(at)
        if old["interval"] == self._plan["interval"]:
            self._turn_page(at, old)
            how = data.get("proration", "create_prorations")
            if how == "none":
                return
            whole = self._price(self._plan)
            whole -= rounded(Fraction(whole * self._percent, 100))
            more = self._part(whole, self._finish - at, self._finish - self._begin)
            self._waiting += [("unused", back), ("remaining", more)]
            self._cover(more, at)
            if how == "always_invoice":
                self._write(at, [])
            return
        self._plan = old
        lines = self._count_up(at)
        self._plan = data["terms"]
        self._new_anchor(at)
        self._charge_period(at, [*lines, ("unused", back)])

    def _on_paused(self, _at: int, data: Mapping[str, Any]) -> None:
        until = self._mark(self._turn + 1 + data["periods"]) if data["periods"] else None
        self._rest = (self._finish, until)

    def _on_resumed(self, at: int, _data: Mapping[str, Any]) -> None:
        if self._state != "paused":
            self._rest = None
            return
        assert self._rest is not None
        following = self._mark(self._turn_of(at) + 1)
        self._rest = (self._rest[0], following if self._rest[1] is None else min(following, self._rest[1]))

    def _on_cancelled(self, at: int, data: Mapping[str, Any]) -> None:
        running = self._state in ("awaiting", "active", "past_due")
        if not data["now"] and (running or self._state == "trialing"):
            self._stop_at = self._finish
            self._rest = None if running else self._rest
            return
        if self._state not in ("pending", "trialing"):
            back = self._given_back(at) if running else 0
            lines = self._count_up(at)
            self._write(at, [*lines, ("unused", back)] if running else lines)
        self._waiting = []
        self._state, self._finish, self._stop_at, self._rest, self._asking = "canceled", 0, None, None, None

    def _on_cancel_undone(self, _at: int, _data: Mapping[str, Any]) -> None:
        self._stop_at = None

    def _on_coupon_given(self, _at: int, data: Mapping[str, Any]) -> None:
        self._coupon = (data["percent"], data["periods"])

    def _on_coupon_ended(self, _at: int, _data: Mapping[str, Any]) -> None:
        self._coupon = None

    def _on_credited(self, _at: int, data: Mapping[str, Any]) -> None:
        self._waiting.append(("credit", -data["minor"]))

    def _on_charged(self, _at: int, data: Mapping[str, Any]) -> None:
        self._waiting.append(("extra", data["minor"]))

    def _on_bill_voided(self, at: int, data: Mapping[str, Any]) -> None:
        self._strike(self.bills[data["number"] - 1])
        self._cheer_up(at)

    def _on_bill_closed(self, at: int, data: Mapping[str, Any]) -> None:
        self.bills[data["number"] - 1].closed = True
        self._cheer_up(at)

    def _on_taxed(self, _at: int, _data: Mapping[str, Any]) -> None:
        """The provider's own: it stands beside the bill, not on it."""

    def _on_paid(self, at: int, data: Mapping[str, Any]) -> None:
        bill = self.bills[data["number"] - 1]
        if bill.paid:
            return
        bill.paid, bill.failed = True, False
        self._cheer_up(at)

    def _on_payment_failed(self, at: int, data: Mapping[str, Any]) -> None:
        self._failed(self.bills[data["number"] - 1], at)

    def _on_refunded(self, _at: int, data: Mapping[str, Any]) -> None:
        if data["to"] == "balance":
            self._credit += data["minor"]
