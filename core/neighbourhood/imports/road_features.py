"""Road centre lines out of Overpass JSON or GeoJSON, each checked: pure, no database.

Only roads that cars drive count (``DRIVABLE``, the ``highway`` values of OpenStreetMap). Service roads count, except
the kinds in ``NOT_A_BARRIER`` (a driveway belongs to its lot). A line without a ``highway`` value counts: its source
is taken at its word. A way of which some nodes are missing is kept in the parts that are known, and reported.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.clock import require_aware
from core.errors import Invalid
from core.neighbourhood.imports.report import RefusedRow, printable
from core.texts import N_, Text, sentence

_LINKED = ("motorway", "trunk", "primary", "secondary", "tertiary")
DRIVABLE = frozenset(
    (*_LINKED, *(f"{kind}_link" for kind in _LINKED), "unclassified", "residential", "living_street", "road", "service")
)
NOT_A_BARRIER = frozenset({"driveway", "parking_aisle", "drive-through", "emergency_access"})
OSM_ATTRIBUTION = "© OpenStreetMap contributors"
WGS84_NAMES = ("CRS84", "EPSG::4326", "EPSG:4326")

type Line = list[list[float]]


@dataclass(frozen=True, slots=True)
class RoadLine:
    """One drivable centre line: [longitude, latitude] pairs in degrees."""

    way_id: str
    name: str
    road_class: str
    line: Line


@dataclass(slots=True)
class RoadFile:
    """What a road file holds."""

    source: str
    """``osm`` or ``derived``, as far as the file tells."""
    attribution: str = ""
    data_date: datetime | None = None
    features: int = 0
    skipped: int = 0
    roads: list[RoadLine] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)

    def refuse(self, index: int, part: str, reason: str, value: object, expected: str) -> None:
        self.refused.append(RefusedRow(index, part, reason, printable(value, length=80), expected))


def read_road_features(text: str, *, name: str) -> RoadFile:
    """Check every feature. ``Invalid`` when the file as a whole is broken, incomplete or holds no road."""
    document = read_json(text, name=name)
    if isinstance(document.get("elements"), list):
        read = _overpass(document, name)
    elif document.get("type") in {"FeatureCollection", "Feature", "LineString", "MultiLineString"}:
        read = _geojson(document, name)
    else:
        raise Invalid(
            Text("{name}: neither Overpass JSON (an object with 'elements') nor GeoJSON (FeatureCollection)", name=name)
        )
    if not read.roads:
        reasons = [
            Text("feature {n}: {field}: {reason}", n=row.row, field=row.field, reason=sentence(row.reason))
            for row in read.refused[:5]
        ]
        counts = Text(
            "{n} features read, {skipped} not drivable, {refused} refused",
            n=read.features,
            skipped=read.skipped,
            refused=len(read.refused),
        )
        raise Invalid(Text("{name}: no drivable road ({counts})", name=name, counts=counts), reasons=reasons)
    return read


def read_json(text: str, *, name: str) -> dict[str, Any]:
    """A JSON object, or ``Invalid`` with the place of the fault."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            Text("{name}: not JSON ({problem}); the file may be cut off", name=name, problem=error)
        ) from error
    if not isinstance(document, dict):
        raise Invalid(Text("{name}: expected a JSON object, found {kind}", name=name, kind=type(document).__name__))
    return document


def is_drivable(tags: dict[str, Any]) -> bool:
    """Whether cars use the way, by its OpenStreetMap tags; a line that names no class counts."""
    kind = tags.get("highway")
    if kind is None:
        return True
    return kind in DRIVABLE and not (kind == "service" and tags.get("service") in NOT_A_BARRIER)


def _overpass(document: dict[str, Any], name: str) -> RoadFile:
    if remark := document.get("remark"):
        raise Invalid(
            Text(
                "{name}: the Overpass answer is incomplete ({remark}); ask again for a smaller area",
                name=name,
                remark=str(remark)[:200],
            )
        )
    stamp = document.get("osm3s")
    read = RoadFile(
        "osm", OSM_ATTRIBUTION, _moment(stamp.get("timestamp_osm_base")) if isinstance(stamp, dict) else None
    )
    elements = document["elements"]
    nodes = {
        str(element.get("id")): [element.get("lon"), element.get("lat")]
        for element in elements
        if isinstance(element, dict) and element.get("type") == "node"
    }
    for index, way in enumerate(elements):
        if not isinstance(way, dict):
            read.features += 1
            read.refuse(index, "element", N_("is not an object"), way, N_("a node or way"))
        elif way.get("type") == "way":
            read.features += 1
            _way(read, index, way, nodes)
    return read


