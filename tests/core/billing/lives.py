"""Random lives of households: every kind of move, at ordinary and at awkward moments."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from core.billing.billing_run import SETTLING
from core.billing.facts import Fact, FactKind
from core.billing.life import replay
from core.billing.life_model import Life
from core.billing.shadow import Mown, Row, ShadowBill, shadow_bills
from core.billing.status import Status
from core.billing.terms import Interval, PlanTerms, terms_dict
from core.billing.usage_view import UsagePiece, UsageView, first_minute, minute_of
from core.errors import MowthosError
from core.money import Money

STARTS = (
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2028, 1, 29, 12, 0, 0, tzinfo=UTC),  # a leap year ahead
    datetime(2027, 12, 2, 6, 30, 15, tzinfo=UTC),
    datetime(2027, 2, 12, 1, 59, 59, tzinfo=UTC),  # a trial that ends on the night the clocks change
    datetime(2027, 10, 1, 0, 30, 0, tzinfo=UTC),
)
"""Where lives begin; ends of months, leap days and changed clocks lie ahead."""

HORIZON = timedelta(days=70)
"""How far past its last move a life is worked out: two more renewals of a month."""


def terms(number: int, random: Random) -> PlanTerms:
    return PlanTerms(
        version_id=UUID(int=number + 1),
        code=f"plan{number}",
        version=1,
        name=f"Plan {number}",
        interval=random.choice([Interval.MONTH, Interval.MONTH, Interval.YEAR]),
        price=Money(random.choice([0, 1, 999, 2_999, 4_950, 10_001, 33_333])),
        included_minutes=random.choice([0, 60, 240, 241, 1_000]),
        overage=Money(random.choice([1, 7, 15, 33])),
        area_cap_m2=0,
        host_discount_percent=random.choice([0, 15, 33, 100]),
    )


@dataclass
class RandomLife:
    """Grows a life fact by fact; what is not allowed at a moment is left out, as a person would be refused."""

    seed: int
    moves: int = 16
    facts: list[Fact] = field(default_factory=list)
    pieces: list[UsagePiece] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    _seen: tuple[tuple[object, ...], Life] | None = None

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.plans = [terms(number, self.random) for number in range(4)]
        self.now = self.random.choice(STARTS) + timedelta(seconds=self.random.choice([0, 0, 1, 86_399]))

    def play(self) -> "RandomLife":
        chosen = self.random.choice(self.plans)
        data = {
            "terms": terms_dict(chosen),
            "host": self.random.random() < 0.3,
            "trial_days": self.random.choice([0, 1, 30, 30, 30]),
        }
        self.facts.append(Fact(self.now, FactKind.JOINED, data))
        self._try(FactKind.CARD_SAVED)
        for _ in range(self.moves):
            self._wait()
            self._mow()
            self._close_and_pay()
            self._move()
        return self

    def life(self, until: datetime | None = None) -> Life:
        key = (len(self.facts), len(self.pieces), until or self.now)
        if self._seen is None or self._seen[0] != key:
            life = replay(self.facts, until or self.now, UsageView(self.pieces))
            self._seen = (key, life)
            self.done.add(life.status.value)
        return self._seen[1]

    def shadow(self, until: datetime | None = None) -> list[ShadowBill]:
        return shadow_bills(rows(self.facts), mown(self.pieces), (until or self.now).timestamp())

    def _wait(self) -> None:
        life, pick = self.life(), self.random.random()
        bounds = [one for one in (life.trial and life.trial.end, life.period and life.period.end) if one]
        if bounds and pick < 0.35:  # exactly on a bound, or a second beside it
            wanted = max(bounds) + timedelta(seconds=self.random.choice([-1, 0, 1]))
        else:
            wanted = self.now + timedelta(
                days=self.random.choice([0, 1, 3, 9, 17, 31, 45]), seconds=self.random.randrange(86_400)
            )
        self.now = max(self.now, wanted)

    def _mow(self) -> None:
        for _ in range(self.random.choice([0, 1, 1, 3])):
            back = timedelta(days=self.random.choice([0, 0, 1, 20, 40]), minutes=self.random.randrange(600))
            minutes = self.random.choice([1, 47, 120, 300])
            piece = UsagePiece(minute_of(self.now - back), minutes, 1, self.now, len(self.pieces) + 1)
            self.pieces.append(piece)
            self.done.add("late minutes" if back.days > 1 else "minutes")
        if self.pieces and self.random.random() < 0.15:
            wrong = self.random.choice([piece for piece in self.pieces if piece.sign > 0])
            taken_back = {piece.start for piece in self.pieces if piece.sign < 0}
            if wrong.start not in taken_back:
                self.pieces.append(wrong._replace(sign=-1, recorded_at=self.now, entry_id=len(self.pieces) + 1))
                self.done.add("reversal")

    def _close_and_pay(self) -> None:
        for bill in self.life().drafts:
            if self.random.random() < 0.1:  # held: a later turn closes it
                return
            data = {"number": bill.number, "known_by": bill.known_by.isoformat()}
            self._try(FactKind.BILL_CLOSED, data)
        for bill in self.life().bills:
            if bill.closed and not bill.settled:
                pick = self.random.random()
                if pick < 0.7:
                    self._try(FactKind.PAID, {"number": bill.number})
                elif pick < 0.9:
                    self._try(FactKind.PAYMENT_FAILED, {"number": bill.number})

    def _move(self) -> None:
        kind, data = self.random.choice(
            [
                *[self._other_plan() for _ in range(3)],
                (FactKind.PAUSED, {"periods": self.random.choice([0, 1, 3])}),
                (FactKind.RESUMED, {}),
                (FactKind.CANCELLED, {"now": self.random.random() < 0.2}),
                (FactKind.CANCEL_UNDONE, {}),
                (FactKind.CANCEL_UNDONE, {}),
                (FactKind.CREDITED, {"minor": self.random.choice([1, 500, 20_000]), "note": "goodwill"}),
                (FactKind.CHARGED, {"minor": self.random.choice([50, 375]), "note": "extra visit"}),
                (FactKind.BILL_VOIDED, {"number": len(self.life().bills)}),
                (FactKind.CARD_LOST, {}),
                (FactKind.CARD_SAVED, {}),
                self._refund(),
            ]
        )
        if kind is FactKind.CANCELLED and self.random.random() < 0.6:
            return
        self._try(kind, data)

    def _other_plan(self) -> tuple[FactKind, dict[str, object]]:
        how = self.random.choice(["create_prorations", "create_prorations", "always_invoice", "none"])
        return FactKind.PLAN_CHANGED, {"terms": terms_dict(self.random.choice(self.plans)), "proration": how}

    def _refund(self) -> tuple[FactKind, dict[str, object]]:
        bills = [bill for bill in self.life().bills if bill.paid_at and bill.due.minor > bill.refunded.minor]
        if not bills:
            return FactKind.RESUMED, {}
        bill = self.random.choice(bills)
        minor = self.random.randint(1, bill.due.minor - bill.refunded.minor)
        return FactKind.REFUNDED, {
            "number": bill.number,
            "minor": minor,
            "to": self.random.choice(["card", "balance"]),
            "reason": "",
        }

    def _try(self, kind: FactKind, data: dict[str, object] | None = None) -> None:
        fact = Fact(self.now, kind, dict(data or {}))
        try:
            replay([*self.facts, fact], self.now, UsageView(self.pieces))
        except MowthosError:
            return
        self.facts.append(fact)
        self.done.add(kind.value)


class MeteredLife(RandomLife):
    """One whose minutes a meter can bill: told and taken back within their period, none included, one rate for all."""

    def __post_init__(self) -> None:
        super().__post_init__()
        rate = self.random.choice([1, 7, 15, 33])
        self.plans = [replace(plan, included_minutes=0, overage=Money(rate)) for plan in self.plans]

    def _mow(self) -> None:
        window = self.life().window
        for _ in range(self.random.choice([0, 1, 1, 3])):
            minutes = self.random.choice([1, 47, 120, 300])
            start = minute_of(self.now) - minutes - self.random.randrange(600)
            if window is not None and start >= first_minute(window.start):
                self.pieces.append(UsagePiece(start, minutes, 1, self.now - SETTLING, len(self.pieces) + 1))
                self.done.add("minutes")
        oldest = max(first_minute(window.start), minute_of(self.now) - 34 * 1_440) if window else 0
        times = Counter(piece.start for piece in self.pieces)
        for piece in [one for one in self.pieces if window and one.start >= oldest and times[one.start] == 1]:
            if self.random.random() < 0.1:  # within the period and 35 days, as a meter can
                self.pieces.append(
                    piece._replace(sign=-1, recorded_at=self.now - SETTLING, entry_id=len(self.pieces) + 1)
                )
                self.done.add("reversal")


def rows(facts: list[Fact]) -> list[Row]:
    return [Row(int(fact.at.timestamp()), fact.kind.value, fact.data) for fact in facts]


def mown(pieces: list[UsagePiece]) -> list[Mown]:
    return [Mown(piece.start, piece.minutes, piece.sign, piece.recorded_at.timestamp()) for piece in pieces]


SERVED = frozenset({Status.TRIALING, Status.AWAITING, Status.ACTIVE, Status.PAST_DUE})
