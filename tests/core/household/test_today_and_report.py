"""The today card and the report of a visit: plain rules over visits and over readings on the own ground alone."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.fleet import StoredReading
from core.fleet.model import Confidence, MowerState, Reading
from core.household.report import middle_of, own_coverage, own_work
from core.household.today import today_of
from core.neighbourhood import OwnLot
from core.scheduling import Visit, VisitReason, VisitState
from tests.core.control.cast import square
from tests.core.fleet.cast import LUBA, NOON, metres_north
from tests.proofs import counted

LOT = OwnLot(UUID(int=1), "14 Elm St", "Rochester", "America/Chicago", boundary=square(40))
HOUR = timedelta(hours=1)


def visit(hours: float, state: VisitState = VisitState.PLANNED, **more: object) -> Visit:
    """One that begins so many hours after noon."""
    begins = NOON + hours * HOUR
    given_ = {
        "id": UUID(int=round(hours * 100) + 100_000), "lot_id": LOT.id, "due_on": date(2026, 6, 1), "plan_version": 1,
        "state": state, "begins_at": begins, "ends_at": begins + HOUR,
    }  # fmt: skip
    return Visit(**given_ | more)  # type: ignore[arg-type]


def test_the_card_names_the_next_the_last_and_what_did_not_take_place() -> None:
    mown = visit(-48, VisitState.DONE, mowed_minutes=48)
    rained = visit(-24, VisitState.SKIPPED, reason=VisitReason.RAIN)
    old = visit(-24 * 20, VisitState.SKIPPED, reason=VisitReason.RAIN)
    moved = visit(20, VisitState.MOVED, reason=VisitReason.MOVED_BY_OPERATOR, moved_from=NOON)
    placed = visit(70, VisitState.MOVED, reason=VisitReason.PLANNER)
    found = today_of([placed, moved, old, rained, mown, visit(90)], NOON)
    assert (found.next, found.last, found.changed, found.under_way) == (moved, mown, (rained, moved), None)
    under_way = visit(-0.5, VisitState.STARTED)
    assert today_of([under_way], NOON).under_way == under_way
    assert today_of([], NOON).next is None


def reading(
    at_s: float, north: float, state: MowerState = MowerState.MOWING, fault: int | None = None
) -> StoredReading:
    at = NOON + timedelta(seconds=at_s)
    told = Reading(device_name=LUBA, device_time=at, received_at=at, position=metres_north(north), fault_code=fault)
    return StoredReading(number=1, reading=told, state=state, confidence=Confidence.PROVEN)


def test_only_work_on_the_own_ground_counts_and_a_fault_next_door_is_nobodys_business() -> None:
    rows = [reading(at, at / 2) for at in range(0, 200, 2)]  # from 0 m to 99 m north; the lot is from 40 to 80
    rows[10] = reading(20, 10, MowerState.FAULT, 1234)
    rows[50] = reading(100, 50, MowerState.FAULT, 2801)
    rows[51] = reading(102, 51, MowerState.FAULT, 2801)
    found = own_work(rows, LOT)
    assert [(fault.code, fault.at) for fault in found.faults] == [(2801, NOON + timedelta(seconds=100))]
    assert (found.first_at, found.last_at) == (NOON + timedelta(seconds=82), NOON + timedelta(seconds=158))
    assert timedelta(seconds=68) <= found.mowed <= timedelta(seconds=78)
    assert min(found.strokes.latitude) > metres_north(40).latitude
    assert max(found.strokes.latitude) < metres_north(80).latitude


def test_coverage_is_of_the_own_lawns_and_says_what_was_missed() -> None:
    work = own_work([reading(at, 40 + at / 2) for at in range(0, 80, 2)], LOT)
    found = own_coverage([work], LOT, [square(50, side_m=10)], width_m=0.4, cell_m=0.25)
    assert found is not None
    assert 1 < found.percent < 10  # one lane of 0.4 m through a lawn of 10 m by 10 m, its first 10 m west of the dock
    assert 90 < found.area_m2 < 110 and found.patches >= 1 and found.missed_m2 > 80
    assert found.cut["type"] == "MultiPolygon"
    assert own_coverage([work], LOT, [], width_m=0.4) is None
    assert own_coverage([work], replace(LOT, boundary=None), [square(50)], width_m=0.4) is None


@counted(sample=40, full=400)
@given(st.lists(st.tuples(st.floats(-200, 200), st.sampled_from(MowerState)), max_size=40))
def test_no_place_outside_the_own_boundary_ever_comes_into_a_report(track: list[tuple[float, MowerState]]) -> None:
    rows = [reading(at * 10, north, state) for at, (north, state) in enumerate(track)]
    found = own_work(rows, LOT)
    for longitude, latitude in zip(found.strokes.longitude, found.strokes.latitude, strict=True):
        assert metres_north(39.99).latitude <= latitude <= metres_north(80.01).latitude
        assert longitude == metres_north(0).longitude
    assert found.mowed <= timedelta(seconds=10 * max(0, len(rows) - 1))


def test_a_pin_begins_in_the_middle_of_the_lot() -> None:
    middle = middle_of(LOT)
    assert middle is not None and LOT.contains(middle)
    assert middle_of(replace(LOT, boundary=None)) is None
