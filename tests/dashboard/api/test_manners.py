"""The manners of the API hold for every route alike: repetition, tags, pages, limits, other origins."""

import asyncio
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts import Role
from core.clock import MovableClock
from core.db import Database
from dashboard.api import PREFIX
from dashboard.api.manners.answers import Asked, page_of
from dashboard.api.programs import ApiLimits
from tests.dashboard.api.conftest import Api, build

KEY = {"name": "Wall", "scopes": ["see_fleet"]}


async def test_a_repeated_call_is_carried_out_once_and_answered_the_same(api: Api) -> None:
    header = await api.as_(Role.ADMIN) | {"Idempotency-Key": "monday-1"}
    first, again = [await api.client.post("/api-keys", json=KEY, headers=header) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"
    assert len((await api.client.get("/api-keys", headers=header)).json()) == 1


async def test_another_call_under_the_same_key_is_a_conflict_and_another_persons_key_is_their_own(api: Api) -> None:
    header = await api.as_(Role.ADMIN) | {"Idempotency-Key": "monday-1"}
    await api.client.post("/api-keys", json=KEY, headers=header)
    other = await api.client.post("/api-keys", json=KEY | {"name": "Door"}, headers=header)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    theirs = await api.as_(Role.DISPATCHER) | {"Idempotency-Key": "monday-1"}
    assert (await api.client.post("/api-keys", json=KEY, headers=theirs)).status_code == 201


async def test_of_calls_that_come_together_one_acts(api: Api) -> None:
    header = await api.as_(Role.ADMIN) | {"Idempotency-Key": "at-once"}
    answers = await asyncio.gather(*[api.client.post("/api-keys", json=KEY, headers=header) for _ in range(6)])
    codes = [answer.status_code for answer in answers]
    assert 201 in codes and set(codes) <= {201, 409}
    assert {one.json()["code"] for one in answers if one.status_code == 409} <= {"idempotency_in_progress"}
    assert len((await api.client.get("/api-keys", headers=header)).json()) == 1


async def test_a_refusal_is_repeated_as_well_and_the_key_is_free_after_a_day(api: Api) -> None:
    wrong = KEY | {"scopes": ["manage_people"]}
    header = await api.as_(Role.DISPATCHER) | {"Idempotency-Key": "refused"}
    first, again = [await api.client.post("/api-keys", json=wrong, headers=header) for _ in range(2)]
    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (422, 422, "true")
    api.clock.move(86_401)
    header = await api.as_(Role.DISPATCHER) | {"Idempotency-Key": "refused"}
    assert (await api.client.post("/api-keys", json=KEY, headers=header)).status_code == 201


async def test_what_is_kept_of_an_answer_does_not_show_its_secret(api: Api, tmp_path: Path) -> None:
    header = await api.as_(Role.ADMIN) | {"Idempotency-Key": "secret"}
    secret = (await api.client.post("/api-keys", json=KEY, headers=header)).json()["secret"]
    for file in tmp_path.glob("test.sqlite3*"):
        assert secret.encode() not in file.read_bytes()


async def test_an_answer_that_did_not_change_is_not_sent_again(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    first = await api.client.get("/auth/me", headers=header)
    again = await api.client.get("/auth/me", headers=header | {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    changed = await api.client.get("/auth/me", headers=header | {"If-None-Match": '"another"'})
    assert changed.status_code == 200


async def test_a_list_is_read_page_by_page_along_its_links(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    for number in range(5):
        await api.client.post("/api-keys", json=KEY | {"name": f"key {number}"}, headers=header)
    everything = (await api.client.get("/api-keys", headers=header)).json()
    read, address = [], "/api/v1/api-keys?page_size=2"
    while address:
        page = await api.client.get(f"http://test{address}", headers=header)
        assert len(page.json()) <= 2
        read += page.json()
        address = page.links["next"]["url"] if "next" in page.links else ""
    assert read == everything


@pytest.mark.parametrize(
    "query", ["page_size=0", "page_size=1001", "page_size=x", "cursor=nonsense", "cursor=WzEsIDJd"]
)
async def test_a_page_that_is_none_is_refused(api: Api, query: str) -> None:
    answer = await api.client.get(f"/mowers?{query}", headers=await api.as_(Role.DISPATCHER))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@given(
    before=st.lists(st.integers(0, 60), unique=True, max_size=20),
    size=st.integers(1, 7),
    gone=st.sets(st.integers(0, 60)),
    new=st.lists(st.integers(61, 80), unique=True, max_size=5),
)
def test_what_stays_in_a_list_is_seen_once_whatever_comes_and_goes_between_two_pages(
    before: list[int], size: int, gone: set[int], new: list[int]
) -> None:
    items = [{"id": one} for one in before]
    first, cursor = page_of(items, Asked(size))
    if cursor is None:
        assert first == items
        return
    gone.discard(first[-1]["id"])
    later = [{"id": one} for one in new] + [one for one in items if one["id"] not in gone]
    import json
    from base64 import urlsafe_b64decode

    place, seen = json.loads(urlsafe_b64decode(cursor))
    rest, _cursor = page_of(later, Asked(1_000, place, seen))
    kept = [one for one in items[len(first) :] if one["id"] not in gone]
    assert list(rest) == kept


async def test_calls_are_limited_a_minute_for_a_person_and_an_hour_for_an_address(
    sqlite_database: Database, clock: MovableClock
) -> None:
    parts = await build(sqlite_database, clock, ApiLimits(user_a_minute=3, address_an_hour=4))
    transport = httpx.ASGITransport(parts.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://test{PREFIX}") as client:
        api = Api(**vars(parts), client=client)
        headers = [await api.as_(Role.ADMIN), await api.as_(Role.DISPATCHER)]
        answers = [await client.get("/auth/me", headers=headers[0]) for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert [one.headers["ratelimit-remaining"] for one in answers] == ["2", "1", "0", "0"]
        assert answers[0].headers["ratelimit-policy"] == "3;w=60"
        assert answers[3].json()["code"] == "rate_limited" and 1 <= int(answers[3].headers["retry-after"]) <= 60
        assert (await client.get("/auth/me", headers=headers[1])).status_code == 200, (
            "another person's calls count apart"
        )
        strangers = [await client.get("/auth/me") for _ in range(3)]
        assert [one.status_code for one in strangers] == [401, 401, 429], "two sign-ins came from the address before"
        assert strangers[0].headers["ratelimit-policy"] == "4;w=3600"
    await parts.lawns.stop()
    await parts.fleet.accounts.stop()


async def test_only_pages_of_the_named_origins_may_read_answers(api: Api) -> None:
    ours, theirs = {"Origin": "https://app.elm.example"}, {"Origin": "https://evil.example"}
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,idempotency-key"}
    allowed = await api.client.options("/mowers", headers=ours | asks)
    assert allowed.headers["access-control-allow-origin"] == "https://app.elm.example"
    assert (await api.client.options("/mowers", headers=theirs | asks)).status_code == 400
    header = await api.as_(Role.DISPATCHER)
    read = await api.client.get("/mowers", headers=header | ours)
    assert "ETag" in read.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in (await api.client.get("/mowers", headers=header | theirs)).headers
