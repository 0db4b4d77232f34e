"""Samples of one mower's day: seconds after noon, what it said, metres north of its dock."""

from datetime import timedelta
from typing import Any

from core.clock import to_epoch_ms
from core.fleet.live import STATE_CODES
from core.fleet.model import Confidence, MowerState, PositionType, Reading
from core.fleet.sessions import Sample, sample_of_row
from core.fleet.telemetry_codec import encode
from tests.core.fleet.cast import LUBA, NOON, metres_north

NOON_MS = to_epoch_ms(NOON)
FRONT, BACK = 2**63 + 5, 77
"""Two zones; the first does not fit a signed number."""


def reading(at_s: float, state: MowerState = MowerState.MOWING, *, north: float | None = None, **said: Any) -> Reading:
    at = NOON + timedelta(seconds=at_s)
    place = None if north is None else metres_north(north)
    return Reading(
        device_name=LUBA,
        device_time=at,
        received_at=said.pop("received_at", at),
        mode=state,
        position=place,
        position_type=PositionType.RTK_FIXED,
        **said,
    )


def sample(at_s: float, state: MowerState = MowerState.MOWING, **said: Any) -> Sample:
    """The sample of such a reading, by way of the row that is stored."""
    return sample_of_row(encode(1, reading(at_s, state, **said), state, Confidence.PROVEN, None))


def work(since_s: int, until_s: int, *, step_s: int = 10, **said: Any) -> list[Sample]:
    """Mowing at half a metre a second, northwards; progress grows by one in a minute if not said otherwise."""
    return [
        sample(at, north=at * 0.5, **{"progress_percent": at // 60, "area_m2": 200.0, **said})
        for at in range(since_s, until_s, step_s)
    ]


def code(state: MowerState) -> int:
    return STATE_CODES[state]
