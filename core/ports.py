"""What the business needs of the outside: small protocols that ``external`` implements and tests fake."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from core.fleet import ReportedSettings
from core.fleet.model import (
    CommandKind,
    DailyHours,
    DeviceDescription,
    DeviceMap,
    LinkHealth,
    MapProgress,
    Reading,
    SendReceipt,
)

if TYPE_CHECKING:  # core.plans speaks of this package's neighbours
    from core.plans import DevicePlans


class CloudListener(Protocol):
    """What a vendor link tells us. Every method returns at once (it enqueues) and never raises."""

    def readings(self, batch: Sequence[Reading]) -> None:
        """Reports of this link's devices, in arrival order."""
        ...

    def device_found(self, account: str, device: DeviceDescription) -> None: ...

    def device_removed(self, account: str, device_name: str) -> None: ...

    def map_updated(self, device_map: DeviceMap) -> None: ...

    def acknowledged(self, device_name: str, kind: CommandKind, accepted: bool, detail: str) -> None:
        """The device itself answered a command (not the cloud)."""
        ...

    def settings_reported(self, settings: ReportedSettings) -> None:
        """A mower told the settings of the task it has."""
        ...

    def health_changed(self, health: LinkHealth) -> None: ...

    def tokens_changed(self, account: str, token_cache: str) -> None:
        """New tokens to keep, as an opaque JSON text; it is a secret."""
        ...


class DeviceHours(Protocol):
    """The hours without mowing that devices hold themselves. Raises the six errors."""

    async def read(self, device_name: str) -> DailyHours | None:
        """What the device says it holds; ``None`` = none. ``Unavailable`` when it does not answer."""
        ...

    async def write(self, device_name: str, hours: DailyHours | None) -> None:
        """Let it hold these, or none; returns once the cloud took it. Read it back to know."""
        ...


class CloudLink(Protocol):
    """One live connection of one vendor account. Raises the six errors of ``core.errors`` only."""

    @property
    def account(self) -> str: ...

    @property
    def health(self) -> LinkHealth: ...

    @property
    def devices(self) -> Sequence[DeviceDescription]: ...

    async def send(
        self, device_name: str, kind: CommandKind, parameters: Mapping[str, Any], *, command_id: str
    ) -> SendReceipt:
        """Send now; return once the cloud accepted it. ``Unavailable`` = not sent, retry may help."""
        ...

    async def request_report(self, device_name: str) -> None:
        """Ask for one report; counted against the request budget (``Conflict`` when it is spent)."""
        ...

    async def sync_map(self, device_name: str, *, progress: Callable[[MapProgress], None] | None = None) -> DeviceMap:
        """Fetch areas, zones, dock and base from the device. Takes seconds to minutes; ``progress`` hears how far."""
        ...

    @property
    def plans(self) -> "DevicePlans":
        """The plans that its devices keep themselves."""
        ...

    @property
    def hours(self) -> DeviceHours:
        """The hours without mowing that its devices hold themselves."""
        ...

    async def close(self) -> None:
        """Disconnect and leave no task running."""
        ...


class MowerCloud(Protocol):
    """The vendor's cloud."""

    async def log_in(self, account: str, password: str, listener: CloudListener) -> CloudLink:
        """A password login. ``NeedsHuman`` = the vendor refuses it; ``Unavailable`` = no answer."""
        ...

    async def restore(self, account: str, token_cache: str, listener: CloudListener) -> CloudLink:
        """Come back on stored tokens, without a login. ``NeedsHuman`` = they are dead."""
        ...


class SecretBox(Protocol):
    """Encrypts what must not lie in the database in the clear."""

    def seal(self, secret: str) -> str: ...

    def open(self, sealed: str) -> str:
        """``Invalid`` when the key is another or the text was changed."""
        ...
