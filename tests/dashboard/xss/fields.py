"""Every field of the API's bodies into which a person can write what they like, read from its own document."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

PROBE = "<img src=x>"
"""A pattern that lets this pass keeps nothing out."""
PREFIX = "#/components/schemas/"


def text_fields(document: Mapping[str, Any]) -> dict[str, int | None]:
    """``Model.field`` of every body to the longest text it takes: strings without a list of values or a format, whose
    pattern, if any, lets HTML pass."""
    schemas, found = document["components"]["schemas"], dict[str, int | None]()
    for name in _models(document):
        for field, schema in schemas[name].get("properties", {}).items():
            for text in _texts(schema, schemas):
                found[f"{name}.{field}"] = text.get("maxLength")
    return found


def _models(document: Mapping[str, Any]) -> set[str]:
    schemas, found = document["components"]["schemas"], set[str]()
    waiting = [
        content["schema"]
        for item in document["paths"].values()
        for operation in item.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    while waiting:
        for name in _named(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(schemas[name])
    return found


def _named(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].removeprefix(PREFIX)
        for value in part.values():
            yield from _named(value)
    elif isinstance(part, list):
        for value in part:
            yield from _named(value)


def _texts(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The free texts of a property: its own, of one of its alternatives, of its items."""
    if "$ref" in schema:
        named = schemas[schema["$ref"].removeprefix(PREFIX)]
        if named.get("type") == "string":
            yield from _texts(named, schemas)
    for other in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from _texts(other, schemas)
    if schema.get("type") == "array":
        yield from _texts(schema.get("items", {}), schemas)
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        yield from _texts(schema["additionalProperties"], schemas)
    if schema.get("type") == "string" and not {"enum", "const", "format"} & set(schema):
        pattern = schema.get("pattern")
        if pattern is None or re.search(pattern, PROBE):
            yield schema
