"""Every error is a problem document, whatever went wrong."""

import pytest

from core.accounts import Role
from dashboard.api.problems import MEDIA_TYPE
from tests.dashboard.api.conftest import Api


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "not_found"),
        ("DELETE", "/mowers", 405, "method_not_allowed"),
        ("GET", "/mowers", 401, "unauthorised"),
        ("POST", "/auth/login", 422, "invalid"),
    ],
)
async def test_every_error_is_a_problem_document(api: Api, method: str, path: str, status: int, code: str) -> None:
    answer = await api.client.request(method, path)
    problem = answer.json()
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["instance"] == f"/api/v1{path}"
    assert problem["detail"]


async def test_a_bug_answers_500_without_telling_its_insides(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    api.accounts.fails = ZeroDivisionError("the insides")  # type: ignore[assignment]
    answer = await api.client.post("/fleet/accounts", json={"account": "a", "password": "b"}, headers=header)
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "the insides" not in answer.text


async def test_the_openapi_document_names_the_bearer_scheme_and_the_problem_schema(api: Api) -> None:
    document = (await api.client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert {"status", "code", "reasons", "errors"} <= set(document["components"]["schemas"]["Problem"]["properties"])
    assert MEDIA_TYPE in document["paths"]["/mowers"]["get"]["responses"]["401"]["content"]
