"""What a link does by itself: it watches its health, asks little by little for what is not known yet, fetches what
changed on the lawn, and looks now and then which mowers the account has."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from core.clock import Clock
from core.errors import MowthosError, NeedsHuman
from core.fleet.model import LinkState
from external.mammotion.devices import KnownDevice
from external.mammotion.errors import translated
from external.mammotion.fast_lane import FastLane
from external.mammotion.map_sync import has_route
from external.mammotion.web import Purpose, sending
from external.mammotion.work_modes import FAULT

if TYPE_CHECKING:
    from external.mammotion.link import MammotionLink

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CareTimes:
    """Seconds."""

    round_s: float = 1.0
    quiet_after_reconnect_s: float = 3.0  # active mowers speak up by themselves within it
    probe_s: float = 30.0
    firmware_after_s: float = 90.0  # docked mowers tell it by themselves within it
    fact_s: float = 300.0  # between two questions for the same fact; doubles up to a day
    rebuild_s: float = 60.0  # doubles up to an hour
    keep_tokens_s: float = 600.0
    look_s: float = 600.0  # between two looks at the account's list of mowers; longer where they would take more than
    looks_share: float = 0.1  # of the request budget
    look_again_s: float = 30.0  # after a look that missed a mower
    path_settle_s: float = 3.0  # a start may change the route twice within a second


DEFAULT_TIMES = CareTimes()
AT_ONCE = 5
"""Questions a round: an account of a hundred mowers must not send two hundred requests in a burst."""

type Question = tuple[str, str, dict[str, Any]]
"""The fact wanted, PyMammotion's command for it, and its fields."""

_BASE: Question = ("base", "read_write_device", {"rw_id": 5, "context": 1, "rw": 1})
_ERRORS: Question = ("errors", "get_error_code", {})
_FIRMWARE: Question = ("firmware", "get_device_version_main", {})
_DAY_S, _HOUR_S = 86_400.0, 3_600.0


