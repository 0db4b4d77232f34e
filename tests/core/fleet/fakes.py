"""Fakes of our own ports: a vendor's cloud that does what the test says."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from core.clock import Clock
from core.errors import Invalid, MowthosError
from core.fleet.model import (
    CommandKind,
    DeviceDescription,
    DeviceMap,
    LinkHealth,
    LinkState,
    MapProgress,
    MapStage,
    SendReceipt,
)
from core.ports import CloudListener


class ReversingBox:
    """Seals by reversing: enough to see that nothing is stored as it was given."""

    def seal(self, secret: str) -> str:
        return f"sealed:{secret[::-1]}"

    def open(self, sealed: str) -> str:
        if not sealed.startswith("sealed:"):
            raise Invalid("not sealed with this key")
        return sealed.removeprefix("sealed:")[::-1]


def device(name: str, model: str = "Luba 2 AWD 3000") -> DeviceDescription:
    return DeviceDescription(device_name=name, iot_id=f"iot-{name}", product_key="pk1", model=model)


@dataclass
class FakeLink:
    account: str
    listener: CloudListener
    devices: Sequence[DeviceDescription]
    clock: Clock
    health: LinkHealth
    sent: list[tuple[str, CommandKind, Mapping[str, Any], str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    send_errors: list[MowthosError] = field(default_factory=list)
    acknowledges: bool = False
    closed: bool = False
    maps: dict[str, DeviceMap] = field(default_factory=dict)
    map_errors: list[MowthosError] = field(default_factory=list)
    map_gate: asyncio.Event | None = None
    plans: Any = None
    hours: Any = None

    async def send(
        self, device_name: str, kind: CommandKind, parameters: Mapping[str, Any], *, command_id: str
    ) -> SendReceipt:
        if self.send_errors:
            raise self.send_errors.pop(0)
        self.sent.append((device_name, kind, parameters, command_id))
        now = self.clock.now()
        return SendReceipt(sent_at=now, link="mqtt", acknowledged_at=now if self.acknowledges else None)

    async def request_report(self, device_name: str) -> None:
        self.asked.append(device_name)

    async def sync_map(self, device_name: str, *, progress: Callable[[MapProgress], None] | None = None) -> DeviceMap:
        for done in range(1, 4):
            if progress is not None:
                progress(MapProgress(MapStage.ZONES, done, 3))
        if self.map_gate is not None:
            await self.map_gate.wait()
        if self.map_errors:
            raise self.map_errors.pop(0)
        return self.maps[device_name]

    async def close(self) -> None:
        self.closed = True


@dataclass
class FakeCloud:
    """Every login and restore is counted; ``errors`` are raised first, in order."""

    clock: Clock
    devices: dict[str, list[DeviceDescription]] = field(default_factory=dict)
    logins: list[tuple[str, str]] = field(default_factory=list)
    restores: list[tuple[str, str]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    links: list[FakeLink] = field(default_factory=list)

    @property
    def link(self) -> FakeLink:
        return self.links[-1]

    async def log_in(self, account: str, password: str, listener: CloudListener) -> FakeLink:
        self.logins.append((account, password))
        link = self._link(account, listener)
        listener.tokens_changed(account, f"tokens of {account}")
        return link

    async def restore(self, account: str, token_cache: str, listener: CloudListener) -> FakeLink:
        self.restores.append((account, token_cache))
        return self._link(account, listener)

    def _link(self, account: str, listener: CloudListener) -> FakeLink:
        if self.errors:
            raise self.errors.pop(0)
        found = self.devices.get(account, [])
        health = healthy(account, self.clock.now(), devices=len(found))
        link = FakeLink(account, listener, found, self.clock, health)
        self.links.append(link)
        listener.health_changed(health)
        return link


def healthy(account: str, now: datetime, **fields: Any) -> LinkHealth:
    up = LinkHealth(account=account, state=LinkState.UP, since=now, request_ceiling=500)
    return replace(up, **fields)
