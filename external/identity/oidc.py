"""OpenID Connect, authorization code flow with PKCE, any provider by discovery
(https://openid.net/specs/openid-connect-core-1_0.html, https://openid.net/specs/openid-connect-discovery-1_0.html).

authlib speaks the protocol, joserfc verifies the token. A provider's documents are read once and then every hour; its
keys again at once when a token names one we do not know: providers roll their keys.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from warnings import catch_warnings, simplefilter

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning

from core.accounts import Identity
from core.clock import Clock
from core.errors import NeedsHuman, NotAllowed, Unavailable
from core.texts import N_
from external.identity.tokens import UnknownKey, verified_claims

with catch_warnings():  # authlib would rather have httpx2, which nothing else here uses
    simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client

SCOPE = "openid email profile"
KEEP = timedelta(hours=1)
TIMEOUT_S = 10.0
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
STRONG = frozenset({"mfa", "otp", "hwk", "fpt", "face", "sc"})
"""Ways of signing in (RFC 8176) that are a second factor by themselves."""


class OidcProvider:
    """One provider and our registration there. ``role_claim`` names the claim that lists a person's groups."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        clock: Clock,
        name: str = "",
        role_claim: str = "groups",
    ) -> None:
        self._issuer, self._client_id, self._secret = issuer.rstrip("/"), client_id, client_secret
        self._clock, self._role_claim = clock, role_claim
        self.name = name or urlsplit(issuer).hostname or issuer
        self._documents: tuple[float, dict[str, Any], dict[str, Any]] | None = None
        self._reading = asyncio.Lock()

    async def address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign on. ``Unavailable`` when the provider does not answer."""
        about, _keys = await self._read()
        async with self._client(redirect_uri) as client:
            url, _state = client.create_authorization_url(
                about["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    async def identity(self, *, redirect_uri: str, code: str, nonce: str, verifier: str) -> Identity:
        """Who signed on. ``NotAllowed`` for a code or a token that is not good, ``Unavailable`` for silence."""
        about, keys = await self._read()
        try:
            async with self._client(redirect_uri) as client:
                token = await client.fetch_token(about["token_endpoint"], code=code, code_verifier=verifier)
                claims = await self._claims(token, about, keys, nonce)
                if "email" not in claims and "userinfo_endpoint" in about:
                    answer = await client.get(about["userinfo_endpoint"])
                    answer.raise_for_status()
                    more = answer.json()
                    if more.get("sub") != claims["sub"]:  # core 5.3.2: or it is an answer about somebody else
                        raise _refused()
                    claims = {**more, **claims}
        except AuthlibBaseError as error:
            raise _refused() from error
        except (httpx.HTTPError, ValueError, TypeError) as error:
            raise _silent() from error
        return self._identity(claims)

    async def _claims(
        self, token: Mapping[str, Any], about: Mapping[str, Any], keys: dict[str, Any], nonce: str
    ) -> dict[str, Any]:
        raw, now = str(token.get("id_token", "")), self._clock.now()
        given = {"issuer": about["issuer"], "client_id": self._client_id, "nonce": nonce, "now": now}
        try:
            return verified_claims(raw, keys, **given)
        except UnknownKey:
            _about, fresh = await self._read(anew=True)
            try:
                return verified_claims(raw, fresh, **given)
            except UnknownKey as error:
                raise _refused() from error

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        groups = claims.get(self._role_claim, [])
        groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        ways = claims.get("amr", [])
        return Identity(
            issuer=str(claims["iss"])[:255],
            subject=str(claims["sub"])[:255],
            email=str(claims.get("email", "")).strip().lower()[:254],
            email_verified=claims.get("email_verified") is True,
            name=str(claims.get("name", ""))[:120],
            groups=frozenset(str(group) for group in groups),
            strong=isinstance(ways, list) and bool(STRONG & set(map(str, ways))),
        )

    async def _read(self, *, anew: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
        """The provider's own description and its keys."""
        async with self._reading:
            now = self._clock.monotonic()
            if self._documents is None or anew or now - self._documents[0] > KEEP.total_seconds():
                try:
                    async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
                        about = await _document(client, f"{self._issuer}/.well-known/openid-configuration")
                        self._check(about)
                        keys = await _document(client, about["jwks_uri"])
                except (httpx.HTTPError, ValueError) as error:
                    raise _silent() from error
                self._documents = (now, about, keys)
            return self._documents[1], self._documents[2]

    def _check(self, about: Mapping[str, Any]) -> None:
        """Discovery 4.3: the issuer is the one we were set up with, and nothing goes over an open line."""
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if str(about.get("issuer", "")).rstrip("/") != self._issuer or not all(about.get(name) for name in wanted):
            raise NeedsHuman(N_("the identity provider calls itself by another name: check MOWTHOS_OIDC_ISSUER"))
        for name in wanted:
            parts = urlsplit(str(about[name]))
            if parts.scheme != "https" and parts.hostname not in LOCAL:
                raise NeedsHuman(N_("the identity provider does not use https"))

    def _client(self, redirect_uri: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client_id, self._secret, scope=SCOPE, redirect_uri=redirect_uri, code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )  # fmt: skip


async def _document(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    answer = await client.get(address)
    answer.raise_for_status()
    document = answer.json()
    if not isinstance(document, dict):
        raise ValueError("expected a JSON object")
    return document


def _refused() -> NotAllowed:
    return NotAllowed(N_("The identity provider's answer was not good: sign on again."))


def _silent() -> Unavailable:
    return Unavailable(N_("The identity provider does not answer: try again, or use your password."))
