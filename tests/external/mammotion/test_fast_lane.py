import asyncio
import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymammotion.data.model.device import MowerDevice
from pymammotion.device.state_reducer import MowerStateReducer
from pymammotion.proto import LubaMsg

from core.clock import MovableClock
from core.fleet.model import MowerState, Reading, Source
from external.mammotion.devices import KnownDevice
from external.mammotion.fast_lane import BATCH, FLUSH_S, FastLane, HandOn
from external.mammotion.snapshot import reading_from_state
from tests.external.mammotion import frames
from tests.proofs import counted

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
IOT = "iot-1"
NAME = "Luba-VSTEST001"
TOPIC = f"/sys/pk/{NAME}/thing/event/device_protobuf_msg_event/post"


class Lane:
    """A fast lane with one device, its clock, and what came out."""

    def __init__(self, *, base: bool = True, sample_s: float = 60.0) -> None:
        self.clock = MovableClock(NOW)
        self.batches: list[list[Reading]] = []
        self.answers: list[tuple[str, int, int]] = []
        self.learned: list[KnownDevice] = []
        self.lane = FastLane(
            self.clock,
            readings=self.batches.append,
            acknowledged=lambda device, action, result: self.answers.append((device.device_name, action, result)),
            learned=self.learned.append,
            sample_s=sample_s,
        )
        self.device = KnownDevice(device_name=NAME, iot_id=IOT, product_key="pk", model="Luba 2")
        self.lane.add(self.device)
        if base:
            self.lane.frame(IOT, frames.base_buffer())

    def reading(self, content: bytes) -> Reading:
        self.lane.frame(IOT, content)
        self.lane.flush()
        return self.batches[-1][-1]


@pytest.fixture
async def laid() -> Lane:
    return Lane()


async def test_a_report_becomes_a_reading(laid: Lane) -> None:
    reading = laid.reading(frames.report())
    assert reading.mode is MowerState.MOWING
    assert (reading.battery_percent, reading.progress_percent, reading.area_m2) == (80, 40, 500.0)
    assert (reading.minutes_left, reading.minutes_total) == (12, 60)
    assert (reading.blade_on, reading.satellites) == (True, 27)
    assert reading.device_time == datetime.fromtimestamp(frames.NOW_MS / 1000, UTC)
    assert reading.received_at == NOW
    assert reading.position is not None
    assert reading.position.latitude == pytest.approx(frames.BASE[0] + 3 / 111_260, abs=1e-6)
    assert reading.heading_deg == pytest.approx(60.0)


@counted(sample=150, full=2_000)
@given(st.lists(frames.reports(), min_size=1, max_size=4), st.floats(-180, 180))
def test_the_lane_says_what_pymammotion_says_about_the_same_frames(contents: list[bytes], yaw: float) -> None:
    """PyMammotion keeps what a report leaves out, so the lane's readings are carried forward the same way."""
    asyncio.run(_compare(contents, yaw))


async def _compare(contents: list[bytes], yaw: float) -> None:
    laid, reducer = Lane(base=False), MowerStateReducer()
    state = MowerDevice(name=NAME)
    carried: Reading | None = None
    for content in [frames.base_buffer(yaw_deg=yaw), *contents]:
        state = reducer.apply(state, LubaMsg().parse(content))
        laid.lane.frame(IOT, content)
        laid.lane.flush()
    for reading in [reading for batch in laid.batches for reading in batch]:
        carried = reading if carried is None else _carry(carried, reading)
    assert carried is not None
    theirs = reading_from_state(state, device_name=NAME, received_at=NOW)
    for field in _SAME:
        mine = getattr(carried, field)
        if mine is not None:  # a part never reported: PyMammotion says zero, the lane says unknown
            assert mine == getattr(theirs, field), field
    if carried.position is not None and theirs.position is not None:
        assert carried.position.longitude == pytest.approx(state.location.device.longitude, abs=1e-9)
        assert carried.position.latitude == pytest.approx(state.location.device.latitude, abs=1e-9)


