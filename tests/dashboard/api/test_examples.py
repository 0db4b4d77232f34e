"""Every body of the OpenAPI document has an example, and the example fits its schema."""

from typing import Any

from jsonschema import Draft202012Validator

from tests.dashboard.api.conftest import Api


def told(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each JSON body of a call or of an answer that is no refusal, by operation."""
    found = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            bodies = {"asks": operation.get("requestBody", {})}
            bodies |= {status: one for status, one in operation["responses"].items() if status.startswith("2")}
            for word, body in bodies.items():
                if (content := body.get("content", {}).get("application/json")) is not None:
                    found[f"{method.upper()} {path} {word}"] = content
    return found


async def test_every_body_has_an_example_that_fits_its_schema(api: Api) -> None:
    document = (await api.client.get("/openapi.json")).json()
    bodies = told(document)
    wrong = {}
    for name, content in bodies.items():
        if not content.get("schema"):
            continue
        assert "example" in content or "examples" in content, name
        schema = content["schema"] | {"components": document["components"]}
        value = content.get("example")
        if problems := [
            f"{one.json_path}: {one.message[:90]}" for one in Draft202012Validator(schema).iter_errors(value)
        ]:
            wrong[name] = problems[:3]
    assert wrong == {}
    assert len(bodies) > 250
