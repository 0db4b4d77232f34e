"""Weather and the planner of the week, made once and handed to pages, REST and jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from core.accounts import Audit
from core.clock import Clock
from core.db import Database
from core.db.reads.cluster_sites import cluster_lawns, cluster_lots, cluster_sites
from core.errors import NotFound
from core.fleet import LiveFleet
from core.neighbourhood.routes import RouteDesk
from core.scheduling.planner_desk import WeekDesk
from core.scheduling.planner_model import Matrix
from core.scheduling.weather_data import WeatherProvider
from core.scheduling.weather_desk import WeatherDesk
from core.scheduling.weather_model import UNTOLD, MowerRain


@dataclass(frozen=True, slots=True)
class Sky:
    """What says when a cluster's mower may go, and what its week holds."""

    weather: WeatherDesk
    week: WeekDesk


def make_sky(
    *,
    database: Database,
    clock: Clock,
    audit: Audit,
    live: LiveFleet,
    routes: RouteDesk,
    provider: WeatherProvider | None,
) -> Sky:
    """``provider`` ``None``: nobody tells the weather, and the mowers' own sensors decide."""
    sites = partial(cluster_sites, database)
    return Sky(
        weather=WeatherDesk(
            database=database, clock=clock, audit=audit, sites=sites, rain=partial(mower_rain, live), provider=provider
        ),
        week=WeekDesk(sites=sites, lawns=partial(cluster_lawns, database), ways=routes.lengths, clock=clock),
    )


async def lot_ways(database: Database, routes: RouteDesk, cluster_id: UUID) -> tuple[Mapping[UUID, int], Matrix]:
    """`core.scheduling.run_ports.LotWays`: the corridors of a cluster between its lots."""
    homes, lengths = await routes.lengths(cluster_id)
    rows = {home: row for row, home in enumerate(homes)}
    lots = await cluster_lots(database, cluster_id)
    return (
        {lot_id: rows[home] for lot_id, home in lots.items() if home in rows},
        tuple(tuple(int(metres) for metres in row) for row in lengths),
    )


def mower_rain(live: LiveFleet, device_name: str) -> MowerRain:
    """What a mower's rain sensor last told; nothing of a mower that is not in the fleet."""
    try:
        reading = live.get(device_name).reading
    except NotFound:
        return UNTOLD
    return UNTOLD if reading is None else MowerRain(reading.rain, reading.received_at)