_SAME = (
    "work_mode_code", "battery_percent", "charging", "blade_on", "mode", "heading_deg", "satellites",
    "correction_age_s", "progress_percent", "area_m2", "minutes_left", "minutes_total", "zone_hash", "path_hash",
    "speed_m_s", "blade_height_mm", "signal_dbm", "position",
)  # fmt: skip


def _carry(before: Reading, now: Reading) -> Reading:
    known = {field: getattr(now, field) for field in _SAME if getattr(now, field) is not None}
    if now.zone_hash is not None and now.blade_height_mm is None and now.path_hash is not None:
        known["blade_height_mm"] = None  # the part came and said 0: unknown again
    if now.path_hash is not None and now.blade_height_mm is None:
        known["blade_height_mm"] = None
    if now.signal_dbm is None:
        known["signal_dbm"] = None
    return replace(before, **known)


async def test_what_a_report_leaves_out_is_unknown_and_never_zero(laid: Lane) -> None:
    message = frames.envelope()
    message.sys.toapp_report_data.dev.sys_status = 13
    reading = laid.reading(message.SerializeToString())
    assert reading.position is None
    assert reading.progress_percent is None
    assert reading.satellites is None
    assert reading.path_hash is None


async def test_a_position_is_not_told_before_the_base_is_known() -> None:
    laid = Lane(base=False)
    reading = laid.reading(frames.report())
    assert reading.position is None
    assert reading.heading_deg is None
    laid.lane.frame(IOT, frames.base_buffer())
    assert laid.reading(frames.report(sequence=2)).position is not None
    assert laid.learned == [laid.device]


async def test_a_device_that_never_tells_its_base_is_placed_by_its_correction_channel_after_a_while() -> None:
    laid = Lane(base=False)
    message: Any = frames.luba_msg_pb2.LubaMsg.FromString(frames.report())
    message.sys.toapp_report_data.rtk.mqtt_rtk_info.latitude = 51.2
    message.sys.toapp_report_data.rtk.mqtt_rtk_info.longitude = 7.1
    content = message.SerializeToString()
    assert laid.reading(content).position is None
    laid.clock.move(31)
    assert laid.reading(content).position is not None
    assert not laid.device.base_told
    laid.lane.frame(IOT, frames.base_buffer(yaw_deg=90))
    assert laid.reading(content).heading_deg == pytest.approx(330.0)


async def test_a_position_tunnel_is_left_to_pymammotion_and_is_no_reading(laid: Lane) -> None:
    """Its numbers are divided twice over there and land on the base; reports are what is read here."""
    message = frames.envelope()
    message.sys.systemTardStateTunnel.tard_state_data.extend([0] * 20)
    assert laid.lane.frame(IOT, message.SerializeToString()) is HandOn.NOW
    laid.lane.flush()
    assert laid.batches == []


@given(st.binary(max_size=200))
def test_no_bytes_whatever_make_the_lane_raise(content: bytes) -> None:
    async def feed() -> None:
        laid = Lane()
        before = laid.lane.refused_frames
        wanted = laid.lane.frame(IOT, content)
        laid.lane.flush()
        assert wanted is not HandOn.NO or laid.lane.refused_frames > before or laid.batches

    asyncio.run(feed())


@given(st.binary(min_size=1, max_size=4), st.data())
def test_no_damaged_report_makes_the_lane_raise(damage: bytes, data: st.DataObject) -> None:
    async def feed() -> None:
        content = bytearray(frames.report())
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + len(damage)] = damage
        laid = Lane()
        laid.lane.frame(IOT, bytes(content))
        laid.lane.flush()

    asyncio.run(feed())


async def test_frames_that_cannot_be_read_are_counted_and_kept_from_pymammotion(laid: Lane) -> None:
    assert laid.lane.frame(IOT, b"\xff\xff\xff") is HandOn.NO
    assert laid.lane.message(TOPIC, b"{not json") is HandOn.NO
    assert laid.lane.message(TOPIC, b'{"params": {"content": "A"}}') is HandOn.NO
    assert laid.lane.message("/sys/pk/x/whatever", b"{}") is HandOn.NO
    assert laid.lane.refused_frames == 4


