"""Minutes while a household kept the mower off its lawn are not billed; and what one visit does to the bill."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.billing import Sample, UsageFeed, UsageLedger, attribute, power_so_far, visit_effect, without_spared
from core.billing.attribution import LotRef, Work
from core.billing.periods import Period
from core.clock import MovableClock, to_epoch_ms
from core.db import Database
from core.db.reads.mowing import MowingReads
from core.geo import Point
from core.household.tables import KeepOffRow
from tests.core.billing.conftest import DAY, House
from tests.core.billing.test_feed import WEST, elm_street, mow
from tests.core.billing.test_power import Visits, feed
from tests.proofs import counted

__all__ = ["elm_street"]
MINUTE = 60_000
OWN, NEXT = UUID(int=12), UUID(int=14)


class ByZone:
    def lot_of(self, zone: int | None, position: Point | None, at_ms: int) -> LotRef | None:
        return {1: LotRef(OWN, None), 2: LotRef(NEXT, None)}.get(zone or 0)


def minutes(samples: list[Sample], spared: dict[UUID, list[tuple[int, int]]]) -> dict[UUID, int]:
    kept = without_spared(samples, ByZone(), spared)
    found: dict[UUID, int] = {}
    for piece in attribute([Work(kept[0].at_ms, kept[-1].at_ms + 10_000, kept)], ByZone()):
        assert piece.lot is not None
        found[piece.lot.lot_id] = found.get(piece.lot.lot_id, 0) + piece.minutes
    return found


def test_the_lot_that_was_kept_clear_pays_nothing_for_that_time_and_its_neighbour_does() -> None:
    samples = [Sample(at * 10_000, True, 1 if at < 60 else 2, None) for at in range(120)]  # ten minutes each
    assert minutes(samples, {}) == {OWN: 10, NEXT: 10}
    assert minutes(samples, {OWN: [(4 * MINUTE, 30 * MINUTE)]}) == {OWN: 4, NEXT: 10}
    assert minutes(samples, {NEXT: [(0, 60 * MINUTE)]}) == {OWN: 10}


def test_it_begins_and_ends_to_the_second_between_two_samples() -> None:
    samples = [Sample(0, True, 1, None), Sample(50_000, True, 1, None), Sample(100_000, False, 1, None)]
    told = without_spared(samples, ByZone(), {OWN: [(20_000, 70_000)]})
    assert [(one.at_ms, one.mowing) for one in told] == [
        (0, True), (20_000, False), (50_000, False), (70_000, True), (100_000, False),
    ]  # fmt: skip


@counted(sample=60, full=500)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=40), st.integers(0, 900), st.integers(1, 900))
def test_never_a_minute_more_than_without_and_none_within(steps: list[int], begin: int, lasts: int) -> None:
    at, samples = 0, []
    for step in steps:
        samples.append(Sample(at, True, 1, None))
        at += step * 1_000
    spared = {OWN: [(begin * 1_000, (begin + lasts) * 1_000)]}
    assert minutes(samples, spared).get(OWN, 0) <= minutes(samples, {}).get(OWN, 0)
    assert minutes(samples, {OWN: [(0, at + MINUTE)]}) == {}


async def test_the_ledger_holds_no_minute_of_a_keep_off_that_was_ended_early(
    database: Database, clock: MovableClock, elm_street: tuple[UUID, UUID]
) -> None:
    ledger = UsageLedger(database, clock)
    usage = UsageFeed(ledger, MowingReads(database), clock)
    begin = clock.now() - timedelta(hours=1)
    await mow(database, to_epoch_ms(begin), [(10, WEST + 0.0002), (7, WEST + 0.0007)])
    async with database.session() as session:
        session.add(
            KeepOffRow(
                lot_id=elm_street[0], asked_by="hana", asked_at=begin + timedelta(minutes=2),
                ends_at=begin + timedelta(hours=1), ended_at=begin + timedelta(minutes=5), ended_by="hana",
            )
        )  # fmt: skip
    usage.heard(3, to_epoch_ms(begin), to_epoch_ms(clock.now()))
    assert await usage.drain() == 7 + 7
    found = {lot: sum(piece.minutes for piece in (await ledger.view(lot)).pieces) for lot in elm_street}
    assert found == {elm_street[0]: 7, elm_street[1]: 7}
    assert await ledger.unattributed() == []  # nobody has to look for them


async def test_one_visit_against_the_allowance_of_its_window_and_a_trial_that_is_free(house: House) -> None:
    plan = await house.plan(included_minutes=60)
    subscription = await house.join(plan)
    _row, life, usage = await house.desk.life(subscription)
    assert life.trial is not None
    free = visit_effect(life, usage, Period(life.trial.start, life.trial.start + timedelta(hours=1)))
    assert free is not None and free.trial and free.cost.minor == 0
    await house.days(31)
    for _day in range(2):
        await house.mow(50)
        house.clock.move(DAY)
    _row, life, usage = await house.desk.life(subscription)
    assert life.window is not None
    pieces = sorted(usage.pieces)
    days = [datetime.fromtimestamp(one.start * 60, UTC) for one in pieces]
    first, second = (visit_effect(life, usage, Period(at, at + timedelta(hours=1))) for at in days[-2:])
    assert first is not None and (first.minutes, first.included, first.beyond) == (50, 50, 0)
    assert second is not None and (second.included, second.beyond, second.cost.minor) == (10, 40, 40 * 15)
    assert visit_effect(life, usage, Period(life.at + timedelta(days=400), life.at + timedelta(days=401))) is None


async def test_a_host_sees_what_the_dock_drew_in_the_period_and_a_neighbour_does_not(house: House) -> None:
    visits, plan = Visits(), await house.plan(power_minor_per_kwh=18)
    power = feed(house, visits, full_charge_wh=5_000)
    host = await house.join(plan, host=True)
    house.clock.move(DAY)
    visits.mow(house, 60)
    house.clock.move(DAY)
    await power.run()
    _row, life, usage = await house.desk.life(host)
    found = power_so_far(life, usage)
    assert found is not None and (found.watt_hours, found.credit.minor) == (3_000, 54)
