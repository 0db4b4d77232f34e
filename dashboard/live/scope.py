"""What part of the fleet a viewer's live channel may hold: all of it, a set of areas, or their own lots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.accounts import Right, Viewer
from core.fleet.live import FleetColumns
from core.geo import Floats, Point
from core.sight import Ground as Area
from core.sight import Sight
from dashboard.api.ports import Ground, OwnGround
from dashboard.live.frame import Mask, Slots


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """``key`` names the scope: viewers of one key share every frame.

    ``homes`` (areas): the mowers whose home stands there, wherever they drive. ``grounds`` (own lots): these mowers,
    and only while they are on their ground. Neither: the whole fleet.
    """

    key: str
    homes: Area | None = None
    grounds: Mapping[str, Ground] | None = None

    @property
    def private(self) -> bool:
        """Whether this is a household's scope, which learns nothing of the host, the neighbours or our accounts."""
        return self.grounds is not None

    @property
    def bounded(self) -> bool:
        """Whether it holds a part of the fleet only."""
        return self.grounds is not None or self.homes is not None

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether a roster row belongs to this scope."""
        if self.grounds is not None:
            return row["name"] in self.grounds
        if self.homes is not None:
            home = row.get("home")
            return home is not None and self.homes.holds(Point(*home))
        return True

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        """What of a roster row this scope may know."""
        return {key: row[key] for key in ("name", "model") if key in row} if self.private else row

    def shows(self, device_name: str, longitude: Floats, latitude: Floats) -> Mask:
        """Which places of a mower this scope may see; an unknown place is on nobody's ground."""
        if self.grounds is None:
            return np.ones(len(longitude), dtype=np.bool_)
        ground = self.grounds[device_name]
        return np.array(
            [
                bool(np.isfinite(lon) and np.isfinite(lat)) and ground.holds(Point(float(lon), float(lat)))
                for lon, lat in zip(longitude, latitude, strict=True)
            ],
            dtype=np.bool_,
        )

    def elsewhere(self, names: Sequence[str], columns: FleetColumns, slots: Slots) -> Mask | None:
        """Which of these mowers must not be told about now."""
        if self.grounds is None:
            return None
        places = zip(names, slots, strict=True)
        return np.array(
            [not self.shows(name, columns.longitude[[slot]], columns.latitude[[slot]])[0] for name, slot in places],
            dtype=np.bool_,
        )


ALL = Scope("all")


def areas(sight: Sight) -> Scope:
    """The mowers at home in the areas that somebody sees."""
    return Scope(f"areas:{sight.key}", homes=sight.ground)


class ScopeOf:
    """Finds a viewer's scope. What no right grants is an empty scope, never an error that says something exists."""

    def __init__(self, own_ground: OwnGround) -> None:
        self._own_ground = own_ground

    async def __call__(self, viewer: Viewer, *, own: bool = False) -> Scope:
        """``own`` narrows to the viewer's own lots although more is allowed (the homeowner page)."""
        if viewer.may(Right.SEE_FLEET) and not own:
            return ALL if viewer.sight.everything else areas(viewer.sight)
        if not (viewer.may(Right.SEE_OWN_LOT) and viewer.household_ids):
            return Scope("own:", grounds={})
        grounds = await self._own_ground(viewer.household_ids)
        return Scope("own:" + ",".join(sorted(map(str, viewer.household_ids))), grounds=grounds)
