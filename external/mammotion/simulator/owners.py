"""Simulated owners keep the town alive: most mowers mow, some charge, one is paused, one in fault, one offline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from external.mammotion.simulator import orders
from external.mammotion.simulator.device import Device
from external.mammotion.simulator.jobs import Job, plan_job
from external.mammotion.simulator.mower import FAULTS, Activity, Mower, StopReason

MOWING_SHARE = 0.6
"""How much of the town mows at any time, as far as batteries allow."""

type Change = Callable[[Mower], Mower]

_START_BATTERY = 55.0
_AREAS_A_JOB = 4
_WORKING = (Activity.TRAVELLING, Activity.MOWING)


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that befalls one mower at a time, for a span of simulated seconds."""

    device_name: str
    left_s: float


class Owners:
    """Decides each second what the owners do. A mower that someone commands is left alone for half an hour."""

    def __init__(self, *, seed: int) -> None:
        self._random = Random(f"owners {seed}")
        self._paused: Mishap | None = None
        self._fault: Mishap | None = None
        self._offline: Mishap | None = None

    def settle(self, devices: Sequence[Device]) -> None:
        """The scene at start: jobs at every stage, batteries at every level. Half-way states cost no driving."""
        for number, device in enumerate(devices):
            place = number % 10
            if place < 6:
                device.mower = self._mid_job(device)
            elif place < 8:
                device.mower = Mower.docked(device.lawn, device.model, battery=self._random.uniform(20, 80))
            elif place == 8:
                device.mower = Mower.docked(device.lawn, device.model, battery=100.0)
            else:
                device.mower = Mower.docked(device.lawn, device.model, battery=self._random.uniform(85, 99))

    def decide(self, devices: Sequence[Device], *, dt: float) -> list[tuple[Device, Mower | None]]:
        """(device, its mower from now on) for each whose owner acts; ``None`` = its link goes or comes back."""
        free = [d for d in devices if d.mower.simulated_s >= d.hands_off_until_s and not d.removed]
        acts: list[tuple[Device, Mower | None]] = []
        if len(devices) >= 10:
            acts += self._mishaps(free, dt)
        touched = {device.name for device, _ in acts}
        free = [device for device in free if device.name not in touched]
        acts += self._left_behind(free)
        return acts + self._starts([device for device in free if device.online], devices)

    def _starts(self, free: Sequence[Device], devices: Sequence[Device]) -> list[tuple[Device, Mower | None]]:
        mowing = sum(device.mower.activity in _WORKING for device in devices)
        missing = round(MOWING_SHARE * len(devices)) - mowing
        ready = [d for d in free if d.mower.activity is Activity.DOCKED and d.mower.battery >= _START_BATTERY]
        ready.sort(key=lambda device: -device.mower.battery)
        acts: list[tuple[Device, Mower | None]] = []
        for device in ready[: max(0, min(missing, 2))]:  # two a second at most: no herd
            mower = device.mower
            if mower.job is None:
                mower = mower.but(job=self._job(device), leg=0, along_m=0.0)
            started, result = orders.control(mower, orders.TaskAction.RESUME)
            if result is orders.TaskResult.OK:
                acts.append((device, started))
        return acts

    def _left_behind(self, free: Sequence[Device]) -> list[tuple[Device, Mower | None]]:
        """Mowers that someone left standing on the lawn, paused, broken down or switched off."""
        mishaps = {m.device_name for m in (self._paused, self._fault, self._offline) if m is not None}
        acts: list[tuple[Device, Mower | None]] = []
        for device in free:
            if device.name in mishaps:
                continue
            if not device.online:
                acts.append((device, None))
            elif device.mower.activity is Activity.IDLE:
                acts.append((device, orders.control(device.mower, orders.TaskAction.RETURN)[0]))
            elif (freed := _freed(device.mower)) is not device.mower:
                acts.append((device, freed))
        return acts

    def _mishaps(self, free: Sequence[Device], dt: float) -> list[tuple[Device, Mower | None]]:
        acts: list[tuple[Device, Mower | None]] = []
        by_name = {device.name: device for device in free}
        self._paused, over = self._next(self._paused, free, dt)
        acts += self._swap(by_name, over, self._paused, _resumed, _paused)
        self._fault, over = self._next(self._fault, free, dt)
        acts += self._swap(by_name, over, self._fault, _freed, self._break)
        self._offline, over = self._next(self._offline, free, dt)
        for name, online in ((over, True), (self._offline.device_name if self._offline else None, False)):
            device = by_name.get(name or "")
            if device is not None and device.online != online:
                acts.append((device, None))
        return acts

    def _next(self, mishap: Mishap | None, free: Sequence[Device], dt: float) -> tuple[Mishap | None, str | None]:
        """(the mishap from now on, whose mishap is over)."""
        if mishap is not None and mishap.left_s > dt:
            return Mishap(mishap.device_name, mishap.left_s - dt), None
        taken = {m.device_name for m in (self._paused, self._fault, self._offline) if m is not None}
        victims = [d for d in free if d.name not in taken and d.mower.activity is Activity.MOWING and d.online]
        over = mishap.device_name if mishap is not None else None
        if not victims:
            return None, over
        return Mishap(self._random.choice(victims).name, self._random.uniform(400, 1200)), over

    def _swap(
        self, by_name: dict[str, Device], over: str | None, now: Mishap | None, end: Change, begin: Change
    ) -> list[tuple[Device, Mower | None]]:
        acts: list[tuple[Device, Mower | None]] = []
        for name, change in ((over, end), (now.device_name if now is not None else None, begin)):
            device = by_name.get(name or "")
            if device is not None:
                changed = change(device.mower)
                if changed is not device.mower:
                    acts.append((device, changed))
        return acts

    def _break(self, mower: Mower) -> Mower:
        if mower.activity is not Activity.MOWING:
            return mower
        return orders.break_down(mower, self._random.choice(FAULTS[:7]).code)

    def _job(self, device: Device) -> Job:
        """Some neighbouring areas, as an owner would pick them for an afternoon."""
        areas = device.lawn.areas
        first = self._random.randrange(max(1, len(areas) - _AREAS_A_JOB + 1))
        chosen = [area.hash for area in areas[first : first + _AREAS_A_JOB]]
        angle = self._random.choice((0.0, 90.0, 45.0))
        return plan_job(device.lawn, device.model, zone_hashes=chosen, angle_deg=angle)

    def _mid_job(self, device: Device) -> Mower:
        job = self._job(device)
        leg = self._random.randrange(len(job.legs) * 9 // 10)
        x, y = job.legs[leg].start
        return Mower(
            lawn=device.lawn,
            model=device.model,
            x=x,
            y=y,
            toward_deg=job.legs[leg].toward_deg,
            battery=self._random.uniform(35, 95),
            activity=Activity.MOWING,
            job=job,
            leg=leg,
        )


def _paused(mower: Mower) -> Mower:
    return orders.control(mower, orders.TaskAction.PAUSE)[0]


def _resumed(mower: Mower) -> Mower:
    if mower.activity is Activity.PAUSED and mower.stop_reason is StopReason.MANUAL:
        return orders.control(mower, orders.TaskAction.RESUME)[0]
    return mower


def _freed(mower: Mower) -> Mower:
    return _resumed(orders.break_down(mower, 0))
