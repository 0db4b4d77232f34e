"""Reads any payload and names what in it belongs to somebody else: names and addresses, places, times of visits."""

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely import Polygon

from core.geo import LocalFrame, Point
from dashboard.live.frame import FLEET, decode

ZONE = ZoneInfo("America/Chicago")
EDGE_M = 2.0
NUMBER = re.compile(r"-?\d{1,3}\.\d{4,}|-?\d{9,10}(?![\d.])")
"""Degrees, and whole 1e-7 degrees."""
CLOCK = r"(?<![\d:.])(?:[01]?\d|2[0-3]):(?:{minutes})(?!\d|\.|:\d)"
"""An hour of the clock at which something happens only at the others'. With seconds it is the moment of an answer or of
a mail by the machine's own clock, in its head; an instant of theirs is found by its date."""


class Detector:
    """What one household may not learn, taken from ``/test/cast``."""

    def __init__(self, cast: Mapping[str, Any]) -> None:
        self._frame = LocalFrame(Point(*cast["own"][0]))
        self._ground: Polygon = Polygon(self._metres(cast["own"])).buffer(EDGE_M)
        west, south, east, north = self._ground.bounds
        self._bounds = (west, south, east, north)
        self._town = cast["town"]
        self._roads = {(round(lon, 6), round(lat, 6)) for lon, lat in cast["roads"]}
        self._public = {value for spot in self._roads for value in spot}
        words = sorted(set(cast["words"]), key=len, reverse=True)
        self._words = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)", re.IGNORECASE)
        marks = {mark for instant in cast["instants"] for mark in _written(instant)}
        self._marks = re.compile("|".join(map(re.escape, sorted(marks))))

        self._clock = re.compile(CLOCK.replace("{minutes}", "|".join(f"{one:02}" for one in cast["minutes"])))

    def leaks(self, payload: bytes | str) -> list[str]:
        """Everything in it that is somebody else's; empty when it is clean."""
        found: list[str] = []
        for text in _texts(payload):
            found += [f"word {hit.group()!r}" for hit in self._words.finditer(text)]
            found += [f"time {hit.group()!r}" for hit in self._marks.finditer(text)]
            found += [f"clock {hit.group()!r}" for hit in self._clock.finditer(text)]
            found += [f"place {lon}, {lat}" for lon, lat in self._places(text)]
        return found

    def frame_leaks(self, frame: bytes) -> list[str]:
        """The same of a binary frame of the live channel."""
        told = decode(frame)
        if told.kind != FLEET:
            return []
        spots = zip(told.longitude.tolist(), told.latitude.tolist(), strict=True)
        return [f"place {lon}, {lat}" for lon, lat in spots if np.isfinite(lon) and not self._own(lon, lat)]

    def _places(self, text: str) -> Iterator[tuple[float, float]]:
        """Numbers that lie in the town, in the order they stand in; a longitude without a latitude counts, too."""
        numbers = [float(hit) if "." in hit else int(hit) / 1e7 for hit in NUMBER.findall(text)]
        at = 0
        while at < len(numbers):
            first, second = numbers[at], numbers[at + 1] if at + 1 < len(numbers) else 0.0
            if self._in_town(first, second) or self._in_town(second, first):
                lon, lat = (first, second) if self._in_town(first, second) else (second, first)
                if not self._own(lon, lat):
                    yield lon, lat
                at += 2
                continue
            if self._alone(first):
                yield first, 0.0
            at += 1

    def _in_town(self, lon: float, lat: float) -> bool:
        west, south, east, north = self._town
        return bool(west <= lon <= east and south <= lat <= north)

    def _alone(self, number: float) -> bool:
        """A longitude of the town that is not one of our own ground. (A bare latitude may be any figure.)"""
        west, _south, east, _north = self._town
        if not west <= number <= east or round(number, 6) in self._public:
            return False
        x = self._metres([[number, self._town[1]]])[0][0]
        return not self._bounds[0] <= x <= self._bounds[2]

    def _own(self, lon: float, lat: float) -> bool:
        spot = self._metres([[lon, lat]])[0]
        return (round(lon, 6), round(lat, 6)) in self._roads or bool(shapely.contains_xy(self._ground, *spot))

    def _metres(self, spots: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
        lon, lat = (np.array([spot[axis] for spot in spots]) for axis in (0, 1))
        x, y = self._frame.to_metres(lon, lat)
        return list(zip(x.tolist(), y.tolist(), strict=True))


def _texts(payload: bytes | str) -> Iterator[str]:
    """A payload as text, its entities and escapes read; each file in it when it is an archive."""
    if isinstance(payload, bytes) and payload[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            for name in archive.namelist():
                yield from _texts(archive.read(name))
        return
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else payload
    yield html.unescape(text.replace("\r\n ", "").replace("\\u0027", "'").replace("\\/", "/"))


def _written(instant: float) -> Iterator[str]:
    """How an instant may stand in a payload."""
    moment = datetime.fromtimestamp(instant, UTC)
    for zoned in (moment, moment.astimezone(ZONE)):
        yield f"{zoned:%Y-%m-%dT%H:%M}"
        yield f"{zoned:%Y-%m-%d %H:%M}"
        yield f"{zoned:%Y%m%dT%H%M}"
    yield f"{instant:.0f}"
