"""In which language, and with which locale of Babel, whoever is looking is spoken to."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from babel import Locale

SOURCE_LANGUAGE = "en"
LANGUAGES: dict[str, str] = {"en": "English", "de": "Deutsch"}
"""Language code to its own name."""

_language: ContextVar[str | None] = ContextVar("language", default=None)


def current_language() -> str:
    """Of this request or socket; else of the page being built or changed; else the source language."""
    language = _language.get()
    slots = sys.modules.get("nicegui.slot")  # no page is open where NiceGUI is not loaded, as in most commands
    if language is None and slots is not None:
        for slot in reversed(slots.Slot.get_stack()):
            request = slot.parent.client._request
            if request is not None:
                return str(request.scope.get("mowthos.language", SOURCE_LANGUAGE))
    return language or SOURCE_LANGUAGE


def set_language(language: str) -> None:
    """Speak ``language`` for the rest of this task and the tasks it starts."""
    _language.set(language if language in LANGUAGES else SOURCE_LANGUAGE)


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Speak ``language`` inside the block."""
    token = _language.set(language if language in LANGUAGES else SOURCE_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


def locale() -> Locale:
    """For babel's dates and numbers."""
    return Locale.parse(current_language())
