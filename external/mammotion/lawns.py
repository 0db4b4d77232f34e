"""The lawn maps of one account's mowers: whole when asked for, and the planned path alone for each new task."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from core.clock import Clock
from core.errors import Conflict
from core.fleet.model import DeviceMap, MapProgress
from core.texts import Text
from external.mammotion.devices import KnownDevice
from external.mammotion.errors import translated
from external.mammotion.map_sync import fetch_map, fetch_path, has_route

if TYPE_CHECKING:
    from external.mammotion.link import MammotionLink


class Lawns:
    """One fetch a device at a time; PyMammotion may send by itself for a device that is being fetched."""

    def __init__(self, link: "MammotionLink", clock: Clock) -> None:
        self._link, self._clock = link, clock
        self._fetching: set[str] = set()  # iot ids
        self._maps: dict[str, DeviceMap] = {}

    def fetching(self, iot_id: str) -> bool:
        return iot_id in self._fetching

    @property
    def busy(self) -> bool:
        """Whether any fetch is under way."""
        return bool(self._fetching)

    async def fetch(self, device: KnownDevice, progress: Callable[[MapProgress], None] | None = None) -> DeviceMap:
        """The whole map, with the planned path of a running task."""
        with self.one_at_a_time(device), translated(Text("map of {device_name}", device_name=device.device_name)):
            fetched = await fetch_map(self._link, device, self._clock, progress or _unheard)
        device.map_hash = device.bol_hash
        device.path_told = fetched.path_hash or device.path_told
        self._maps[device.device_name] = fetched
        return fetched

    async def follow_path(self, device: KnownDevice) -> DeviceMap | None:
        """The map with the planned path of the task that reports name now; ``None`` when there is none any more.

        Where no map was fetched since start, the whole of it is: a path alone would take the place of the lawn.
        ``Unavailable`` when the path did not arrive whole.
        """
        known = self._maps.get(device.device_name)
        if known is None:
            return await self.fetch(device)
        with self.one_at_a_time(device), translated(Text("path of {device_name}", device_name=device.device_name)):
            path_hash = device.path_hash
            if not has_route(device):
                return None
            lines = await fetch_path(self._link, device, path_hash)
        device.path_told = path_hash
        fetched = replace(known, planned_path=lines, path_hash=path_hash, synced_at=self._clock.now())
        self._maps[device.device_name] = fetched
        return fetched

    def forget(self, device_name: str) -> None:
        self._maps.pop(device_name, None)

    @contextmanager
    def one_at_a_time(self, device: KnownDevice) -> Iterator[None]:
        """PyMammotion gets every report of the device meanwhile; ``Conflict`` when another fetch is under way."""
        if device.iot_id in self._fetching:
            raise Conflict(Text("the map of {device_name} is being fetched already", device_name=device.device_name))
        self._fetching.add(device.iot_id)
        device.hand_on_all = True
        try:
            yield
        finally:
            device.hand_on_all = False
            self._fetching.discard(device.iot_id)


def _unheard(_progress: MapProgress) -> None:
    """Nobody follows this fetch."""
