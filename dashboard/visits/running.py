"""Ties visits to the fleet: which zones are a household's, what mowers did, and whether it rains there."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.distant import DistantLinks
from core.errors import NotFound
from core.fleet import FleetService, MowingSession
from core.fleet.model import MowerSnapshot
from core.lawnmaps import TieStatus, ZoneTies
from core.ports import DeviceHours
from core.scheduling.execution import Execution
from core.scheduling.service import Scheduling
from core.scheduling.weather_desk import WeatherDesk


def run_visits_with(
    scheduling: Scheduling,
    *,
    fleet: FleetService,
    ties: ZoneTies,
    weather: WeatherDesk | None,
    distant: DistantLinks | None = None,
) -> Execution:
    """Visits run on this fleet from now on; without ``weather`` the mowers' own sensors decide. ``distant`` reaches the
    mowers whose account another process owns."""

    async def zones(device_name: str, lot_id: UUID) -> tuple[int, ...]:
        try:
            found = await ties.of_mower(device_name)
        except NotFound:
            return ()
        return tuple(tie.zone_hash for tie in found if tie.status is TieStatus.TIED and tie.lot_id == lot_id)

    async def sessions(device_name: str, since: datetime, until: datetime) -> Sequence[MowingSession]:
        try:
            number = fleet.roster.identity(device_name).number
        except NotFound:
            return ()
        return await fleet.sessions.sessions(number, since, until)

    def sight(device_name: str) -> MowerSnapshot | None:
        return fleet.live.get(device_name) if device_name in fleet.live else None

    def wet(device_name: str) -> bool:
        snapshot = sight(device_name)
        own = snapshot is not None and snapshot.reading is not None and snapshot.reading.rain is True
        return own or (weather is not None and weather.raining(device_name))

    def hours_of(device_name: str) -> DeviceHours | None:
        link = (fleet.accounts if distant is None else distant).link_of(device_name)
        return None if link is None else link.hours

    scheduling.hold_hours(hours_of=hours_of, mower_id_of=lambda name: fleet.roster.identity(name).id)
    return scheduling.attach(
        starts=fleet.commands, zones=zones, sessions=sessions, sight=sight, wet=wet,
        gate=None if weather is None else weather.decide,
    )  # fmt: skip
