"""The vendor's work mode (``sys_status``) in our words: one table with named groups.

Numbers and names: PyMammotion 0.10.13, ``utility/constant/device_enums.py`` (WorkMode).
"""

from core.fleet.model import MowerState

MOWING = frozenset({13, 20})  # working, manual mowing
RETURNING = frozenset({14, 47})  # returning, returning from exploring
PAUSED = frozenset({19, 46})  # paused, exploring paused
CHARGING = frozenset({15, 39, 50})  # charging, charging within a task, charging after a reset
UPDATING = frozenset({16, 51, 52})  # firmware update, backing up, restoring a backup
FAULT = frozenset({8, 17, 18, 37, 38})  # disabled, locked, system error, location error, boundary jump
OFFLINE = frozenset({2, 3, 12})  # offline, powered off, not connected
STANDING = frozenset({0, 1, 10, 11, 22, 23, 31, 32, 34, 35, 36, 43, 44, 45, 48})
"""Not active, online, starting, ready, update done or failed, drawing and editing the map, exploring, sleeping."""

WORK_MODES: dict[int, MowerState] = {
    **dict.fromkeys(MOWING, MowerState.MOWING),
    **dict.fromkeys(RETURNING, MowerState.RETURNING),
    **dict.fromkeys(PAUSED, MowerState.PAUSED),
    **dict.fromkeys(CHARGING, MowerState.CHARGING),
    **dict.fromkeys(UPDATING, MowerState.UPDATING),
    **dict.fromkeys(FAULT, MowerState.FAULT),
    **dict.fromkeys(OFFLINE, MowerState.OFFLINE),
    **dict.fromkeys(STANDING, MowerState.IDLE),
}

FULL_PERCENT = 100
_AT_DOCK_WHEN_CHARGED = frozenset({MowerState.IDLE, MowerState.PAUSED, MowerState.CHARGING})


def mower_state(work_mode: int, charge_state: int, battery_percent: int) -> MowerState:
    """What a mower does, from its work mode, its charging contacts (0 = open) and its battery.

    Standing or paused on the contacts is charging, or docked when full: devices report "ready" or "paused" there, so
    the mode alone does not tell. A mode nobody has named yet is unknown.
    """
    state = WORK_MODES.get(work_mode, MowerState.UNKNOWN)
    if state in _AT_DOCK_WHEN_CHARGED and (charge_state != 0 or state is MowerState.CHARGING):
        return MowerState.DOCKED if battery_percent >= FULL_PERCENT else MowerState.CHARGING
    return state


def told_by_mode_alone(work_mode: int) -> MowerState | None:
    """The state a work mode tells without knowing of the contacts (property messages); ``None`` when it needs them."""
    state = WORK_MODES.get(work_mode)
    return None if state in (MowerState.IDLE, MowerState.PAUSED) else state
