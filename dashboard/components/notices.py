"""Telling a person what became of what they just did, and checking that they are still who they were."""

from collections.abc import Awaitable

import structlog
from nicegui import ui

from core.accounts import People, Viewer
from core.errors import MowthosError
from dashboard.i18n import told

log = structlog.get_logger(__name__)


def confirm_done(words: str) -> None:
    """A toast: only for what the person just did."""
    ui.notify(words, type="positive", position="bottom-right", progress=False)


def tell_problem(words: str) -> None:
    ui.notify(words, type="negative", position="bottom-right", timeout=8000, close_button="OK")


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
    """Before an act on an open page: its session may have ended since. Leads to the sign-in page when it has."""
    if viewer.session_id is not None and await people.session_alive(viewer.session_id):
        return True
    ui.run_javascript("window.mowthos?.toSignIn()")
    return False
