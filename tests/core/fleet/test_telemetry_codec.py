"""Rows of integers and back."""

from dataclasses import fields
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.fleet.model import Confidence, MowerState, PositionType, Reading, Source
from core.fleet.telemetry_codec import COLUMNS, EXTRA, decode, encode, extra_of
from core.geo import Point
from tests.core.fleet.cast import LUBA, docked, report
from tests.proofs import counted

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)


def maybe[T](values: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.one_of(st.none(), values)


READINGS = st.builds(
    Reading,
    device_name=st.just(LUBA),
    device_time=MOMENTS,
    received_at=MOMENTS,
    sequence=st.integers(0, 8_191),
    source=st.sampled_from(Source),
    mode=maybe(st.sampled_from(MowerState)),
    work_mode_code=maybe(st.integers(0, 1_000)),
    battery_percent=maybe(st.integers(0, 100)),
    charging=maybe(st.booleans()),
    blade_on=maybe(st.booleans()),
    rain=maybe(st.booleans()),
    online=maybe(st.booleans()),
    position=maybe(
        st.builds(
            Point,
            longitude=st.integers(-1_800_000_000, 1_800_000_000).map(lambda value: value / 1e7),
            latitude=st.integers(-900_000_000, 900_000_000).map(lambda value: value / 1e7),
        )
    ),
    heading_deg=maybe(st.integers(0, 35_999).map(lambda value: value / 100)),
    position_type=maybe(st.sampled_from(PositionType)),
    satellites=maybe(st.integers(0, 60)),
    correction_age_s=maybe(st.integers(0, 600).map(float)),
    progress_percent=maybe(st.integers(0, 100)),
    area_m2=maybe(st.floats(0, 1e5)),
    minutes_left=maybe(st.integers(0, 600)),
    minutes_total=maybe(st.integers(0, 600)),
    zone_hash=maybe(st.integers(0, 2**64 - 1)),
    path_hash=maybe(st.integers(0, 2**64 - 1)),
    speed_m_s=maybe(st.integers(0, 300).map(lambda value: value / 100)),
    blade_height_mm=maybe(st.integers(0, 120)),
    signal_dbm=maybe(st.integers(-120, 0)),
    firmware=maybe(st.text(max_size=20)),
    fault_code=maybe(st.integers(0, 100_000)),
    stop_reason=maybe(st.integers(0, 100)),
)


@counted(sample=100, full=10_000)
@given(READINGS, st.sampled_from(MowerState), st.sampled_from(Confidence))
def test_a_reading_survives_the_round_trip(reading: Reading, state: MowerState, confidence: Confidence) -> None:
    extra, _ = extra_of(reading, None)
    stored = decode(encode(9, reading, state, confidence, extra), LUBA)
    assert (stored.number, stored.state, stored.confidence) == (9, state, confidence)
    assert stored.reading == reading


@given(st.integers(), st.floats(-1e6, 1e6), st.integers(-(2**70), 2**70))
def test_no_value_can_break_a_batch(number: int, speed: float, vendor_hash: int) -> None:
    odd = report(
        0, work_mode_code=number, battery_percent=number, speed_m_s=speed, zone_hash=vendor_hash, sequence=abs(number)
    )
    row = dict(zip(COLUMNS, encode(1, odd, MowerState.IDLE, Confidence.REPORTED, None), strict=True))
    for name in ("sequence", "work_mode_code", "battery_percent", "speed_cm_s"):
        value = row[name]
        assert value is None or (isinstance(value, int) and -32_768 <= value <= 32_767)
    assert isinstance(row["zone_hash"], int)
    assert -(2**63) <= row["zone_hash"] < 2**63


def test_what_changes_rarely_is_stored_when_it_changes() -> None:
    first, known = extra_of(docked(0, firmware="1.30.25", blade_height_mm=50), None)
    assert first == '{"blade_height_mm":50,"firmware":"1.30.25"}'
    assert extra_of(docked(1), known) == (None, known)
    changed, _ = extra_of(docked(2, blade_height_mm=60), known)
    assert changed == '{"blade_height_mm":60,"firmware":"1.30.25"}'


def test_what_flickers_is_stored_once_a_minute_at_most() -> None:
    _, known = extra_of(docked(0, satellites=20), None)
    assert extra_of(docked(59, satellites=21), known)[0] is None
    assert extra_of(docked(60, satellites=22), known)[0] == '{"satellites":22}'


def test_every_field_of_a_reading_is_stored() -> None:
    names = {field.name for field in fields(Reading)}
    stored = {*COLUMNS, *EXTRA}
    columns = {
        "device_time": "device_time_ms",
        "received_at": "received_ms",
        "position": "longitude_e7",
        "heading_deg": "heading_cdeg",
        "speed_m_s": "speed_cm_s",
        "device_name": "mower",
        **dict.fromkeys(("charging", "blade_on", "rain", "online"), "flags"),
    }
    assert {columns.get(name, name) for name in names} <= stored
