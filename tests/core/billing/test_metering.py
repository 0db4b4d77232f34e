"""Minutes at the provider's meter end where the ledger stands, whatever was taken back, and when."""

from uuid import UUID

import pytest
from sqlmodel import select

from core.billing import Mowed
from core.billing.tables import OutboxRow
from core.billing.usage_view import minute_of
from core.errors import Invalid
from tests.core.billing.conftest import DAY, ELM_12, ELM_14, MOWER, House
from tests.core.billing.test_provider import Desk, member


@pytest.fixture
def desk(house_on_both: House) -> Desk:
    return Desk(house_on_both)


async def tell(desk: Desk) -> None:
    for _ in range(2):
        await desk.metering.run()
        await desk.outbox.run()


async def mow(desk: Desk, minutes: int) -> int:
    """The first minute of it."""
    start = minute_of(desk.house.clock.now())
    await desk.house.mow(minutes)
    return start


async def correct(desk: Desk, start: int, *mowed: tuple[int, object]) -> None:
    """What the 40 minutes from ``start`` are said to be now: (minutes, lot), one after another."""
    at, pieces = start, []
    for minutes, lot in mowed:
        pieces.append(Mowed(at, minutes, start * 60_000, lot, 1))  # type: ignore[arg-type]
        at += minutes
    await desk.house.ledger.settle(MOWER, start, start + 40, pieces)


def units(desk: Desk, customer: str = "cus_1") -> list[int]:
    return [one["units"] for one in desk.stripe.state["usage"].values() if one["customer"] == customer]


async def answers(desk: Desk) -> list[str]:
    async with desk.house.database.session() as session:
        rows = (await session.exec(select(OutboxRow).where(OutboxRow.kind == "meter"))).all()
    return [row.answer for row in sorted(rows, key=lambda row: row.number or 0)]


async def test_what_was_told_and_is_taken_back_is_told_once_with_the_opposite_sign(desk: Desk) -> None:
    await member(desk)
    start = await mow(desk, 30)
    await tell(desk)
    await correct(desk, start, (20, ELM_12))
    await tell(desk)
    assert units(desk) == [30, 20, -30]


async def test_what_is_taken_back_before_it_was_told_is_never_told(desk: Desk) -> None:
    await member(desk)
    start = await mow(desk, 30)
    await correct(desk, start, (20, ELM_12))
    await tell(desk)
    assert units(desk) == [20]


async def test_minutes_of_the_wrong_home_go_from_its_payer_to_the_other(desk: Desk) -> None:
    elm = await member(desk)
    row, _life, _usage = await desk.house.desk.life(elm)
    other = await desk.house.desk.pre_join(
        household_id=ELM_14.household_id or UUID(int=0), lot_id=ELM_14.lot_id, cluster_id=row.cluster_id,
        address="14 ELM ST", host=False, lawn_m2=400, plan_version_id=row.plan_version_id, payer_name="Noah",
        payer_email="noah@example.org", person_id=UUID(int=901), by="noah",
    )  # fmt: skip
    assert other != elm
    start = await mow(desk, 30)
    await tell(desk)
    await correct(desk, start, (10, ELM_12), (20, ELM_14))
    await tell(desk)
    assert (sum(units(desk)), sum(units(desk, "cus_2"))) == (10, 20)


async def test_a_late_correction_of_what_was_told_lands_in_the_oldest_open_minute(desk: Desk) -> None:
    await member(desk)
    start = await mow(desk, 30)
    await tell(desk)
    desk.house.clock.move(36 * DAY)
    await correct(desk, start)
    await tell(desk)
    assert units(desk) == [30, -30]
    age = desk.house.clock.now().timestamp() - list(desk.stripe.state["usage"].values())[1]["at"]
    assert 34 * DAY < age < 35 * DAY


async def test_what_the_provider_never_heard_of_is_not_taken_back_there(desk: Desk) -> None:
    await member(desk)
    start = await mow(desk, 30)
    desk.house.clock.move(36 * DAY)
    await tell(desk)
    await correct(desk, start)
    await tell(desk)
    assert (units(desk), await answers(desk)) == ([], ["too old", "never told"])


async def test_minutes_taken_back_while_they_are_refused_or_on_their_way_are_told_in_neither_direction_twice(
    desk: Desk,
) -> None:
    await member(desk)
    genuine = desk.stripe.report_usage

    async def refused(_report: object) -> None:
        raise Invalid("no such customer there")

    desk.stripe.report_usage = refused  # type: ignore[method-assign, assignment]
    start = await mow(desk, 30)
    await tell(desk)
    (failed,) = await desk.outbox.failed()
    assert failed.error == "no such customer there"
    desk.stripe.report_usage = genuine  # type: ignore[method-assign]
    await correct(desk, start)
    await tell(desk)
    assert (units(desk), await answers(desk), await desk.outbox.failed()) == ([], ["never told", "never told"], [])
    start = await mow(desk, 30)
    desk.stripe.down = True
    await tell(desk)
    await correct(desk, start)
    await tell(desk)
    desk.stripe.down = False
    for _ in range(3):
        desk.house.clock.move(60)
        await tell(desk)
    assert units(desk) == [30, -30]
