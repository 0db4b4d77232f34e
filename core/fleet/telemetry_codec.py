"""A stored reading as one row of integers and back. Pure.

Positions to 1e-7 degrees (1 cm), headings to 0.01 degrees, speeds to 1 cm/s, times to 1 ms. A value that does not fit
its column is left out: one odd reading must never make a whole batch fail. What changes rarely (firmware, blade height,
minutes left, satellites ...) goes into ``extra`` as JSON, whole, and only when it changed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import from_epoch_ms, to_epoch_ms
from core.fleet.live import CONFIDENCE_CODES, POSITION_TYPE_CODES, STATE_CODES
from core.fleet.model import Confidence, MowerState, Reading, Source
from core.geo import Point

COLUMNS = (
    "mower",
    "device_time_ms",
    "sequence",
    "received_ms",
    "state",
    "confidence",
    "source",
    "mode",
    "work_mode_code",
    "battery_percent",
    "flags",
    "longitude_e7",
    "latitude_e7",
    "heading_cdeg",
    "position_type",
    "progress_percent",
    "area_m2",
    "zone_hash",
    "path_hash",
    "speed_cm_s",
    "fault_code",
    "extra",
)
"""Order of a row's values."""

SOURCES = {source: code for code, source in enumerate(Source)}
POSITION_TYPES = POSITION_TYPE_CODES
_STATES, _CONFIDENCES = list(STATE_CODES), list(CONFIDENCE_CODES)
_SOURCES, _POSITION_TYPES = list(SOURCES), list(POSITION_TYPES)
_STREAMS = {Source.PROPERTY: 1, Source.STATUS: 2}
MAX_SEQUENCE = 8_191
_MASK = (1 << 64) - 1
_SIGN = 1 << 63


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReading:
    """One row of history: the reading as the device gave it, and the state it led to."""

    number: int
    reading: Reading
    state: MowerState
    confidence: Confidence
    mode_since: datetime | None = None  # of the newest reading: since when its mode was reported


def encode(
    number: int, reading: Reading, state: MowerState, confidence: Confidence, extra: str | None
) -> tuple[object, ...]:
    """The row of a reading, values in the order of `COLUMNS`. ``extra`` comes from `extra_of`."""
    position, speed = reading.position, reading.speed_m_s
    return (
        number,
        to_epoch_ms(reading.device_time),
        (reading.sequence & MAX_SEQUENCE) << 2 | _STREAMS.get(reading.source, 0),
        to_epoch_ms(reading.received_at),
        STATE_CODES[state],
        CONFIDENCE_CODES[confidence],
        SOURCES[reading.source],
        None if reading.mode is None else STATE_CODES[reading.mode],
        _small(reading.work_mode_code),
        _small(reading.battery_percent),
        _flag(reading.charging) | _flag(reading.blade_on) << 2 | _flag(reading.rain) << 4 | _flag(reading.online) << 6,
        None if position is None else round(position.longitude * 1e7),
        None if position is None else round(position.latitude * 1e7),
        None if reading.heading_deg is None else round(reading.heading_deg * 100),
        None if reading.position_type is None else POSITION_TYPES[reading.position_type],
        _small(reading.progress_percent),
        reading.area_m2,
        _signed(reading.zone_hash),
        _signed(reading.path_hash),
        None if speed is None else _small(round(speed * 100)),
        _signed(reading.fault_code),
        extra,
    )


