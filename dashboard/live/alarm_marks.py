"""Which mowers have an open alarm, and how bad: told to the live maps of our own people, never to households."""

from typing import Any

from core.fleet import Severity
from core.fleet.alarms import AlarmBook, AlarmService, AlarmView
from dashboard.live.channel import LiveChannel
from dashboard.live.view import ScopeView


class AlarmMarks:
    """Tells again whenever an alarm changed, from memory."""

    def __init__(self, channel: LiveChannel, alarms: AlarmService) -> None:
        self._channel = channel
        self._alarms = alarms
        alarms.keeper.changed.subscribe(self._changed)
        alarms.keeper.reloaded.subscribe(lambda _nothing: self.tell())
        self.tell()

    def tell(self) -> None:
        mowers = marks(self._alarms.book)

        def of_view(view: ScopeView) -> dict[str, Any]:
            return {"type": "alarms", "mowers": {name: one for name, one in mowers.items() if name in view}}

        told = {"type": "alarms", "mowers": mowers}
        self._channel.keep_telling("alarms", told, meant_for=lambda scope: not scope.private, within=of_view)

    def _changed(self, _alarm: AlarmView) -> None:
        self.tell()


def marks(book: AlarmBook) -> dict[str, str]:
    """Device name to its worst open alarm's severity; members of common alarms have that alarm's."""
    worst: dict[str, Severity] = {}
    for alarm in book.open:
        for name in book.mowers_of(alarm):
            known = worst.get(name)
            if known is None or alarm.severity.weight > known.weight:
                worst[name] = alarm.severity
    return {name: severity.value for name, severity in worst.items()}
