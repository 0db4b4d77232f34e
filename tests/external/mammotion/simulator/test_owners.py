"""The town looks alive, whatever the hour."""

from collections import Counter

from external.mammotion.simulator import orders
from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.simulator.device import Device
from external.mammotion.simulator.mower import Activity
from external.mammotion.simulator.owners import Owners

MOVING = (Activity.TRAVELLING, Activity.MOWING)


def town(seed: int = 1) -> list[Device]:
    sites = default_sites(mowers=40, accounts=4, seed=seed)
    return [Device(site, seed=seed) for account in sites.accounts for site in account.mowers]


def play(devices: list[Device], owners: Owners, seconds: int, dt: float) -> list[Counter[str]]:
    scenes = []
    for _ in range(int(seconds / dt)):
        for device, mower in owners.decide(devices, dt=dt):
            if mower is None:
                device.online = not device.online
            else:
                device.set_mower(mower, now_ms=0)
        for device in devices:
            device.step(dt)
        scene: Counter[str] = Counter(device.mower.activity for device in devices)
        scene["offline"] = sum(not device.online for device in devices)
        scene["out"] = sum(device.mower.activity in MOVING for device in devices)
        scenes.append(scene)
    return scenes


def test_most_of_the_town_mows_for_hours_while_some_charge() -> None:
    devices, owners = town(), Owners(seed=1)
    owners.settle(devices)
    scenes = play(devices, owners, seconds=2 * 3600, dt=30.0)
    out = sorted(scene["out"] for scene in scenes)
    assert out[0] >= 17
    assert 21 <= out[len(out) // 2] <= 25
    assert sum(scene[Activity.FAULT] == 1 for scene in scenes) > 0.8 * len(scenes)
    assert sum(scene["offline"] == 1 for scene in scenes) > 0.8 * len(scenes)
    assert sum(scene[Activity.PAUSED] >= 1 for scene in scenes) > 0.8 * len(scenes)
    assert all(scene[Activity.DOCKED] + scene[Activity.WAITING] >= 4 for scene in scenes)


def test_the_same_seed_plays_the_same_town() -> None:
    plays = []
    for _ in range(2):
        devices, owners = town(), Owners(seed=9)
        owners.settle(devices)
        play(devices, owners, seconds=600, dt=5.0)
        plays.append([(d.mower.x, d.mower.y, d.mower.battery, d.mower.activity, d.online) for d in devices])
    assert plays[0] == plays[1]


def test_a_mower_that_someone_commands_is_left_alone() -> None:
    devices, owners = town(), Owners(seed=1)
    for device in devices:
        device.hands_off_until_s = 1e9
    scenes = play(devices, owners, seconds=300, dt=5.0)
    assert {scene[Activity.DOCKED] for scene in scenes} == {40}


def test_what_others_left_behind_is_put_right_by_the_owner() -> None:
    devices, owners = town()[:5], Owners(seed=1)
    owners.settle(devices)
    broken, idle, away = devices[:3]
    broken.set_mower(orders.break_down(broken.mower, 1201), now_ms=0)
    idle.set_mower(orders.control(idle.mower, orders.TaskAction.CANCEL)[0], now_ms=0)
    away.online = False
    scenes = play(devices, owners, seconds=30, dt=5.0)
    assert scenes[-1][Activity.FAULT] == scenes[-1][Activity.IDLE] == scenes[-1]["offline"] == 0


def test_a_small_street_has_no_mishaps() -> None:
    devices, owners = town()[:5], Owners(seed=1)
    owners.settle(devices)
    scenes = play(devices, owners, seconds=1800, dt=10.0)
    assert not any(scene[Activity.FAULT] or scene["offline"] for scene in scenes)
