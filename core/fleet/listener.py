"""What a vendor link tells us, turned into messages. Every method only enqueues, from whatever thread it is called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.fleet.inbox import Inbox
from core.fleet.model import CommandKind, DeviceDescription, DeviceMap, LinkHealth, Reading
from core.fleet.start_plan import ReportedSettings


@dataclass(frozen=True, slots=True)
class DeviceFound:
    account: str
    device: DeviceDescription


@dataclass(frozen=True, slots=True)
class DevicesListed:
    """All devices of an account at once, as a link that came up lists them."""

    account: str
    devices: tuple[DeviceDescription, ...]


@dataclass(frozen=True, slots=True)
class DeviceRemoved:
    account: str
    device_name: str


@dataclass(frozen=True, slots=True)
class MapUpdated:
    device_map: DeviceMap


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A device's own answer to a command."""

    device_name: str
    kind: CommandKind
    accepted: bool
    detail: str


@dataclass(frozen=True, slots=True)
class SettingsReported:
    """A mower told the settings of the task it has."""

    settings: ReportedSettings


@dataclass(frozen=True, slots=True)
class HealthChanged:
    health: LinkHealth


@dataclass(frozen=True, slots=True)
class TokensChanged:
    account: str
    token_cache: str = field(repr=False)


type Message = (
    DeviceFound
    | DevicesListed
    | DeviceRemoved
    | MapUpdated
    | Acknowledgement
    | SettingsReported
    | HealthChanged
    | TokensChanged
)


class FleetListener:
    """The fleet's ear at every vendor link (`core.ports.CloudListener`)."""

    def __init__(self, take_readings: Callable[[Sequence[Reading]], None], inbox: Inbox[Message]) -> None:
        self._take_readings = take_readings
        self._inbox = inbox

    def readings(self, batch: Sequence[Reading]) -> None:
        self._take_readings(batch)

    def device_found(self, account: str, device: DeviceDescription) -> None:
        self._inbox.put(DeviceFound(account, device))

    def device_removed(self, account: str, device_name: str) -> None:
        self._inbox.put(DeviceRemoved(account, device_name))

    def map_updated(self, device_map: DeviceMap) -> None:
        self._inbox.put(MapUpdated(device_map))

    def acknowledged(self, device_name: str, kind: CommandKind, accepted: bool, detail: str) -> None:
        self._inbox.put(Acknowledgement(device_name, kind, accepted, detail))

    def settings_reported(self, settings: ReportedSettings) -> None:
        self._inbox.put(SettingsReported(settings))

    def health_changed(self, health: LinkHealth) -> None:
        self._inbox.put(HealthChanged(health))

    def tokens_changed(self, account: str, token_cache: str) -> None:
        self._inbox.put(TokensChanged(account, token_cache))
