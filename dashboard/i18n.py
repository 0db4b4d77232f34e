"""Every visible string passes through here: ``_`` and ``ngettext`` answer in the language of whoever is looking.

English is the source. Other languages are ``assets/locales/<language>/LC_MESSAGES/mowthos.po``, compiled in memory at
first use, so that no compiled catalogue is ever out of date or committed.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from core.texts import N_, Text

__all__ = [
    "LANGUAGES",
    "LOCALES",
    "N_",
    "SOURCE_LANGUAGE",
    "_",
    "catalogue_path",
    "current_language",
    "locale",
    "negotiate",
    "ngettext",
    "set_language",
    "told",
    "translations",
    "use_language",
]

SOURCE_LANGUAGE = "en"
LANGUAGES: dict[str, str] = {"en": "English", "de": "Deutsch"}
"""Language code to its own name."""

LOCALES = Path(__file__).parents[1] / "assets" / "locales"

_language: ContextVar[str | None] = ContextVar("language", default=None)


def _(text: str) -> str:
    """``text`` in the current language."""
    return translations(current_language()).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """The form of the text that fits ``n``; the caller puts the number in."""
    return translations(current_language()).ngettext(one, many, n)


def told(sentence: str) -> str:
    """A sentence that the core made (an error's message, a reason) in the current language.

    One that no catalogue has, such as the vendor's own words, stays as it is.
    """
    if isinstance(sentence, Text):
        return _FILL.vformat(_(sentence.template), (), sentence.values)
    return _(sentence) if sentence else ""


class _Fill(Formatter):
    """Fills a template: sentences within it are told, too; numbers with ``,`` are written as the language does."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Text):
            return told(value)
        if format_spec.startswith(",") and isinstance(value, int | float):
            decimals = int("0" + format_spec.removeprefix(",").strip(".f"))
            pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
            return str(format_decimal(round(value, decimals), format=pattern, locale=locale()))
        return str(super().format_field(value, format_spec))


_FILL = _Fill()


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


def negotiate(preferred: Sequence[str]) -> str:
    """The first of the preferred languages (``de-AT``, ``en`` ...) that we speak."""
    return negotiate_locale([tag.replace("-", "_") for tag in preferred], list(LANGUAGES)) or SOURCE_LANGUAGE


def locale() -> Locale:
    """For babel's dates and numbers."""
    return Locale.parse(current_language())


@lru_cache
def translations(language: str) -> NullTranslations:
    """The compiled catalogue of a language; the source language needs none."""
    path = catalogue_path(language)
    if language == SOURCE_LANGUAGE or not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def catalogue_path(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "mowthos.po"
