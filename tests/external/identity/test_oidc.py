"""Our side of OpenID Connect against the certified oidc-provider, run by Node as a company would run it."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from core.accounts import Identity
from core.clock import SystemClock
from core.errors import NeedsHuman, NotAllowed, Unavailable
from external.identity import OidcProvider
from tests.external.identity.company import SECRET, running_provider

BACK = "http://127.0.0.1:9/sign-on/callback"
DANA = {
    "sub": "dana-1", "email": "Dana@Elm.example", "email_verified": True, "name": "Dana Reyes", "groups": ["ops"],
}  # fmt: skip


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_provider(tmp_path_factory.mktemp("provider"), BACK) as address:
        yield address


@pytest.fixture
async def person(issuer: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of somebody whom the provider knows as Dana."""
    async with httpx.AsyncClient(base_url=issuer, follow_redirects=False) as browser:
        await browser.post("/control", json=DANA)
        yield browser


def ours(issuer: str, secret: str = SECRET) -> OidcProvider:
    return OidcProvider(issuer=issuer, client_id="mowthos", client_secret=secret, clock=SystemClock())


async def code_for(provider: OidcProvider, person: httpx.AsyncClient, *, verifier: str, nonce: str = "n" * 20) -> str:
    """Follow the provider's own pages until they lead back to us."""
    address = await provider.address(redirect_uri=BACK, state="the state", nonce=nonce, verifier=verifier)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert verifier not in address
    for _step in range(10):
        answer = await person.get(address)
        address = answer.headers["location"]
        if address.startswith(BACK):
            back = parse_qs(urlsplit(address).query)
            assert back["state"] == ["the state"]
            return back["code"][0]
    raise AssertionError("the provider did not lead back")


async def test_somebody_signs_on_and_their_claims_arrive(issuer: str, person: httpx.AsyncClient) -> None:
    provider, verifier = ours(issuer), "v" * 50
    code = await code_for(provider, person, verifier=verifier)
    who = await provider.identity(redirect_uri=BACK, code=code, nonce="n" * 20, verifier=verifier)
    assert who == Identity(issuer, "dana-1", "dana@elm.example", True, "Dana Reyes", frozenset({"ops"}), False)


async def test_a_code_is_good_once_and_only_with_its_own_proof(issuer: str, person: httpx.AsyncClient) -> None:
    provider, verifier = ours(issuer), "v" * 50
    code = await code_for(provider, person, verifier=verifier)
    with pytest.raises(NotAllowed):
        await provider.identity(redirect_uri=BACK, code=code, nonce="n" * 20, verifier="w" * 50)
    code = await code_for(provider, person, verifier=verifier)
    await provider.identity(redirect_uri=BACK, code=code, nonce="n" * 20, verifier=verifier)
    with pytest.raises(NotAllowed):
        await provider.identity(redirect_uri=BACK, code=code, nonce="n" * 20, verifier=verifier)


async def test_a_token_of_another_sign_on_is_refused(issuer: str, person: httpx.AsyncClient) -> None:
    provider, verifier = ours(issuer), "v" * 50
    code = await code_for(provider, person, verifier=verifier)
    with pytest.raises(NotAllowed):
        await provider.identity(redirect_uri=BACK, code=code, nonce="another nonce", verifier=verifier)


async def test_with_a_wrong_secret_of_ours_nobody_enters(issuer: str, person: httpx.AsyncClient) -> None:
    provider, verifier = ours(issuer, secret="not the one"), "v" * 50
    code = await code_for(provider, person, verifier=verifier)
    with pytest.raises(NotAllowed):
        await provider.identity(redirect_uri=BACK, code=code, nonce="n" * 20, verifier=verifier)


async def test_a_provider_by_another_name_or_without_an_answer_is_told_apart(issuer: str) -> None:
    with pytest.raises(NeedsHuman, match="another name"):
        await ours(issuer.replace("127.0.0.1", "localhost")).address(
            redirect_uri=BACK, state="s", nonce="n", verifier="v" * 50
        )
    with pytest.raises(Unavailable):
        await ours("http://127.0.0.1:9").address(redirect_uri=BACK, state="s", nonce="n", verifier="v" * 50)
