from itertools import pairwise
from math import hypot
from random import Random

import pytest
from shapely.geometry import Point

from external.mammotion.simulator import orders
from external.mammotion.simulator.motion import RAIN_DELAY_S, step
from external.mammotion.simulator.mower import Activity, Mower, RtkFix, StopReason, WorkMode
from external.mammotion.simulator.orders import TaskAction, TaskResult


def started(mower: Mower) -> Mower:
    mower, result = orders.control(mower, TaskAction.START)
    assert result is TaskResult.OK
    return mower


def until(mower: Mower, activity: Activity, *, limit_s: int = 20_000, rng: Random | None = None) -> Mower:
    rng = rng or Random(1)
    for _ in range(limit_s):
        mower = step(mower, 1.0, rng)
        if mower.activity is activity:
            return mower
    pytest.fail(f"never {activity}: still {mower.activity}")


def track(mower: Mower, seed: int, *, seconds: int = 600) -> list[tuple[float, float, float]]:
    rng, places = Random(seed), []
    for _ in range(seconds):
        mower = step(mower, 1.0, rng)
        places.append((mower.x, mower.y, mower.toward_deg))
    return places


def test_the_same_seed_gives_the_same_track(docked_luba: Mower) -> None:
    assert track(started(docked_luba), 4) == track(started(docked_luba), 4)


def test_another_seed_gives_another_sky(docked_luba: Mower) -> None:
    def skies(seed: int) -> list[int]:
        rng, mower, seen = Random(seed), started(docked_luba), []
        for _ in range(300):
            mower = step(mower, 1.0, rng)
            seen.append(mower.satellites)
        return seen

    assert skies(4) != skies(5)


def test_a_job_takes_a_mower_out_over_all_areas_and_home(docked_luba: Mower) -> None:
    mower, rng, activities, percents, zones = started(docked_luba), Random(2), [], [], []
    while mower.activity is not Activity.DOCKED:
        mower = step(mower, 1.0, rng)
        activities.append(mower.activity)
        percents.append(mower.progress_percent)
        zones.append(mower.zone_hash)
    order = [a for a, b in pairwise(activities) if a is not b]
    assert order[0] is Activity.TRAVELLING
    assert Activity.MOWING in order
    assert order[-1] is Activity.RETURNING
    assert max(percents) == 100
    assert all(a <= b for a, b in pairwise(percents[:-1]))
    assert set(zones) - {0} == {zone.hash for zone in mower.lawn.areas}
    assert (mower.x, mower.y) == mower.lawn.dock
    assert mower.battery < 100


def test_a_mower_moves_no_faster_than_it_can_and_stays_on_the_ground(docked_luba: Mower) -> None:
    places = [(docked_luba.x, docked_luba.y, 0.0), *track(started(docked_luba), 1, seconds=3000)]
    assert max(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(places)) <= docked_luba.model.speed_m_s * 1.26
    ground = docked_luba.lawn.drivable.buffer(0.6)
    assert [place for place in places if not ground.covers(Point(place[:2]))] == []


def test_it_backs_out_of_the_dock_with_its_nose_to_the_station(docked_luba: Mower) -> None:
    mower = step(started(docked_luba), 1.0, Random(1))
    assert mower.toward_deg == pytest.approx(docked_luba.lawn.dock_toward_deg)
    assert hypot(mower.x - docked_luba.x, mower.y - docked_luba.y) > 0.3


def test_a_low_battery_sends_it_home_and_it_goes_on_where_it_stopped(docked_luba: Mower) -> None:
    mower = until(started(docked_luba), Activity.MOWING)
    mower = until(mower.but(battery=15.1), Activity.RETURNING)
    assert mower.stop_reason is StopReason.NEEDS_CHARGE
    place = (mower.leg, mower.along_m)
    mower = until(mower, Activity.WAITING)
    assert mower.work_mode is WorkMode.CHARGING_PAUSE
    assert mower.charging
    mower = until(mower, Activity.TRAVELLING)
    assert mower.battery >= 85
    assert (mower.leg, mower.along_m) == place


def test_rain_sends_it_home_until_the_lawn_is_dry(docked_luba: Mower) -> None:
    mower = until(started(docked_luba), Activity.MOWING).but(raining=True)
    mower = until(mower, Activity.WAITING)
    assert mower.stop_reason is StopReason.RAIN
    mower = step(mower, 600, Random(1))
    assert mower.activity is Activity.WAITING
    mower = step(mower.but(raining=False), RAIN_DELAY_S - 5, Random(1))
    assert mower.activity is Activity.WAITING
    assert step(mower, 10, Random(1)).activity is Activity.TRAVELLING


