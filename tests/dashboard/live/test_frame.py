"""The binary frame: what goes in comes out, in Python and in the browser's own module."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.fleet.live import CONFIDENCE_CODES, POSITION_TYPE_CODES, STATE_CODES, UNKNOWN_BYTE, FleetColumns
from core.fleet.model import Confidence, MowerState
from dashboard.live.frame import BYTES_A_MOWER, FLEET, HEADER, HEARTBEAT, decode, encode_fleet, encode_heartbeat
from tests.dashboard.live.cast import NOW, fleet_of

MODULES = Path(__file__).parents[3] / "dashboard" / "components" / "js"
NOW_S = NOW.timestamp()

rows = st.lists(
    st.tuples(
        st.one_of(st.just(float("nan")), st.floats(-92.9, -92.1)),
        st.floats(43.8, 44.2),
        st.one_of(st.just(float("nan")), st.floats(-720, 720)),
        st.sampled_from(sorted(STATE_CODES.values())),
        st.integers(0, 100),
        st.one_of(st.just(0.0), st.floats(NOW_S - 40_000, NOW_S)),
    ),
    max_size=30,
)


def columns_of(told: list[tuple[float, float, float, int, int, float]]) -> FleetColumns:
    columns = FleetColumns.blank(len(told))
    for slot, (longitude, latitude, heading, state, battery, received) in enumerate(told):
        columns.longitude[slot], columns.latitude[slot] = longitude, np.nan if np.isnan(longitude) else latitude
        columns.heading_deg[slot] = heading
        columns.state[slot], columns.battery_percent[slot] = state, battery
        columns.received_s[slot] = received
    return columns


@given(rows)
@settings(max_examples=150, deadline=None)
def test_a_frame_keeps_places_to_a_centimetre_ages_to_a_tenth_and_headings_to_a_hundredth(
    told: list[tuple[float, float, float, int, int, float]],
) -> None:
    columns = columns_of(told)
    data = encode_fleet(columns, sequence=7, epoch=11, now_s=NOW_S)
    frame = decode(data)
    assert len(data) == HEADER.size + BYTES_A_MOWER * len(told)
    assert (frame.kind, frame.sequence, frame.epoch, frame.now_s) == (FLEET, 7, 11, NOW_S)
    np.testing.assert_allclose(frame.longitude, columns.longitude, atol=5e-8)
    np.testing.assert_allclose(frame.latitude, columns.latitude, atol=5e-8)
    np.testing.assert_array_equal(frame.state, columns.state)
    np.testing.assert_array_equal(frame.battery_percent, columns.battery_percent)
    age = np.where(columns.received_s > 0, NOW_S - columns.received_s, np.nan)
    np.testing.assert_allclose(frame.age_s, age, atol=0.11)
    turn = np.abs((frame.heading_deg - columns.heading_deg.astype(float) + 180) % 360 - 180)
    assert np.all(np.isnan(turn) == np.isnan(columns.heading_deg))
    assert np.all(turn[~np.isnan(turn)] < 0.01)


def test_a_time_ahead_of_the_server_is_no_negative_age() -> None:
    columns = columns_of([(-92.5, 44.0, 10.0, 0, 50, NOW_S + 3)])
    assert decode(encode_fleet(columns, sequence=1, epoch=1, now_s=NOW_S)).age_s[0] == 0


def test_rows_that_a_scope_must_not_see_are_blank_in_every_column() -> None:
    columns = fleet_of(2).columns
    frame = decode(encode_fleet(columns, sequence=1, epoch=1, now_s=NOW_S, elsewhere=np.array([False, True])))
    assert not np.isnan(frame.longitude[0])
    assert np.isnan([frame.longitude[1], frame.latitude[1], frame.heading_deg[1], frame.age_s[1]]).all()
    assert frame.state[1] == STATE_CODES[MowerState.UNKNOWN]
    assert frame.confidence[1] == CONFIDENCE_CODES[Confidence.NONE]
    assert frame.battery_percent[1] == frame.progress_percent[1] == frame.last_known[1] == UNKNOWN_BYTE
    assert list(frame.flags) == [0, 1]


def test_a_frame_that_was_cut_short_is_refused() -> None:
    data = encode_fleet(fleet_of(3).columns, sequence=1, epoch=1, now_s=NOW_S)
    with pytest.raises(ValueError, match="not a frame"):
        decode(data[:-1])


def test_a_heartbeat_is_a_header_alone() -> None:
    data = encode_heartbeat(sequence=2**32 + 5, epoch=9, now_s=NOW_S)
    frame = decode(data)
    assert (len(data), frame.kind, frame.sequence, frame.epoch) == (HEADER.size, HEARTBEAT, 5, 9)


def test_the_browser_module_reads_what_python_wrote(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js")
    columns = columns_of([(-92.5, 44.01, 271.25, 3, 77, NOW_S - 12.3), (float("nan"), 44.0, float("nan"), 9, 5, 0.0)])
    (tmp_path / "frame.bin").write_bytes(encode_fleet(columns, sequence=3, epoch=4_000_000_000, now_s=NOW_S))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(MODULES / "frame.js", tmp_path)
    (tmp_path / "read.js").write_text(
        "import { readFileSync } from 'node:fs';"
        "import * as frame from './frame.js';"
        "const file = readFileSync('frame.bin');"
        "const read = frame.decodeFrame(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));"
        "console.log(JSON.stringify({kind: read.kind, epoch: read.epoch, n: read.n, now: read.now,"
        "places: [0, 1].map((i) => frame.positionAt(read, i)), ages: [0, 1].map((i) => frame.ageAt(read, i)),"
        "headings: [0, 1].map((i) => frame.headingAt(read, i)), states: [...read.state], battery: [...read.battery]}))"
    )
    told = json.loads(subprocess.run([node, "read.js"], cwd=tmp_path, check=True, capture_output=True).stdout)
    assert (told["kind"], told["epoch"], told["n"], told["now"]) == (FLEET, 4_000_000_000, 2, NOW_S)
    assert told["places"][0] == pytest.approx([-92.5, 44.01], abs=5e-8)
    assert told["places"][1] is None
    assert told["ages"] == [pytest.approx(12.3, abs=0.11), None]
    assert told["headings"] == [271.25, None]
    assert told["states"] == [3, 9]
    assert told["battery"] == [77, 5]


def test_the_fix_of_a_position_rides_in_the_flags_and_is_blank_elsewhere_or_where_it_is_not_to_be_told() -> None:
    columns = FleetColumns.blank(len(POSITION_TYPE_CODES) + 1)
    columns.position_type[1:] = list(POSITION_TYPE_CODES.values())
    data = encode_fleet(columns, sequence=1, epoch=1, now_s=NOW_S)
    assert len(data) == HEADER.size + BYTES_A_MOWER * len(columns.position_type)
    assert list(decode(data).flags >> 1) == [0, *(code + 1 for code in POSITION_TYPE_CODES.values())]
    away = np.arange(len(columns.position_type)) == 2
    assert decode(encode_fleet(columns, sequence=1, epoch=1, now_s=NOW_S, elsewhere=away)).flags[2] == 1
    untold = encode_fleet(columns, sequence=1, epoch=1, now_s=NOW_S, elsewhere=away, fixes=False)
    assert list(decode(untold).flags) == list(away.astype(int))
