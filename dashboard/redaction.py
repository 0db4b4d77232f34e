"""What a log line may not hold: secrets, where people live, where a mower stands. Told by a value's name and its look.

Ids (of requests, commands, mowers, accounts) stay: they are how a line is found, and say nothing by themselves.
"""

import re
from collections.abc import Callable, MutableMapping
from typing import Any

type EventDict = MutableMapping[str, Any]

SECRET_NAMES = re.compile(r"password|token|secret|cookie|authorization|sealed|api_key|signature", re.IGNORECASE)
PLACE_NAMES = re.compile(
    r"^(.*_)?(address|street|latitude|longitude|lat|lon|lng|position|point|coordinates|geometry|polygon|corridor|phone)$",
    re.IGNORECASE,
)
HIDDEN = "(hidden)"
DEEPEST = 8
"""Levels of a nested value that are looked at; what lies deeper is hidden whole."""

_DECIMAL = r"-?\d{1,3}\.\d{4,}"
_STREET = (
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|boulevard|blvd|place|pl|circle|cir|terrace|ter|trail|trl"
    r"|way|parkway|pkwy|highway|hwy)"
)
PATTERNS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 (hidden)"),
    (re.compile(r"\beyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*)?"), "(hidden token)"),
    (re.compile(r"\b(?:sk|rk|pk|whsec|mk)_[A-Za-z0-9_]{8,}"), "(hidden key)"),
    (re.compile(r"(://[^\s/:@]*):[^\s/@]+@"), r"\1:(hidden)@"),
    (re.compile(r"(?i)([?&](?:[\w-]*(?:token|key|secret|signature|password|code))=)[^&\s\"']+"), r"\1(hidden)"),
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{40,}(?![\w-])"), "(hidden token)"),
    (re.compile(rf"{_DECIMAL}[\s,;]+{_DECIMAL}"), "(position)"),
    (re.compile(rf"(?i)\b(lat(?:itude)?|lon(?:gitude)?|lng)(['\"]?\s*[=:]\s*){_DECIMAL}"), r"\1\2(hidden)"),
    (re.compile(r"\b([\w])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)"), r"\1...@\2"),
    (re.compile(r"(?<![\w+])\+\d{8,15}\b"), lambda found: f"+...{found[0][-2:]}"),
    (re.compile(rf"(?i)\b\d{{1,6}}[A-Z]?\s+(?:[\w.'-]+\s+){{1,4}}?{_STREET}\b\.?"), "(address)"),
    (re.compile(r"(?i)\b[\wäöüß.-]*(?:straße|strasse|weg|gasse|allee|platz)\s+\d{1,4}[a-z]?\b"), "(address)"),
)
"""In this order: what is hidden by one is not taken apart by the next."""

NAMED_IN_FULL = frozenset({"account"})
"""Vendor accounts: the operator's own, and what a person must look for; never a household's."""


def redacted(text: str) -> str:
    """The text without what looks like a secret, a place, or a way to reach a person."""
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A structlog processor; applied twice it does no more than once."""
    return {key: value if key in NAMED_IN_FULL else _clean(key, value, 0) for key, value in event.items()}


def redact_line(_logger: Any, _method: str, line: str) -> str:
    """The same for a line that was made into text already."""
    return redacted(line)


def _clean(key: str, value: Any, depth: int) -> Any:
    if value is None:
        return None
    if SECRET_NAMES.search(key) or PLACE_NAMES.match(key) or depth > DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        return {redacted(str(inner)): _clean(str(inner), content, depth + 1) for inner, content in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return "(position)" if _is_position(value) else [_clean("", content, depth + 1) for content in value]
    return value if isinstance(value, int | float) else redacted(str(value))


def _is_position(value: Any) -> bool:
    return len(value) == 2 and all(isinstance(one, float) and abs(one) <= 180 for one in value)
