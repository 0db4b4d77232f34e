"""The path rule's parameters: one validated value, shown with every verdict."""

from dataclasses import dataclass
from math import isfinite

from core.errors import Invalid
from core.texts import Text

_CLASSES = {
    "residential": ("residential", "living_street", "unclassified", "service", "road", ""),
    "tertiary": ("tertiary", "tertiary_link"),
    "secondary": ("secondary", "secondary_link"),
    "primary": ("primary", "primary_link", "trunk", "trunk_link", "motorway", "motorway_link"),
}
_KIND_OF_CLASS = {road_class: kind for kind, classes in _CLASSES.items() for road_class in classes}


@dataclass(frozen=True, slots=True)
class PathParameters:
    """A candidate within ``radius_m`` is reachable when a corridor of at most ``longest_m`` leads to it.

    The corridor is ``corridor_m`` wide and touches no road; roads are as wide as their class says (half widths, metres
    from the centre line). Raises ``Invalid`` with the range expected when a value is outside it.
    """

    radius_m: float = 80.0
    """Great-circle distance on a sphere of 6,371,000 m; 1 to 500 metres, the bound itself counts as within."""
    corridor_m: float = 1.0
    """0.2 to 10 metres."""
    longest_m: float = 160.0
    """Length of the corridor's centre line; 1 to 1,000 metres."""
    residential_m: float = 3.5
    """Half width of residential, living street, unclassified, and of a road whose class is unknown; 0.5 to 30."""
    tertiary_m: float = 4.5
    secondary_m: float = 5.5
    primary_m: float = 7.0
    """Primary and above, with their links."""

    def __post_init__(self) -> None:
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if not (isfinite(value) and low <= value <= high):
                raise Invalid(
                    Text(
                        "{name} {value}: expected {low:g} to {high:g} metres",
                        name=name,
                        value=value,
                        low=low,
                        high=high,
                    )
                )

    def half_width_m(self, road_class: str) -> float:
        """Half the width of a road of this OSM ``highway`` class; an unknown class counts as residential."""
        width: float = getattr(self, _KIND_OF_CLASS.get(road_class, "residential") + "_m")
        return width

    def clearance_m(self, road_class: str) -> float:
        """How far the corridor's centre line keeps from the road's centre line."""
        return self.half_width_m(road_class) + self.corridor_m / 2

    @property
    def reach_m(self) -> float:
        """No corridor to a candidate leads farther from the home than this: the far end of its ellipse."""
        return (self.longest_m + self.radius_m) / 2


_RANGES = (
    ("radius_m", 1.0, 500.0),
    ("corridor_m", 0.2, 10.0),
    ("longest_m", 1.0, 1000.0),
    *((f"{kind}_m", 0.5, 30.0) for kind in _CLASSES),
)
