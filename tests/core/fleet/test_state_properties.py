"""The state rules under random feeds: honest, late, doubled, frozen, replayed, stuck and absurd, in any order."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.fleet.model import MowerSnapshot, MowerState, PositionType, Reading, Source
from core.fleet.state import aged, next_state
from core.geo import Point
from tests.core.fleet.cast import LUBA, NOON, metres_north
from tests.proofs import counted

MODES = st.sampled_from([None, *(state for state in MowerState if state is not MowerState.OFFLINE)])
PLACES = st.one_of(
    st.none(),
    st.floats(-50, 50).map(metres_north),
    st.sampled_from([Point(0, 0), Point(0.00001, -0.00003), metres_north(7_000), metres_north(400)]),
)


@st.composite
def wild_readings(draw: st.DrawFn) -> list[Reading]:
    """Readings in arrival order with device times that jump, repeat and lie."""
    received = NOON
    readings = []
    for _ in range(draw(st.integers(1, 25))):
        received += timedelta(seconds=draw(st.floats(0, 40)))
        lag = draw(st.sampled_from([0.0, 0.1, 5.0, 45.0, 400.0, -20.0, -600.0]))
        source = draw(st.sampled_from([Source.PUSH, Source.PUSH, Source.POLL, Source.PROPERTY, Source.STATUS]))
        readings.append(
            Reading(
                device_name=LUBA,
                device_time=received - timedelta(seconds=lag),
                received_at=received,
                sequence=draw(st.integers(0, 3)),
                source=source,
                mode=draw(MODES),
                battery_percent=draw(st.one_of(st.none(), st.integers(-5, 260))),
                charging=draw(st.one_of(st.none(), st.booleans())),
                blade_on=draw(st.one_of(st.none(), st.booleans())),
                position=draw(PLACES),
                position_type=draw(st.sampled_from([None, *PositionType])),
                progress_percent=draw(st.one_of(st.none(), st.integers(-5, 120))),
                fault_code=draw(st.sampled_from([None, 0, 1005])),
                online=draw(st.booleans()) if source is Source.STATUS else None,
            )
        )
    return readings


@counted(sample=100, full=3_000)
@given(wild_readings())
def test_a_second_copy_of_a_reading_changes_nothing(readings: list[Reading]) -> None:
    snapshot = MowerSnapshot(number=1, device_name=LUBA)
    for reading in readings:
        snapshot = next_state(snapshot, reading).snapshot
        again = next_state(snapshot, reading)
        assert not again.accepted
        assert again.snapshot is snapshot


@counted(sample=100, full=3_000)
@given(wild_readings())
def test_versions_grow_with_every_change_and_with_nothing_else(readings: list[Reading]) -> None:
    snapshot = MowerSnapshot(number=1, device_name=LUBA)
    for reading in readings:
        verdict = next_state(snapshot, reading)
        assert verdict.snapshot.version == snapshot.version + verdict.accepted
        older = aged(verdict.snapshot, reading.received_at + timedelta(seconds=30))
        assert older.version == verdict.snapshot.version + (older is not verdict.snapshot)
        assert aged(older, reading.received_at + timedelta(seconds=30)) is older
        snapshot = verdict.snapshot


@counted(sample=100, full=3_000)
@given(wild_readings())
def test_time_and_age_never_go_back_and_absurd_values_never_show(readings: list[Reading]) -> None:
    snapshot = MowerSnapshot(number=1, device_name=LUBA)
    for reading in readings:
        after = next_state(snapshot, reading).snapshot
        for name in ("device_time", "received_at"):
            before_time, after_time = getattr(snapshot, name), getattr(after, name)
            assert before_time is None or after_time >= before_time
        if after.reading is not None:
            assert after.reading.battery_percent is None or 0 <= after.reading.battery_percent <= 100
            place = after.reading.position
            assert place is None or abs(place.latitude) > 0.1
        snapshot = after


@counted(sample=100, full=3_000)
@given(wild_readings(), st.floats(0, 300))
def test_whatever_arrives_mowing_and_returning_have_something_behind_them_younger_than_60_s(
    readings: list[Reading], wait_s: float
) -> None:
    snapshot = MowerSnapshot(number=1, device_name=LUBA)
    for reading in readings:
        snapshot = aged(next_state(snapshot, reading).snapshot, reading.received_at)
        _assert_young(snapshot, reading.received_at)
    later = readings[-1].received_at + timedelta(seconds=wait_s)
    _assert_young(aged(snapshot, later), later)


def _assert_young(snapshot: MowerSnapshot, now: datetime) -> None:
    if snapshot.state in (MowerState.MOWING, MowerState.RETURNING):
        basis = [moment for moment in (snapshot.evidence_at, snapshot.track.claimed_at) if moment is not None]
        assert basis
        assert (now - max(basis)).total_seconds() < 60


@st.composite
def honest_work(draw: st.DrawFn) -> list[Reading]:
    """Some minutes of true mowing, one report every 1 to 5 s, at 0.2 to 0.6 m/s along a lane."""
    step, speed = draw(st.integers(1, 5)), draw(st.floats(0.2, 0.6))
    battery = draw(st.integers(30, 100))
    seconds = range(0, draw(st.integers(20, 200)), step)
    return [
        Reading(
            device_name=LUBA,
            device_time=NOON + timedelta(seconds=second),
            received_at=NOON + timedelta(seconds=second + 0.2),
            mode=MowerState.MOWING,
            battery_percent=battery,
            blade_on=True,
            position=metres_north(second * speed),
            position_type=PositionType.RTK_FIXED,
            progress_percent=second // 30,
        )
        for second in seconds
    ]


@counted(sample=100, full=3_000)
@given(honest_work())
def test_honest_work_is_always_shown_as_mowing(readings: list[Reading]) -> None:
    snapshot = MowerSnapshot(number=1, device_name=LUBA)
    for reading in readings:
        snapshot = next_state(snapshot, reading).snapshot
        assert snapshot.state is MowerState.MOWING


@counted(sample=100, full=3_000)
@given(honest_work(), st.sampled_from(["frozen", "replayed", "late", "stuck", "silent"]), st.data())
def test_once_the_truth_stops_wrong_mowing_lasts_60_s_at_most(
    readings: list[Reading], fault: str, data: st.DataObject
) -> None:
    """The mower stops at the last honest report; the feed goes on as the fault makes it, for ten minutes."""
    snapshot = MowerSnapshot(number=1, device_name=LUBA)
    for reading in readings:
        snapshot = next_state(snapshot, reading).snapshot
    stopped = readings[-1].received_at
    tremble = data.draw(st.floats(0, 0.05))
    wrong: list[float] = []
    for second in range(1, 600):
        now = stopped + timedelta(seconds=second)
        reading = _faulty(fault, readings, second, now, tremble)
        if reading is not None:
            snapshot = next_state(snapshot, reading).snapshot
        snapshot = aged(snapshot, now)
        if snapshot.state is MowerState.MOWING:
            wrong.append(second)
    assert not wrong or wrong[-1] <= 60
    assert snapshot.last_known is MowerState.MOWING


def _faulty(fault: str, honest: list[Reading], second: int, now: datetime, tremble: float) -> Reading | None:
    last = honest[-1]
    if fault == "silent":
        return None
    if fault == "late":
        return replace(honest[second % len(honest)], received_at=now)
    if fault == "replayed":
        return replace(honest[second % len(honest)], device_time=now, received_at=now)
    if fault == "frozen":
        return replace(last, device_time=now, received_at=now)
    place = last.position
    assert place is not None
    shaken = Point(place.longitude, place.latitude + tremble * (second % 3 - 1) / 111_000)
    return replace(
        last, device_time=now, received_at=now, position=shaken, satellites=second % 30, heading_deg=second % 9
    )
