"""What a person can tell a mower, in the vendor's words: one table, and the parameters of a start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymammotion.data.model import GenerateRouteInformation
from pymammotion.data.model.device import MowerDevice
from pymammotion.data.model.device_config import OperationSettings, build_route_information
from pymammotion.messaging.command_queue import Priority

from core.fleet import ReportedSettings, StartSettings
from core.fleet.model import CommandKind


@dataclass(frozen=True, slots=True)
class Order:
    """A vendor command: PyMammotion's name of it, ``nav.todev_taskctrl.action`` (0 where no answer names it), and how
    urgent it is."""

    key: str
    action: int
    priority: Priority = Priority.USER
    fields: Mapping[str, Any] = field(default_factory=dict)


RUN_PLAN = Order("single_schedule", 0)
"""Starts a plan that the device keeps itself; its answer names no action, so telemetry alone proves it."""

ORDERS: dict[CommandKind, Order] = {
    CommandKind.START: Order("start_job", 1),
    CommandKind.PAUSE: Order("pause_execute_task", 2),
    CommandKind.HALT: Order("pause_execute_task", 2, Priority.EMERGENCY),  # the vendor knows no harder stop
    CommandKind.RESUME: Order("resume_execute_task", 3),
    CommandKind.STOP: Order("cancel_job", 4),
    CommandKind.RETURN: Order("return_to_dock", 5),
    CommandKind.LEAVE_DOCK: Order("leave_dock", 0),
    CommandKind.RESTART: Order("remote_restart", 0, fields={"force_reset": 1}),
}


DEFAULT_BLADE_MM = 50


def route_for(settings: StartSettings, device_name: str, state: MowerDevice) -> GenerateRouteInformation:
    """The vendor's request for a route over the chosen areas, completed as its app would for this model.

    Without areas it goes over every area of the mower's map.
    """
    areas = settings.areas or tuple(state.map.area)
    asked = OperationSettings(areas=list(areas), is_dump=False)
    asked.blade_height = settings.blade_height_mm or state.report_data.work.knife_height or DEFAULT_BLADE_MM
    if settings.speed_m_s is not None:
        asked.speed = settings.speed_m_s
    if settings.angle_deg is not None:
        asked.toward = settings.angle_deg
    if settings.spacing_cm is not None:
        asked.channel_width = settings.spacing_cm
    if settings.border_laps is not None:
        asked.mowing_laps = settings.border_laps
    return build_route_information(device_name, state, asked)


def reported_settings(device_name: str, answer: Any, at: datetime) -> ReportedSettings | None:
    """What a mower's ``bidire_reqconver_path`` says of its task; ``None`` for a refusal or an empty answer.

    Its own plan and the running task come in the same shape (PyMammotion 0.10.13, ``data/model/work.py``).
    """
    if answer.result != 0 or not answer.zoneHashs:
        return None
    return ReportedSettings(
        device_name=device_name,
        reported_at=at,
        areas=tuple(answer.zoneHashs),
        blade_height_mm=answer.knifeHeight
        if answer.knifeHeight > 0
        else None,  # -10: a Yuka, which has no motor for it
        speed_m_s=round(answer.speed, 3),
        angle_deg=answer.toward,
        spacing_cm=answer.channelWidth,
        border_laps=answer.edgeMode,
    )
