"""A map that its owner edits in the vendor's app, fetched with progress; and the path of a task over a rain pause."""

from core.fleet.model import CommandKind, MapProgress, MapStage
from core.lawnmaps import Change, map_diff
from external.mammotion.link import MammotionLink
from external.mammotion.simulator import SimulatorServer
from external.mammotion.simulator.mower import Activity
from tests.external.mammotion.conftest import Ear, Inject, OpenLink, eventually


async def test_a_fetch_tells_zone_after_zone(link: MammotionLink, street: SimulatorServer) -> None:
    told: list[MapProgress] = []
    name = link.devices[0].device_name
    await link.sync_map(name, progress=told.append)
    zones = len(street.devices[0].lawn.zones)
    assert told[0] == MapProgress(MapStage.PLACE)
    assert told[-1] == MapProgress(MapStage.ZONES, zones, zones)
    done = [progress.done for progress in told if progress.stage is MapStage.ZONES]
    assert done == sorted(done)


async def test_zones_renamed_and_redrawn_in_the_vendors_app_are_seen_by_the_next_fetch(
    link: MammotionLink, inject: Inject
) -> None:
    name = link.devices[0].device_name
    before = await link.sync_map(name)
    site = await inject(f"mowers/{name}/map")
    first, *rest = site["areas"]
    await inject(f"mowers/{name}/map", rename={first["name"]: "Street side"})
    renamed = await link.sync_map(name)
    assert [(one.name, one.changes) for one in map_diff(before, renamed).zones] == [("Street side", (Change.RENAMED,))]
    ring = first["ring"]
    middle = [sum(place[axis] for place in ring) / len(ring) for axis in (0, 1)]
    smaller = [[middle[axis] + (place[axis] - middle[axis]) * 0.9 for axis in (0, 1)] for place in ring]
    await inject(f"mowers/{name}/map", areas=[{"name": "Street side", "ring": smaller}, *rest])
    (change,) = map_diff(renamed, await link.sync_map(name)).zones
    assert change.changes == (Change.RESHAPED,)
    assert change.before_m2 is not None
    assert change.after_m2 is not None
    assert 0.78 < change.after_m2 / change.before_m2 < 0.84


async def test_a_rain_pause_keeps_the_path_and_the_first_halfs_progress(
    open_link: OpenLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    """W20: the mower goes home in the rain, our process restarts meanwhile, and the done part is still known."""
    link = await open_link()
    name, device = link.devices[0].device_name, street.devices[0]
    street.fleet.speed = 60.0
    await link.send(name, CommandKind.START, {}, command_id="1")
    await eventually(lambda: ear.maps and ear.maps[-1].planned_path, within_s=40)
    planned = ear.maps[-1]
    await eventually(lambda: (reading := ear.last(name)) and (reading.progress_percent or 0) >= 40, within_s=60)
    await inject(f"mowers/{name}", rain=True)
    await eventually(lambda: device.mower.activity is Activity.WAITING, within_s=60)
    street.fleet.speed = 1.0
    half = device.mower.progress_percent
    assert half >= 40
    tokens = ear.tokens[-1]
    await link.close()
    again = await open_link(tokens=tokens)
    heard = len(ear.heard)
    await again.request_report(name)
    await eventually(lambda: any(one.device_name == name and one.progress_percent for one in ear.heard[heard:]))
    reading = ear.last(name)
    assert reading is not None
    assert (reading.progress_percent, reading.path_hash) == (half, planned.path_hash)
    fetched = await again.sync_map(name)
    assert fetched.path_hash == planned.path_hash
    assert [len(line) for line in fetched.planned_path] == [len(line) for line in planned.planned_path]
    street.fleet.speed = 60.0
    await inject(f"mowers/{name}", rain=False)
    await again.send(name, CommandKind.RESUME, {}, command_id="2")
    await eventually(lambda: device.mower.activity is Activity.MOWING, within_s=60)
    assert device.mower.progress_percent >= half
    await eventually(lambda: (ear.last(name).progress_percent or 0) > half, within_s=60)  # type: ignore[union-attr]
    lowest = min(one.progress_percent for one in ear.heard[heard:] if one.progress_percent is not None)
    assert lowest >= half
