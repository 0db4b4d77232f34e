"""A mowing job: every leg a mower will drive, with what the vendor's protocol says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import atan2, degrees, hypot

from pymammotion.utility.mur_mur_hash import MurMurHashUtil

from external.mammotion.simulator.lanes import plan_lanes
from external.mammotion.simulator.lawn import Lawn, Metres, Path, Zone
from external.mammotion.simulator.models import MowerModel
from external.mammotion.simulator.routes import route


@dataclass(frozen=True, slots=True)
class Leg:
    """A straight drive. ``mowing`` tells whether the blade turns; ``backwards`` that the nose points the other way."""

    start: Metres
    end: Metres
    mowing: bool = False
    backwards: bool = False
    zone_hash: int = 0

    @property
    def length(self) -> float:
        return hypot(self.end[0] - self.start[0], self.end[1] - self.start[1])

    @property
    def toward_deg(self) -> float:
        angle = degrees(atan2(self.end[1] - self.start[1], self.end[0] - self.start[0]))
        return angle - 180 if self.backwards and angle > 0 else angle + 180 if self.backwards else angle


@dataclass(frozen=True, slots=True)
class Line:
    """The planned path of one area, as the vendor uploads it."""

    hash: int
    zone_hash: int
    points: Path


@dataclass(frozen=True, eq=False)
class Job:
    """Areas to mow in order. ``legs`` start and end in the areas; the way from and to the dock is not part of it."""

    zone_hashes: tuple[int, ...]
    legs: tuple[Leg, ...]
    lines: tuple[Line, ...]
    area_m2: float
    speed_m_s: float
    knife_height_mm: int
    plan_id: str = ""
    angle_deg: float = 0.0
    spacing_m: float = 0.3
    border_laps: int = 1

    @cached_property
    def path_hash(self) -> int:
        """The vendor's name of the whole route."""
        return int(MurMurHashUtil.hash_unsigned_list([line.hash for line in self.lines]))

    @cached_property
    def mowing_length_m(self) -> float:
        return sum(leg.length for leg in self.legs if leg.mowing) or 1.0

    @cached_property
    def mown_before(self) -> tuple[float, ...]:
        """For each leg, the metres mown before it begins."""
        total, before = 0.0, []
        for leg in self.legs:
            before.append(total)
            total += leg.length if leg.mowing else 0.0
        return tuple(before)

    @property
    def minutes_total(self) -> int:
        return max(1, round(sum(leg.length for leg in self.legs) / self.speed_m_s / 60))


def plan_job(
    lawn: Lawn,
    model: MowerModel,
    *,
    zone_hashes: Sequence[int] = (),
    angle_deg: float = 0.0,
    speed_m_s: float | None = None,
    knife_height_mm: int | None = None,
    spacing_m: float | None = None,
    border_laps: int = 1,
    plan_id: str = "",
) -> Job:
    """Plan the named areas in the order given (all of them when none is named, unknown hashes are left out)."""
    known = {zone.hash: zone for zone in lawn.areas}
    zones = [known[number] for number in zone_hashes if number in known] or list(lawn.areas)
    spacing_m = spacing_m or model.lane_width_m
    legs: list[Leg] = []
    lines: list[Line] = []
    here: Metres | None = None
    for zone in zones:
        driven: list[Metres] = []
        for path in plan_lanes(lawn, zone, spacing_m=spacing_m, angle_deg=angle_deg, laps=border_laps):
            if here is not None:
                legs.extend(Leg(a, b, zone_hash=zone.hash) for a, b in pairwise(route(lawn, here, path[0])))
            legs.extend(Leg(a, b, mowing=True, zone_hash=zone.hash) for a, b in pairwise(path))
            driven.extend(path)
            here = path[-1]
        lines.append(_line(lawn, zone, tuple(driven)))
    return Job(
        zone_hashes=tuple(zone.hash for zone in zones),
        legs=tuple(leg for leg in legs if leg.length > 0.01),
        lines=tuple(lines),
        area_m2=sum(zone.polygon.difference(lawn.keep_out).area for zone in zones),
        speed_m_s=speed_m_s or model.speed_m_s,
        knife_height_mm=knife_height_mm or model.knife_height_mm,
        plan_id=plan_id,
        angle_deg=angle_deg,
        spacing_m=spacing_m,
        border_laps=border_laps,
    )


def _line(lawn: Lawn, zone: Zone, points: Path) -> Line:
    content = f"{lawn.device_name}/{zone.hash}/" + ",".join(f"{x:.2f} {y:.2f}" for x, y in points)
    return Line(int(MurMurHashUtil.hash_unsigned(content)), zone.hash, points)
