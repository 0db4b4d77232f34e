import logging
from datetime import UTC, datetime

from core.clock import MovableClock
from external.mammotion.library_log import OncePerMinute


def test_the_same_complaint_is_heard_once_a_minute() -> None:
    clock = MovableClock(datetime(2026, 6, 1, tzinfo=UTC))
    calm = OncePerMinute(clock)

    def passes(text: str, level: int = logging.ERROR) -> bool:
        return bool(calm.filter(logging.LogRecord("x", level, "", 0, text, (), None)))

    assert passes("bad frame of %s")
    assert not passes("bad frame of %s")
    assert passes("another matter")
    assert passes("chatter", logging.INFO)
    assert passes("chatter", logging.INFO)
    clock.move(61)
    assert passes("bad frame of %s")
