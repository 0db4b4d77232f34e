"""What the original imports from outside, as small as it uses it, answered from our own roads and addresses.

OSMnx gives our roads, Mapbox our addresses, scikit-learn's tree is a plain scan, and Matplotlib draws nothing. Whatever
else is asked raises, so that no answer is made up.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import ModuleType
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray

from external.cluster_logic.network import Network
from external.cluster_logic.question import Place

QUADRANT_SEGMENTS = 16
"""GeoPandas buffers with so many pieces a quarter circle."""


def install(places: Sequence[Place], network: Network) -> None:
    """Put the stand-ins where ``import`` looks first."""
    roads, addresses = Roads(network), Addresses(places)
    _module("osmnx", {"graph_from_point": roads.graph_from_point, "graph_to_gdfs": roads.graph_to_gdfs})
    _module("requests", {"get": addresses.get})
    _module("geopy", {"distance": _module("geopy.distance", {"geodesic": _not_answered})})
    _module("sklearn", {"neighbors": _module("sklearn.neighbors", {"BallTree": BallTree})})
    _module("matplotlib", {"pyplot": _module("matplotlib.pyplot", {"subplots": _blank_sheet, "__getattr__": Blank})})


def _module(name: str, parts: Mapping[str, Any]) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(parts)
    sys.modules[name] = module
    return module


def _not_answered(*_: Any, **__: Any) -> None:
    raise NotImplementedError("the stand-in has no answer to this call")


class Roads:
    """OSMnx: the part of a network within a window, and its edges as a table."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._window = lru_cache(maxsize=8)(network.window)

    def graph_from_point(
        self, center_point: tuple[float, float], dist: float, *, network_type: str
    ) -> NDArray[np.object_]:
        """``center_point``: latitude, longitude in degrees. ``dist``: metres."""
        if network_type != "drive":
            raise NotImplementedError(f"network_type {network_type!r}: only 'drive' is answered")
        return self._window(*center_point, dist)

    def graph_to_gdfs(self, graph: NDArray[np.object_], *, nodes: bool) -> "EdgeTable":
        if nodes:
            raise NotImplementedError("a table of nodes is not answered")
        return EdgeTable(graph)


class EdgeTable:
    """GeoPandas: a table of which the original uses the column ``geometry`` only."""

    def __init__(self, lines: NDArray[np.object_]) -> None:
        self._columns = {"geometry": Geometries(lines)}

    def __len__(self) -> int:
        return len(self._columns["geometry"])

    @property
    def empty(self) -> bool:
        return not len(self)

    def __getitem__(self, column: str) -> "Geometries":
        return self._columns[column]

    def __setitem__(self, column: str, values: "Geometries") -> None:
        self._columns[column] = values


class Geometries:
    """GeoPandas: a column of shapes."""

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        self._shapes = shapes

    def __len__(self) -> int:
        return len(self._shapes)

    def __iter__(self) -> Iterator[shapely.Geometry]:
        return iter(self._shapes)

    def buffer(self, distance: float) -> Self:
        """Widened by ``distance`` in degrees as they stand."""
        return type(self)(shapely.buffer(self._shapes, distance, quad_segs=QUADRANT_SEGMENTS))


class Addresses:
    """Mapbox's forward geocoding, version 5 (https://docs.mapbox.com/api/search/geocoding-v5/), of our own homes."""

    FORWARD = "/geocoding/v5/mapbox.places/"

    def __init__(self, places: Sequence[Place]) -> None:
        self._centres = {place.label: [place.longitude, place.latitude] for place in places}

    def get(self, url: str, *, params: Mapping[str, Any]) -> "Answer":
        _, found, text = url.partition(self.FORWARD)
        if not found:
            raise NotImplementedError(f"{url.partition('?')[0]}: only forward geocoding is answered")
        centre = self._centres.get(text.removesuffix(".json"))
        return Answer([] if centre is None else [{"center": centre}])


class Answer:
    """Requests: an answer that came."""

    status_code, reason = 200, "OK"

    def __init__(self, features: list[dict[str, Any]]) -> None:
        self._features = features

    def raise_for_status(self) -> None:
        """Nothing is wrong with it."""

    def json(self) -> dict[str, Any]:
        return {"features": self._features}


class BallTree:
    """scikit-learn: who lies within an angle of a point; (latitude, longitude) in radians."""

    def __init__(self, points: NDArray[np.float64], *, metric: str) -> None:
        if metric != "haversine":
            raise NotImplementedError(f"metric {metric!r}: only 'haversine' is answered")
        self._points = points

    def query_radius(self, centres: NDArray[np.float64], *, r: float) -> list[NDArray[np.intp]]:
        return [np.flatnonzero(self._angles(centre) <= r) for centre in np.asarray(centres)]

    def _angles(self, centre: NDArray[np.float64]) -> NDArray[np.float64]:
        half = np.sin((self._points - centre) / 2) ** 2
        chord = half[:, 0] + np.cos(centre[0]) * np.cos(self._points[:, 0]) * half[:, 1]
        return np.asarray(2 * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)


class Blank:
    """Matplotlib: takes every drawing and keeps none."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __getattr__(self, _name: str) -> "Blank":
        return self

    def __call__(self, *_: Any, **__: Any) -> "Blank":
        return self


def _blank_sheet(**_: Any) -> tuple[Blank, Blank]:
    return Blank(), Blank()
