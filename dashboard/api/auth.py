"""Signing in: tokens for a password, the next for a refresh token, who one is, and one's sessions."""

from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import (
    AccountMail,
    People,
    RefreshRefused,
    Right,
    Role,
    SelfService,
    SessionKind,
    SessionView,
    SignInRefused,
    TokenPair,
    Tokens,
    Viewer,
)
from core.errors import NotFound, Unavailable
from dashboard.api.bearer import Bearer
from dashboard.api.problems import TooManyFailures, problems
from dashboard.throttle import AskThrottle, SignInThrottle


class Registering(Protocol):
    """`dashboard.join.desk.JoinStart` is one: it makes and sends the mail that proves an address."""

    accounts: SelfService

    def ready(self) -> None:
        """``Unavailable`` where no mail can be sent."""

    async def send(self, mail: AccountMail | None) -> None: ...

    async def claim(self, viewer: Viewer, home_id: int) -> None: ...

    async def join(self, viewer: Viewer, home_id: int, cluster_id: UUID) -> None: ...

    async def came_by(self, viewer: Viewer, lot_id: UUID, code: str) -> None: ...


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254, examples=["dana@elm.example"])
    password: str = Field(
        max_length=200, json_schema_extra={"format": "password"}, examples=["correct horse battery staple"]
    )
    code: str = Field(
        "",
        max_length=64,
        description="Of the second factor, where there is one: the app's or a recovery code",
        examples=["492039"],
    )


class Register(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254, examples=["nora@elm.example"])
    name: str = Field(max_length=120, examples=["Nora Neighbour"])
    language: str = Field("en", max_length=10, examples=["en"])
    agreed: str = Field("", max_length=40, description="Version of the terms they agreed to, where there are any")


class Registered(BaseModel):
    detail: str = "if the address is new, a mail with a link is on its way: the account begins there"


class Refresh(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refresh_token: str = Field(max_length=200)


class Token(BaseModel):
    access_token: str = Field(description="A JWT (ES256), to be sent as a bearer token")
    token_type: str = "bearer"
    expires_in: int = Field(description="Seconds the access token lives", examples=[900])
    refresh_token: str = Field(description="Good once, for the next pair; used twice, the session ends")

    @classmethod
    def of(cls, pair: TokenPair) -> "Token":
        return cls(access_token=pair.access, expires_in=pair.expires_in, refresh_token=pair.refresh)


class Me(BaseModel):
    """Who calls, and what they may."""

    id: UUID
    email: str
    name: str
    role: Role
    language: str
    rights: list[Right] = Field(description="With an API key: those of its scopes that the role holds")
    api_key_id: UUID | None


class SessionOut(BaseModel):
    id: UUID
    kind: SessionKind
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    user_agent: str
    current: bool = Field(description="The one this call came with")

    @classmethod
    def of(cls, view: SessionView, viewer: Viewer) -> "SessionOut":
        told = {name: getattr(view, name) for name in cls.model_fields if name != "current"}
        return cls(**told, current=view.id == viewer.session_id)


class KeySet(BaseModel):
    keys: list[dict[str, Any]]


def auth_router(
    *,
    people: People,
    tokens: Tokens,
    bearer: Bearer,
    throttle: SignInThrottle,
    asking: AskThrottle,
    registering: Registering | None,
) -> APIRouter:
    router = APIRouter(prefix="/auth", tags=["auth"])

    @router.post("/register", status_code=202, responses=problems(422, 429, 503), summary="Ask for an account by mail")
    async def register(request: Request, body: Register, after: BackgroundTasks) -> Registered:
        """The answer is the same whether the address has an account or not; a password is chosen by the mail's link."""
        if registering is None:
            raise Unavailable("no mail is set up here: ask your operator for an account")
        registering.ready()
        if not await asking.hit(request):
            raise TooManyFailures("too many mails were asked for from your network: try again in an hour")
        mail = await registering.accounts.sign_up(
            email=body.email, name=body.name, language=body.language, agreed=body.agreed
        )
        after.add_task(registering.send, mail)
        return Registered()

    @router.post("/login", responses=problems(422, 429), summary="Tokens for an email and a password")
    async def login(request: Request, body: Login) -> Token:
        if not await throttle.allows(request):
            raise TooManyFailures("too many failed attempts from your network: wait a minute and try again")
        try:
            agent = request.headers.get("user-agent", "")
            return Token.of(await tokens.login(body.email, body.password, code=body.code, user_agent=agent))
        except SignInRefused:
            await throttle.failed(request)
            raise

    @router.post("/refresh", responses=problems(422, 429), summary="The next pair of tokens")
    async def refresh(request: Request, body: Refresh) -> Token:
        if not await throttle.allows(request):
            raise TooManyFailures("too many failed attempts from your network: wait a minute and try again")
        try:
            return Token.of(await tokens.refresh(body.refresh_token))
        except RefreshRefused:
            await throttle.failed(request)
            raise

    @router.post("/logout", status_code=204, responses=problems(403), summary="End the session of this call's token")
    async def logout(viewer: Annotated[Viewer, bearer.person()]) -> Response:
        await people.sign_out(viewer, source="api")
        return Response(status_code=204)

    @router.get("/me", responses=problems(), summary="Who calls, and what they may")
    async def me(viewer: Annotated[Viewer, bearer.caller()]) -> Me:
        return Me(
            id=viewer.person_id,
            email=viewer.email,
            name=viewer.name,
            role=viewer.role,
            language=viewer.language,
            rights=sorted(right for right in Right if viewer.may(right)),
            api_key_id=viewer.key_id,
        )

    @router.get("/session", responses=problems(403, 404), summary="The session of this call's token")
    async def session(viewer: Annotated[Viewer, bearer.person()]) -> SessionOut:
        for one in await people.sessions(viewer.person_id):
            if one.id == viewer.session_id:
                return SessionOut.of(one, viewer)
        raise NotFound("that session is over already")

    @router.get("/sessions", responses=problems(403), summary="One's live sessions, last used first")
    async def sessions(viewer: Annotated[Viewer, bearer.person()]) -> list[SessionOut]:
        return [SessionOut.of(one, viewer) for one in await people.sessions(viewer.person_id)]

    @router.delete(
        "/sessions", status_code=204, responses=problems(403), summary="End all of one's sessions, this one as well"
    )
    async def end_all(viewer: Annotated[Viewer, bearer.person()]) -> Response:
        await people.revoke(viewer.person_id, by=viewer)
        return Response(status_code=204)

    @router.delete(
        "/sessions/{session_id}", status_code=204, responses=problems(403, 404, 422), summary="End one of them"
    )
    async def end_one(session_id: UUID, viewer: Annotated[Viewer, bearer.person()]) -> Response:
        if session_id not in {one.id for one in await people.sessions(viewer.person_id)}:
            raise NotFound("that session is over already")
        await people.revoke_session(session_id, by=viewer)
        return Response(status_code=204)

    @router.get("/jwks", responses=problems(), summary="The public keys of access tokens (RFC 7517)")
    async def jwks() -> KeySet:
        return KeySet(keys=(await tokens.keys.public())["keys"])

    return router
