"""The sites of all mowers as they are known now: zone, quiet hours, cluster. Read anew after a few seconds."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.clock import Clock
from core.control.ports import ClusterBook, ClusterGround, SiteReader, SiteRow
from core.control.quiet import QuietWindow, quiet_until
from core.errors import NotFound
from core.texts import Text

MAX_AGE_S = 10.0
APPROVED_STATES = frozenset({"approved", "active"})
DRAWN_STATES = frozenset({"draft", "submitted", "rejected"})
SUSPENDED_STATE = "suspended"


@dataclass(frozen=True, slots=True)
class Site:
    """One mower's site. ``cluster`` is that of its host's home, if one was ever drawn."""

    row: SiteRow
    cluster: ClusterGround | None

    @property
    def zone(self) -> ZoneInfo | None:
        return None if self.row.host is None else ZoneInfo(self.row.host.time_zone)

    @property
    def windows(self) -> tuple[QuietWindow, ...]:
        return self.row.windows

    def quiet_until(self, now: datetime) -> datetime | None:
        """When the quiet time that holds now ends."""
        return None if self.zone is None else quiet_until(self.windows, self.zone, now)

    @property
    def shares(self) -> bool:
        """Whether the mower serves other households than its host's."""
        return any(not lot.host for lot in self.row.lots)

    @property
    def suspended(self) -> bool:
        return self.cluster is not None and self.cluster.state == SUSPENDED_STATE

    @property
    def unapproved(self) -> bool:
        """Drawn but not approved; or shared without any cluster. A mower that serves its host alone needs none."""
        if self.cluster is None:
            return self.shares
        return self.cluster.state in DRAWN_STATES


class SiteBook:
    """All sites at once."""

    def __init__(self, read: SiteReader, clusters: ClusterBook, clock: Clock) -> None:
        self._read, self._clusters, self._clock = read, clusters, clock
        self._sites: dict[str, Site] = {}
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()
        self.version = 0
        """Grows whenever the sites became others."""

    async def all(self) -> dict[str, Site]:
        """By device name, at most `MAX_AGE_S` old."""
        async with self._reading:
            now = self._clock.now()
            if self._read_at is None or (now - self._read_at).total_seconds() >= MAX_AGE_S:
                await self._load(now)
        return self._sites

    async def of(self, device_name: str) -> Site | None:
        """The site of one mower; ``None`` for one that nobody knows."""
        return (await self.all()).get(device_name)

    def known(self, device_name: str) -> Site | None:
        """The same from memory, however old."""
        return self._sites.get(device_name)

    async def named(self, device_name: str) -> Site:
        """The site of one mower; ``NotFound`` for one that nobody knows."""
        site = await self.of(device_name)
        if site is None:
            raise NotFound(Text("no mower named {device_name!r}", device_name=device_name))
        return site

    def outdated(self) -> None:
        """Something was written: the next look reads anew."""
        self._read_at = None

    async def _load(self, now: datetime) -> None:
        rows, clusters = await self._read(), await self._clusters.by_host()
        found = {}
        for row in rows:
            host = row.host
            place = None if host is None else (host.address.casefold(), host.city.casefold())
            found[row.device_name] = Site(row, None if place is None else clusters.get(place))
        if found != self._sites:
            self.version += 1
        self._sites, self._read_at = found, now
