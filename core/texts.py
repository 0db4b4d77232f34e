"""Sentences that the core makes and a person may read, in a form that a screen can say in another language.

The core translates nothing and speaks English: a `Text` *is* its English sentence, so logs, JSON, comparisons and
``str(error)`` need know nothing of this module. What a screen needs besides, the template and what fills it, goes with
it. ``dashboard.i18n.told`` says it in the reader's language; ``python -m dashboard.catalogue`` finds the templates.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Self


def N_(text: str) -> str:
    """Marks a fixed sentence for translation; the screen that shows it asks for the reader's language."""
    return text


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant (aware) within a `Text`. A screen says it in its reader's language and zone: ``{at:when}``,
    ``{at:day}`` or ``{at:time}``; in English by itself, and in UTC."""

    at: datetime

    def __format__(self, spec: str) -> str:
        return self.at.astimezone(UTC).strftime(_MOMENTS[spec or "when"])


@dataclass(frozen=True, slots=True)
class Amount:
    """Money within a `Text`: ``minor`` units (cents) of ``currency`` (ISO 4217), written as its reader writes money."""

    minor: int
    currency: str

    def __format__(self, spec: str) -> str:
        return f"{self.minor / 100:,.2f} {self.currency}"


_MOMENTS = {"when": "%a %d %b %Y, %H:%M UTC", "day": "%a %d %b %Y", "time": "%H:%M UTC"}


class Text(str):
    """``template`` filled with ``values``, by ``str.format``. A value that is a `Text` is a sentence of its own and is
    translated, too, a `Moment` and an `Amount` are written for their reader; any other value (a name, a number) stands
    as it is. Frozen."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        text = super().__new__(cls, template.format(**values))
        object.__setattr__(text, "template", template)
        object.__setattr__(text, "values", MappingProxyType(values))
        return text

    def __setattr__(self, name: str, _value: object) -> None:
        raise AttributeError(f"a Text does not change: {name}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.template, dict(self.values))


def sentence(text: str) -> Text:
    """A fixed sentence as a `Text`, so that it is translated where it stands within another."""
    return text if isinstance(text, Text) else Text(text.replace("{", "{{").replace("}", "}}"))


def joined(sentences: Iterable[str], separator: str = " ") -> str:
    """Several sentences as one; each is translated by itself."""
    parts = {f"part{number}": sentence(part) for number, part in enumerate(sentences)}
    if len(parts) == 1:
        return next(iter(parts.values()))
    return Text(separator.join(f"{{{name}}}" for name in parts), **parts)


def kept(text: str, *, most: int | None = None) -> str:
    """The sentence as a database keeps it: itself, or, where it has values, JSON that `recalled` understands.

    What would be longer than ``most`` characters is kept as the English sentence, cut there.
    """
    if isinstance(text, Text) and text.values:
        stored = json.dumps(_plain(text), ensure_ascii=False)
        if most is None or len(stored) <= most:
            return stored
    return str(text)[:most]


def recalled(text: str) -> str:
    """What `kept` was given; a text that `kept` did not make is returned as it is."""
    if not text.startswith(_MARK):
        return text
    try:
        revived: str = _revived(json.loads(text))
    except (ValueError, LookupError, TypeError, AttributeError):
        return text
    return revived


_MARK = '{"template": '


def _made(template: str, values: dict[str, Any]) -> Text:
    return Text(template, **values)


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        return {"template": value.template, "values": {name: _plain(inner) for name, inner in value.values.items()}}
    if isinstance(value, Moment):
        return {"moment": value.at.astimezone(UTC).isoformat()}
    if isinstance(value, Amount):
        return {"minor": value.minor, "currency": value.currency}
    return value if value is None or isinstance(value, int | float) else str(value)


def _revived(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "moment" in value:
        return Moment(datetime.fromisoformat(value["moment"]))
    if "minor" in value:
        return Amount(value["minor"], value["currency"])
    return _made(value["template"], {name: _revived(inner) for name, inner in value["values"].items()})
