"""The fingerprint of a payload and the memory of those a mower has shown. Pure."""

from datetime import datetime, timedelta

from core.fleet.model import Prints, Reading

BITS = 1 << 14
"""Size of one generation: 2,048 payloads at 8 bits each, so that about 1 in 20 new ones is taken for known."""
GENERATION = 2_048


def payload_print(reading: Reading) -> int:
    """A 64-bit fingerprint of all that a device measured, without times, sequence and source. Process-local."""
    position = reading.position
    return hash(
        (
            reading.mode,
            reading.work_mode_code,
            reading.battery_percent,
            reading.charging,
            reading.blade_on,
            None if position is None else (position.longitude, position.latitude),
            reading.heading_deg,
            reading.position_type,
            reading.satellites,
            reading.correction_age_s,
            reading.progress_percent,
            reading.area_m2,
            reading.minutes_left,
            reading.minutes_total,
            reading.zone_hash,
            reading.path_hash,
            reading.speed_m_s,
            reading.blade_height_mm,
            reading.signal_dbm,
            reading.fault_code,
            reading.stop_reason,
            reading.rain,
        )
    )


def _bits(fingerprint: int) -> int:
    low = fingerprint & (BITS - 1)
    high = (fingerprint >> 20) & (BITS - 1)
    third = (fingerprint >> 40) & (BITS - 1)
    return (1 << low) | (1 << high) | (1 << third)


def remember(prints: Prints, fingerprint: int, now: datetime, memory_s: float) -> tuple[bool, Prints]:
    """Whether the payload is new, and the memory that knows it. A generation ends when full or ``memory_s`` old."""
    bits = _bits(fingerprint)
    began_at = prints.began_at
    if began_at is None:
        return True, Prints(bits, 0, 1, now)
    if prints.newer & bits == bits:
        return False, prints
    new = prints.older & bits != bits
    if prints.count >= GENERATION or now - began_at >= timedelta(seconds=memory_s):
        return new, Prints(bits, prints.newer, 1, now)
    return new, Prints(prints.newer | bits, prints.older, prints.count + 1, began_at)
