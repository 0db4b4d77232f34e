"""Whether live news from the processes that own the mowers comes through, told to every live map."""

from core.bus import Bus
from dashboard.live.channel import LiveChannel


def tell_bus(channel: LiveChannel, bus: Bus) -> None:
    """Tell now, and whenever the bus goes or comes back."""

    def tell(_up: bool | None = None) -> None:
        since = None if bus.up else bus.since.timestamp()
        channel.keep_telling("bus", {"type": "bus", "down_since": since}, meant_for=lambda _scope: True)

    bus.changed.subscribe(tell)
    tell()
