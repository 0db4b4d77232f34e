"""The rule by which one home can be a neighbour of another, its parameters, and the words of its verdicts."""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite

from core.errors import Invalid
from core.neighbourhood.path.parameters import PathParameters
from core.texts import N_, Text


class Verdict(StrEnum):
    """What is known about reaching a candidate from a home without crossing a road."""

    QUALIFIED = "qualified"
    BLOCKED = "blocked"
    NEEDS_REVIEW = "needs_review"


class Reason(StrEnum):
    """Why a verdict is as it is; ``REASON_WORDS`` says it."""

    NO_ROAD_BETWEEN = "no_road_between"
    CROSSES_ROAD = "crosses_road"
    TOUCHES_ROAD = "touches_road"
    OUTSIDE_COVERAGE = "outside_coverage"
    NO_ROADS_KNOWN = "no_roads_known"
    CORRIDOR_FOUND = "corridor_found"
    NO_CORRIDOR = "no_corridor"
    CORRIDOR_TOO_LONG = "corridor_too_long"
    CORRIDOR_UNCOVERED = "corridor_uncovered"
    HOME_ON_ROAD = "home_on_road"
    UPSTREAM_ACCEPTS = "upstream_accepts"
    UPSTREAM_REJECTS = "upstream_rejects"
    UPSTREAM_SEES_NO_ROAD = "upstream_sees_no_road"


REASON_WORDS = {
    Reason.NO_ROAD_BETWEEN: N_("No road touches the straight line between the two homes."),
    Reason.CROSSES_ROAD: N_("The straight line between the two homes crosses {road}."),
    Reason.TOUCHES_ROAD: N_("The straight line between the two homes touches the edge of {road}."),
    Reason.OUTSIDE_COVERAGE: N_(
        "The roads of “{layer}” do not cover all of the {radius_m:g} m around the home: a person must look."
    ),
    Reason.NO_ROADS_KNOWN: N_("No roads are known around the home: a person must look."),
    Reason.CORRIDOR_FOUND: N_("A corridor of {length_m:g} m leads there round {road} and touches no road."),
    Reason.NO_CORRIDOR: N_("No corridor of up to {longest_m:g} m leads there: {road} is in the way."),
    Reason.CORRIDOR_TOO_LONG: N_(
        "The shortest corridor round {road} is {length_m:g} m long; {longest_m:g} m are allowed."
    ),
    Reason.CORRIDOR_UNCOVERED: N_("The roads of “{layer}” do not cover all of the corridor: a person must look."),
    Reason.HOME_ON_ROAD: N_("An address point stands on the strip of {road}: a person must look."),
    Reason.UPSTREAM_ACCEPTS: N_(
        "The original Cluster-Logic accepts it. For comparison only: no cluster rests on this."
    ),
    Reason.UPSTREAM_REJECTS: N_(
        "The original Cluster-Logic sees a road in between. For comparison only: no cluster rests on this."
    ),
    Reason.UPSTREAM_SEES_NO_ROAD: N_(
        "The original Cluster-Logic sees no road at all and accepts it. For comparison only: no cluster rests on this."
    ),
}
UNNAMED_ROAD = Text("an unnamed road")


@dataclass(frozen=True, slots=True)
class RuleParameters:
    """The line rule: a candidate within ``radius_m`` is blocked when the straight line to it touches a road's strip.

    Raises ``Invalid`` with the range expected when a value is outside it.
    """

    radius_m: float = 80.0
    """Great-circle distance on a sphere of 6,371,000 m; 1 to 500 metres, the bound itself counts as within."""
    road_buffer_deg: float = 0.00005
    """Half the width of a road's strip, in degrees of longitude and latitude as they stand (5.6 m north-south, 4.0 m
    east-west at 44 degrees); above 0, at most 0.001."""

    def __post_init__(self) -> None:
        if not (isfinite(self.radius_m) and 1 <= self.radius_m <= 500):
            raise Invalid(Text("radius_m {radius_m}: expected 1 to 500 metres", radius_m=self.radius_m))
        if not (isfinite(self.road_buffer_deg) and 0 < self.road_buffer_deg <= 0.001):
            raise Invalid(
                Text(
                    "road_buffer_deg {road_buffer_deg}: expected above 0 and at most 0.001 degree",
                    road_buffer_deg=self.road_buffer_deg,
                )
            )


UPSTREAM_RADIUS_M = 80.0


@dataclass(frozen=True, slots=True)
class UpstreamParameters:
    """The numbers that the original Cluster-Logic holds, shown beside what it says. ``Invalid`` for another radius."""

    radius_m: float = UPSTREAM_RADIUS_M
    """Great-circle distance on a sphere of 6,371,000 m; it knows no other."""
    window_m: float = 300.0
    """It sees the roads within so many metres north, south, east and west of the host."""
    road_buffer_deg: float = 0.00005
    """Half the width of a road's strip, in degrees as they stand."""

    def __post_init__(self) -> None:
        if self.radius_m != UPSTREAM_RADIUS_M:
            raise Invalid(
                Text(
                    "radius_m {radius_m:g}: the original Cluster-Logic knows {known:g} metres only",
                    radius_m=self.radius_m,
                    known=UPSTREAM_RADIUS_M,
                )
            )


type Parameters = RuleParameters | PathParameters
"""Of our own rules."""

type AnyParameters = Parameters | UpstreamParameters

RULES: dict[str, Parameters] = {"path": PathParameters(), "line": RuleParameters()}
"""Our own rules by their public names, with their usual parameters; the first is used when none is named."""

DEFAULT_RULE = next(iter(RULES))

UPSTREAM = "upstream"
"""The public name of the original Cluster-Logic. It is no rule of ours: nothing that is decided may rest on it."""


def rule_parameters(rule: str, *, radius_m: float) -> Parameters:
    """The parameters of a named rule with another radius; ``Invalid`` for an unknown rule or a radius out of range."""
    if rule not in RULES:
        raise Invalid(Text("rule {rule!r}: expected {choices}", rule=rule, choices=", ".join(RULES)))
    return replace(RULES[rule], radius_m=radius_m)
