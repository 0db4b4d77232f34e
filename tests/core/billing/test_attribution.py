"""Each mowed minute belongs to one lot, or waits for a person."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.billing.attribution import LotRef, Mowed, Sample, Work, attribute
from core.geo import Point
from tests.proofs import counted

ELM_12, ELM_14 = LotRef(UUID(int=12), UUID(int=112)), LotRef(UUID(int=14), UUID(int=114))
LOTS = {1: ELM_12, 2: ELM_14}
MINUTE = 60_000
NOON = 30_000_000


class ByZone:
    def lot_of(self, zone: int | None, position: Point | None) -> LotRef | None:
        return LOTS.get(zone or 0)


def session(*samples: tuple[int, bool, int | None], end: int) -> Work:
    """Samples as (second, mowing, zone) after noon."""
    told = [Sample(NOON * MINUTE + second * 1_000, mowing, zone, None) for second, mowing, zone in samples]
    return Work(told[0].at_ms, NOON * MINUTE + end * 1_000, told)


def every_ten_seconds(zone: int | None, start: int, end: int) -> list[tuple[int, bool, int | None]]:
    return [(second, True, zone) for second in range(start, end, 10)]


def test_whole_minutes_go_to_the_lot_that_was_mowed() -> None:
    found = attribute([session(*every_ten_seconds(1, 0, 180), end=180)], ByZone())
    assert found == [Mowed(NOON, 3, NOON * MINUTE, ELM_12, 1)]


def test_a_minute_shared_by_two_lots_goes_to_the_one_with_more_of_it() -> None:
    work = session(*every_ten_seconds(1, 0, 80), *every_ten_seconds(2, 80, 180), end=180)
    assert [(piece.start - NOON, piece.minutes, piece.lot) for piece in attribute([work], ByZone())] == [
        (0, 1, ELM_12),
        (1, 2, ELM_14),
    ]


def test_a_minute_with_less_than_half_of_it_mowed_is_not_counted() -> None:
    assert attribute([session(*every_ten_seconds(1, 0, 20), end=20)], ByZone()) == []
    assert len(attribute([session(*every_ten_seconds(1, 0, 30), end=30)], ByZone())) == 1


def test_time_in_no_known_area_waits_for_a_person() -> None:
    (piece,) = attribute([session(*every_ten_seconds(9, 0, 60), end=60)], ByZone())
    assert piece.lot is None and piece.zone == 9


def test_silence_is_not_mowing_beyond_a_minute() -> None:
    work = session((0, True, 1), (600, True, 1), end=660)
    assert [(piece.start - NOON, piece.minutes) for piece in attribute([work], ByZone())] == [(0, 1), (10, 1)]


def test_a_minute_that_two_sessions_share_is_counted_once() -> None:
    first, second = session(*every_ten_seconds(1, 0, 30), end=30), session(*every_ten_seconds(2, 40, 90), end=90)
    found = attribute([second, first], ByZone())
    assert [piece.start - NOON for piece in found] == [0, 1]
    assert sum(piece.minutes for piece in found) == 2


SAMPLES = st.lists(
    st.tuples(st.integers(0, 3_600), st.booleans(), st.sampled_from([None, 1, 2, 3])), min_size=1, max_size=60
)


@counted(sample=200, full=10_000)
@given(st.lists(SAMPLES, min_size=1, max_size=4))
def test_no_minute_is_counted_twice_or_for_two_homes(logs: list[list[tuple[int, bool, int | None]]]) -> None:
    work = [session(*sorted(log, key=lambda one: one[0]), end=max(one[0] for one in log) + 20) for log in logs]
    found = attribute(work, ByZone())
    minutes = [minute for piece in found for minute in range(piece.start, piece.start + piece.minutes)]
    assert len(minutes) == len(set(minutes))
    assert all(before.start + before.minutes <= after.start for before, after in pairwise(found))
    mowing_ms = sum(
        min(60_000, max(0, after - before))
        for one in work
        for (before, mowing), after in zip(
            [(sample.at_ms, sample.mowing) for sample in one.samples],
            [*[sample.at_ms for sample in one.samples][1:], one.ended_ms],
            strict=True,
        )
        if mowing
    )
    assert len(minutes) * 30_000 <= mowing_ms
