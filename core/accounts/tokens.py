"""What programs sign in with: short access tokens that anyone can check, and refresh tokens that are used once.

A login opens a session; its access tokens (JWT) name it, and each refresh token leads to the next pair. A refresh
token that comes twice was copied: the whole session ends (RFC 9700, 4.14.2). The session's row decides over access
tokens, too, so that one that was revoked is refused at once and not only when it runs out.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from sqlalchemy import update
from sqlmodel import col, select

from core.accounts.people import People
from core.accounts.sessions import SessionKind, hashed, is_alive, lifetime, new_secret
from core.accounts.tables import SignInSession
from core.accounts.token_keys import ALGORITHM, SigningKeys
from core.accounts.token_tables import RefreshToken
from core.accounts.viewer import Viewer
from core.clock import Clock
from core.db import Database
from core.errors import NotAllowed
from core.ids import new_id
from core.ports import SecretBox

ISSUER, AUDIENCE = "mowthos", "mowthos-api"
TYPE = "at+jwt"  # RFC 9068


class RefreshRefused(NotAllowed):
    """The refresh token is unknown, over, or was used before."""

    code = "refresh_refused"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Both secrets, shown once; ``expires_in`` is the access token's life in seconds."""

    access: str
    refresh: str
    expires_in: int
    viewer: Viewer


class Tokens:
    """Logs programs in, and says who stands behind an access token."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        people: People,
        box: SecretBox,
    ) -> None:
        self._database, self._clock, self._people = database, clock, people
        self._life = timedelta(minutes=people.rules.token_minutes)
        self.keys = SigningKeys(database, clock, box, keep=self._life)

    async def login(self, email: str, password: str, *, code: str = "", user_agent: str = "") -> TokenPair:
        """A pair for a password, and for the code of the second factor where there is one; `SignInRefused` or
        `SecondStepNeeded` otherwise, and then nothing stays open."""
        _secret, viewer = await self._people.sign_in(
            email, password, user_agent, kind=SessionKind.PROGRAM, source="api", code=code
        )
        assert viewer.session_id is not None
        return await self._pair(viewer)

    async def refresh(self, secret: str) -> TokenPair:
        """The next pair. A token that was used before ends its whole session."""
        now = self._clock.now()
        async with self._database.session() as session:
            query = (
                select(RefreshToken, SignInSession)
                .join(SignInSession, col(SignInSession.id) == col(RefreshToken.session_id))
                .where(RefreshToken.token_hash == hashed(secret))
            )
            found = (await session.exec(query)).first()
            if found is None or not is_alive(found[1], now) or found[0].expires_at <= now:
                raise RefreshRefused("the refresh token is unknown or over: sign in again")
            mine = update(RefreshToken).where(col(RefreshToken.id) == found[0].id, col(RefreshToken.used_at).is_(None))
            first = (await session.exec(mine.values(used_at=now))).rowcount == 1
        viewer = await self._viewer(found[1])
        if viewer is None:
            raise RefreshRefused("the account is closed")
        if not first:
            await self._people.end_copied(viewer)
            raise RefreshRefused("this refresh token was used before: its session has ended, sign in again")
        return await self._pair(viewer)

    async def viewer(self, token: str) -> Viewer | None:
        """Who an access token stands for; ``None`` when it is not ours, too old, or its session is over."""
        claims = await self._claims(token)
        if claims is None:
            return None
        viewer = await self._people.viewer_for_session(UUID(claims["sid"]))
        return None if viewer is None else replace(viewer, expires_at=_moment(claims["exp"], self._clock.now()))

    async def _claims(self, token: str) -> dict[str, str] | None:
        kid = _kid(token)
        pair = None if kid is None else await self.keys.by_kid(kid)
        if pair is None:
            return None
        wanted = jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock.now().timestamp()),
            leeway=0,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
            sid={"essential": True},
        )
        try:
            found = jwt.decode(token, pair.jwk, algorithms=[ALGORITHM])
            wanted.validate(found.claims)
            UUID(found.claims["sid"])
        except (JoseError, ValueError):
            return None
        return found.claims if found.header.get("typ") == TYPE else None

    async def _pair(self, viewer: Viewer) -> TokenPair:
        now, rules = self._clock.now(), self._people.rules
        assert viewer.session_id is not None
        secret = new_secret()
        async with self._database.session() as session:
            row = await session.get_one(SignInSession, viewer.session_id)
            row.seen_at, row.expires_at = now, lifetime(SessionKind.PROGRAM, row.created_at, now, rules)
            session.add(row)
            session.add(
                RefreshToken(session_id=row.id, token_hash=hashed(secret), created_at=now, expires_at=row.expires_at)
            )
        life = min(self._life, row.expires_at - now)
        access = await self._signed(viewer, now, now + life)
        return TokenPair(access, secret, int(life.total_seconds()), replace(viewer, expires_at=now + life))

    async def _signed(self, viewer: Viewer, now: datetime, until: datetime) -> str:
        pair = await self.keys.newest()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(viewer.person_id),
            "sid": str(viewer.session_id),
            "iat": int(now.timestamp()),
            "exp": int(until.timestamp()),
            "jti": new_id().hex,
        }
        return jwt.encode({"alg": ALGORITHM, "kid": pair.kid, "typ": TYPE}, claims, pair.jwk)

    async def _viewer(self, row: SignInSession) -> Viewer | None:
        return await self._people.viewer_of(row.person_id, row)


def looks_signed(token: str) -> bool:
    """Whether a bearer token has the three parts of a JWT; our other tokens have no dot."""
    return token.count(".") == 2


def _kid(token: str) -> str | None:
    from joserfc import jws  # noqa: PLC0415

    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return None
    return kid if isinstance(kid, str) else None


def _moment(seconds: object, now: datetime) -> datetime:
    return datetime.fromtimestamp(float(str(seconds)), now.tzinfo)
