"""The live map's server side put together: what happens in the fleet, and whom it is told to."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from core.accounts import People, Viewer
from core.clock import Clock
from core.control import BY_PERSON
from core.control.service import Control
from core.db import Database
from core.db.reads.geojson import collection
from core.db.reads.map_layers import map_layers
from core.db.reads.roster import mower_roster
from core.db.reads.scope import EVERYTHING, ReadScope
from core.fleet import NO_FACTS, CommandView, LiveFleet, MapLibrary, MowingSession, SettingsBook, refusals
from core.fleet.model import CommandKind, DeviceMap, LinkHealth
from core.neighbourhood import NeighbourFinder
from core.sight import ALL as EVERYTHING_SEEN
from core.sight import Sight
from dashboard.api.ports import OwnGround
from dashboard.live.area_layers import within
from dashboard.live.bundle import bundle
from dashboard.live.channel import LiveChannel
from dashboard.live.detail import command_told, mower_detail
from dashboard.live.hulls import ClusterSource, read_hulls
from dashboard.live.missed import MissedGround
from dashboard.live.scope import ALL, Scope, ScopeOf
from dashboard.live.static_layers import Collections, Layers, StaticLayers
from dashboard.live.view import ScopeView

SESSION_CHECK_S = 30.0


class Fleet(Protocol):
    """What the live map uses of ``core.fleet.FleetService``."""

    live: LiveFleet
    maps: MapLibrary
    settings: SettingsBook
    roster: Any
    sessions: Any
    session_keeper: Any
    accounts: Any
    commands: Any


class Live:
    """Channel, still layers and side messages. ``run`` is its one task; ``dashboard.live.routes`` serves it."""

    def __init__(
        self,
        *,
        database: Database,
        fleet: Fleet,
        people: People,
        neighbours: NeighbourFinder,
        own_ground: OwnGround,
        clock: Clock,
        control: Control | None = None,
        clusters: ClusterSource | None = None,
    ) -> None:
        self.fleet = fleet
        self.control = control
        self.neighbours = neighbours
        self.clock = clock
        self.scope_of = ScopeOf(own_ground)
        self.channel = LiveChannel(fleet.live, clock, self._roster, detail=self.detail)
        self._database = database
        self._people = people
        self.missed = MissedGround(fleet.sessions, fleet.maps.latest, clock)
        self._clusters = clusters
        self._clusters_version = 0
        self._layers = StaticLayers(self._read_layers, fleet.maps.all_shown)
        self._places: object = None
        self._of_areas: dict[str, tuple[Layers, Layers]] = {}
        self._open: dict[str, dict[str, CommandView]] = {}
        fleet.maps.map_changed.subscribe(self._map_changed)
        fleet.accounts.health_changed.subscribe(lambda _health: self._tell_accounts())
        fleet.commands.changed.subscribe(self._command_changed)
        fleet.session_keeper.ended.subscribe(self._mowing_ended)
        people.session_ended.subscribe(self.channel.end_session)
        if clusters is not None:
            self._tell_clusters()
            clusters.changed.subscribe(self._clusters_changed)
        if control is not None:
            control.leases.changed.subscribe(lambda change: self.channel.refresh_detail(change.device_name))
            control.incidents.changed.subscribe(lambda incident: self.channel.refresh_detail(incident.device_name))
            fleet.settings.changed.subscribe(lambda settings: self.channel.refresh_detail(settings.device_name))

    async def run(self) -> None:
        """Push frames until cancelled."""
        self._tell_accounts()
        await self._warm_up()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.channel.run(), name="live.channel")
            tasks.create_task(self._watch_sessions(), name="live.sessions")

    async def _warm_up(self) -> None:
        """What is made once for all browsers is made before the first of them waits for it."""
        layers = await self._all_layers()
        roster = (await self.channel.view(ALL)).roster
        shared = (bundle(), roster, *layers.specs.values(), *layers.data.values())
        await asyncio.to_thread(lambda: [payload.compressed for payload in shared])

    async def layers(self, viewer: Viewer, *, own: bool = False) -> Layers:
        """The still layers a viewer may see. Own lots are few, so theirs are read when asked for."""
        scope = await self.scope_of(viewer, own=own)
        if scope.private:
            read = ReadScope(household_ids=viewer.household_ids)
            collections = await map_layers(self._database, read)
            return await asyncio.to_thread(Layers.build, collections, (), "/live/own-layer")
        everything = await self._all_layers()
        return everything if viewer.sight.everything else await self._area_layers(everything, viewer.sight)

    async def _area_layers(self, everything: Layers, sight: Sight) -> Layers:
        """What somebody bounded by areas sees; made again when the layers of all are."""
        kept = self._of_areas.get(sight.key)
        if kept is not None and kept[0] is everything:
            return kept[1]
        self._of_areas = {key: one for key, one in self._of_areas.items() if one[0] is everything}
        collections = within(await self._read_layers(sight), sight)
        maps = [one for one in self.fleet.maps.all_shown() if sight.mower(one.device_name)]
        built = await asyncio.to_thread(Layers.build, collections, maps, "/live/layer")
        self._of_areas[sight.key] = (everything, built)
        return built

    async def _read_layers(self, sight: Sight = EVERYTHING_SEEN) -> Collections:
        """What our own people see: everything, with the outlines of the clusters in sight."""
        collections = await map_layers(self._database)
        if self._clusters is None:
            return collections
        hulls = await read_hulls(self._clusters, collections["lots"]["features"], sight)
        return collections | {"hulls": collection(hulls)}

    async def _all_layers(self) -> Layers:
        places = (await self.neighbours.book()).version
        if places != self._places:
            self._places = places
            self._layers.outdated()
        return await self._layers.layers()

    def detail(self, device_name: str, scope: Scope) -> dict[str, Any]:
        """What the card of a mower tells."""
        return mower_detail(
            self.fleet.live.get(device_name),
            scope=scope,
            device_map=self.fleet.maps.latest(device_name),
            health=self.fleet.accounts.health_of(device_name),
            reasons={} if scope.private else self._reasons(device_name),
        ) | ({} if scope.private else self._held(device_name))

    def _held(self, device_name: str) -> dict[str, Any]:
        """Who holds the mower, and what happened to it outside the plan."""
        if self.control is None:
            return {}
        lease = self.control.leases.known(device_name)
        settings = self.fleet.settings.latest(device_name)
        return {
            "lease": None
            if lease is None
            else {
                "holder": lease.holder,
                "person": str(lease.person_id),
                "expires_at": lease.expires_at.timestamp(),
            },
            "settings_at": None if settings is None else settings.reported_at.timestamp(),
            "incidents": [
                {
                    "id": str(one.id),
                    "kind": one.kind.value,
                    "began_at": one.began_at.timestamp(),
                    "by_person": one.kind in BY_PERSON,
                    "distance_m": one.distance_m,
                }
                for one in self.control.incidents.open(device_name)
            ],
        }

    def _reasons(self, device_name: str) -> Mapping[str, Sequence[str]]:
        snapshot = self.fleet.live.get(device_name)
        health = self.fleet.accounts.health_of(device_name)
        under_way = list(self._open.get(device_name, {}).values())
        facts = NO_FACTS if self.control is None else self.control.guard.known(device_name)
        return {
            kind.value: [str(reason) for reason in refusals(kind, snapshot, health, under_way, facts=facts)]
            for kind in CommandKind
        }

    async def _roster(self) -> list[dict[str, Any]]:
        return [
            {
                "name": row.device_name,
                "number": row.number,
                "model": row.model,
                "account": row.account,
                "cluster": row.cluster,
                "address": row.host_address,
                "city": row.city,
                "home": None if row.home is None else (row.home.longitude, row.home.latitude),
            }
            for row in await mower_roster(self._database, EVERYTHING)
        ]

    def _map_changed(self, changed: DeviceMap) -> None:
        self._layers.outdated()
        name = changed.device_name
        self.channel.roster_outdated()  # the dock's place comes with the map
        self.channel.tell(f"map:{name}", {"type": "map", "mower": name}, device_name=name)

    def _clusters_changed(self, _ids: object) -> None:
        self._layers.outdated()
        self._clusters_version += 1
        self._tell_clusters()

    def _tell_clusters(self) -> None:
        """Browsers of our own people fetch the layers again when the number is not the one they know."""
        message = {"type": "clusters", "version": self._clusters_version}
        self.channel.keep_telling(
            "clusters", message, meant_for=lambda scope: not scope.private, within=lambda _view: message
        )

    def _mowing_ended(self, session: MowingSession) -> None:
        name = next((one.device_name for one in self.fleet.live.all() if one.number == session.number), None)
        if name is not None:
            self.channel.tell(f"session:{name}", {"type": "session", "mower": name}, device_name=name)

    def _command_changed(self, command: CommandView) -> None:
        mine = self._open.setdefault(command.device_name, {})
        if command.is_open:
            mine[str(command.id)] = command
        else:
            mine.pop(str(command.id), None)
        self.channel.tell_words(
            f"command:{command.id}",
            lambda: {"type": "command", "command": command_told(command)},
            device_name=command.device_name,
        )
        self.channel.refresh_detail(command.device_name)

    def _tell_accounts(self) -> None:
        """Our people hear each account's health; a household only whether the link to its mowers stands."""
        healths: Sequence[LinkHealth] = self.fleet.accounts.health()
        told = [
            {
                "account": health.account,
                "state": health.state.value,
                "since": health.since.timestamp(),
                "detail": health.detail,
                "devices": health.devices,
            }
            for health in sorted(healths, key=lambda health: health.account)
        ]

        def of_view(view: ScopeView) -> dict[str, Any]:
            """The accounts of its mowers."""
            accounts = {self.fleet.roster.account_of(name) for name in view.names}
            return {"type": "accounts", "accounts": [one for one in told if one["account"] in accounts]}

        self.channel.keep_telling(
            "accounts",
            {"type": "accounts", "accounts": told},
            meant_for=lambda scope: not scope.private,
            within=of_view,
        )

    async def _watch_sessions(self) -> None:
        """Sessions that ran out close their sockets too, not only those that were ended by somebody."""
        while True:
            await self.clock.sleep(SESSION_CHECK_S)
            for session_id in self.channel.session_ids():
                if not await self._people.session_alive(session_id):
                    self.channel.end_session(session_id)
