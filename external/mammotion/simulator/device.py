"""One simulated device: its mower, what it stores, and how it behaves on the wire."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from pymammotion.proto import luba_msg_pb2, mctrl_nav_pb2
from pymammotion.utility.mur_mur_hash import MurMurHashUtil

from external.mammotion.simulator import motion, wire
from external.mammotion.simulator.jobs import Job
from external.mammotion.simulator.lawn import Lawn, build_lawn
from external.mammotion.simulator.models import MowerModel, model_of
from external.mammotion.simulator.mower import ACTIVE_MODES, Mower
from external.mammotion.simulator.sites import SiteMower

_MOST_ERRORS = 10
_FULL_EVERY_S = 10.0
_EARLY_S = 0.05  # a tick that comes a little early must not cost a whole second


class Feed(StrEnum):
    """What a device's push feed does; everything but ``live`` is a fault put in from outside."""

    LIVE = "live"
    FROZEN = "frozen"  # repeats its last report, timestamps and all
    REPLAYED = "replayed"  # sends again what it sent minutes ago
    RESTAMPED = "restamped"  # the same under fresh timestamps and numbers
    SILENT = "silent"  # connected, but says nothing


@dataclass(slots=True)
class Stream:
    """Reports asked for by the app: until when (monotonic seconds) and how often."""

    until_s: float
    period_s: float
    next_s: float


@dataclass(slots=True)
class Fetch:
    """What the app is fetching: acknowledgements do not say which list they belong to, so the device remembers."""

    hash_frames: list[mctrl_nav_pb2.NavGetHashListAck] = field(default_factory=list)
    data_frames: list[mctrl_nav_pb2.NavGetCommDataAck] = field(default_factory=list)


