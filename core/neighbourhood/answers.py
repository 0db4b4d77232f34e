"""What the neighbour questions answer: frozen values, and their plain form for REST, JSON and screens."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from core.neighbourhood.layers import LayerSource
from core.neighbourhood.rules import REASON_WORDS, AnyParameters, Reason, Verdict
from core.texts import Text


@dataclass(frozen=True, slots=True)
class Home:
    """A place asked about. ``address`` is empty for a point that is no home of the address book."""

    address: str
    city: str
    state: str
    postcode: str
    longitude: float
    latitude: float
    id: int | None = None
    """The key of the address point."""

    @property
    def label(self) -> str:
        """One line that finds this home again when typed."""
        return f"{self.address}, {self.city}, {self.state} {self.postcode}".strip()


@dataclass(frozen=True, slots=True)
class Blocker:
    """The first road the straight line meets, seen from the home."""

    road: str
    """The road's name; empty when it has none."""
    way_id: str
    road_class: str
    longitude: float
    """Where the line meets the road (its centre line, or the nearest point of it when only the strip is touched)."""
    latitude: float
    line: tuple[tuple[float, float], ...]
    """The road's centre line as (longitude, latitude) pairs."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another home within the radius, and what is known about reaching it."""

    home: Home
    distance_m: float
    verdict: Verdict
    reason: Reason
    reason_values: dict[str, Any] = field(hash=False)
    """What ``template`` is filled with, so that a screen can say it in the reader's language."""
    blocked_by: Blocker | None = None
    length_m: float | None = None
    """Of the corridor that was found, even where it is too long to be used."""
    route: tuple[tuple[float, float], ...] | None = None
    """The corridor's centre line as (longitude, latitude) pairs."""
    barrier: dict[str, Any] | None = field(default=None, hash=False)
    """GeoJSON of what cuts the candidate off."""

    @property
    def template(self) -> str:
        """The reason in plain English with places for ``reason_values``: the key for translations."""
        return REASON_WORDS[self.reason]

    @property
    def words(self) -> Text:
        """The reason in words."""
        return Text(self.template, **self.reason_values)


@dataclass(frozen=True, slots=True)
class NeighbourAnswer:
    """Everything within the radius of a home, nearest first."""

    home: Home
    candidates: tuple[Candidate, ...]
    rule: str
    parameters: AnyParameters
    layer: LayerSource | None
    """The one layer of roads all verdicts rest on; ``None`` when no layer reaches the home."""
    covered: bool
    """Whether that layer is complete for the whole circle."""
    address_points: int
    """Homes the address book holds in all; 0 means that no address file has been imported yet."""

    def count(self, verdict: Verdict) -> int:
        return sum(candidate.verdict is verdict for candidate in self.candidates)


def answer_dict(answer: NeighbourAnswer) -> dict[str, Any]:
    """The answer as REST and ``mowthos neighbors --json`` give it: degrees and metres."""
    return {
        "home": home_dict(answer.home),
        "candidates": [candidate_dict(candidate) for candidate in answer.candidates],
        "rule": answer.rule,
        "parameters": asdict(answer.parameters),
        "layer": None if answer.layer is None else layer_dict(answer.layer) | {"covers_circle": answer.covered},
        "address_points": answer.address_points,
    }


def home_dict(home: Home) -> dict[str, Any]:
    """A home; the texts are null for a bare point."""
    texts = {name: getattr(home, name) or None for name in ("address", "city", "state", "postcode")}
    return {"id": home.id} | texts | {"latitude": home.latitude, "longitude": home.longitude}


def candidate_dict(candidate: Candidate) -> dict[str, Any]:
    return home_dict(candidate.home) | {
        "distance_m": round(candidate.distance_m, 2),
        "verdict": candidate.verdict.value,
        "reason": candidate.words,
        "reason_code": candidate.reason.value,
        "blocked_by": None if candidate.blocked_by is None else blocker_dict(candidate.blocked_by),
        "length_m": None if candidate.length_m is None else round(candidate.length_m, 2),
        "route": None if candidate.route is None else line_dict(candidate.route),
        "barrier": candidate.barrier,
    }


def line_dict(points: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """A GeoJSON LineString."""
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


def blocker_dict(blocker: Blocker) -> dict[str, Any]:
    return {
        "road": blocker.road or None,
        "way_id": blocker.way_id or None,
        "road_class": blocker.road_class or None,
        "crossing": {"latitude": blocker.latitude, "longitude": blocker.longitude},
        "geometry": line_dict(blocker.line),
    }


def layer_dict(layer: LayerSource) -> dict[str, Any]:
    return {
        "name": layer.name,
        "source": layer.source,
        "data_date": _iso(layer.data_date),
        "imported_at": _iso(layer.imported_at),
        "attribution": layer.attribution,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
