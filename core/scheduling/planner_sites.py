"""What weather and planner ask of the rest of the house about a cluster, each no wider than it is used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.control import QuietWindow
from core.scheduling.planner_spans import Span, left_of, quiet_spans, rest_of_week
from core.scheduling.weather_data import Place, place_near


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSite:
    """A live cluster where its host is; position in degrees. ``device_name`` is the mower at the host's dock."""

    cluster_id: UUID
    code: str
    longitude: float
    latitude: float
    time_zone: str
    device_name: str | None = None
    windows: tuple[QuietWindow, ...] = ()

    @property
    def place(self) -> Place:
        return place_near(self.longitude, self.latitude)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def allowed(self, whole: Span) -> tuple[Span, ...]:
        """What of a span is no quiet time."""
        return left_of(whole, quiet_spans(self.windows, self.zone, whole))

    def allowed_this_week(self, now: datetime) -> tuple[Span, ...]:
        return self.allowed(rest_of_week(now, self.zone))


class SiteReader(Protocol):
    """Every live cluster; `core.db.reads.cluster_sites` is one."""

    async def __call__(self) -> Sequence[ClusterSite]: ...


@dataclass(frozen=True, slots=True)
class ClusterLawn:
    """A home's lawn. ``area_m2`` ``None``: not measured; ``last_cut`` ``None``: not known."""

    home_id: int
    name: str
    area_m2: float | None
    last_cut: datetime | None


class LawnReader(Protocol):
    """The lawns of a cluster, the host's first; `core.db.reads.cluster_lawns` is one."""

    async def __call__(self, cluster_id: UUID) -> Sequence[ClusterLawn]: ...


class WayReader(Protocol):
    """Metres between the homes of a cluster along its corridors, the host first; -1 where none leads. ``NotFound``
    when there is no such cluster. `core.neighbourhood.routes.RouteDesk.lengths` is one."""

    async def __call__(self, cluster_id: UUID) -> tuple[Sequence[int], NDArray[np.int64]]: ...
