"""Which mowers have an open alarm, and how bad: told to the live maps of our own people, never to households."""

from core.fleet import Severity
from core.fleet.alarms import AlarmBook, AlarmService, AlarmView
from dashboard.live.channel import LiveChannel


class AlarmMarks:
    """Tells again whenever an alarm changed, from memory."""

    def __init__(self, channel: LiveChannel, alarms: AlarmService) -> None:
        self._channel = channel
        self._alarms = alarms
        alarms.keeper.changed.subscribe(self._changed)
        alarms.keeper.reloaded.subscribe(lambda _nothing: self.tell())
        self.tell()

    def tell(self) -> None:
        told = {"type": "alarms", "mowers": marks(self._alarms.book)}
        self._channel.keep_telling("alarms", told, meant_for=lambda scope: not scope.private)

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
