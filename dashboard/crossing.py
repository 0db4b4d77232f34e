"""Which events cross between processes, one line each, and what a process does that hears one.

An event that came from elsewhere is told to this process's own listeners, and not sent on. Where memory stands behind
it, the memory is read anew first; the same is done for everything when the bus was away (`Bus.restored`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from pydantic import TypeAdapter
from sqlalchemy.exc import DBAPIError

from core.bus import Bus
from core.control.leases import LeaseChanged
from core.events import Event
from core.fleet.model import LinkHealth
from core.fleet.sessions import MowingSession
from core.fleet.sharing import SnapshotMirror, SnapshotSender
from core.neighbourhood.land_events import LandChanged
from dashboard.roles import Duty

if TYPE_CHECKING:
    from dashboard.bootstrap import Parts

log = structlog.get_logger(__name__)

LINK = "link/"
_came_from_elsewhere: ContextVar[bool] = ContextVar("came_from_elsewhere", default=False)
_health = TypeAdapter(LinkHealth)


class Crossing:
    """The bridges of one process, from `start` to `stop`."""

    def __init__(self, parts: "Parts", bus: Bus, duty: Duty) -> None:
        self._parts, self._bus, self._duty = parts, bus, duty
        fleet = parts.fleet
        self._tasks: set[asyncio.Task[None]] = set()
        self._reloads: list[Callable[[], Awaitable[object]]] = []
        self._mirror = None if duty.owns_links else SnapshotMirror(fleet.live, fleet.roster, bus, parts.clock)
        self._sender = SnapshotSender(fleet.live, bus, fleet.accounts.fence_of) if duty.owns_links else None

    async def start(self) -> None:
        """Connect, and let everything cross that must. The parts have started before."""
        self._bridge()
        if self._sender is not None:
            self._sender.start()
        self._bus.restored.subscribe(lambda _nothing: self._begin(self._read_anew()))
        await self._bus.start()

    async def stop(self) -> None:
        if self._sender is not None:
            self._sender.stop()
        if self._mirror is not None:
            await self._mirror.stop()
        await self._bus.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _bridge(self) -> None:
        parts, fleet = self._parts, self._parts.fleet
        alarms, maps = parts.care.alarms, fleet.maps
        # commands, accounts, mowers
        self._word("command", fleet.commands.changed, self._wake_commands)
        self._word("link_asked", parts.distant.asked, self._wake_answering)
        if parts.answering is not None:
            parts.answering.answered.subscribe(lambda _id: self._tell("link_answered", ""))
        self._bus.hear("link_answered", lambda _body: parts.distant.wake())
        self._word("roster", fleet.live.roster_changed, self._roster, sends=self._duty.owns_links)
        if self._duty.owns_links:
            fleet.accounts.health_changed.subscribe(self._put_health)
        self._bus.watch(self._hear_health)
        # what stands in memory and is read anew
        self._word("alarm", alarms.keeper.changed, alarms.keeper.reload, alarms.keeper.reloaded.emit)
        self._word("alarm_rules", alarms.rules.changed, alarms.rules.load, alarms.rules.changed.emit)
        self._word("map", maps.map_changed, self._maps)
        self._word("settings", fleet.settings.changed, fleet.settings.load)
        self._word("no_go", parts.lawns.no_go.changed, parts.lawns.no_go.load)
        self._word("incident", parts.control.incidents.changed, parts.control.incidents.load)
        self._word("keep_off", parts.households.keep_off.changed, parts.households.keep_off.load)
        # what is told as it is
        self._value("session_ended", parts.people.session_ended, UUID)
        self._value("bell", parts.care.notices.changed, UUID, parts.care.notices.hear)
        self._value("clusters", parts.clusters.changed, tuple[UUID, ...])
        self._value("lease", parts.control.leases.changed, LeaseChanged, parts.control.leases.hear)
        if self._duty is not Duty.JOBS:
            self._value("land", parts.land.changed, LandChanged, hears=self._duty.owns_links)
        self._value("mowing_ended", fleet.session_keeper.ended, MowingSession, hears=self._duty is Duty.PAGES)

    def _word(
        self,
        topic: str,
        event: Event[Any],
        reload: Callable[[], Awaitable[object]],
        then: Callable[[Any], None] | None = None,
        *,
        sends: bool = True,
    ) -> None:
        """Tell only that something changed; who hears it reads anew."""
        if sends:
            event.subscribe(lambda _value: self._tell(topic, ""))

        async def heard() -> None:
            await reload()
            if then is not None:
                then(None)

        self._reloads.append(heard)
        self._bus.hear(topic, lambda _body: self._begin(heard()))

    def _value[T](
        self,
        topic: str,
        event: Event[T],
        kind: Any,
        apply: Callable[[T], None] | None = None,
        *,
        hears: bool = True,
    ) -> None:
        """Tell what it was; who hears it tells it on to its own listeners."""
        codec: TypeAdapter[T] = TypeAdapter(kind)
        event.subscribe(lambda value: self._tell(topic, codec.dump_json(value).decode()))

        def heard(body: str) -> None:
            token = _came_from_elsewhere.set(True)
            try:
                (apply or event.emit)(codec.validate_json(body))
            finally:
                _came_from_elsewhere.reset(token)

        if hears:
            self._bus.hear(topic, heard)

    def _tell(self, topic: str, body: str) -> None:
        if not _came_from_elsewhere.get():
            self._bus.tell(topic, body)

    def _put_health(self, health: LinkHealth) -> None:
        if self._parts.fleet.accounts.holder.mine(health.account):
            self._bus.put(LINK + health.account, _health.dump_json(health).decode())

    def _hear_health(self, key: str, state: str) -> None:
        if key.startswith(LINK):
            self._begin(self._parts.fleet.accounts.hear(_health.validate_json(state)))

    async def _wake_commands(self) -> None:
        self._parts.fleet.commands.wake()

    async def _wake_answering(self) -> None:
        if self._parts.answering is not None:
            self._parts.answering.wake()

    async def _roster(self) -> None:
        await self._parts.fleet.roster.load()

    async def _maps(self) -> None:
        maps = self._parts.fleet.maps
        before = {one.device_name: one for one in maps.all()}
        await maps.load()
        for one in maps.all():
            if before.get(one.device_name) != one:
                maps.map_changed.emit(one)

    async def _read_anew(self) -> None:
        """Something may have been missed: everything that stands in memory is read again."""
        for reload in self._reloads:
            await reload()
        for key, state in (await self._bus.present()).items():
            self._hear_health(key, state)
        if self._sender is not None:
            for health in self._parts.fleet.accounts.health():
                self._put_health(health)

    def _begin(self, work: Any) -> None:
        async def go() -> None:
            _came_from_elsewhere.set(True)
            try:
                await work
            except DBAPIError as error:
                log.error("crossing.reload_failed", error=str(error.orig))

        task = asyncio.get_running_loop().create_task(go())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
