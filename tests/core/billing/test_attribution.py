"""Each mowed minute belongs to one lot, or waits for a person."""

from itertools import pairwise
from uuid import UUID

import shapely
from hypothesis import given
from hypothesis import strategies as st

from core.billing.attribution import LotRef, Mowed, Sample, Work, attribute
from core.db.reads.mowing import LotGround
from core.geo import Point
from tests.proofs import counted

ELM_12, ELM_14 = LotRef(UUID(int=12), UUID(int=112)), LotRef(UUID(int=14), UUID(int=114))
LOTS = {1: ELM_12, 2: ELM_14}
MINUTE = 60_000
NOON = 30_000_000


class ByZone:
    def lot_of(self, zone: int | None, position: Point | None, at_ms: int) -> LotRef | None:
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


GROUND_12, GROUND_14 = (ELM_12, shapely.box(0, 0, 1, 1)), (ELM_14, shapely.box(1, 0, 2, 1))
ON_12, ON_14 = Point(0.5, 0.5), Point(1.5, 0.5)


def test_the_tie_of_an_area_says_whose_a_minute_is_wherever_the_mower_stood() -> None:
    ground = LotGround((GROUND_12, GROUND_14), {1: [(0, ELM_12)], 2: [(0, None)]})
    assert ground.lot_of(1, ON_14, NOON) == ELM_12
    assert ground.lot_of(2, ON_14, NOON) is None, "unmapped or overlapping: nobody's"
    assert ground.lot_of(3, ON_14, NOON) is None, "never judged: nobody's yet"
    assert ground.lot_of(None, ON_14, NOON) == ELM_14
    assert ground.lot_of(0, ON_12, NOON) == ELM_12, "0 names no area"


def test_a_minute_stays_with_the_lot_its_area_was_tied_to_then_and_heals_once_it_is_tied() -> None:
    moved = LotGround((), {1: [(100, ELM_12), (200, ELM_14)]})
    assert [moved.lot_of(1, None, at) for at in (150, 250)] == [ELM_12, ELM_14]
    mended = LotGround((), {1: [(100, None), (200, ELM_14)]})
    assert [mended.lot_of(1, None, at) for at in (50, 150, 250)] == [ELM_14] * 3
    lost = LotGround((), {1: [(100, ELM_12), (200, None)]})
    assert [lost.lot_of(1, None, at) for at in (150, 250)] == [ELM_12, None]


READINGS = st.lists(
    st.tuples(
        st.integers(0, 1_800), st.booleans(), st.sampled_from([None, 0, 1, 2, 3]), st.sampled_from([None, ON_12, ON_14])
    ),
    min_size=1,
    max_size=60,
)
CHANGES = st.lists(
    st.tuples(st.integers(-600, 2_400), st.sampled_from([None, ELM_12, ELM_14])),
    max_size=4,
    unique_by=lambda one: one[0],
)


@counted(sample=200, full=10_000)
@given(st.lists(READINGS, min_size=1, max_size=3), st.dictionaries(st.sampled_from([1, 2]), CHANGES))
def test_ties_that_change_under_a_mower_never_give_a_minute_to_two_homes(
    logs: list[list[tuple[int, bool, int | None, Point | None]]], ties: dict[int, list[tuple[int, LotRef | None]]]
) -> None:
    start = NOON * MINUTE
    work = []
    for log in logs:
        told = [Sample(start + at * 1_000, *rest) for at, *rest in sorted(log, key=lambda one: one[0])]
        work.append(Work(told[0].at_ms, told[-1].at_ms + 20_000, told))
    zones = {
        zone: sorted(((start + at * 1_000, lot) for at, lot in changes), key=lambda one: one[0])
        for zone, changes in ties.items()
    }
    found = attribute(work, LotGround((GROUND_12, GROUND_14), zones))
    minutes = [minute for piece in found for minute in range(piece.start, piece.start + piece.minutes)]
    assert len(minutes) == len(set(minutes))
    for piece in found:
        owners = {lot for _, lot in zones.get(piece.zone or 0, [])}
        if piece.zone:
            assert piece.lot in owners | {None}, "an area gives its minutes to those it was tied to, or to nobody"
