"""Bodies that no client of ours would send, at every route that takes one: never a fault, never our insides."""

import json
import random
import re
from typing import Any

import pytest

from core.accounts import Role
from tests.dashboard.api.conftest import Api
from tests.proofs import SEED, cases, record

BODIES = cases(sample=300, full=10_000)
INSIDES = ("Traceback", "sqlalchemy", "site-packages", "sqlite3.", 'File "')
STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 1e308, "", "x" * 5_000, "\u0000", "\ud83d\ude00", "' OR 1=1 --", "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>", "../../etc/passwd", "{{7*7}}", "%s%n", [], {}, [[]] * 50, {"": None}, "2026-02-30",
    "9999-12-31T23:59:59Z", "00000000-0000-0000-0000-000000000000", {"type": "Polygon", "coordinates": [[[1e9, "a"]]]},
)  # fmt: skip
RAW = (b"", b"{", b"[" * 2_000, b"\xff\xfe\x00", b'{"a":NaN}', b"null", b'{"a":1,"a":2}', b"\x00" * 100)


def routes(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and named properties of every route that takes a body."""
    found = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {})
            if content and path != "/auth/logout":
                schema = next(iter(content.values())).get("schema", {})
                name = schema.get("$ref", "").rsplit("/", 1)[-1]
                found.append((method, path, document["components"]["schemas"].get(name, {}).get("properties", {})))
    return found


def body(chance: random.Random, properties: dict[str, Any]) -> bytes:
    """Broken bytes, a strange value, or an object whose fields hold strange values."""
    kind = chance.random()
    if kind < 0.15:
        return chance.choice(RAW)
    if kind < 0.3 or not properties:
        return json.dumps(chance.choice(STRANGE)).encode()
    fields = {name: chance.choice(STRANGE) for name in properties if chance.random() < 0.9}
    return json.dumps(fields | ({"more": chance.choice(STRANGE)} if kind > 0.9 else {})).encode()


@pytest.mark.prove
async def test_no_body_breaks_a_route_or_shows_our_insides(api: Api, request: pytest.FixtureRequest) -> None:
    chance, headers = random.Random(SEED), await api.as_(Role.ADMIN)
    taking = routes((await api.client.get("/openapi.json")).json())
    assert len(taking) > 40
    answers: dict[int, int] = {}
    for number in range(BODIES):
        method, path, properties = taking[number % len(taking)]
        address = re.sub(r"\{[^}]*\}", lambda _: chance.choice(["1", "Luba-ELM", "x"]), path)
        kind = {"content-type": chance.choice(["application/json", "application/json", "text/csv", "x"])}
        content = body(chance, properties)
        answer = await api.client.request(method, address, content=content, headers=headers | kind)
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
        assert answer.status_code < 500 or answer.status_code == 503, (
            method,
            address,
            content[:200],
            answer.text[:500],
        )
        assert not any(word in answer.text for word in INSIDES), (method, address, content[:200])
    record(request, f"{BODIES:,} bodies at {len(taking)} routes; answers by status {dict(sorted(answers.items()))}")
