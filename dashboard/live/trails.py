"""Where mowers were in the last minutes, kept in memory: a ring of samples, one column a slot."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.fleet.live import LiveFleet
from core.geo import METRES_PER_DEGREE
from dashboard.live.frame import fix_codes
from dashboard.live.view import ScopeView

EVERY_S = 3.0
SAMPLES = 200
"""Ten minutes at one sample every three seconds: 1.8 kB a mower."""
STEP_M = 0.15
"""Points nearer than this to the one before say nothing new."""
MANY = 300
"""Above this many mowers a trail is sent only for those asked for by name."""


class Trails:
    """Positions as f32 offsets from one origin, good to a centimetre within some tens of kilometres."""

    def __init__(self, live: LiveFleet, *, every_s: float = EVERY_S, samples: int = SAMPLES) -> None:
        self._live = live
        self._every_s = every_s
        self._size = samples
        self._epoch = -1
        self._count = 0
        self._last_s = 0.0
        self._times: NDArray[np.float64] = np.zeros(samples)
        self._points: NDArray[np.float32] = np.empty((samples, 0, 2), np.float32)
        self._fixes: NDArray[np.uint8] = np.empty((samples, 0), np.uint8)
        self._origin = (0.0, 0.0)

    def sample(self, now_s: float) -> None:
        """Remember where everybody is; called every tick, keeps one sample in ``every_s``."""
        columns = self._live.columns
        if self._epoch != self._live.epoch:
            self._restart()
        if now_s - self._last_s < self._every_s or not len(self._live):
            return
        if self._count == 0:
            lon, lat = columns.longitude, columns.latitude
            known = np.isfinite(lon) & np.isfinite(lat)
            if not known.any():
                return
            self._origin = (float(lon[known].mean()), float(lat[known].mean()))
        row = self._count % self._size
        self._points[row, :, 0] = columns.longitude - self._origin[0]
        self._points[row, :, 1] = columns.latitude - self._origin[1]
        self._fixes[row] = fix_codes(columns.position_type)
        self._times[row] = self._last_s = now_s
        self._count += 1

    def of(
        self, view: ScopeView, now_s: float, names: frozenset[str] = frozenset(), *, fixes: bool = False
    ) -> dict[str, Any]:
        """Trails of a scope's mowers as ``[seconds ago, dx, dy]`` rows in 1e-7 degrees, oldest first.

        ``fixes`` adds how good each position was, as frames tell it (`dashboard.live.frame`); households never get it.
        The origin lies in the middle of the whole fleet, which is nobody's own: a household's is 0, 0.
        """
        fixes = fixes and not view.scope.private
        origin = (0.0, 0.0) if view.scope.private else self._origin
        order = [row % self._size for row in range(max(0, self._count - self._size), self._count)]
        told: dict[str, list[list[int]]] = {}
        if self._epoch == self._live.epoch and (names or len(view) <= MANY):
            for name, slot in zip(view.names, view.slots, strict=True):
                if (not names or name in names) and (trail := self._one(name, int(slot), order, view, now_s, fixes)):
                    told[name] = _from(trail, self._origin[0] - origin[0], self._origin[1] - origin[1])
        return {"origin": list(origin), "now": now_s, "trails": told}

    def _one(
        self, name: str, slot: int, order: list[int], view: ScopeView, now_s: float, fixes: bool
    ) -> list[list[int]]:
        points = self._points[order, slot].astype(np.float64)
        inside = np.isfinite(points).all(axis=1) & view.scope.shows(
            name, self._origin[0] + points[:, 0], self._origin[1] + points[:, 1]
        )
        ages = now_s - self._times[order]
        trail: list[list[int]] = []
        step = STEP_M / METRES_PER_DEGREE
        last: NDArray[np.float64] | None = None
        for row, point, age, shown in zip(order, points, ages, inside, strict=True):
            if shown and (last is None or float(np.abs(point - last).max()) >= step):
                told = [round(float(age)), round(float(point[0]) * 1e7), round(float(point[1]) * 1e7)]
                trail.append([*told, int(self._fixes[row, slot])] if fixes else told)
                last = point
        return trail if len(trail) > 1 else []

    def _restart(self) -> None:
        self._epoch = self._live.epoch
        self._count = 0
        self._last_s = 0.0
        self._points = np.full((self._size, len(self._live), 2), np.nan, np.float32)
        self._fixes = np.zeros((self._size, len(self._live)), np.uint8)


def _from(trail: list[list[int]], east: float, north: float) -> list[list[int]]:
    """A trail as seen from an origin that lies so many degrees further west and south."""
    x, y = round(east * 1e7), round(north * 1e7)
    return [[ago, dx + x, dy + y, *rest] for ago, dx, dy, *rest in trail]