def test_without_a_fix_it_stands_still_and_goes_on_with_one(docked_luba: Mower) -> None:
    mower = until(started(docked_luba), Activity.MOWING).but(rtk=RtkFix.NONE, rtk_held=True)
    mower = step(mower, 30, Random(1))
    assert (mower.activity, mower.stop_reason, mower.speed_m_s) == (Activity.PAUSED, StopReason.POSITIONING, 0)
    mower = step(mower.but(rtk=RtkFix.FIXED, rtk_held=False), 2, Random(1))
    assert mower.activity is Activity.MOWING


def test_a_stuck_mower_stays_stuck_until_it_is_freed(docked_luba: Mower) -> None:
    mower = orders.break_down(until(started(docked_luba), Activity.MOWING), 1201)
    assert mower.work_mode is WorkMode.LOCK
    assert step(mower, 300, Random(1)).activity is Activity.FAULT
    freed = orders.break_down(mower, 0)
    assert freed.activity is Activity.PAUSED
    assert orders.control(freed, TaskAction.RESUME)[1] is TaskResult.OK


def test_a_battery_charges_in_the_dock_and_never_leaves_its_bounds(docked_luba: Mower) -> None:
    mower = docked_luba.but(battery=40.0)
    assert mower.work_mode is WorkMode.CHARGING
    mower = step(mower, 3600 * 3, Random(1))
    assert mower.battery == 100
    assert mower.work_mode is WorkMode.READY
    empty = step(
        until(started(docked_luba), Activity.MOWING).but(battery=0.2, activity=Activity.IDLE), 40_000, Random(1)
    )
    assert empty.battery == 0


CASES = [
    (Activity.DOCKED, TaskAction.START, TaskResult.OK, Activity.TRAVELLING),
    (Activity.DOCKED, TaskAction.PAUSE, TaskResult.WRONG_STATE, Activity.DOCKED),
    (Activity.DOCKED, TaskAction.RETURN, TaskResult.WRONG_STATE, Activity.DOCKED),
    (Activity.DOCKED, TaskAction.RESUME, TaskResult.NO_JOB, Activity.DOCKED),
    (Activity.MOWING, TaskAction.START, TaskResult.WRONG_STATE, Activity.MOWING),
    (Activity.MOWING, TaskAction.PAUSE, TaskResult.OK, Activity.PAUSED),
    (Activity.MOWING, TaskAction.CANCEL, TaskResult.OK, Activity.IDLE),
    (Activity.MOWING, TaskAction.RETURN, TaskResult.OK, Activity.RETURNING),
    (Activity.PAUSED, TaskAction.RESUME, TaskResult.OK, Activity.TRAVELLING),
    (Activity.PAUSED, TaskAction.CANCEL, TaskResult.OK, Activity.IDLE),
    (Activity.PAUSED, TaskAction.RETURN, TaskResult.OK, Activity.RETURNING),
    (Activity.RETURNING, TaskAction.CANCEL_RETURN, TaskResult.OK, Activity.PAUSED),
    (Activity.RETURNING, TaskAction.PAUSE, TaskResult.OK, Activity.PAUSED),
    (Activity.FAULT, TaskAction.RESUME, TaskResult.FAULT, Activity.FAULT),
    (Activity.FAULT, TaskAction.RETURN, TaskResult.FAULT, Activity.FAULT),
]


@pytest.mark.parametrize(("state", "action", "result", "after"), CASES)
def test_an_order_does_what_the_state_allows(
    docked_luba: Mower, state: Activity, action: TaskAction, result: TaskResult, after: Activity
) -> None:
    mowing = until(started(docked_luba), Activity.MOWING)
    mower = {
        Activity.DOCKED: docked_luba,
        Activity.MOWING: mowing,
        Activity.PAUSED: orders.control(mowing, TaskAction.PAUSE)[0],
        Activity.RETURNING: orders.control(mowing, TaskAction.RETURN)[0],
        Activity.FAULT: orders.break_down(mowing, 2801),
    }[state]
    changed, answer = orders.control(mower, action)
    assert (answer, changed.activity) == (result, after)


def test_a_start_is_refused_with_an_empty_battery_in_rain_and_for_unknown_actions(docked_luba: Mower) -> None:
    assert orders.control(docked_luba.but(battery=10.0), TaskAction.START)[1] is TaskResult.LOW_BATTERY
    assert orders.control(docked_luba.but(raining=True), TaskAction.START)[1] is TaskResult.RAIN
    assert orders.control(docked_luba, 77)[1] is TaskResult.UNKNOWN
