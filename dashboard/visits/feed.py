"""iCalendar (RFC 5545): visits for a calendar program, behind an address of its own that can be taken back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Response
from icalendar import Calendar, Event

from core.accounts import Right, Viewer
from core.clock import Clock
from core.db.reads.visits import VisitLine
from core.errors import NotFound
from core.scheduling import TO_COME, UNDER_WAY, VisitState
from core.scheduling.service import Scheduling
from dashboard.i18n import _, use_language
from dashboard.visits.words import reason_words, state_words

REFRESH = timedelta(hours=1)
SHOWN = TO_COME | UNDER_WAY | {VisitState.DONE, VisitState.SHORT}
MEDIA_TYPE = "text/calendar"


def feed_path(secret: str) -> str:
    """Where a calendar program reads."""
    return f"/calendar/{secret}.ics"


def feed_router(scheduling: Scheduling, clock: Clock) -> APIRouter:
    """``/calendar/{secret}.ics``: no cookie, no token but the address itself."""
    router = APIRouter()

    @router.get("/calendar/{secret}.ics", include_in_schema=False)
    async def feed(secret: Annotated[str, Path(max_length=100)]) -> Response:
        try:
            viewer, lines = await scheduling.feed(secret)
        except NotFound as error:
            return Response(error.message, 404, media_type="text/plain")
        with use_language(viewer.language):
            content = calendar_of(lines, viewer, clock.now())
        return Response(content, media_type=MEDIA_TYPE, headers={"Cache-Control": "private, no-store"})

    return router


def calendar_of(lines: Sequence[VisitLine], viewer: Viewer, now: datetime) -> bytes:
    """Visits to come and those that ran; a skipped one is told as cancelled, so that it leaves the calendar."""
    staff = viewer.may(Right.SEE_SCHEDULE)
    calendar = Calendar()
    calendar.add("prodid", "-//MowthosOS//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, _("Mowing visits"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for line in lines:
        calendar.add_component(_event(line, now, staff=staff))
    return bytes(calendar.to_ical())


def _event(line: VisitLine, now: datetime, *, staff: bool) -> Event:
    visit, site = line.visit, line.site
    event = Event()
    event.add("uid", f"{visit.id}@mowthos")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", visit.version)
    event.add("dtstart", visit.begins_at.astimezone(UTC))
    event.add("dtend", visit.ends_at.astimezone(UTC))
    event.add("summary", _("Mowing: {address}").format(address=site.address) if staff else _("Mowing visit"))
    event.add("location", f"{site.address}, {site.city}")
    event.add("status", "CONFIRMED" if visit.state in SHOWN else "CANCELLED")
    words = [state_words()[visit.state], reason_words(visit.reason)]
    event.add("description", " - ".join(word for word in words if word))
    event.add("transp", "TRANSPARENT")
    return event
