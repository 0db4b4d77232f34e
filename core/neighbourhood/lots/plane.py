"""Metres around a place and the way back to degrees, for whole geometries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from core.geo import Floats, LocalFrame, Point

type Position = tuple[float, float]
"""Longitude, latitude in degrees."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north of a place; for what lies within some kilometres of it."""

    frame: LocalFrame

    @classmethod
    def around(cls, place: Position) -> Self:
        return cls(LocalFrame(Point(*place)))

    def places(self, positions: Sequence[Position]) -> Floats:
        """Positions as an array (n, 2) in metres."""
        degrees = np.asarray(positions, dtype=np.float64).reshape(-1, 2)
        return np.column_stack(self.frame.to_metres(degrees[:, 0], degrees[:, 1]))

    def metres(self, geometry: BaseGeometry) -> Any:
        """A WGS84 geometry in metres."""
        return shapely.transform(geometry, lambda xy: np.column_stack(self.frame.to_metres(xy[:, 0], xy[:, 1])))

    def degrees(self, geometry: BaseGeometry) -> Any:
        """A geometry in metres as WGS84."""
        return shapely.transform(geometry, lambda xy: np.column_stack(self.frame.to_lonlat(xy[:, 0], xy[:, 1])))


def geojson(geometry: BaseGeometry) -> dict[str, Any]:
    """A geometry as GeoJSON with lists, as a JSON column gives it back."""
    if geometry.geom_type == "GeometryCollection":  # a touching corner beside an area: the larger kind tells more
        most = max(shapely.get_dimensions(shapely.get_parts(geometry)))
        geometry = shapely.union_all([part for part in geometry.geoms if shapely.get_dimensions(part) == most])
    return {"type": geometry.geom_type, "coordinates": _lists(mapping(geometry)["coordinates"])}


def _lists(nested: Any) -> Any:
    return [_lists(item) for item in nested] if isinstance(nested, list | tuple) else float(nested)
