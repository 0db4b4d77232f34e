"""How a start shall mow, and what the mower says it does: asked and reported side by side (B5, D6). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import Invalid
from core.texts import N_, Text, joined


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSettings:
    """Which areas, in this order, and how. ``None`` and no areas leave the choice to the mower."""

    areas: tuple[int, ...] = ()  # the vendor's 64-bit names of the mower's own areas
    blade_height_mm: int | None = None  # 15 to 100
    speed_m_s: float | None = None  # 0.1 to 1.2
    angle_deg: int | None = None  # 0 to 359
    spacing_cm: int | None = None  # 5 to 40, between lanes
    border_laps: int | None = None  # 0 to 4
    plan: str = ""  # run this plan of the device itself, as it is stored there; nothing else can be chosen then

    @property
    def chosen(self) -> bool:
        """Whether anything was chosen at all."""
        return bool(self.areas) or any(getattr(self, name) is not None for name in SETTING_RANGES)

    def as_parameters(self) -> dict[str, Any]:
        """As a command keeps them: only what was chosen."""
        numbers = {name: getattr(self, name) for name in SETTING_RANGES if getattr(self, name) is not None}
        plan = {"plan": self.plan} if self.plan else {}
        return ({"areas": list(self.areas)} if self.areas else {}) | numbers | plan


@dataclass(frozen=True, slots=True)
class Range:
    """What a setting may be; ``kind`` int refuses fractions."""

    kind: type[int] | type[float]
    least: float
    most: float
    unit: str
    slack: float = 0.0
    """How far what the device reports may be off and still agree (its own rounding)."""


SETTING_RANGES: dict[str, Range] = {
    "blade_height_mm": Range(int, 15, 100, "mm"),
    "speed_m_s": Range(float, 0.1, 1.2, "m/s", slack=0.011),
    "angle_deg": Range(int, 0, 359, "°"),
    "spacing_cm": Range(int, 5, 40, "cm"),
    "border_laps": Range(int, 0, 4, ""),
}
MOST_AREAS = 60
MOST_PLAN_ID = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedSettings:
    """What a mower last said of the task it has; ``None`` = it did not say."""

    device_name: str
    reported_at: datetime
    areas: tuple[int, ...] | None = None
    blade_height_mm: int | None = None
    speed_m_s: float | None = None
    angle_deg: int | None = None
    spacing_cm: int | None = None
    border_laps: int | None = None


@dataclass(frozen=True, slots=True)
class SettingPair:
    """One setting as asked and as reported; ``agrees`` is ``None`` while the mower has not said."""

    name: str
    requested: Any
    reported: Any
    agrees: bool | None


def start_settings(parameters: Mapping[str, Any]) -> StartSettings:
    """The parameters of a start; ``Invalid`` names each one that is wrong and what was expected.

    Areas may come as decimal texts: a browser's numbers are too short for them.
    """
    known = ", ".join(SETTING_RANGES)
    wrong: list[str] = [
        Text("{name}: not known (expected areas, {known})", name=name, known=known)
        for name in parameters
        if name not in ("areas", "plan") and name not in SETTING_RANGES
    ]
    plan = parameters.get("plan") or ""
    if not isinstance(plan, str) or len(plan) > MOST_PLAN_ID or (plan and len(parameters) > 1):
        wrong.append(N_("plan: expected the id of a plan of the mower, and no other setting beside it"))
    areas = _areas(parameters.get("areas"), wrong)
    given: dict[str, Any] = {}
    for name, allowed in SETTING_RANGES.items():
        value = parameters.get(name)
        if value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not allowed.least <= value <= allowed.most or (allowed.kind is int and value != int(value)):
            bounds = {"least": allowed.least, "most": allowed.most}
            wrong.append(Text("{name}: {value!r} (expected {least:g} to {most:g})", name=name, value=value, **bounds))
        else:
            given[name] = allowed.kind(value)
    if wrong:
        raise Invalid(Text("start: {problems}", problems=joined(wrong, "; ")), reasons=wrong)
    return StartSettings(areas=areas, plan=plan, **given)


def _areas(told: Any, wrong: list[str]) -> tuple[int, ...]:
    if told is None:
        return ()
    areas = [int(area) if isinstance(area, str) and area.isdecimal() else area for area in _listed(told)]
    numbers = all(isinstance(area, int) and not isinstance(area, bool) and 0 < area < 2**64 for area in areas)
    if not isinstance(told, list | tuple) or not numbers or len(areas) > MOST_AREAS or len(set(areas)) != len(areas):
        wrong.append(N_("areas: expected a list of area numbers of the mower's map"))
        return ()
    return tuple(areas)


def _listed(told: Any) -> list[Any]:
    return list(told) if isinstance(told, list | tuple) else []


def side_by_side(requested: StartSettings, reported: ReportedSettings | None) -> tuple[SettingPair, ...]:
    """Every setting that was chosen beside what the mower says; areas agree in the same order only."""
    pairs = []
    if requested.areas:
        told = None if reported is None else reported.areas
        pairs.append(SettingPair("areas", requested.areas, told, None if told is None else told == requested.areas))
    for name, allowed in SETTING_RANGES.items():
        asked = getattr(requested, name)
        if asked is not None:
            told = None if reported is None else getattr(reported, name)
            agrees = None if told is None else abs(told - asked) <= allowed.slack
            pairs.append(SettingPair(name, asked, told, agrees))
    return tuple(pairs)
