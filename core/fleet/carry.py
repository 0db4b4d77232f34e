"""Carries what a mower said earlier into what it says now. Pure."""

from core.fleet.model import Reading


def merged(before: Reading | None, now: Reading) -> Reading:
    """``now`` with every unknown filled from ``before``. Written out: this runs for every reading of the fleet."""
    if before is None:
        return now
    old, new = before, now
    return Reading(
        device_name=new.device_name,
        device_time=new.device_time,
        received_at=new.received_at,
        sequence=new.sequence,
        source=new.source,
        mode=old.mode if new.mode is None else new.mode,
        work_mode_code=old.work_mode_code if new.work_mode_code is None else new.work_mode_code,
        battery_percent=old.battery_percent if new.battery_percent is None else new.battery_percent,
        charging=old.charging if new.charging is None else new.charging,
        blade_on=old.blade_on if new.blade_on is None else new.blade_on,
        position=old.position if new.position is None else new.position,
        heading_deg=old.heading_deg if new.heading_deg is None else new.heading_deg,
        position_type=old.position_type if new.position_type is None else new.position_type,
        satellites=old.satellites if new.satellites is None else new.satellites,
        correction_age_s=old.correction_age_s if new.correction_age_s is None else new.correction_age_s,
        progress_percent=old.progress_percent if new.progress_percent is None else new.progress_percent,
        area_m2=old.area_m2 if new.area_m2 is None else new.area_m2,
        minutes_left=old.minutes_left if new.minutes_left is None else new.minutes_left,
        minutes_total=old.minutes_total if new.minutes_total is None else new.minutes_total,
        zone_hash=old.zone_hash if new.zone_hash is None else new.zone_hash,
        path_hash=old.path_hash if new.path_hash is None else new.path_hash,
        speed_m_s=old.speed_m_s if new.speed_m_s is None else new.speed_m_s,
        blade_height_mm=old.blade_height_mm if new.blade_height_mm is None else new.blade_height_mm,
        signal_dbm=old.signal_dbm if new.signal_dbm is None else new.signal_dbm,
        firmware=old.firmware if new.firmware is None else new.firmware,
        fault_code=old.fault_code if new.fault_code is None else new.fault_code,
        stop_reason=old.stop_reason if new.stop_reason is None else new.stop_reason,
        rain=old.rain if new.rain is None else new.rain,
        online=old.online if new.online is None else new.online,
    )
