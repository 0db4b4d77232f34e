"""Telling a person what became of what they just did, and checking that they are still who they were."""

from collections.abc import Awaitable

import structlog
from nicegui import Client, ui
from nicegui.slot import Slot

from core.accounts import People, Viewer
from core.db.reading import LOOK_ONLY
from core.errors import MowthosError
from core.ids import new_id
from dashboard.i18n import _, told
from dashboard.session_watch import now_behind

log = structlog.get_logger(__name__)


def open_page() -> Client:
    """The page whose event is handled, even when what was pressed is gone because its place was drawn anew."""
    for slot in reversed(Slot.get_stack()):
        try:
            return slot.parent.client
        except RuntimeError:
            continue
    return ui.context.client  # no slot is left: NiceGUI says why


def confirm_done(words: str) -> None:
    """A toast: only for what the person just did."""
    with open_page():
        ui.notify(words, type="positive", position="bottom-right", progress=False)


def tell_problem(words: str) -> None:
    with open_page():
        ui.notify(words, type="negative", position="bottom-right", timeout=8000, close_button="OK")


def tell_broken(error: Exception) -> None:
    """A toast for a fault of ours on an open page, with the id that stands in the log line of it."""
    problem_id = new_id().hex[-12:]
    log.error("page.event_failed", problem_id=problem_id, exc_info=error)
    tell_problem(
        _("Something broke on our side. Try again; if it stays, tell an admin this id: {id}").format(id=problem_id)
    )


async def attempt(work: Awaitable[object], *, done: str) -> bool:
    """Await ``work`` and toast ``done``; one of the six errors becomes a toast in its words. Whether it worked."""
    try:
        await work
    except MowthosError as error:
        log.info("page.attempt_refused", code=error.code, reason=error.message)
        tell_problem(told(error.message))
        return False
    confirm_done(done)
    return True


async def still_signed_in(people: People, viewer: Viewer) -> bool:
    """Before an act on an open page: its session may have ended since. Asks for a sign-in when it has."""
    if viewer.watcher:
        tell_problem(told(LOOK_ONLY))
        return False
    session_id = now_behind(ui.context.client, viewer).session_id
    if session_id is not None and await people.session_alive(session_id):
        return True
    ui.run_javascript("window.mowthos?.toSignIn()")
    return False
