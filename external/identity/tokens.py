"""What makes an ID token good: signed by the provider's key, for us, now, and for this very sign-on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from core.errors import NotAllowed
from core.texts import N_

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a key that only the provider has: never "none", never one made with our own secret."""
LEEWAY_S = 60
OLDEST_S = 600
"""A token made longer ago belongs to another sign-on."""


class UnknownKey(Exception):
    """The token names a key that is not among those we know."""


def verified_claims(
    token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """The claims of a good token. ``NotAllowed`` for any other, ``UnknownKey`` where newer keys may help."""
    seconds = int(now.timestamp())
    registry = JWTClaimsRegistry(
        now=seconds, leeway=LEEWAY_S,
        iss={"essential": True, "value": issuer}, aud={"essential": True, "value": client_id},
        sub={"essential": True}, exp={"essential": True}, iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )  # fmt: skip
    try:
        decoded = jwt.decode(token, KeySet.import_key_set(dict(keys)), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        claims = decoded.claims
        registry.validate(claims)
    except InvalidKeyIdError as error:
        raise UnknownKey from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _bad() from error
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != client_id:  # core 3.1.3.7
        raise _bad()
    if seconds - int(claims["iat"]) > OLDEST_S or not str(claims["sub"]):
        raise _bad()
    return dict(claims)


def _bad() -> NotAllowed:
    return NotAllowed(N_("The identity provider's answer was not good: sign on again."))
