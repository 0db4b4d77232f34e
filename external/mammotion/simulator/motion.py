"""The physics: one pure step of one mower. No clock, no socket; the same seed and steps give the same track."""

from itertools import pairwise
from math import cos, hypot, radians, sin
from random import Random

from external.mammotion.simulator.geodesy import normalise
from external.mammotion.simulator.jobs import Leg
from external.mammotion.simulator.lawn import Metres
from external.mammotion.simulator.mower import Activity, Mower, RtkFix, StopReason
from external.mammotion.simulator.routes import route

LOW_BATTERY = 15.0
RESUME_BATTERY = 85.0
RAIN_DELAY_S = 1800.0  # how long a lawn stays wet after the last drop
TURN_DEG_S = 60.0
_SLICE_S = 1.0
_TRAVEL_FACTOR = 1.25
_WORKING = (Activity.TRAVELLING, Activity.MOWING)


def step(mower: Mower, dt: float, rng: Random) -> Mower:
    """The mower ``dt`` simulated seconds later."""
    left = dt
    while left > 1e-9:
        span = min(_SLICE_S, left)
        mower = _slice(mower, span, rng)
        left -= span
    return mower


def on_the_spot(before: Mower, after: Mower, rng: Random) -> Mower:
    """``after`` without the way made since ``before``: the wheels slip, the nose trembles, the battery drains."""
    return after.but(
        x=before.x,
        y=before.y,
        leg=before.leg,
        along_m=before.along_m,
        route_leg=before.route_leg,
        route_along_m=before.route_along_m,
        toward_deg=normalise(before.toward_deg + rng.uniform(-3.0, 3.0)),
    )


WALK_M = 1.4
"""Metres somebody on foot makes from one step to the next (a step is a second)."""


def carried(before: Mower, after: Mower, to: Metres) -> tuple[Mower, bool]:
    """``after`` in somebody's arms on the way to ``to``: off the dock, driving nothing; and whether it is there."""
    x, y = to[0] - before.x, to[1] - before.y
    away = hypot(x, y)
    share = min(1.0, WALK_M / away) if away > 0 else 1.0
    rest = Activity.IDLE if after.in_dock or after.activity not in _HELD else after.activity
    moved = after.but(x=before.x + x * share, y=before.y + y * share, activity=rest, route=(), speed_m_s=0.0)
    return moved, share >= 1.0


_HELD = (Activity.FAULT, Activity.PAUSED, Activity.IDLE)


def head_home(mower: Mower, reason: StopReason) -> Mower:
    """Send the mower to its dock; an unfinished job keeps its place."""
    lawn = mower.lawn
    here = (mower.x, mower.y)
    way = [*route(lawn, here, lawn.undock_point), lawn.dock]
    legs = tuple(leg for leg in (Leg(a, b) for a, b in pairwise(way)) if leg.length > 0.01)
    return mower.but(
        activity=Activity.RETURNING, route=legs, route_leg=0, route_along_m=0.0, stop_reason=reason, resume_to=None
    )


def head_out(mower: Mower) -> Mower:
    """Drive to the job's next leg: backwards out of the dock first, when the mower stands in it."""
    if mower.job is None:
        raise ValueError(f"{mower.lawn.device_name} has no job to drive to")
    lawn = mower.lawn
    goal = _job_point(mower)
    legs: list[Leg] = []
    start: Metres = (mower.x, mower.y)
    if mower.in_dock:
        legs.append(Leg(lawn.dock, lawn.undock_point, backwards=True))
        start = lawn.undock_point
    legs.extend(Leg(a, b) for a, b in pairwise(route(lawn, start, goal)))
    return mower.but(
        activity=Activity.TRAVELLING,
        route=tuple(leg for leg in legs if leg.length > 0.01),
        route_leg=0,
        route_along_m=0.0,
        stop_reason=StopReason.NONE,
        resume_to=None,
        fault=None,
    )


def _job_point(mower: Mower) -> Metres:
    assert mower.job is not None
    legs = mower.job.legs
    if mower.leg >= len(legs):
        return legs[-1].end
    leg = legs[mower.leg]
    share = mower.along_m / leg.length
    return (
        leg.start[0] + (leg.end[0] - leg.start[0]) * share,
        leg.start[1] + (leg.end[1] - leg.start[1]) * share,
    )


def _slice(mower: Mower, dt: float, rng: Random) -> Mower:
    mower = _weather(_sky(_battery(mower, dt), dt, rng), dt)
    if mower.activity in _WORKING:
        mower = _why_stop(mower)
    if mower.activity is Activity.PAUSED and mower.stop_reason is StopReason.POSITIONING and mower.rtk in _GOOD:
        mower = mower.but(activity=mower.resume_to or Activity.MOWING, resume_to=None, stop_reason=StopReason.NONE)
    if mower.activity is Activity.WAITING and mower.dry_in_s <= 0 and mower.battery >= RESUME_BATTERY:
        mower = head_out(mower)
    if mower.activity in (Activity.TRAVELLING, Activity.RETURNING):
        return _travel(mower, dt)
    if mower.activity is Activity.MOWING:
        return _mow(mower, dt)
    return mower if mower.speed_m_s == 0 else mower.but(speed_m_s=0.0)


_GOOD = (RtkFix.FIXED, RtkFix.FLOAT)


def _battery(mower: Mower, dt: float) -> Mower:
    model = mower.model
    if mower.charging:
        gained = 100.0 / (model.charging_minutes * 60) * dt
        return mower.but(
            battery=min(100.0, mower.battery + gained),
            battery_cycles=mower.battery_cycles + (gained / 100 if mower.battery < 100 else 0),
            simulated_s=mower.simulated_s + dt,
        )
    share = 1.0 if mower.blade_on else 0.6 if mower.speed_m_s > 0 else 0.05
    used = 100.0 / (model.mowing_minutes * 60) * dt * share
    return mower.but(battery=max(0.0, mower.battery - used), simulated_s=mower.simulated_s + dt)


