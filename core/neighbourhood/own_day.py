"""What a mower did on one lot today: minutes, mown ground and its share, from the readings inside the lot. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from core.fleet.model import MowerState
from core.geo import Point
from core.neighbourhood.own_lot import OwnLot, in_metres

LONGEST_GAP = timedelta(seconds=90)
"""Readings further apart than this are not joined: nobody knows what lay between."""

TRACK_TOLERANCE_M = 0.12
FASTEST_M_S = 3.0


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A lot's day so far. ``mown`` is ground of this lot in metres of its frame; ``mown_share`` is 0-1 of its lawns.

    Without lawns the share is ``None`` and ``mown`` is bounded by the lot itself.
    """

    minutes: float
    first_at: datetime | None
    last_at: datetime | None
    mown: BaseGeometry
    mown_share: float | None


class DayOnLot:
    """Takes a mower's readings in order of time; keeps only mowing inside the boundary, without the 2 m of grace:
    a lane along the fence of the lot next door is not this lot's."""

    def __init__(self, lot: OwnLot, lawns: list[dict[str, Any]], *, cut_width_m: float) -> None:
        self._lot = lot
        self._width = cut_width_m
        self._lawns: BaseGeometry = (
            shapely.union_all([in_metres(lot.frame, lawn) for lawn in lawns]) if lawns and lot.boundary else Polygon()
        )
        self._mown = timedelta()
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._pieces: list[list[tuple[float, float]]] = []
        self._previous: tuple[datetime, Point] | None = None
        self.points = 0

    def add(self, at: datetime, state: MowerState, position: Point | None) -> None:
        """One reading. An older one than the last is passed over."""
        if self._previous is not None and at <= self._previous[0]:
            return
        if state is not MowerState.MOWING or position is None or not self._lot.contains(position):
            self._previous = None
            return
        x, y = self._lot.frame.to_metres(np.array([position.longitude]), np.array([position.latitude]))
        place = (float(x[0]), float(y[0]))
        if self._joins(at, place):
            assert self._previous is not None
            self._mown += at - self._previous[0]
            self._pieces[-1].append(place)
        else:
            self._pieces.append([place])
        self._previous = (at, position)
        self._first = self._first or at
        self._last = at
        self.points += 1

    def summary(self) -> OwnDay:
        """The day so far."""
        mown = self._mown_ground()
        return OwnDay(
            minutes=self._mown.total_seconds() / 60,
            first_at=self._first,
            last_at=self._last,
            mown=mown,
            mown_share=None if self._lawns.is_empty else float(min(1.0, mown.area / self._lawns.area)),
        )

    def _joins(self, at: datetime, place: tuple[float, float]) -> bool:
        if self._previous is None or at - self._previous[0] > LONGEST_GAP:
            return False
        x, y = self._pieces[-1][-1]
        seconds = (at - self._previous[0]).total_seconds()
        return float(np.hypot(place[0] - x, place[1] - y)) <= FASTEST_M_S * seconds + 1

    def _mown_ground(self) -> BaseGeometry:
        if not self._pieces or self._lot.boundary is None:
            return Polygon()
        lines = [LineString(piece).simplify(TRACK_TOLERANCE_M) for piece in self._pieces if len(piece) > 1]
        swaths = shapely.union_all([line.buffer(self._width / 2, quad_segs=2) for line in lines if line.length > 0])
        return swaths.intersection(self._lot.ground if self._lawns.is_empty else self._lawns).simplify(0.03)
