"""What a person needs to start a mower as they want: its areas, what was used last, what it says it does (B5, D6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.clock import Clock
from core.control.guard import StartGuard
from core.control.sites import SiteBook
from core.fleet import (
    Commands,
    CommandView,
    LiveFleet,
    MapLibrary,
    Reason,
    ReportedSettings,
    SettingPair,
    SettingsBook,
    side_by_side,
    start_settings,
)
from core.fleet.model import CommandKind


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the mower's own map; ``number`` is the vendor's 64-bit name of it."""

    number: int
    name: str
    no_go: bool = False  # a temporary no-go lies on it now


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOptions:
    """``last`` holds the parameters of the newest start that chose any; ``reasons`` are against one of all areas."""

    device_name: str
    areas: tuple[Area, ...]
    last: Mapping[str, Any] = field(hash=False)
    reasons: tuple[Reason, ...]
    quiet_until: str | None
    """End of the quiet hours that hold now, as HH:MM of the site, with its zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """``requested`` by the newest start that chose anything, beside what the mower ``reported``."""

    device_name: str
    requested: CommandView | None
    reported: ReportedSettings | None
    pairs: tuple[SettingPair, ...]

    @property
    def agrees(self) -> bool | None:
        """Whether all that was asked is reported; ``None`` while something is not told."""
        told = [pair.agrees for pair in self.pairs]
        return False if False in told else None if None in told or not told else True


class StartDesk:
    """Reads; starts nothing."""

    def __init__(
        self,
        *,
        commands: Commands,
        live: LiveFleet,
        maps: MapLibrary,
        settings: SettingsBook,
        sites: SiteBook,
        guard: StartGuard,
        clock: Clock,
    ) -> None:
        self._commands, self._live, self._maps, self._settings = commands, live, maps, settings
        self._sites, self._guard, self._clock = sites, guard, clock

    async def options(self, device_name: str, *, person_id: UUID | None) -> StartOptions:
        """``NotFound`` when the mower is unknown."""
        reasons = await self._commands.against(device_name, CommandKind.START, person_id=person_id)
        last = await self._commands.last_start(device_name)
        return StartOptions(
            device_name=device_name,
            areas=self.areas(device_name),
            last={} if last is None else last.parameters,
            reasons=reasons,
            quiet_until=await self._quiet_until(device_name),
        )

    def areas(self, device_name: str) -> tuple[Area, ...]:
        """The areas of the mower's newest map, in its order."""
        known = self._maps.latest(device_name)
        if known is None:
            return ()
        held = self._guard.held_areas(device_name)
        return tuple(
            Area(zone.hash, zone.name or f"#{place}", no_go=held is None or zone.hash in held)
            for place, zone in enumerate(known.areas, 1)
        )

    async def settings(self, device_name: str) -> SettingsView:
        """``NotFound`` when the mower is unknown."""
        snapshot = self._live.get(device_name)
        requested = await self._commands.last_start(device_name)
        reported = self._settings.latest(device_name, snapshot)
        if requested is not None and reported is not None and reported.reported_at < requested.requested_at:
            reported = None  # it speaks of an earlier task
        pairs = () if requested is None else side_by_side(start_settings(requested.parameters), reported)
        return SettingsView(device_name=device_name, requested=requested, reported=reported, pairs=pairs)

    async def _quiet_until(self, device_name: str) -> str | None:
        site = await self._sites.of(device_name)
        until = None if site is None else site.quiet_until(self._clock.now())
        if site is None or site.zone is None or until is None:
            return None
        return f"{until.astimezone(site.zone):%H:%M} {site.zone.key}"