class Caretaker:
    """Three loops of one link: `watch` never waits for the network, `tend` sends a few questions a round, `fetch`
    waits for one map or path after the other."""

    def __init__(self, link: "MammotionLink", lane: FastLane, clock: Clock, times: CareTimes) -> None:
        self._link, self._lane, self._clock, self._times = link, lane, clock, times
        self._reconnected_at: datetime | None = None
        self._asked: dict[tuple[str, str], tuple[float, float]] = {}  # (device, fact) -> next time, next wait
        self._began = self._probed_at = self._kept_at = self._looked_at = clock.monotonic()
        self._paths: dict[str, int] = {}  # the route asked for last, by device
        self._rebuild_at, self._rebuild_wait_s = 0.0, times.rebuild_s
        self._dirty = False

    def reconnected(self) -> None:
        """The connection is back: nothing that was sent meanwhile arrived, so ask how everyone is (7.11)."""
        self._reconnected_at = self._clock.now()

    def learned(self) -> None:
        """Something is known now that a restart should not have to ask again."""
        self._dirty = True

    async def watch(self) -> None:
        while True:
            await self._clock.sleep(self._times.round_s)
            self._link.update()

    async def tend(self) -> None:
        while True:
            await self._clock.sleep(self._times.round_s)
            try:
                await self._round()
            except MowthosError as error:
                log.info("mammotion.care_failed", account=self._link.account, error=error.message)

    async def fetch(self) -> None:
        while True:
            await self._clock.sleep(self._times.round_s)
            try:
                if self._link.health.state is LinkState.UP:
                    await self._fetch_changed()
            except MowthosError as error:
                log.info("mammotion.fetch_failed", account=self._link.account, error=error.message)

    async def _round(self) -> None:
        link, now = self._link, self._clock.monotonic()
        state = link.health.state
        if self._dirty or now - self._kept_at >= self._times.keep_tokens_s:
            self._dirty, self._kept_at = False, now
            link.keep_tokens()
        if state in (LinkState.REAUTH_NEEDED, LinkState.BLOCKED, LinkState.STOPPED):
            return
        if self._time_to_look(state, now):
            self._looked_at = now
            await link.look_for_devices()
        elif link.connection.gave_up:
            await self._rebuild(now)
        elif state is LinkState.CLOUD_DOWN and now - self._probed_at >= self._times.probe_s:
            self._probed_at = now
            await self._probe()
        elif state is LinkState.UP:
            await self._ask_something(now)

    async def _probe(self) -> None:
        """Ask the cheapest thing; if that is answered and mowers could not be asked before, ask one of them too."""
        link = self._link
        with translated("probe"), sending(Purpose.QUESTION):
            await link.connection.probe()
        link.update()
        if link.health.state is LinkState.CLOUD_DOWN and self._lane.devices:
            await link.request_report(next(iter(self._lane.devices)).device_name)

    async def _rebuild(self, now: float) -> None:
        if now < self._rebuild_at:
            return
        self._rebuild_at = now + self._rebuild_wait_s
        self._rebuild_wait_s = min(_HOUR_S, self._rebuild_wait_s * 2)
        try:
            await self._link.rebuild()
        except NeedsHuman as error:
            self._link.sign_in_died(error.message)
            raise
        self._rebuild_wait_s = self._times.rebuild_s

    async def _ask_something(self, now: float) -> None:
        """The most pressing questions of all devices, a few at once."""
        questions = [self._link.request_report(name) for name in self._silent_since_reconnect()[:AT_ONCE]]
        for device in self._lane.devices:
            for fact, key, fields in self._missing(device, now):
                if len(questions) < AT_ONCE and self._due(device, fact, now):
                    questions.append(self._link.tell_device(device.device_name, key, **fields))
        outcomes = await asyncio.gather(*questions, return_exceptions=True)
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        if failures:
            raise failures[0]

    def _time_to_look(self, state: LinkState, now: float) -> bool:
        if state is not LinkState.UP and self._lane.devices:
            return False
        budget, times = self._link.budget, self._times
        affordable_s = _DAY_S / (times.looks_share * budget.limits.ceiling)
        wait_s = times.look_again_s if self._link.missing_devices else max(times.look_s, affordable_s)
        return budget.may_spare and now - self._looked_at >= wait_s

    async def _fetch_changed(self) -> None:
        """One map that was edited, else one path of a new task."""
        now = self._clock.monotonic()
        for device in self._lane.devices:
            changed = device.map_hash is not None and device.bol_hash not in (None, device.map_hash)
            if changed and self._due(device, "map", now):
                await self._link.sync_map(device.device_name)
                return
        for device in self._lane.devices if self._link.budget.may_spare else ():
            if self._on_a_new_path(device) and self._due(device, "path", now):
                await self._link.follow_path(device.device_name)
                return

    def _on_a_new_path(self, device: KnownDevice) -> bool:
        if not has_route(device) or device.path_hash == device.path_told or device.path_since is None:
            return False
        if (self._clock.now() - device.path_since).total_seconds() < self._times.path_settle_s:
            return False
        if self._paths.get(device.device_name) != device.path_hash:
            self._paths[device.device_name] = device.path_hash
            self._asked.pop((device.device_name, "path"), None)
        return True

    def _due(self, device: KnownDevice, fact: str, now: float) -> bool:
        """Whether to ask for this now; if so, the next time comes after twice the wait."""
        next_at, wait_s = self._asked.get((device.device_name, fact), (float("-inf"), self._times.fact_s))
        if now < next_at:
            return False
        self._asked[device.device_name, fact] = (now + wait_s, min(_DAY_S, wait_s * 2))
        return True

    def _missing(self, device: KnownDevice, now: float) -> list[Question]:
        """What to ask a device for: where it stands (7.8), what ails it, what runs on it (7.7)."""
        missing = [] if device.base_told else [_BASE]
        if device.work_mode in FAULT and device.error_code is None and not device.error_asked:
            device.error_asked = True
            self._asked.pop((device.device_name, _ERRORS[0]), None)
            missing.append(_ERRORS)
        if device.firmware is None and now - self._began >= self._times.firmware_after_s:
            missing.append(_FIRMWARE)
        return missing

    def _silent_since_reconnect(self) -> list[str]:
        since = self._reconnected_at
        if since is None or (self._clock.now() - since).total_seconds() < self._times.quiet_after_reconnect_s:
            return []
        silent = [device for device in self._lane.devices if _before(device.heard_at, since)]
        unasked = [device.device_name for device in silent if _before(device.asked_at, since)]
        if not unasked:
            self._reconnected_at = None
        return unasked


def _before(moment: datetime | None, since: datetime) -> bool:
    return moment is None or moment < since
