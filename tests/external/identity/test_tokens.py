"""ID tokens: exactly those are taken that the provider signed for us, now, for this sign-on."""

from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from core.errors import NotAllowed
from external.identity.tokens import UnknownKey, verified_claims

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
KEY = RSAKey.generate_key(2048, {"kid": "one"})
KEYS = KeySet([KEY]).as_dict(private=False)
GOOD: dict[str, Any] = {
    "iss": "https://id.example", "sub": "person-1", "aud": "mowthos", "exp": SECONDS + 300, "iat": SECONDS,
    "nonce": "the nonce",
}  # fmt: skip


def claims_of(token: str, keys: Any = KEYS) -> dict[str, Any]:
    return verified_claims(
        token, keys, issuer="https://id.example", client_id="mowthos", nonce="the nonce", now=NOW
    )  # fmt: skip


def signed(changes: dict[str, Any], key: Any = KEY, header: dict[str, str] | None = None) -> str:
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return jwt.encode(header or {"alg": "RS256", "kid": "one"}, claims, key, algorithms=["RS256", "HS256"])


def test_a_good_token_gives_its_claims() -> None:
    assert claims_of(signed({})) == GOOD


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": SECONDS - 61}, {"exp": None}, {"iat": SECONDS - 601, "exp": SECONDS + 9}, {"iat": None},
        {"iat": SECONDS + 3600}, {"aud": "another"}, {"aud": None}, {"aud": ["mowthos", "another"]},
        {"aud": ["mowthos", "another"], "azp": "another"}, {"iss": "https://evil.example"}, {"iss": None},
        {"nonce": "of another sign-on"}, {"nonce": None}, {"sub": None}, {"sub": ""}, {"nbf": SECONDS + 3600},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_late_for_another_or_of_another_sign_on_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed):
        claims_of(signed(changes))


def test_a_forged_token_is_refused() -> None:
    with pytest.raises(NotAllowed):
        claims_of(signed({}, RSAKey.generate_key(2048, {"kid": "one"})))
    head, body, signature = signed({}).split(".")
    other = signed({"sub": "somebody else"}).split(".")[1]
    for token in (f"{head}.{other}.{signature}", f"{head}.{body}.", f"{head}.{body}", "", "a.b.c"):
        with pytest.raises(NotAllowed):
            claims_of(token)


def test_a_token_signed_with_our_own_secret_or_not_at_all_is_refused() -> None:
    secret = OctKey.import_key(b"a secret of this test alone, long", {"kid": "one"})
    with pytest.raises(NotAllowed):
        claims_of(signed({}, secret, {"alg": "HS256", "kid": "one"}), {"keys": [secret.as_dict(private=True)]})
    unsigned = "eyJhbGciOiJub25lIn0." + signed({}).split(".")[1] + "."
    with pytest.raises(NotAllowed):
        claims_of(unsigned)


def test_a_key_we_do_not_know_is_told_apart_because_providers_roll_theirs() -> None:
    with pytest.raises(UnknownKey):
        claims_of(signed({}, RSAKey.generate_key(2048, {"kid": "two"}), {"alg": "RS256", "kid": "two"}))
