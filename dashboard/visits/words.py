"""How a visit's state looks, in one table: shape, colour, word; and dates and hours as the reader writes them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton

from core.scheduling import REASON_WORDS, STATE_WORDS, VisitReason, VisitState
from dashboard.i18n import _, locale, told
from dashboard.measures import time_words


@dataclass(frozen=True, slots=True)
class Look:
    """``icon`` is the shape (Material name), ``tone`` the colour family of `styles/visits.css`."""

    icon: str
    tone: str


LOOKS = {
    VisitState.PLANNED: Look("o_event", "calm"),
    VisitState.MOVED: Look("o_event_repeat", "calm"),
    VisitState.DUE: Look("o_schedule", "info"),
    VisitState.STARTED: Look("o_play_circle", "info"),
    VisitState.DONE: Look("o_check_circle", "good"),
    VisitState.SHORT: Look("o_timelapse", "warn"),
    VisitState.FAILED: Look("o_error", "bad"),
    VisitState.SKIPPED: Look("o_event_busy", "quiet"),
    VisitState.CANCELLED: Look("o_cancel", "quiet"),
}


def state_words() -> dict[VisitState, str]:
    """Every state in the current language."""
    return {state: told(words) for state, words in STATE_WORDS.items()}


def reason_words(reason: VisitReason) -> str:
    """A reason in the current language, "" for none."""
    return told(REASON_WORDS[reason])


def day_words(day: date) -> str:
    """Weekday and day, such as Tue, Jun 2."""
    return str(format_skeleton("MMMEd", day, locale=locale()))


def long_day(day: date) -> str:
    return str(format_date(day, format="full", locale=locale()))


def hours(begins: datetime, ends: datetime, zone: ZoneInfo) -> str:
    """From when to when, in the site's wall time, 12 or 24 hours as the reader's language has it."""
    return f"{hour(begins, zone)} - {hour(ends, zone)}"


def hour(at: datetime, zone: ZoneInfo) -> str:
    return time_words(at, zone)


def week_words(first: date) -> str:
    """A week by its first and last day."""
    last = first + timedelta(days=6)
    return _("{first} to {last}").format(first=day_words(first), last=day_words(last))
