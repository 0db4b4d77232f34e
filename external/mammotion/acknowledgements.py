"""Which command a device's answer belongs to: answers name only an action, which pause and halt share."""

from collections.abc import Callable
from datetime import datetime, timedelta

from core.fleet.model import CommandKind
from core.texts import Text
from external.mammotion.commands import ORDERS

WAIT = timedelta(seconds=60)


class Acknowledgements:
    """Commands on their way, by device and action. Answers to commands we did not send are not ours to tell."""

    def __init__(self, tell: Callable[[str, CommandKind, bool, str], None]) -> None:
        self._tell = tell
        self._waiting: dict[tuple[str, int], tuple[CommandKind, datetime]] = {}

    def expect(self, device_name: str, kind: CommandKind, now: datetime) -> None:
        """A command is about to go out."""
        self._waiting[device_name, ORDERS[kind].action] = (kind, now)

    def drop(self, device_name: str, kind: CommandKind) -> None:
        """It did not go out after all."""
        self._waiting.pop((device_name, ORDERS[kind].action), None)

    def heard(self, device_name: str, action: int, result: int, now: datetime) -> None:
        """A device answered ``todev_taskctrl_ack``: result 0 means it takes the command."""
        kind, sent_at = self._waiting.pop((device_name, action), (None, now))
        if kind is not None and now - sent_at <= WAIT:
            self._tell(
                device_name,
                kind,
                result == 0,
                "" if result == 0 else Text("the mower answered with {result}", result=result),
            )