def _way(read: RoadFile, index: int, way: dict[str, Any], nodes: dict[str, list[Any]]) -> None:
    tags = way.get("tags")
    tags = tags if isinstance(tags, dict) else {}
    if "highway" not in tags or not is_drivable(tags):
        read.skipped += 1
        return
    if isinstance(way.get("geometry"), list):
        points = [[p.get("lon"), p.get("lat")] if isinstance(p, dict) else None for p in way["geometry"]]
    elif isinstance(way.get("nodes"), list):
        points = [nodes.get(str(node)) for node in way["nodes"]]
    else:
        read.refuse(index, "nodes", N_("are missing"), f"way {way.get('id')}", N_("a list of node ids, or 'geometry'"))
        return
    if missing := points.count(None):
        value = f"way {way.get('id')}: {missing} of {len(points)}"
        read.refuse(
            index, "nodes", N_("are not all in the file; the known parts were kept"), value, N_("every node of the way")
        )
    for part in _known_parts(points):
        _keep(read, index, str(way.get("id", "")), tags, part)


def _known_parts(points: Sequence[list[Any] | None]) -> Iterator[list[list[Any]]]:
    part: list[list[Any]] = []
    for point in (*points, None):
        if point is not None:
            part.append(point)
            continue
        if len(part) > 1 or (part and len(points) == 1):
            yield part
        part = []


def _geojson(document: dict[str, Any], name: str) -> RoadFile:
    crs = document.get("crs")
    if crs is not None and not any(known in json.dumps(crs) for known in WGS84_NAMES):
        raise Invalid(
            Text(
                "{name}: coordinates in {crs}; expected WGS84 longitude and latitude",
                name=name,
                crs=json.dumps(crs)[:80],
            )
        )
    from_osm = "overpass" in str(document.get("generator", "")).lower()
    read = RoadFile("osm", OSM_ATTRIBUTION) if from_osm else RoadFile("derived")
    read.data_date = _moment(document.get("timestamp"))
    features = document.get("features") if document["type"] == "FeatureCollection" else [document]
    if not isinstance(features, list):
        raise Invalid(Text("{name}: 'features' is missing or not a list", name=name))
    for index, feature in enumerate(features):
        read.features += 1
        _feature(read, index, feature)
    return read


def _feature(read: RoadFile, index: int, feature: Any) -> None:
    if not isinstance(feature, dict):
        read.refuse(index, "feature", N_("is not an object"), feature, N_("a Feature"))
        return
    geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    if not is_drivable(properties):
        read.skipped += 1
        return
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in {"LineString", "MultiLineString"}:
        read.refuse(index, "geometry", N_("is not a line"), kind, N_("LineString or MultiLineString"))
        return
    coordinates = geometry.get("coordinates")
    parts = [coordinates] if kind == "LineString" else coordinates
    if not isinstance(parts, list) or not parts:
        read.refuse(index, "coordinates", N_("are missing"), coordinates, N_("a list of [longitude, latitude]"))
        return
    way_id = str(properties.get("@id") or feature.get("id") or "")
    for part in parts:
        _keep(read, index, way_id, properties, part)


def _keep(read: RoadFile, index: int, way_id: str, tags: dict[str, Any], points: Any) -> None:
    if not isinstance(points, list) or len(points) < 2:
        read.refuse(index, "coordinates", N_("are fewer than two points"), points, N_("two points or more"))
        return
    wrong = [point for point in points if not _is_position(point)]
    if wrong:
        read.refuse(
            index, "coordinates", N_("hold a point off the map"), wrong[0], N_("[longitude, latitude] in degrees")
        )
        return
    line = [[float(point[0]), float(point[1])] for point in points]
    if all(point == line[0] for point in line):
        read.refuse(index, "coordinates", N_("are one point repeated"), line[0], N_("a line with a length"))
        return
    name = printable(tags.get("name") or tags.get("ref") or "", length=120)
    road_class = printable(tags.get("highway") or "", length=40)
    read.roads.append(RoadLine(printable(way_id, length=40), name, road_class, line))


def _is_position(point: Any) -> bool:
    if not isinstance(point, list) or len(point) < 2:
        return False
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in point[:2]):
        return False
    return bool(-180 <= point[0] <= 180 and -90 <= point[1] <= 90)  # false for NaN, too


def _moment(stamp: object) -> datetime | None:
    try:
        return require_aware(datetime.fromisoformat(str(stamp)))
    except ValueError:
        return None
