"""What goes into the log: changes of mowers, commands and alarms, as the house tells of them."""

from typing import Any

from core.events import Event
from core.fleet import CommandView
from core.fleet.alarms import AlarmView, SubjectKind
from core.fleet.live import LiveFleet
from core.fleet.model import MowerChanged
from dashboard.api.feed.log import FeedLog
from dashboard.api.models import command_out

GAP_S = 1.0
"""Positions of one mower come at most this often; a change of its state never waits."""


class FeedSource:
    """Listens for as long as the process lives."""

    def __init__(
        self,
        log: FeedLog,
        *,
        live: LiveFleet,
        commands: Event[CommandView] | None = None,
        alarms: Event[AlarmView] | None = None,
    ) -> None:
        self._log = log
        self._told: dict[str, float] = {}
        live.changed.subscribe(self._mower)
        if commands is not None:
            commands.subscribe(self._command)
        if alarms is not None:
            alarms.subscribe(self._alarm)

    def _mower(self, change: MowerChanged) -> None:
        after = change.after
        at = after.received_at.timestamp() if after.received_at else 0.0
        if not change.state_changed and at - self._told.get(after.device_name, -GAP_S) < GAP_S:
            return
        self._told[after.device_name] = at
        self._log.add("mower", after.device_name, snapshot=after)

    def _command(self, command: CommandView) -> None:
        self._log.add("command", command.device_name, data=command_out(command).model_dump(mode="json"))

    def _alarm(self, alarm: AlarmView) -> None:
        told: dict[str, Any] = {
            "id": str(alarm.id),
            "device_name": _mower_of(alarm) or None,
            "kind": alarm.kind.value,
            "severity": alarm.severity.value,
            "raised_at": alarm.raised_at.isoformat(),
            "cleared_at": alarm.cleared_at.isoformat() if alarm.cleared_at else None,
        }
        self._log.add("alarm", _mower_of(alarm), data=told)


def _mower_of(alarm: AlarmView) -> str:
    """Empty for an alarm about an account or the vendor."""
    return alarm.subject.name if alarm.subject.kind is SubjectKind.MOWER else ""
