"""Every visible string passes through here: ``_`` and ``ngettext`` answer in the language of whoever is looking.

English is the source. Other languages are ``assets/locales/<language>/LC_MESSAGES/mowthos.po``, compiled in memory at
first use, so that no compiled catalogue is ever out of date or committed.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, tzinfo
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

from babel import negotiate_locale
from babel.dates import format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_currency_precision

from core.measures import Kind
from core.texts import N_, Amount, Moment, Text
from dashboard.language import (
    LANGUAGES,
    SOURCE_LANGUAGE,
    current_language,
    locale,
    set_language,
    use_language,
)
from dashboard.measures import measured, time_words

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
    "use_zone",
]

LOCALES = Path(__file__).parents[1] / "assets" / "locales"

_zone: ContextVar[tzinfo] = ContextVar("zone", default=UTC)


def _(text: str) -> str:
    """``text`` in the current language."""
    return translations(current_language()).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """The form of the text that fits ``n``; the caller puts the number in."""
    return translations(current_language()).ngettext(one, many, n)


def told(sentence: str) -> str:
    """A sentence that the core made (an error's message, a reason) in the current language; what its template has in
    m or m² is told in the reader's units.

    One that no catalogue has, such as the vendor's own words, stays as it is.
    """
    if isinstance(sentence, Text):
        return _FILL.vformat(_WITH_UNIT.sub(_by_kind, _(sentence.template)), (), sentence.values)
    return _(sentence) if sentence else ""


class _Fill(Formatter):
    """Fills a template: sentences within it are told, too; numbers with ``,`` are written as the language does."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Text):
            return told(value)
        if isinstance(value, Moment):
            return moment_words(value, format_spec or "when")
        if isinstance(value, Amount):
            return amount_words(value)
        if "@" in format_spec:
            spec, _at, unit = format_spec.partition("@")
            return measured(value, KINDS[unit], spec=spec)
        if format_spec.startswith(",") and isinstance(value, int | float):
            decimals = int("0" + format_spec.removeprefix(",").strip(".f"))
            pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
            return str(format_decimal(round(value, decimals), format=pattern, locale=locale()))
        return str(super().format_field(value, format_spec))


_FILL = _Fill()

KINDS = {"m": Kind.LENGTH, "m²": Kind.AREA}
_WITH_UNIT = re.compile(r"\{(\w+)(?::([^}]*))?\} (m²|m)(?!\w)")


def _by_kind(found: re.Match[str]) -> str:
    """``{area:.1f} m²`` as a field of its kind: ``{area:.1f@m²}``."""
    return f"{{{found[1]}:{found[2] or ''}@{found[3]}}}"


def moment_words(moment: Moment, spec: str) -> str:
    """An instant in the current language and zone: ``when``, ``day`` or ``time``."""
    zone, spoken = _zone.get(), locale()
    day = str(format_skeleton("yMMMEd", moment.at, tzinfo=zone, locale=spoken))
    time = time_words(moment.at, zone)
    return {"when": f"{day}, {time}", "day": day, "time": time}[spec]


def amount_words(amount: Amount) -> str:
    """Money as the current language writes it."""
    units = amount.minor / 10 ** get_currency_precision(amount.currency)
    return str(format_currency(units, amount.currency, locale=locale()))


@contextmanager
def use_zone(zone: tzinfo) -> Iterator[None]:
    """Tell instants in ``zone`` inside the block; else they are told in UTC."""
    token = _zone.set(zone)
    try:
        yield
    finally:
        _zone.reset(token)


def negotiate(preferred: Sequence[str]) -> str:
    """The first of the preferred languages (``de-AT``, ``en`` ...) that we speak."""
    return negotiate_locale([tag.replace("-", "_") for tag in preferred], list(LANGUAGES)) or SOURCE_LANGUAGE


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
