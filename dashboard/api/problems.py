"""Every error as ``application/problem+json`` (RFC 9457), with our stable ``code`` beside the HTTP status.

Titles, details and reasons are English, whoever asks: programs go by ``code``, and screens have their own words.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from core.accounts import RefreshRefused, SecondStepNeeded, SignInRefused
from core.errors import Conflict, Invalid, MowthosError, NeedsHuman, NotAllowed, NotFound, Unavailable
from dashboard.logs import current_request_id

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 10
STATUS: dict[type[MowthosError], int] = {
    NotFound: 404,
    Invalid: 422,
    Conflict: 409,
    NotAllowed: 403,
    Unavailable: 503,  # trying again may help: Retry-After says when
    NeedsHuman: 424,  # trying again cannot: what we depend on waits for a person
}


class FieldProblem(BaseModel):
    """One wrong field of a request."""

    field: str = Field(description="Path of the field, such as body.email or query.radius_m")
    detail: str


class Problem(BaseModel):
    """An error answer."""

    type: str = Field("about:blank", description="Always about:blank: status and code say what kind it is")
    title: str = Field(description="The status in words")
    status: int
    detail: str = Field(description="What was wrong, in plain words")
    code: str = Field(description="not_found, invalid, conflict, not_allowed, unavailable, needs_human, ...")
    instance: str = Field(description="The path asked for")
    reasons: list[str] = Field(default_factory=list, description="The separate causes, when there are several")
    errors: list[FieldProblem] = Field(default_factory=list, description="The wrong fields of a request")
    request_id: str = Field("", description="Finds the log lines of this request")


class Unauthorised(Exception):
    """No bearer token, or one that is unknown or over."""


class TooManyFailures(MowthosError):
    """A network address failed to sign in too often within the last minute."""

    code = "too_many_failures"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route for its error statuses, for the OpenAPI document."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in (400, 401, *statuses)
    }


def install_problems(api: FastAPI) -> None:
    """Answer every exception of ``api`` as a problem."""

    @api.exception_handler(MowthosError)
    async def of_ours(request: Request, error: MowthosError) -> JSONResponse:
        status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
        headers, extra = {}, {}
        if isinstance(error, SignInRefused):
            status = 401 if error.retry_at is None else 429
            headers["WWW-Authenticate"] = "Bearer"
        if isinstance(error, RefreshRefused | SecondStepNeeded):
            status, headers["WWW-Authenticate"] = 401, "Bearer"
        if isinstance(error, TooManyFailures):
            status, headers["Retry-After"] = 429, "60"
        if isinstance(error, Unavailable):
            headers["Retry-After"] = str(RETRY_SECONDS)
        if (record := getattr(error, "record", None)) is not None:
            extra["command"] = record
        return problem(
            request, status, error.message, code=error.code, reasons=error.reasons, headers=headers, extra=extra
        )

    @api.exception_handler(Unauthorised)
    async def of_token(request: Request, _error: Unauthorised) -> JSONResponse:
        detail = "a bearer token is needed, and the one given (if any) is unknown or over: POST /auth/login gives one"
        return problem(request, 401, detail, code="unauthorised", headers={"WWW-Authenticate": "Bearer"})

    @api.exception_handler(RequestValidationError)
    async def of_validation(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [
            FieldProblem(field=".".join(str(part) for part in found["loc"]), detail=found["msg"])
            for found in error.errors()
        ]
        detail = "; ".join(f"{one.field}: {one.detail}" for one in wrong)
        return problem(request, 422, detail, code="invalid", errors=wrong)

    @api.exception_handler(HTTPException)
    async def of_http(request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "method_not_allowed", 400: "invalid"}.get(error.status_code, "error")
        return problem(request, error.status_code, str(error.detail), code=code, headers=error.headers)

    @api.exception_handler(Exception)
    async def of_a_bug(request: Request, error: Exception) -> JSONResponse:
        log.error("api.failed", path=request.url.path, exc_info=error)
        return problem(request, 500, "something broke on our side; request_id finds the log line", code="internal")


def problem(
    request: Request,
    status: int,
    detail: str,
    *,
    code: str,
    reasons: Sequence[str] = (),
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """One problem document; ``extra`` adds members of its own kind."""
    document = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        instance=request.url.path,
        reasons=list(reasons),
        errors=list(errors),
        request_id=current_request_id(),
    )
    content = document.model_dump(mode="json") | dict(extra or {})
    return JSONResponse(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)
