"""The capability matrix: what the simulated cloud does, read from the tables that do it."""

from collections.abc import Sequence

from pymammotion.utility.device_type import DeviceType

from external.mammotion.simulator.control import AccountChange, BrokerChange, HttpChange, MowerChange, RadioChange
from external.mammotion.simulator.device import Feed
from external.mammotion.simulator.models import MODELS
from external.mammotion.simulator.mower import FAULTS, Activity, Mower
from external.mammotion.simulator.orders import TaskAction
from external.mammotion.simulator.replies import ANSWERS


def capability_matrix() -> str:
    """Markdown tables of models, requests, orders, faults and controls, made from code and never by hand."""
    return "\n\n".join((_models(), _requests(), _orders(), _faults(), _controls())) + "\n"


def _models() -> str:
    rows = [
        (
            f"`{model.prefix}`",
            model.title,
            DeviceType.value_of_str(f"{model.prefix}0000000").name,
            f"{model.lane_width_m:.2f} m",
            f"{model.speed_m_s:.2f} m/s",
            f"{model.mowing_minutes:.0f} min",
            f"{model.charging_minutes:.0f} min",
            model.firmware,
        )
        for model in MODELS
    ]
    heads = (
        "name starts with",
        "model",
        "PyMammotion type",
        "lane",
        "speed",
        "full battery",
        "full charge",
        "firmware",
    )
    return _table("Models", heads, rows)


def _requests() -> str:
    rows = [(f"`{leaf}`", _first_line(answer.__doc__)) for leaf, answer in sorted(ANSWERS.items())]
    rows.append(("`todev_report_cfg`", "One report, or a stream of them until its timeout."))
    return _table("Requests a device answers", ("request", "answer"), sorted(rows))


def _orders() -> str:
    return _table(
        "Task control", ("action", "number"), [(action.name.lower(), str(action.value)) for action in TaskAction]
    )


def _faults() -> str:
    rows = [(str(fault.code), fault.meaning, f"{fault.mode.name} ({fault.mode.value})") for fault in FAULTS]
    return _table("Error codes raised by themselves or on demand", ("code", "meaning", "work mode"), rows)


def _controls() -> str:
    rows = [("mower", f"`{name}`") for name in MowerChange.model_fields]
    rows += [("mower feed", f"`{feed.value}`") for feed in Feed]
    rows += [("broker", f"`{name}`") for name in BrokerChange.model_fields]
    rows += [("radio", f"`{name}`") for name in RadioChange.model_fields]
    rows += [("account", f"`{name}`") for name in AccountChange.model_fields]
    rows += [("HTTP", f"`{name}`") for name in HttpChange.model_fields]
    rows += [("activity", f"`{activity.value}`") for activity in Activity]
    rows += [("true state", f"`{name}`") for name in Mower.__dataclass_fields__ if name not in ("lawn", "model")]
    return _table("What tests and drills can set and read", ("of", "name"), rows)


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"### {title}", "", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n", 1)[0]
