"""What the manners add to the OpenAPI document: their headers, parameters and refusals, on every operation."""

from typing import Any

from dashboard.api.manners.examples import add_examples
from dashboard.api.problems import MEDIA_TYPE

PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Under the same key a call is carried out once: its first answer comes again, for 24 h",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]{1,200}$"},
    "example": "0197a1c0-7d3e-7000-8000-5b1e9c3f2a10",
}
PAGES = (
    {
        "name": "page_size",
        "in": "query",
        "required": False,
        "description": "Items in one answer; the Link header leads to the next. Without it: all of them",
        "schema": {"type": "integer", "minimum": 1, "maximum": 1000},
        "example": 50,
    },
    {
        "name": "cursor",
        "in": "query",
        "required": False,
        "description": "Of the Link header of the answer before",
        "schema": {"type": "string", "maxLength": 300},
    },
)
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an earlier answer: 304 when it still holds",
    "schema": {"type": "string", "maxLength": 200},
}
NUMBER = {"schema": {"type": "integer", "minimum": 0}}
RATES = {
    "RateLimit-Limit": {"description": "Calls in a window", **NUMBER},
    "RateLimit-Remaining": {"description": "Calls left in it", **NUMBER},
    "RateLimit-Reset": {"description": "Seconds until the oldest call counts no more", **NUMBER},
}


def complete_document(document: dict[str, Any]) -> None:
    """Every operation learns of the limit; POST of the key of repetition; GET of tags and, for lists, of pages.
    Every body has an example."""
    for item in document["paths"].values():
        for method, operation in item.items():
            _operation(method, operation)
    add_examples(document)


def _operation(method: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    answers.setdefault("429", {"description": "Too many calls", "content": PROBLEM})
    for status, answer in answers.items():
        if status == "422" and "application/json" in answer.get("content", {}):
            answer["content"] = PROBLEM
    good = [answer for status, answer in answers.items() if status.startswith("2")]
    for answer in (*good, answers["429"]):
        answer.setdefault("headers", {}).update(RATES)
    parameters = operation.setdefault("parameters", [])
    known = {parameter["name"].lower() for parameter in parameters}
    if method == "post" and operation.get("security"):
        if "idempotency-key" not in known:
            parameters.append(IDEMPOTENCY)
        for status, words in (("409", "Conflict"), ("422", "Unprocessable Entity")):
            answers.setdefault(status, {"description": words, "content": PROBLEM})
    if method == "get" and (schema := _json_of(answers)) is not None:
        answers["304"] = {"description": "As it was when the ETag was given"}
        parameters.append(IF_NONE_MATCH)
        if operation.pop("x-pages", False) or schema.get("type") == "array":
            parameters.extend(PAGES)
        answers.setdefault("422", {"description": "Unprocessable Entity", "content": PROBLEM})


def _json_of(answers: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of a JSON answer, if it is one."""
    schema: dict[str, Any] | None = answers.get("200", {}).get("content", {}).get("application/json", {}).get("schema")
    return schema