async def test_a_raw_message_of_either_shape_is_read(laid: Lane) -> None:
    content = base64.b64encode(frames.report()).decode()
    laid.lane.message(TOPIC, json.dumps({"params": {"iotId": IOT, "content": content}}).encode())
    laid.lane.message(TOPIC, json.dumps({"params": {"iotId": IOT, "value": {"content": content}}}).encode())
    laid.lane.flush()
    assert [len(batch) for batch in laid.batches] == [2]


async def test_readings_come_in_batches_in_arrival_order(laid: Lane) -> None:
    for number in range(BATCH + 3):
        laid.lane.frame(IOT, frames.report(sequence=number % 256, timestamp_ms=frames.NOW_MS + number))
    assert [len(batch) for batch in laid.batches] == [BATCH]
    await asyncio.sleep(FLUSH_S * 3)
    assert [len(batch) for batch in laid.batches] == [BATCH, 3]
    times = [reading.device_time for batch in laid.batches for reading in batch]
    assert times == sorted(times)


async def test_pymammotion_gets_every_other_frame_and_few_reports(laid: Lane) -> None:
    def given(content: bytes) -> HandOn:
        return laid.lane.frame(IOT, content)

    assert given(frames.report()) is HandOn.LATER  # the first of its mode
    assert {given(frames.report(sequence=number)) for number in range(50)} == {HandOn.NO}
    assert given(frames.report(mode=19)) is HandOn.LATER  # another mode
    assert given(frames.report(mode=19, charge=1)) is HandOn.LATER  # contacts closed
    assert given(frames.answer(1)) is HandOn.NOW
    laid.clock.move(61)
    assert given(frames.report(mode=19, charge=1)) is HandOn.LATER  # it has been a while
    assert given(frames.report(mode=19, charge=1)) is HandOn.NO
    assert laid.lane.frame(IOT, frames.report(mode=19, charge=1), offline_flag=True) is HandOn.LATER
    laid.device.hand_on_all = True
    assert given(frames.report(mode=19, charge=1)) is HandOn.LATER


async def test_a_fault_keeps_its_number_until_it_is_over(laid: Lane) -> None:
    laid.lane.frame(IOT, frames.error_buffer(-1201, int(NOW.timestamp()) - 2))
    assert laid.reading(frames.report(mode=13)).fault_code == 0  # a warning beside work
    laid.lane.frame(IOT, frames.error_buffer(-1201, int(NOW.timestamp()) - 2))
    assert laid.reading(frames.report(mode=17)).fault_code == 1201
    assert laid.reading(frames.report(mode=17)).fault_code == 1201
    assert laid.reading(frames.report(mode=11)).fault_code == 0
    assert laid.reading(frames.report(mode=17)).fault_code is None  # another fault, not named yet


async def test_an_old_entry_of_the_error_list_names_no_new_fault(laid: Lane) -> None:
    laid.lane.frame(IOT, frames.error_buffer(-1201, int((NOW - timedelta(days=1)).timestamp())))
    assert laid.reading(frames.report(mode=17)).fault_code is None


async def test_an_answer_to_a_question_is_told_as_polled(laid: Lane) -> None:
    laid.device.asked_at = NOW
    assert laid.reading(frames.report()).source is Source.POLL
    assert laid.reading(frames.report()).source is Source.PUSH
    laid.device.asked_at = NOW
    laid.clock.move(20)
    assert laid.reading(frames.report()).source is Source.PUSH


async def test_without_a_time_of_its_own_a_report_is_dated_on_arrival(laid: Lane) -> None:
    assert laid.reading(frames.report(timestamp_ms=0)).device_time == NOW


async def test_a_device_of_no_concern_is_pymammotions_alone(laid: Lane) -> None:
    assert laid.lane.frame("another", frames.report()) is HandOn.NOW
    laid.lane.forget(NAME)
    assert laid.lane.frame(IOT, frames.report()) is HandOn.NOW
    laid.lane.flush()
    assert laid.batches == []


async def test_an_acknowledgement_names_its_action_and_result(laid: Lane) -> None:
    laid.lane.frame(IOT, frames.answer(5, 3))
    assert laid.answers == [(NAME, 5, 3)]
