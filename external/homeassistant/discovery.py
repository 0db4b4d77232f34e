"""What Home Assistant is told of a mower: topics and payloads, as its MQTT integration documents them. Pure.

https://www.home-assistant.io/integrations/lawn_mower.mqtt/ and .../sensor.mqtt/
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.fleet.model import CommandKind, MowerSnapshot, MowerState

ROOT = "mowthos"
ONLINE, OFFLINE = "online", "offline"
BRIDGE_TOPIC = f"{ROOT}/bridge/availability"
COMMANDS = f"{ROOT}/+/command"

ACTIVITY: Mapping[MowerState, str] = {
    MowerState.MOWING: "mowing",
    MowerState.PAUSED: "paused",
    MowerState.RETURNING: "returning",
    MowerState.CHARGING: "docked",
    MowerState.DOCKED: "docked",
    MowerState.FAULT: "error",
}
"""Any other state is none of Home Assistant's: it is told ``None``, which it shows as unknown."""

SENSORS: Mapping[str, Mapping[str, Any]] = {
    "battery": {"name": "Battery", "device_class": "battery", "unit_of_measurement": "%", "state_class": "measurement"},
    "state": {"name": "State", "device_class": "enum", "options": [state.value for state in MowerState]},
    "progress": {"name": "Progress", "unit_of_measurement": "%", "icon": "mdi:progress-check"},
    "reported": {"name": "Last report", "device_class": "timestamp", "entity_category": "diagnostic"},
}


@dataclass(frozen=True, slots=True)
class Message:
    """To be kept by the broker, so that a Home Assistant that starts later knows it."""

    topic: str
    payload: str


def base(number: int) -> str:
    """Topics go by the mower's number: a name of the vendor's may hold anything."""
    return f"{ROOT}/{number}"


def config_topics(prefix: str, number: int) -> list[str]:
    named = f"{ROOT}_{number}"
    return [f"{prefix}/lawn_mower/{named}/config", *[f"{prefix}/sensor/{named}/{one}/config" for one in SENSORS]]


def discovery(prefix: str, snapshot: MowerSnapshot, model: str, *, steerable: bool) -> list[Message]:
    """One device with a lawn mower and its sensors; without ``steerable`` it takes no commands."""
    number, at = snapshot.number, base(snapshot.number)
    shared = {
        "device": {
            "identifiers": [f"{ROOT}_{number}"],
            "name": snapshot.device_name,
            "model": model,
            "manufacturer": "Mammotion",
        },
        "availability": [{"topic": BRIDGE_TOPIC}, {"topic": f"{at}/availability"}],
        "availability_mode": "all",
        "origin": {"name": "MowthosOS"},
    }
    mower = shared | {"name": None, "unique_id": f"{ROOT}_{number}", "activity_state_topic": f"{at}/activity"}
    if steerable:
        mower |= {f"{act}_command_topic": f"{at}/command" for act in ("start_mowing", "pause", "dock")}
    topics = config_topics(prefix, number)
    sensors = [
        shared | dict(told) | {"unique_id": f"{ROOT}_{number}_{key}", "state_topic": f"{at}/{key}"}
        for key, told in SENSORS.items()
    ]
    return [Message(topic, json.dumps(told)) for topic, told in zip(topics, [mower, *sensors], strict=True)]


def state(snapshot: MowerSnapshot) -> list[Message]:
    """What is known now; an unknown is told as unknown."""
    at, reading = base(snapshot.number), snapshot.reading
    return [
        Message(f"{at}/availability", OFFLINE if snapshot.state is MowerState.OFFLINE else ONLINE),
        Message(f"{at}/activity", ACTIVITY.get(snapshot.state, "None")),
        Message(f"{at}/state", snapshot.state.value),
        Message(f"{at}/battery", _number(reading.battery_percent if reading else None)),
        Message(f"{at}/progress", _number(reading.progress_percent if reading else None)),
        Message(f"{at}/reported", _moment(snapshot.received_at)),
    ]


def asked(topic: str, payload: bytes, now: MowerState) -> tuple[int, CommandKind] | None:
    """Mower number and command of a message to `COMMANDS`; ``None`` for anything else. Home Assistant has one word to
    start and to go on: a mower that pauses goes on."""
    number = topic.removeprefix(f"{ROOT}/").removesuffix("/command")
    start = CommandKind.RESUME if now is MowerState.PAUSED else CommandKind.START
    kinds = {b"start_mowing": start, b"pause": CommandKind.PAUSE, b"dock": CommandKind.RETURN}
    kind = kinds.get(payload)
    return (int(number), kind) if kind is not None and number.isascii() and number.isdigit() else None


def _number(value: int | None) -> str:
    return "None" if value is None else str(value)


def _moment(value: datetime | None) -> str:
    return "None" if value is None else value.isoformat()