class Device:
    """A device and its state. Sends nothing itself: `DeviceFleet` publishes what it asks for."""

    def __init__(self, site: SiteMower, *, seed: int) -> None:
        self.site = site
        self.name = site.device_name
        self.model: MowerModel = model_of(site.device_name)
        self.product_key = self.model.product_key
        self.iot_id = f"{MurMurHashUtil.hash_unsigned('iot/' + self.name):016x}sim0"
        self.random = Random(f"{seed}/{self.name}")
        self.mower = Mower.docked(build_lawn(site), self.model)
        self.names = {zone.hash: zone.name for zone in self.mower.lawn.areas}
        self.plans: tuple[mctrl_nav_pb2.NavPlanJobSet, ...] = ()
        self.plans_hash = 0
        self.no_work = mctrl_nav_pb2.NavUnableTimeSet()  # hours without mowing; trigger 0 = none
        self.settings: dict[int, int] = {3: 1, 6: 0, 7: 0, 14: 15, 15: 85}
        self.errors: deque[tuple[int, int]] = deque(maxlen=_MOST_ERRORS)  # (code, epoch seconds), newest first
        self.planned: Job | None = None
        self.planned_request: mctrl_nav_pb2.NavReqCoverPath | None = None
        self.fetch = Fetch()
        self.stream: Stream | None = None
        self.online = True
        self.removed = False
        self.restart_wanted = False
        self.carried_to: tuple[float, float] | None = None  # metres: somebody walks there with it
        self.feed = Feed.LIVE
        self.spinning = False  # a fault put in from outside: the wheels turn on the spot, and nothing notices
        self.deaf = False  # the same: its radio sends, and nothing that is sent to it arrives
        self.sent: deque[bytes] = deque(maxlen=600)
        self.sequence = 0
        self.hands_off_until_s = 0.0  # simulated seconds; the simulated owner leaves the mower alone until then
        self._next_push_s = 0.0
        self._next_full_s = 0.0

    @property
    def lawn(self) -> Lawn:
        return self.mower.lawn

    @property
    def active(self) -> bool:
        """Whether the device pushes every second."""
        return self.mower.work_mode in ACTIVE_MODES

    @property
    def errors_hash(self) -> int:
        return int(MurMurHashUtil.hash_unsigned(repr(list(self.errors)))) if self.errors else 0

    def store_plans(self, plans: Iterable[mctrl_nav_pb2.NavPlanJobSet]) -> None:
        """Replace the stored plans; ``init_cfg_hash`` tells the app that they are others."""
        self.plans = tuple(plans)
        self.plans_hash = int(MurMurHashUtil.hash_unsigned(b"".join(p.SerializeToString() for p in self.plans)))
        self.push_soon()

    def redraw(self, site: SiteMower) -> None:
        """Its owner drew the map anew in the vendor's app; a task over the old one is gone."""
        self.site = site
        lawn = build_lawn(site)
        self.mower = self.mower.but(lawn=lawn, job=None, leg=0, along_m=0.0)
        self.names = {zone.hash: zone.name for zone in lawn.areas}
        self.planned = None
        self.push_soon()

    def step(self, dt: float) -> bool:
        """Move on by ``dt`` simulated seconds; True when the work mode became another."""
        before = self.mower
        self.mower = motion.step(before, dt, self.random)
        if self.spinning:
            self.mower = motion.on_the_spot(before, self.mower, self.random)
        if self.carried_to is not None:
            self.mower, arrived = motion.carried(before, self.mower, self.carried_to)
            self.carried_to = None if arrived else self.carried_to
            self.push_soon()
        return self.mower.work_mode != before.work_mode

    def set_mower(self, mower: Mower, *, now_ms: int) -> None:
        """Replace the mower's state from outside the physics (an order, a control call); a new fault is noted."""
        fault = mower.fault
        if fault is not None and fault is not self.mower.fault:
            self.errors.appendleft((-fault.code, now_ms // 1000))
        self.mower = mower
        self._next_push_s = 0.0

    def due(self, now_s: float, *, active_s: float, docked_s: float) -> bool:
        """Whether a report is to be pushed now; sets the time of the next."""
        stream = self.stream
        if stream is not None and now_s > stream.until_s:
            stream = self.stream = None
        if now_s >= self._next_push_s - _EARLY_S:
            self._next_push_s = now_s + (active_s if self.active else docked_s)
            return True
        if stream is not None and now_s >= stream.next_s - _EARLY_S:
            stream.next_s = now_s + stream.period_s
            return True
        return False

    def push_soon(self) -> None:
        """Push at the next tick, whatever the cadence."""
        self._next_push_s = 0.0

    def envelope(self, msgtype: int, *, now_ms: int, reply: bool = True) -> luba_msg_pb2.LubaMsg:
        """A fresh numbered message of this device."""
        self.sequence += 1
        return wire.message(msgtype, now_ms=now_ms, sequence=self.sequence, reply=reply)

    def report(self, *, now_ms: int, now_s: float, full: bool = False) -> luba_msg_pb2.LubaMsg:
        """The device's report; at least every ten seconds with all its parts."""
        whole = full or now_s >= self._next_full_s
        if whole:
            self._next_full_s = now_s + _FULL_EVERY_S
        envelope = self.envelope(wire.SYS, now_ms=now_ms, reply=False)
        wire.fill_report(
            envelope.sys.toapp_report_data,
            self.mower,
            now_ms=now_ms,
            hashes=wire.Hashes(
                plans=self.plans_hash,
                errors=self.errors_hash,
                planned_route=self.planned.path_hash if self.planned is not None else 0,
            ),
            full=whole,
        )
        return envelope

    def fed(self, content: bytes) -> bytes | None:
        """What the feed makes of a report: itself, an old one, or nothing."""
        if self.feed is Feed.LIVE:
            self.sent.append(content)
            return content
        if self.feed is Feed.SILENT:
            return None
        if not self.sent:
            return content
        if self.feed is Feed.FROZEN:
            return self.sent[-1]
        self.sent.rotate(-1)
        return self.sent[-1] if self.feed is Feed.REPLAYED else wire.restamped(self.sent[-1], content)
