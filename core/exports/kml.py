"""Places and ways as KML, by fastkml: OGC KML 2.2, which 2.3 reads unchanged, and Google's ``gx:Track`` for a way in
time (2.3 took it over, but few programs know it by that name). Coordinates are WGS84, longitude before latitude."""

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pygeoif import Point as Place

with warnings.catch_warnings():
    # it says so on import where lxml is absent; nothing here wants pretty printing
    warnings.filterwarnings("ignore", message="Package `lxml` missing", category=UserWarning)
    from fastkml import KML, Data, Document, ExtendedData, Placemark
    from fastkml.gx import Track, TrackItem
    from fastkml.times import KmlDateTime

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2, Char) cannot hold, not even escaped."""


def kml_of(title: str, rows: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, str]]) -> bytes:
    """``rows`` have ``longitude`` and ``latitude`` in degrees. Those with ``at`` and ``track`` become one way for each
    track, in time; the others a place each, named by the first of what is ``said`` of it."""
    ways: dict[str, list[Mapping[str, Any]]] = {}
    places: list[Placemark] = []
    for row, words in zip(rows, said, strict=True):
        if row.get("track") and isinstance(row.get("at"), datetime):
            ways.setdefault(str(row["track"]), []).append(row)
        else:
            places.append(_place(row, words))
    features = [*(_way(name, mine) for name, mine in ways.items()), *places]
    return str(KML(features=[Document(name=_text(title), features=features)]).to_string()).encode()


def _way(name: str, rows: Iterable[Mapping[str, Any]]) -> Placemark:
    items = [
        TrackItem(KmlDateTime(row["at"].astimezone(UTC)), Place(row["longitude"], row["latitude"]))
        for row in sorted(rows, key=lambda row: row["at"])
    ]
    return Placemark(name=_text(name), kml_geometry=Track(track_items=items))


def _place(row: Mapping[str, Any], said: Mapping[str, str]) -> Placemark:
    data = [Data(name=_text(key), value=_text(value)) for key, value in said.items() if value]
    name = next(iter(said.values()), "")
    return Placemark(
        name=_text(name),
        extended_data=ExtendedData(elements=data),
        geometry=Place(row["longitude"], row["latitude"]),
    )


def _text(words: str) -> str:
    return NOT_XML.sub("\ufffd", words)
