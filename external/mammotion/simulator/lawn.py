"""One mower's site in its own frame: zones with the vendor's 64-bit hashes, dock, and where it may drive."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from math import cos, radians, sin

from pymammotion.utility.mur_mur_hash import MurMurHashUtil
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points, unary_union

from external.mammotion.simulator.geodesy import BaseFrame
from external.mammotion.simulator.sites import Position, SiteMower

type Metres = tuple[float, float]
type Path = tuple[Metres, ...]

CHANNEL_HALF_WIDTH_M = 0.6


class ZoneKind(IntEnum):
    """The ``type`` of a common-data frame."""

    AREA = 0
    NO_GO = 1
    CHANNEL = 2


@dataclass(frozen=True, slots=True)
class Zone:
    """One element of a device's map; ``points`` in frame metres, rings not closed."""

    hash: int
    kind: ZoneKind
    name: str
    points: Path

    @property
    def polygon(self) -> Polygon:
        return Polygon(self.points).buffer(0)


@dataclass(frozen=True, eq=False)  # compared by identity: one lawn object a device
class Lawn:
    """A site in device-frame metres."""

    device_name: str
    frame: BaseFrame
    dock: Metres
    dock_toward_deg: float
    zones: tuple[Zone, ...]

    @cached_property
    def areas(self) -> tuple[Zone, ...]:
        return tuple(zone for zone in self.zones if zone.kind is ZoneKind.AREA)

    @cached_property
    def bol_hash(self) -> int:
        """The checksum a device reports of its own map; equal to PyMammotion's ``computed_bol_hash``."""
        return int(MurMurHashUtil.hash_unsigned_list([zone.hash for zone in self.zones]))

    @cached_property
    def keep_out(self) -> BaseGeometry:
        """The no-go zones with a margin for the mower's body."""
        return unary_union([z.polygon.buffer(0.2, join_style="mitre") for z in self.zones if z.kind is ZoneKind.NO_GO])

    @cached_property
    def undock_point(self) -> Metres:
        """Where a mower stands after backing a metre out of its dock."""
        back = radians(self.dock_toward_deg)
        return self.dock[0] - cos(back), self.dock[1] - sin(back)

    @cached_property
    def drivable(self) -> Polygon:
        """Areas, channels and the way to the dock as one polygon, without the no-go zones."""
        areas = unary_union([zone.polygon for zone in self.areas])
        lines = [LineString(zone.points) for zone in self.zones if zone.kind is ZoneKind.CHANNEL]
        lines.append(LineString([self.dock, self.undock_point]))
        lines.append(LineString([self.undock_point, self._nearest(areas, lines, self.undock_point)]))
        ways = [line.buffer(CHANNEL_HALF_WIDTH_M, cap_style="square", join_style="mitre") for line in lines]
        whole = unary_union([areas.buffer(0.05), *ways]).difference(self.keep_out)
        whole = _bridged(whole) if isinstance(whole, MultiPolygon) else whole
        simple = whole.simplify(0.05)
        return simple if isinstance(simple, Polygon) else max(simple.geoms, key=lambda part: part.area)

    def zone_at(self, point: Metres) -> Zone | None:
        """The mowing area the point lies in."""
        spot = Point(point)
        return next((zone for zone in self.areas if zone.polygon.covers(spot)), None)

    @staticmethod
    def _nearest(areas: BaseGeometry, lines: Sequence[LineString], point: Metres) -> Metres:
        reachable = unary_union([areas, *lines[:-1]])
        near = nearest_points(reachable, Point(point))[0]
        return near.x, near.y


def build_lawn(site: SiteMower) -> Lawn:
    """Turn a site into the device's own frame. Hashes depend on the content, as the vendor's do."""
    frame = BaseFrame(site.base.longitude, site.base.latitude, site.yaw_deg)

    def zone(kind: ZoneKind, number: int, name: str, positions: Sequence[Position]) -> Zone:
        points = tuple(frame.to_metres(*position) for position in positions)
        if kind is not ZoneKind.CHANNEL and positions[0] == positions[-1]:
            points = points[:-1]
        content = ",".join(f"{x:.2f} {y:.2f}" for x, y in points)
        return Zone(
            hash=int(MurMurHashUtil.hash_unsigned(f"{site.device_name}/{kind}/{number}/{content}")),
            kind=kind,
            name=name,
            points=points,
        )

    return Lawn(
        device_name=site.device_name,
        frame=frame,
        dock=frame.to_metres(site.dock.longitude, site.dock.latitude),
        dock_toward_deg=frame.toward(site.dock.heading_deg),
        zones=(
            *(zone(ZoneKind.AREA, n, area.name, area.ring) for n, area in enumerate(site.areas)),
            *(zone(ZoneKind.NO_GO, n, no_go.name, no_go.ring) for n, no_go in enumerate(site.no_go)),
            *(zone(ZoneKind.CHANNEL, n, "", channel.line) for n, channel in enumerate(site.channels)),
        ),
    )


def _bridged(parts: MultiPolygon) -> BaseGeometry:
    """Join separate parts by the shortest passages, so that a site without channels can still be driven."""
    pieces = sorted(parts.geoms, key=lambda part: -part.area)
    whole: BaseGeometry = pieces[0]
    for piece in pieces[1:]:
        a, b = nearest_points(whole, piece)
        passage = LineString([a, b]).buffer(CHANNEL_HALF_WIDTH_M, cap_style="square")
        whole = unary_union([whole, piece, passage])
    return whole
