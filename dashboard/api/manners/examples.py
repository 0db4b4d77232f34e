"""An example for every body of the OpenAPI document: what a field itself states, else what its name and kind say.

So that a reader sees a whole call and a whole answer, and a new field cannot be without one: a test holds each against
its schema.
"""

from typing import Any

UUID = "0197a1c0-7d3e-7000-8000-5b1e9c3f2a10"
BY_NAME: dict[str, Any] = {
    "account": "fleet@mowthos.example", "actor": "dana@elm.example", "address": "14 Elm Street NE, Rochester",
    "bbox": [-92.51, 44.0, -92.49, 44.02], "begins": "09:00", "clear_after_s": 60, "cluster_ids": [UUID],
    "code": "C-0042", "currency": "USD", "device_name": "Luba-VS1A2B3C", "email": "dana@elm.example",
    "ends": "12:30", "event": "alarm.raised", "home_id": 1024, "home_ids": [1024, 1025, 1027, 1031],
    "homes": [1024, 1025], "language": "en", "latitude": 44.0121, "longitude": -92.4998, "max_neighbours": 5,
    "min_neighbours": 3, "minor": 2_500, "minutes": 45, "model": "Luba 2", "most_an_hour": 6,
    "mower": "Luba-VS1A2B3C", "name": "Elm Row", "note": "The hedge is new", "number": "+15075550134",
    "password": "correct horse battery staple", "phone": "+15075550134", "reason": "The gate was locked",
    "speed_m_s": 0.4, "stars": 4, "start_time": "09:30", "time_zone": "America/Chicago", "title": "Mower lifted",
    "weekdays": [1, 3, 5], "what": "Blades changed", "words": "Cut very evenly", "zone_hashes": ["7"],
}  # fmt: skip
"""Of fields that state none themselves."""
BY_FORMAT = {
    "uuid": UUID, "date-time": "2026-06-02T14:30:00Z", "date": "2026-06-02", "time": "09:30:00",
    "email": "dana@elm.example", "uri": "https://mowthos.example/", "password": "correct horse battery staple",
    "binary": "", "duration": "PT45M",
}  # fmt: skip
STATED = ("example", "const")
KINDS: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float), "array": (list,)}


def add_examples(document: dict[str, Any]) -> None:
    """Every JSON body that has none gets one: of each call, and of each answer that is no refusal."""
    schemas = document.get("components", {}).get("schemas", {})
    for item in document["paths"].values():
        for operation in item.values():
            bodies = [operation.get("requestBody", {})]
            bodies += [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            for body in bodies:
                told = body.get("content", {}).get("application/json")
                if told and told.get("schema") and not {"example", "examples"} & set(told):
                    told["example"] = example_of(told["schema"], schemas)


def example_of(schema: dict[str, Any], schemas: dict[str, Any], name: str = "", above: tuple[str, ...] = ()) -> Any:
    """A value that fits. ``above``: the named schemas that it stands within, which end where they come round again."""
    if "$ref" in schema:
        named = schema["$ref"].rpartition("/")[2]
        return None if named in above else example_of(schemas[named], schemas, name, (*above, named))
    stated = [*schema.get("examples", ()), *schema.get("enum", ()), *(schema[key] for key in STATED if key in schema)]
    if name in BY_NAME and _fits(BY_NAME[name], schema):
        stated.append(BY_NAME[name])
    if stated:
        return stated[0]
    for key in ("anyOf", "oneOf", "allOf"):
        choices = [one for one in schema.get(key, ()) if one.get("type") != "null"]
        if choices:
            return example_of(choices[0], schemas, name, above)
    if schema.get("default") is not None:
        return schema["default"]
    return _of_kind(schema, schemas, name, above)


def _of_kind(schema: dict[str, Any], schemas: dict[str, Any], name: str, above: tuple[str, ...]) -> Any:
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return {field: example_of(told, schemas, field, above) for field, told in schema.get("properties", {}).items()}
    if kind == "array":
        within = schema.get("prefixItems") or [schema.get("items", {})] * max(1, schema.get("minItems", 1))
        items = [example_of(one, schemas, name.removesuffix("s"), above) for one in within]
        return [item for item in items if item is not None]
    if kind in ("integer", "number"):
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in schema else 0)
        return max(low, min(1, schema.get("maximum", 1)))
    if kind == "string":
        words = BY_FORMAT.get(schema.get("format", ""), name.replace("_", " ") or "text")
        return words[: schema.get("maxLength", 200)].ljust(schema.get("minLength", 0), "-")
    return True if kind == "boolean" else None


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether the schema, or one of its choices, asks for its kind, and for no format of its own."""
    choices = [one for one in schema.get("anyOf", [schema]) if "format" not in one]
    return any(
        isinstance(value, KINDS.get(one.get("type", ""), ()))
        and (not isinstance(value, list) or _fits(value[0], one.get("items", {})))
        for one in choices
    )
