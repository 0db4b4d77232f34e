"""Stripe's form encoding: ``items[0][price]=p`` read into nested dictionaries and lists; values stay text."""

import re
from typing import Any
from urllib.parse import parse_qsl

from external.stripe.simulator.faults import ApiError, required, wrong

type Doc = dict[str, Any]

_KEYS = re.compile(r"\[([^\]]*)\]")


def parsed(body: str) -> Doc:
    """The parameters of a request body or query string."""
    tree: Doc = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        head, *rest = [name.split("[", 1)[0], *_KEYS.findall(name)]
        spot, key = tree, head
        for part in rest:
            spot = spot.setdefault(key, {})
            if not isinstance(spot, dict):
                raise ApiError(f"Invalid nesting: {name}")
            key = part if part else str(len(spot))
        spot[key] = value
    return {name: _listed(value) for name, value in tree.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(item) for name, item in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def whole(params: Doc, name: str, default: int | None = None) -> int | None:
    """A whole number, or ``default`` where it is absent."""
    if name not in params:
        return default
    try:
        return int(params[name])
    except (TypeError, ValueError):
        raise wrong(name, f"Invalid integer: {params[name]}") from None


def needed(params: Doc, name: str) -> Any:
    if params.get(name) in (None, ""):
        raise required(name)
    return params[name]


def flag(params: Doc, name: str, default: bool = False) -> bool:
    value = params.get(name, default)
    if value in ("true", True):
        return True
    if value in ("false", False):
        return False
    raise wrong(name, f"Invalid boolean: {value}", "parameter_invalid_boolean")


def many(value: Any) -> list[Any]:
    """A list parameter; the empty text (which clears) is an empty list."""
    return value if isinstance(value, list) else []


def with_metadata(kept: Doc | None, params: Doc) -> Doc:
    """Metadata merged as Stripe does: an empty value removes its key, an empty text all of them."""
    given = params.get("metadata")
    if given == "":
        return {}
    merged = dict(kept or {}) | (given or {})
    return {name: value for name, value in merged.items() if value != ""}
