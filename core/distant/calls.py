"""The calls that cross from the process that asks to the one that owns the link: one row each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from core.fleet.model import DailyHours, DeviceMap
from core.plans import DevicePlan, PlanDraft
from core.ports import CloudLink


@dataclass(frozen=True, slots=True)
class Call:
    """``do`` gets the link, the mower and the arguments. ``waits_s``: how long whoever asked waits for its end."""

    given: TypeAdapter[Any]
    answer: TypeAdapter[Any]
    do: Callable[..., Awaitable[Any]]
    waits_s: float = 90.0


def _call(
    do: Callable[[CloudLink, str, Any], Awaitable[Any]], given: Any, answer: Any, waits_s: float = 90.0
) -> Call:  # fmt: skip
    return Call(TypeAdapter(given), TypeAdapter(answer), do, waits_s)


CALLS: dict[str, Call] = {
    "map.sync": _call(lambda link, name, _given: link.sync_map(name), None, DeviceMap, waits_s=600.0),
    "plans.read": _call(lambda link, name, _given: link.plans.read(name), None, tuple[DevicePlan, ...]),
    "plans.create": _call(lambda link, name, given: link.plans.create(name, given), PlanDraft, str),
    "plans.copy": _call(lambda link, name, given: link.plans.copy(name, *given), tuple[str, str], str),
    "plans.rename": _call(lambda link, name, given: link.plans.rename(name, *given), tuple[str, str], None),
    "plans.enable": _call(lambda link, name, given: link.plans.enable(name, *given), tuple[str, bool], None),
    "plans.delete": _call(lambda link, name, given: link.plans.delete(name, given), str, None),
    "hours.read": _call(lambda link, name, _given: link.hours.read(name), None, DailyHours | None),
    "hours.write": _call(lambda link, name, given: link.hours.write(name, given), DailyHours | None, None),
}
