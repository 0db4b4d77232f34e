"""Whose lot a device's zone is (D4): a pure rule over shares of its ground. Billing rests on it.

A zone is tied to a lot when nearly all of it lies on that lot and next to nothing on any other. Estimated boundaries
never count, and a lot without a household cannot be billed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import shapely
from shapely.geometry import shape

from core.fleet.model import MapZone
from core.lawnmaps.diff import zone_area_m2, zone_polygon
from core.neighbourhood import LotView, firm_boundary
from core.texts import N_, Text


class TieStatus(StrEnum):
    """What is known of whose a zone is."""

    TIED = "tied"
    UNMAPPED = "unmapped"
    OVERLAPPING = "overlapping"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRules:
    """Shares of a zone's area."""

    inside_share: float = 0.9  # above 0.5 to 1: so much must lie on the one lot
    stray_share: float = 0.05  # 0 to below 0.5: so much may lie on each other lot
    smallest_m2: float = 1.0  # 0 to 100: smaller zones are drawing mistakes

    def __post_init__(self) -> None:
        if not 0.5 < self.inside_share <= 1:
            raise ValueError(f"inside_share {self.inside_share}: expected above 0.5, at most 1")
        if not 0 <= self.stray_share < 0.5 or self.stray_share > self.inside_share:
            raise ValueError(f"stray_share {self.stray_share}: expected 0 to below 0.5")
        if not 0 <= self.smallest_m2 <= 100:
            raise ValueError(f"smallest_m2 {self.smallest_m2}: expected 0 to 100")


DEFAULT_ZONE_RULES = ZoneRules()


@dataclass(frozen=True, slots=True)
class LotGround:
    """A lot with a boundary that something may rest on, ready to be measured against."""

    id: UUID
    household_id: UUID | None
    address: str
    ground: shapely.Geometry

    @classmethod
    def of(cls, lots: Sequence[LotView]) -> "tuple[LotGround, ...]":
        """Of the lots given, those whose boundary is more than an estimate."""
        firm = [(lot, firm_boundary(lot.boundary, lot.source)) for lot in lots]
        return tuple(
            cls(lot.id, lot.household_id, lot.address, shapely.make_valid(shape(boundary)))
            for lot, boundary in firm
            if boundary is not None
        )


@dataclass(frozen=True, slots=True)
class LotShare:
    """How much of a zone lies on a lot, 0 to 1."""

    lot_id: UUID
    address: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneVerdict:
    """Whose a zone is; ``shares`` are the lots it touches, the largest first, ``reason`` says why in words."""

    status: TieStatus
    lot_id: UUID | None
    area_m2: float
    shares: tuple[LotShare, ...] = ()
    reason: str = ""


def judge_zone(zone: MapZone, lots: Sequence[LotGround], rules: ZoneRules = DEFAULT_ZONE_RULES) -> ZoneVerdict:
    """The verdict on one zone among the lots around it."""
    ground, area = zone_polygon(zone.line), zone_area_m2(zone.line)
    if area < rules.smallest_m2:
        words = Text("it covers {area:.1f} m²: too little to be a lawn", area=area)
        return ZoneVerdict(status=TieStatus.UNMAPPED, lot_id=None, area_m2=area, reason=words)
    shares = sorted(
        (LotShare(lot.id, lot.address, float(ground.intersection(lot.ground).area / ground.area)) for lot in lots),
        key=lambda one: (-round(one.share, 3), one.address, str(one.lot_id)),
    )
    touched = tuple(one for one in shares if one.share > 0.001)

    def verdict(status: TieStatus, reason: str, lot_id: UUID | None = None) -> ZoneVerdict:
        return ZoneVerdict(status=status, lot_id=lot_id, area_m2=area, shares=touched, reason=reason)

    if not touched:
        return verdict(TieStatus.UNMAPPED, N_("it lies on no lot whose boundary is known"))
    many = [one for one in touched if one.share > rules.stray_share]
    if len(many) > 1:
        places = ", ".join(f"{one.address} {one.share:.0%}" for one in many)
        return verdict(TieStatus.OVERLAPPING, Text("it lies on several lots: {places}", places=places))
    best = touched[0]
    if best.share < rules.inside_share:
        words = Text(
            "only {share:.0%} of it lies on {address}, the rest on no known lot", share=best.share, address=best.address
        )
        return verdict(TieStatus.UNMAPPED, words)
    if next(lot for lot in lots if lot.id == best.lot_id).household_id is None:
        return verdict(TieStatus.UNMAPPED, Text("no household answers for {address}", address=best.address))
    return verdict(TieStatus.TIED, Text("{share:.0%} of it lies on {address}", share=best.share, address=best.address),
                   best.lot_id)  # fmt: skip
