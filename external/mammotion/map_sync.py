"""Fetching a device's map through PyMammotion, and waiting until all of it has come."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import structlog
from pymammotion.data.model import GenerateRouteInformation
from pymammotion.data.model.device import MowerDevice
from pymammotion.device.handle import DeviceHandle
from pymammotion.messaging.command_queue import Priority
from pymammotion.transport.cloud import CloudTransport

from core.clock import Clock
from core.errors import Unavailable
from core.fleet.model import DeviceMap, MapProgress, MapStage, Ring
from core.texts import Text
from external.mammotion.devices import KnownDevice
from external.mammotion.maps import device_map, dock_place, planned_path
from external.mammotion.work_modes import CHARGING, MOWING, PAUSED, RETURNING

if TYPE_CHECKING:
    from external.mammotion.link import MammotionLink

log = structlog.get_logger(__name__)

BASE_S = 10.0
VERSION_S = 5.0
MAP_S = 240.0
LOOK_S = 0.1
PATH_S = 60.0
QUOTA_NEAR = 400
"""Sends in twelve hours; at 600 PyMammotion sends no more to a mower whose firmware it does not know."""
NO_PATH = 1
"""Path hashes up to this mean that there is no route."""
_WITH_A_TASK = MOWING | PAUSED | RETURNING | CHARGING


async def fetch_map(
    link: "MammotionLink", device: KnownDevice, clock: Clock, told: Callable[[MapProgress], None]
) -> DeviceMap:
    """The whole map; ``told`` hears how far it is.

    ``Unavailable`` when base or map did not arrive whole; a missing planned path is no failure."""
    name = device.device_name
    handle = link.connection.handle(name)
    told(MapProgress(MapStage.PLACE))
    # The dock's place comes with the base's (7.8), and PyMammotion's own copy of both is gone after a restart.
    await link.tell_device(name, "read_write_device", rw_id=5, context=1, rw=1)
    await _until_base(handle, device)
    await _lift_quota(link, handle, device)
    frame = device.frame
    if frame is None:
        raise Unavailable(Text("{name} did not tell where its base stands", name=name))
    await link.connection.client.start_map_sync(name)
    late = Text("the map of {name} did not come in time", name=name)
    await queue_emptied(handle, MAP_S, late, meanwhile=lambda: told(_progress(handle)))
    state = _state(handle)
    lawn = state.map
    missing = lawn.find_incomplete_hashes(0)
    if not lawn.root_hash_lists or missing:
        raise Unavailable(
            Text("the map of {name} did not arrive whole ({n} parts are missing)", name=name, n=len(missing))
        )
    path_hash = device.path_hash
    if has_route(device):
        told(MapProgress(MapStage.PATH))
        try:
            await _complete_path(link, handle, path_hash)
        except Unavailable as error:
            log.info("mammotion.path_missing", device_name=name, error=error.message)
            path_hash = 0
    state = _state(handle)
    fetched = device_map(
        state.map,
        device_name=name,
        frame=frame,
        dock=dock_place(state.location),
        synced_at=clock.now(),
        path_hash=path_hash,
    )
    return fetched if fetched.path_hash else replace(fetched, planned_path=())


def has_route(device: KnownDevice) -> bool:
    """Whether the device is at a task whose route can be asked for."""
    return device.path_hash > NO_PATH and device.work_mode in _WITH_A_TASK


async def fetch_path(link: "MammotionLink", device: KnownDevice, path_hash: int) -> tuple[Ring, ...]:
    """The lines of one route. ``Unavailable`` when they, or the base, did not arrive whole."""
    handle = link.connection.handle(device.device_name)
    await _lift_quota(link, handle, device)
    await _complete_path(link, handle, path_hash)
    if device.frame is None:
        raise Unavailable(Text("{name} did not tell where its base stands", name=device.device_name))
    return planned_path(_state(handle).map, device.frame)


def _state(handle: DeviceHandle) -> MowerDevice:
    return cast("MowerDevice", handle.snapshot.raw)


async def _lift_quota(link: "MammotionLink", handle: DeviceHandle, device: KnownDevice) -> None:
    """PyMammotion rations what it sends by itself while a device's firmware is old or unknown to it (7.7).

    It takes the version from one answer only; ours may come from a docked mower's properties or an earlier process.
    """
    transport = link.connection.transport
    if transport is None or not CloudTransport.version_is_rate_limited(handle.firmware_version):
        return
    if device.firmware is None and transport.sends_in_window() >= QUOTA_NEAR:
        await link.tell_device(handle.device_name, "get_device_version_main")
        await _until(lambda: device.firmware is not None, VERSION_S)
    if device.firmware is not None:
        _state(handle).mower_state.swversion = device.firmware


async def _until_base(handle: DeviceHandle, device: KnownDevice) -> None:
    await _until(lambda: _state(handle).location.RTK.latitude != 0.0 and device.base_told, BASE_S)


async def _until(known: Callable[[], bool], within_s: float) -> None:
    """Wait for an answer; the caller says what is missing when it does not come."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while not known():
                await asyncio.sleep(0.05)


async def _complete_path(link: "MammotionLink", handle: DeviceHandle, path_hash: int) -> None:
    """Have PyMammotion fetch what it lacks of a route."""
    if _state(handle).map.is_mow_path_current(path_hash):
        return
    _state(handle).map.invalidate_stale_route(path_hash)
    route = GenerateRouteInformation.from_current_task_settings(_state(handle).work)
    await link.connection.client.start_mow_path_saga(handle.device_name, [], route_info=route, skip_planning=True)
    await queue_emptied(
        handle, PATH_S, Text("the planned path of {name} did not come in time", name=handle.device_name)
    )
    if not _state(handle).map.is_mow_path_current(path_hash):
        raise Unavailable(Text("the planned path of {name} did not arrive whole", name=handle.device_name))


def _progress(handle: DeviceHandle) -> MapProgress:
    """What of the device's list of zones has arrived. The list itself comes first, and whole."""
    lawn = _state(handle).map
    total = len(lawn.hashlist)
    if not total:
        return MapProgress(MapStage.LIST)
    return MapProgress(MapStage.ZONES, total - len(lawn.find_incomplete_hashes(0)), total)


async def queue_emptied(
    handle: DeviceHandle, within_s: float, otherwise: str, *, meanwhile: Callable[[], None] | None = None
) -> None:
    """Wait until what was put into the device's queue before has been worked off, well or not."""
    done = asyncio.Event()

    async def mark() -> None:
        done.set()

    await handle.queue.enqueue(mark, priority=Priority.EXCLUSIVE)  # same rank as a fetch: stays behind it
    try:
        async with asyncio.timeout(within_s):
            while not done.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), LOOK_S)
                if meanwhile is not None:
                    meanwhile()
    except TimeoutError as error:
        raise Unavailable(otherwise) from error
