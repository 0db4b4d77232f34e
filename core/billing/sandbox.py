"""A household's life on a movable clock: nothing is stored, nobody is told (G17). The same rules as the real thing.

A script of ordinary moves is played from a start: the trial, minutes of each week, payments that succeed or fail. Every
bill is worked out by both engines.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.billing.bills import Bill
from core.billing.facts import Fact, FactKind
from core.billing.judging import shadow_difference
from core.billing.life import due, replay
from core.billing.life_model import DEFAULT_RULES, BillingRules, Life
from core.billing.notices import Notice, next_notice_at, notices_of
from core.billing.periods import to_second
from core.billing.shadow import Mown, Row, shadow_bills
from core.billing.terms import PlanTerms, terms_dict
from core.billing.usage_view import UsagePiece, UsageView, minute_of

DAY = timedelta(days=1)
MOST_DAYS = 1_000


@dataclass(slots=True)
class Sandbox:
    """One household. ``pays``: whether its card pays; ``weekly_minutes``: mowed each week while service runs."""

    terms: PlanTerms
    start: datetime
    host: bool = False
    pays: bool = True
    weekly_minutes: int = 60
    rules: BillingRules = DEFAULT_RULES
    facts: list[Fact] = field(default_factory=list)
    pieces: list[UsagePiece] = field(default_factory=list)
    log: list[tuple[datetime, str, dict[str, Any]]] = field(default_factory=list)
    """What happened, oldest first: moment, kind, figures."""
    now: datetime = field(init=False)
    _told: set[str] = field(default_factory=set)
    _life: Life | None = None

    def __post_init__(self) -> None:
        self.now = self.start = to_second(self.start)
        data = {"terms": terms_dict(self.terms), "host": self.host, "trial_days": self.rules.trial_days}
        self.facts.append(Fact(self.now, FactKind.JOINED, data))
        self.do(FactKind.CARD_SAVED)

    def do(self, kind: FactKind, **data: Any) -> Life:
        """A move of a person or a payment, now. ``Conflict`` when it is not possible."""
        fact = Fact(self.now, kind, data)
        life = replay([*self.facts, fact], self.now, self.usage, self.rules)
        self.facts.append(fact)
        self._life = None
        if kind is not FactKind.BILL_CLOSED:
            self.log.append((self.now, kind.value, {name: value for name, value in data.items() if name != "terms"}))
        return life

    @property
    def usage(self) -> UsageView:
        return UsageView(self.pieces)

    def life(self) -> Life:
        return replay(self.facts, self.now, self.usage, self.rules)

    def move(self, days: int) -> Life:
        """Let days pass, one after the other: mow, bill, pay."""
        for _ in range(min(days, MOST_DAYS)):
            self._day()
        return self.life()

    def _day(self) -> None:
        before = self._life or self.life()
        self.now += DAY
        mows = bool(self.weekly_minutes) and (self.now - self.start).days % 7 == 0
        moment = min(filter(None, (due(before, self.rules), next_notice_at(before, self.rules))), default=None)
        if not mows and not before.drafts and before.dunning is None and (moment is None or moment > self.now):
            self._life = before
            return
        life = self.life()
        if life.status is not before.status:
            self.log.append((self.now, "status", {"status": life.status.value}))
        serves = life.status.value in ("trialing", "awaiting", "active", "past_due")
        if mows and serves:
            start = minute_of(self.now - timedelta(hours=3))
            recorded = self.now - timedelta(hours=1)
            self.pieces.append(UsagePiece(start, self.weekly_minutes, 1, recorded, len(self.pieces) + 1))
        self._bill(self.life())
        self._retry(life)
        self._life = self.life()
        self._tell(notices_of(self._life, self.usage, self.rules))

    def _bill(self, life: Life) -> None:
        for bill in life.drafts:
            self.do(FactKind.BILL_CLOSED, number=bill.number, known_by=bill.known_by.isoformat())
            agrees = self.difference(bill) == ""
            self.log.append((self.now, "bill", {"number": bill.number, "due": bill.due.minor, "agrees": agrees}))
            if bill.due.minor:
                self.do(FactKind.PAID if self.pays else FactKind.PAYMENT_FAILED, number=bill.number)

    def _retry(self, before: Life) -> None:
        if self.pays and before.dunning is not None:
            for bill in self.life().bills:
                if bill.closed and not bill.settled:
                    self.do(FactKind.PAID, number=bill.number)

    def _tell(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            if notice.key not in self._told and notice.kind not in ("bill", "paid"):
                self.log.append((self.now, f"notice:{notice.kind}", notice.data))
            self._told.add(notice.key)

    def difference(self, bill: Bill) -> str:
        """What the shadow says differently of a bill; empty when it agrees."""
        rows = [Row(int(fact.at.timestamp()), fact.kind.value, fact.data) for fact in self.facts]
        mown = [Mown(one.start, one.minutes, one.sign, one.recorded_at.timestamp()) for one in self.pieces]
        shades = {shade.number: shade for shade in shadow_bills(rows, mown, self.now.timestamp())}
        return shadow_difference(bill, shades.get(bill.number))
