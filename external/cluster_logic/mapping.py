"""From our address book and roads to a question for the original, and from its reply to our verdicts: pure."""

from collections.abc import Sequence
from math import cos, radians

import numpy as np
import shapely

from core.geo import METRES_PER_DEGREE, Floats
from core.neighbourhood import Candidate, Home, PreparedLayer, Reason, UpstreamParameters, Verdict
from core.neighbourhood.qualification import BLOCKED, QUALIFIED, REVIEW
from external.cluster_logic.question import HostReply, Place, Question

NOT_DRIVEN = {"service"}
"""Classes of ours that OSMnx leaves out of ``network_type="drive"``."""

BEYOND_WINDOW_M = 500.0
"""OSMnx loads so much more than it was asked for, so that it knows where roads at the window's edge end."""


def question_of(layer: PreparedLayer, homes: Sequence[Home], hosts: Sequence[int]) -> Question:
    """``hosts``: positions in ``homes``. Only the roads around the hosts go along."""
    west, south, east, north = _ground([homes[host] for host in hosts])
    bounds = shapely.bounds(layer.lines).reshape(-1, 4)
    near = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    driven = [road for road in np.flatnonzero(near).tolist() if layer.roads[road].road_class not in NOT_DRIVEN]
    return Question(
        places=tuple(place_of(home, number) for number, home in enumerate(homes)),
        hosts=tuple(hosts),
        roads=tuple([(x, y) for x, y in shapely.get_coordinates(layer.lines[road]).tolist()] for road in driven),
    )


def place_of(home: Home, number: int) -> Place:
    """A home under a label that no other home of the question has: the number closes what stands for its state.

    In brackets, as the original looks for its host by a part of the label.
    """
    state = f"{home.state} {home.postcode} ({number})".strip()
    return Place(home.address or "point", home.city, state, home.latitude, home.longitude)


def candidates_of(
    reply: HostReply, others: Sequence[tuple[Home, float]], *, layer: PreparedLayer, covered: bool
) -> tuple[Candidate, ...]:
    """Each of the others, with its distance in metres; the host is place 0 of the question, they follow in order.

    What the original accepts needs review where our roads, which it was given, are not complete around the home.
    """
    found = []
    for number, (other, distance) in enumerate(others, start=1):
        accepted = number in reply.accepted
        verdict, reason = Verdict.QUALIFIED if accepted else Verdict.BLOCKED, _reason(reply, accepted)
        values: dict[str, object] = {}
        if accepted and not covered:
            verdict, reason = Verdict.NEEDS_REVIEW, Reason.OUTSIDE_COVERAGE
            values = {"layer": layer.source.name, "radius_m": UpstreamParameters().radius_m}
        found.append(Candidate(other, distance, verdict, reason, values))
    return tuple(found)


def verdict_code(reply: HostReply, candidate: int, *, covered: bool) -> int:
    """The same as a code of `core.neighbourhood.qualification`."""
    if candidate not in reply.accepted:
        return BLOCKED
    return QUALIFIED if covered else REVIEW


def _reason(reply: HostReply, accepted: bool) -> Reason:
    if not accepted:
        return Reason.UPSTREAM_REJECTS
    return Reason.UPSTREAM_SEES_NO_ROAD if reply.sees_no_road else Reason.UPSTREAM_ACCEPTS


def _ground(hosts: Sequence[Home]) -> tuple[float, float, float, float]:
    """West, south, east, north of the windows of all hosts, and what OSMnx loads beyond."""
    reach = (UpstreamParameters().window_m + BEYOND_WINDOW_M) / METRES_PER_DEGREE
    latitude: Floats = np.array([host.latitude for host in hosts])
    longitude: Floats = np.array([host.longitude for host in hosts])
    wide = reach / max(cos(radians(float(np.abs(latitude).max()))), 1e-6)
    return (
        float(longitude.min()) - wide,
        float(latitude.min()) - reach,
        float(longitude.max()) + wide,
        float(latitude.max()) + reach,
    )
