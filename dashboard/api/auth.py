"""Tokens: give one for a password, take it back."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import People, SessionKind, SignInRefused, Viewer
from dashboard.api.bearer import Bearer
from dashboard.api.problems import TooManyFailures, problems
from dashboard.throttle import SignInThrottle


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254)
    password: str = Field(max_length=200, json_schema_extra={"format": "password"})


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"
    expires_in: int = Field(description="Seconds")


def auth_router(people: People, bearer: Bearer, throttle: SignInThrottle) -> APIRouter:
    router = APIRouter(prefix="/auth", tags=["auth"])

    @router.post("/login", responses=problems(422, 429), summary="A bearer token for an email and a password")
    async def login(request: Request, body: Login) -> Token:
        if not throttle.allows(request):
            raise TooManyFailures("too many failed attempts from your network: wait a minute and try again")
        try:
            token, _viewer = await people.sign_in(
                body.email,
                body.password,
                request.headers.get("user-agent", ""),
                kind=SessionKind.TOKEN,
                source="api",
            )
        except SignInRefused:
            throttle.failed(request)
            raise
        return Token(access_token=token, expires_in=people.rules.token_minutes * 60)

    @router.post("/logout", status_code=204, responses=problems(), summary="End the token this call carries")
    async def logout(viewer: Annotated[Viewer, bearer.caller()]) -> Response:
        await people.sign_out(viewer, source="api")
        return Response(status_code=204)

    return router
