"""Plans that a device keeps itself (D7): its own timetable of tasks. Values and the rules of what may be asked."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.errors import Invalid
from core.texts import N_, Text

MOST_ZONES = 60
NAME_LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePlan:
    """One plan as it was read back from its device. Weekdays 1 = Monday to 7 = Sunday; times are the device's own."""

    plan_id: str
    name: str
    enabled: bool
    zone_hashes: tuple[int, ...]
    start_time: str  # HH:MM
    weekdays: tuple[int, ...]
    blade_height_mm: int | None = None
    speed_m_s: float | None = None
    spacing_cm: int | None = None
    angle_deg: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """A plan to be. ``Invalid`` from `check` names what is wrong."""

    name: str
    zone_hashes: tuple[int, ...]
    start_time: str = "09:00"
    weekdays: tuple[int, ...] = (1, 3, 5)
    blade_height_mm: int = 50  # 15 to 100
    speed_m_s: float = 0.4  # 0.1 to 1.2
    spacing_cm: int = 25  # 5 to 40
    enabled: bool = True

    def check(self) -> None:
        wrong: list[str] = []
        if not 1 <= len(self.name.strip()) <= NAME_LENGTH:
            wrong.append(Text("name: expected 1 to {most} characters", most=NAME_LENGTH))
        if not 1 <= len(self.zone_hashes) <= MOST_ZONES or len(set(self.zone_hashes)) != len(self.zone_hashes):
            wrong.append(Text("zones: expected 1 to {most} different zones of the map", most=MOST_ZONES))
        if not _clock_time(self.start_time):
            wrong.append(N_("start: expected a time such as 09:30"))
        if not self.weekdays or not set(self.weekdays) <= set(range(1, 8)):
            wrong.append(N_("weekdays: expected one or more of 1 (Monday) to 7 (Sunday)"))
        for name, value, least, most in (
            ("blade_height_mm", self.blade_height_mm, 15, 100),
            ("speed_m_s", self.speed_m_s, 0.1, 1.2),
            ("spacing_cm", self.spacing_cm, 5, 40),
        ):
            if not least <= value <= most:
                wrong.append(
                    Text("{name}: {value!r} (expected {least:g} to {most:g})", name=name, value=value, least=least,
                         most=most)
                )  # fmt: skip
        if wrong:
            raise Invalid(wrong[0], reasons=wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanList:
    """A device's plans and when they were read back; ``read_at`` is ``None`` while they never were."""

    device_name: str
    read_at: datetime | None
    plans: tuple[DevicePlan, ...] = ()

    def plan(self, plan_id: str) -> DevicePlan | None:
        return next((plan for plan in self.plans if plan.plan_id == plan_id), None)


def copy_name(name: str, taken: Iterable[str]) -> str:
    """A name for a copy that no other plan has."""
    names = set(taken)
    for number in range(2, 1_000):
        tail = f" {number}"
        candidate = name[: NAME_LENGTH - len(tail)] + tail
        if candidate not in names:
            return candidate
    return name


def plan_content(plan: DevicePlan) -> dict[str, Any]:
    """As JSON; 64-bit hashes as text."""
    return asdict(plan) | {"zone_hashes": [str(zone) for zone in plan.zone_hashes], "weekdays": list(plan.weekdays)}


def plan_from_content(content: dict[str, Any]) -> DevicePlan:
    """The inverse of :func:`plan_content`."""
    zones = tuple(int(zone) for zone in content["zone_hashes"])
    return DevicePlan(**content | {"zone_hashes": zones, "weekdays": tuple(content["weekdays"])})


def _clock_time(words: str) -> bool:
    hours, _, minutes = words.partition(":")
    return (
        len(words) == 5 and hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60
    )  # fmt: skip