def decode(row: Sequence[Any] | Mapping[str, Any], device_name: str) -> StoredReading:
    """The stored reading of a row (values in the order of `COLUMNS`)."""
    values = row if isinstance(row, Mapping) else dict(zip(COLUMNS, row, strict=True))
    flags, longitude = values["flags"], values["longitude_e7"]
    speed, heading, extra = values["speed_cm_s"], values["heading_cdeg"], values["extra"] or {}
    if isinstance(extra, str):
        extra = json.loads(extra)
    reading = Reading(
        device_name=device_name,
        device_time=from_epoch_ms(values["device_time_ms"]),
        received_at=from_epoch_ms(values["received_ms"]),
        sequence=values["sequence"] >> 2,
        source=_SOURCES[values["source"]],
        mode=None if values["mode"] is None else _STATES[values["mode"]],
        work_mode_code=values["work_mode_code"],
        battery_percent=values["battery_percent"],
        charging=_unflag(flags),
        blade_on=_unflag(flags >> 2),
        rain=_unflag(flags >> 4),
        online=_unflag(flags >> 6),
        position=None if longitude is None else Point(longitude / 1e7, values["latitude_e7"] / 1e7),
        heading_deg=None if heading is None else heading / 100,
        position_type=None if values["position_type"] is None else _POSITION_TYPES[values["position_type"]],
        progress_percent=values["progress_percent"],
        area_m2=values["area_m2"],
        zone_hash=_unsigned(values["zone_hash"]),
        path_hash=_unsigned(values["path_hash"]),
        speed_m_s=None if speed is None else speed / 100,
        fault_code=_unsigned(values["fault_code"]),
        **{name: extra.get(name) for name in EXTRA},
    )
    return StoredReading(
        number=values["mower"],
        reading=reading,
        state=_STATES[values["state"]],
        confidence=_CONFIDENCES[values["confidence"]],
    )


EXTRA = (
    "satellites",
    "correction_age_s",
    "minutes_left",
    "minutes_total",
    "blade_height_mm",
    "signal_dbm",
    "firmware",
    "stop_reason",
)
NOISY_EXTRA_S = 60
"""Satellites, correction age, signal and minutes left flicker: they alone make a new ``extra`` this often at most."""

type Extra = tuple[datetime, tuple[object, ...], tuple[object, ...]]
"""(when last stored, steady values, flickering values)."""


def extra_of(reading: Reading, last: Extra | None) -> tuple[str | None, Extra | None]:
    """The JSON to store with a reading (``None`` when nothing worth it changed) and what to remember for the next."""
    steady: tuple[object, ...] = (reading.minutes_total, reading.blade_height_mm, reading.firmware, reading.stop_reason)
    noisy: tuple[object, ...] = (reading.satellites, reading.correction_age_s, reading.minutes_left, reading.signal_dbm)
    if last is not None:
        since, known_steady, known_noisy = last
        steady = tuple(old if new is None else new for new, old in zip(steady, known_steady, strict=True))
        noisy = tuple(old if new is None else new for new, old in zip(noisy, known_noisy, strict=True))
        due = (reading.received_at - since).total_seconds() >= NOISY_EXTRA_S
        if steady == known_steady and (noisy == known_noisy or not due):
            return None, last
    elif all(value is None for value in steady + noisy):
        return None, None
    total, height, firmware, reason = steady
    satellites, correction, left, signal = noisy
    known = {
        "satellites": satellites,
        "correction_age_s": correction,
        "minutes_left": left,
        "minutes_total": total,
        "blade_height_mm": height,
        "signal_dbm": signal,
        "firmware": firmware,
        "stop_reason": reason,
    }
    text = json.dumps({name: value for name, value in known.items() if value is not None}, separators=(",", ":"))
    return text, (reading.received_at, steady, noisy)


def _small(value: int | None) -> int | None:
    return value if value is not None and -32_768 <= value <= 32_767 else None


def _signed(value: int | None) -> int | None:
    """Vendor hashes are unsigned 64-bit numbers; the column is signed."""
    if value is None:
        return None
    value &= _MASK
    return value - (1 << 64) if value & _SIGN else value


def _unsigned(value: int | None) -> int | None:
    return None if value is None else value & _MASK


def _flag(value: bool | None) -> int:
    return 0 if value is None else 3 if value else 1


def _unflag(pair: int) -> bool | None:
    return bool(pair & 2) if pair & 1 else None
