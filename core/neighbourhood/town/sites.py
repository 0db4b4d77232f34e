"""The town as a sites file of the simulated Mammotion cloud: what stands where, in WGS84 degrees."""

from collections import defaultdict
from typing import Any

from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from core.neighbourhood.town.model import Cluster, Town


def town_sites(town: Town) -> dict[str, Any]:
    """Accounts of ten mowers each, ``fleet1@mowthos.example`` and on; plain data, ready for ``json.dumps``."""
    mowers: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for cluster in town.clusters:
        mowers[cluster.account].append(_mower(town, cluster))
    return {
        "accounts": [
            {"account": account_name(index), "password": account_password(town, index), "mowers": mowers[index]}
            for index in sorted(mowers)
        ]
    }


def account_name(index: int) -> str:
    return f"fleet{index + 1}@mowthos.example"


def account_password(town: Town, index: int) -> str:
    """What the simulated cloud lets the account sign in with; it opens nothing else."""
    return f"{town.name.lower()}-fleet-{index + 1}"


def _mower(town: Town, cluster: Cluster) -> dict[str, Any]:
    lawns = {
        (home, lawn.part): lawn.polygon
        for home in (cluster.host, *cluster.neighbours)
        for lawn in town.homes[home].lawns
    }
    dock, base = _position(town, cluster.dock), _position(town, cluster.base)
    return {
        "device_name": cluster.device_name,
        "model": cluster.model,
        "dock": {"longitude": dock[0], "latitude": dock[1], "heading_deg": cluster.dock_heading_deg},
        "base": {"longitude": base[0], "latitude": base[1]},
        "yaw_deg": cluster.yaw_deg,
        "areas": [
            {"name": f"{town.homes[home].address} {part}", "ring": _ring(town, lawns[home, part].exterior)}
            for home, part in cluster.areas
        ],
        "no_go": [
            {"name": f"{town.homes[home].address} {part} bed {number}", "ring": _ring(town, hole)}
            for home, part in cluster.areas
            for number, hole in enumerate(lawns[home, part].interiors, start=1)
        ],
        "channels": [{"line": _ring(town, link.line, closed=False)} for link in cluster.links],
    }


def _ring(town: Town, line: LineString, *, closed: bool = True) -> list[list[float]]:
    """Positions of a line; a closed one without repeating its first point, as devices store it."""
    points = [list(point) for point in town.lonlat(line).coords]
    return points[:-1] if closed else points


def _position(town: Town, place: BaseGeometry) -> tuple[float, float]:
    point = town.lonlat(place)
    assert isinstance(point, Point)
    return point.x, point.y
