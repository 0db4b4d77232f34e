"""PyMammotion logs an error with a traceback for each bad frame and failed request; once a minute is enough."""

import logging

from core.clock import Clock

_LOUD = ("pymammotion.device.handle", "pymammotion.messaging.command_queue", "pymammotion.transport.mqtt")
_EVERY_S = 60.0


class OncePerMinute(logging.Filter):
    """Lets a message (by its template) through once a minute."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        key, now = f"{record.name}/{record.msg}"[:200], self._clock.monotonic()
        last = self._last.get(key)
        if last is not None and 0 <= now - last < _EVERY_S:
            return False
        self._last[key] = now
        return True


def calm_library_log(clock: Clock) -> None:
    """Install the filter, once a process."""
    for name in _LOUD:
        logger = logging.getLogger(name)
        if not any(isinstance(known, OncePerMinute) for known in logger.filters):
            logger.addFilter(OncePerMinute(clock))
