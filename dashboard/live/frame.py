"""One frame of the live fleet as bytes: the format that ``dashboard/components/js/frame.js`` reads.

Little endian. Header, 40 bytes: u8 kind (1 = fleet, 0 = heartbeat), u8 format, u16 bytes a mower, u32 sequence,
u32 epoch, u32 n, f64 server time (seconds since 1970), f64 longitude and f64 latitude of the origin (degrees).
Then columns, each n long, 20 bytes a mower in all:

- f32 x 2: longitude and latitude minus the origin, degrees (NaN = unknown). f32 degrees alone would be 0.3 m off.
- u32: age of the last report at server time, tenths of a second (``NEVER`` = none)
- u16: heading, hundredths of a degree clockwise from true north (``NO_HEADING`` = unknown)
- u8 x 6: state, last known state (255 = none), confidence, battery %, progress % (255 = unknown), flags

Flags: bit 0 ``ELSEWHERE``; bits 1 to 3 how good the position is (0 = not told, else 1 + its code in
``core.fleet.live.POSITION_TYPE_CODES``), which costs no byte that was not there before.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.fleet.live import CONFIDENCE_CODES, STATE_CODES, UNKNOWN_BYTE, FleetColumns
from core.fleet.model import Confidence, MowerState

HEADER = Struct("<BBHIIIddd")
FORMAT = 1
HEARTBEAT, FLEET = 0, 1
BYTES_A_MOWER = 20
NEVER = 0xFFFF_FFFF
NO_HEADING = 0xFFFF
ELSEWHERE = 1
"""Flag: the mower is off the ground this viewer may see, so nothing else of it is told."""
FIX_SHIFT = 1

type Slots = NDArray[np.intp]
type Mask = NDArray[np.bool_]


def encode_heartbeat(*, sequence: int, epoch: int, now_s: float) -> bytes:
    """A frame that says only: the server lives, and nothing changed."""
    return HEADER.pack(HEARTBEAT, FORMAT, BYTES_A_MOWER, sequence & NEVER, epoch, 0, now_s, 0.0, 0.0)


def encode_fleet(
    columns: FleetColumns,
    *,
    sequence: int,
    epoch: int,
    now_s: float,
    slots: Slots | None = None,
    elsewhere: Mask | None = None,
    fixes: bool = True,
) -> bytes:
    """All mowers of a scope: the given ``slots`` in their order, or every slot.

    ``elsewhere`` (one flag a mower of the scope) blanks the rows of mowers this scope must not see now.
    ``fixes``: tell how good each position is.
    """

    def take(column: NDArray[Any], blank: float) -> NDArray[Any]:
        chosen = column if slots is None else column[slots]
        return chosen if elsewhere is None else np.where(elsewhere, np.asarray(blank, column.dtype), chosen)

    longitude, latitude = take(columns.longitude, np.nan), take(columns.latitude, np.nan)
    count = len(longitude)
    origin_lon, origin_lat = _middle(longitude), _middle(latitude)
    buffer = bytearray(HEADER.size + BYTES_A_MOWER * count)
    HEADER.pack_into(
        buffer, 0, FLEET, FORMAT, BYTES_A_MOWER, sequence & NEVER, epoch, count, now_s, origin_lon, origin_lat
    )
    at = HEADER.size

    def column(dtype: str, width: int = 1) -> NDArray[Any]:
        nonlocal at
        view = np.frombuffer(buffer, dtype, count * width, at)
        at += view.nbytes
        return view

    offsets = column("<f4", 2)
    np.subtract(longitude, origin_lon, out=offsets[0::2], casting="same_kind")
    np.subtract(latitude, origin_lat, out=offsets[1::2], casting="same_kind")
    received = take(columns.received_s, 0.0)
    age_ds = np.clip((now_s - received) * 10, 0, NEVER - 1)
    column("<u4")[:] = np.where(received > 0, age_ds, NEVER).astype(np.uint32)
    heading = take(columns.heading_deg, np.nan)
    known = np.isfinite(heading)
    column("<u2")[:] = np.where(known, np.round(np.mod(np.where(known, heading, 0), 360) * 100) % 36_000, NO_HEADING)
    column("u1")[:] = take(columns.state, STATE_CODES[MowerState.UNKNOWN])
    column("u1")[:] = take(columns.last_known, UNKNOWN_BYTE)
    column("u1")[:] = take(columns.confidence, CONFIDENCE_CODES[Confidence.NONE])
    column("u1")[:] = take(columns.battery_percent, UNKNOWN_BYTE)
    column("u1")[:] = take(columns.progress_percent, UNKNOWN_BYTE)
    flags = column("u1")
    flags[:] = 0 if elsewhere is None else elsewhere * ELSEWHERE
    if fixes:
        flags |= fix_codes(take(columns.position_type, UNKNOWN_BYTE)) << FIX_SHIFT
    return bytes(buffer)


def fix_codes(position_type: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Position types of the columns as the wire tells them: 0 = not told, else 1 + the code."""
    return np.where(position_type == UNKNOWN_BYTE, 0, position_type + 1).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame read back, for tests and tools; positions in degrees, ages in seconds (NaN = unknown)."""

    kind: int
    sequence: int
    epoch: int
    now_s: float
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    age_s: NDArray[np.float64]
    heading_deg: NDArray[np.float64]
    state: NDArray[np.uint8]
    last_known: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    battery_percent: NDArray[np.uint8]
    progress_percent: NDArray[np.uint8]
    flags: NDArray[np.uint8]


def decode(data: bytes) -> Frame:
    """Read a frame; ``ValueError`` when its size does not fit its header."""
    kind, version, width, sequence, epoch, count, now_s, lon, lat = HEADER.unpack_from(data)
    if version != FORMAT or len(data) != HEADER.size + width * count:
        raise ValueError(f"not a frame of format {FORMAT}: {len(data)} bytes for {count} mowers of {width} bytes")
    at = HEADER.size

    def column(dtype: str, size: int = 1) -> NDArray[Any]:
        nonlocal at
        view = np.frombuffer(data, dtype, count * size, at)
        at += view.nbytes
        return view

    offsets = column("<f4", 2).astype(np.float64)
    age, heading = column("<u4"), column("<u2")
    bytes_ = [column("u1") for _ in range(6)]
    return Frame(
        kind, sequence, epoch, now_s, lon + offsets[0::2], lat + offsets[1::2],
        np.where(age == NEVER, np.nan, age / 10), np.where(heading == NO_HEADING, np.nan, heading / 100), *bytes_,
    )  # fmt: skip


def _middle(values: NDArray[np.float64]) -> float:
    """Half way between the extremes, which keeps the largest offset small; 0 when nothing is known."""
    known = values[np.isfinite(values)]
    return float((known.min() + known.max()) / 2) if known.size else 0.0
