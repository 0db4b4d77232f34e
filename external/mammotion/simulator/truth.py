"""The true state of a simulated mower, for comparison with what a dashboard believes."""

from typing import Any

from external.mammotion.simulator.device import Device


def true_state(device: Device) -> dict[str, Any]:
    """Everything a test may want to know; positions in degrees, heading clockwise from true north."""
    mower = device.mower
    longitude, latitude = mower.lawn.frame.to_lonlat(mower.x, mower.y)
    return {
        "device_name": device.name,
        "model": device.model.title,
        "iot_id": device.iot_id,
        "product_key": device.product_key,
        "online": device.online,
        "removed": device.removed,
        "feed": device.feed.value,
        "spinning": device.spinning,
        "deaf": device.deaf,
        "activity": mower.activity.value,
        "work_mode": int(mower.work_mode),
        "battery": mower.battery,
        "charging": mower.charging,
        "blade_on": mower.blade_on,
        "longitude": longitude,
        "latitude": latitude,
        "x_m": mower.x,
        "y_m": mower.y,
        "heading_deg": mower.lawn.frame.compass(mower.toward_deg),
        "speed_m_s": mower.speed_m_s,
        "progress_percent": mower.progress_percent,
        "zone": device.names.get(mower.zone_hash, ""),
        "rtk": int(mower.rtk),
        "satellites": mower.satellites,
        "raining": mower.raining,
        "error": mower.fault.code if mower.fault is not None else 0,
        "stop_reason": int(mower.stop_reason),
        "knife_height_mm": mower.job.knife_height_mm if mower.job else mower.model.knife_height_mm,
        "bol_hash": mower.lawn.bol_hash,
        "plans": [plan.planId for plan in device.plans],
    }