def _sky(mower: Mower, dt: float, rng: Random) -> Mower:
    """Satellites wander; now and then trees cost the fix for some seconds."""
    chance = rng.random()
    if mower.rtk_held:
        return mower
    if mower.rtk_bad_s > 0:
        left = mower.rtk_bad_s - dt
        return mower.but(rtk_bad_s=max(0.0, left), rtk=RtkFix.FIXED if left <= 0 else mower.rtk)
    if chance < dt / 2400 and not mower.in_dock:
        return mower.but(rtk=RtkFix.FLOAT, rtk_bad_s=8 + 20 * rng.random(), satellites=14 + int(6 * rng.random()))
    if chance < 0.2:
        return mower.but(satellites=min(34, max(21, mower.satellites + (1 if chance < 0.1 else -1))))
    return mower


def _weather(mower: Mower, dt: float) -> Mower:
    if mower.raining:
        return mower if mower.dry_in_s == RAIN_DELAY_S else mower.but(dry_in_s=RAIN_DELAY_S)
    return mower.but(dry_in_s=max(0.0, mower.dry_in_s - dt)) if mower.dry_in_s > 0 else mower


def _why_stop(mower: Mower) -> Mower:
    if mower.raining:
        return head_home(mower, StopReason.RAIN)
    if mower.battery <= LOW_BATTERY:
        return head_home(mower, StopReason.NEEDS_CHARGE)
    if mower.rtk not in _GOOD:
        return mower.but(
            activity=Activity.PAUSED,
            resume_to=mower.activity,
            stop_reason=StopReason.POSITIONING,
            speed_m_s=0.0,
        )
    return mower


def _travel(mower: Mower, dt: float) -> Mower:
    if mower.battery <= 0:
        return mower.but(speed_m_s=0.0)
    index, along, moved, toward = _drive(
        mower, mower.route, mower.route_leg, mower.route_along_m, mower.model.speed_m_s * _TRAVEL_FACTOR, dt
    )
    x, y = _place(mower, mower.route, index, along)
    mower = mower.but(
        x=x,
        y=y,
        toward_deg=toward,
        route_leg=index,
        route_along_m=along,
        speed_m_s=moved / dt,
        mileage_m=mower.mileage_m + moved,
    )
    if index < len(mower.route):
        return mower
    return _arrived_home(mower) if mower.activity is Activity.RETURNING else mower.but(activity=Activity.MOWING)


def _arrived_home(mower: Mower) -> Mower:
    lawn = mower.lawn
    unfinished = mower.job is not None and mower.leg < len(mower.job.legs)
    waits = unfinished and mower.stop_reason in (StopReason.RAIN, StopReason.NEEDS_CHARGE)
    return mower.but(
        x=lawn.dock[0],
        y=lawn.dock[1],
        toward_deg=lawn.dock_toward_deg,
        speed_m_s=0.0,
        route=(),
        route_leg=0,
        route_along_m=0.0,
        activity=Activity.WAITING if waits else Activity.DOCKED,
        job=mower.job if unfinished else None,
        leg=mower.leg if unfinished else 0,
        along_m=mower.along_m if unfinished else 0.0,
        stop_reason=mower.stop_reason if waits else StopReason.NONE,
    )


def _mow(mower: Mower, dt: float) -> Mower:
    job = mower.job
    if job is None:
        return mower.but(activity=Activity.IDLE, speed_m_s=0.0)
    before = mower.mown_m
    index, along, moved, toward = _drive(mower, job.legs, mower.leg, mower.along_m, job.speed_m_s, dt)
    x, y = _place(mower, job.legs, index, along)
    mower = mower.but(
        x=x,
        y=y,
        toward_deg=toward,
        leg=index,
        along_m=along,
        speed_m_s=moved / dt,
        mileage_m=mower.mileage_m + moved,
        worked_s=mower.worked_s + dt,
        blade_used_s=mower.blade_used_s + dt,
    )
    if mower.mown_m < before:
        raise AssertionError("a job never runs backwards")
    return head_home(mower, StopReason.NONE) if index >= len(job.legs) else mower


def _drive(
    mower: Mower, legs: tuple[Leg, ...], index: int, along: float, speed: float, dt: float
) -> tuple[int, float, float, float]:
    """(leg, metres along it, metres moved, direction): turn on the spot first, then roll."""
    toward, moved, left = mower.toward_deg, 0.0, dt
    while left > 1e-9 and index < len(legs):
        leg = legs[index]
        turn = normalise(leg.toward_deg - toward)
        turned_in = abs(turn) / TURN_DEG_S
        if turned_in > left:
            return index, along, moved, normalise(toward + (TURN_DEG_S if turn > 0 else -TURN_DEG_S) * left)
        toward, left = leg.toward_deg, left - turned_in
        rest = leg.length - along
        if speed * left < rest:
            return index, along + speed * left, moved + speed * left, toward
        moved, left = moved + rest, left - rest / speed
        index, along = index + 1, 0.0
    return index, along, moved, toward


def _place(mower: Mower, legs: tuple[Leg, ...], index: int, along: float) -> Metres:
    if not legs:
        return mower.x, mower.y
    if index >= len(legs):
        return legs[-1].end
    leg = legs[index]
    nose = radians(leg.toward_deg + (180 if leg.backwards else 0))
    return leg.start[0] + cos(nose) * along, leg.start[1] + sin(nose) * along
