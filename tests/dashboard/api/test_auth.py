"""Tokens: given for a password, short-lived, revocable, and never told apart by whether an account exists."""

import httpx
from fastapi import FastAPI

from core.accounts import MailKind, Role, SelfService, SessionKind
from dashboard.api.auth import auth_router
from dashboard.api.bearer import Bearer
from dashboard.api.problems import MEDIA_TYPE, install_problems
from dashboard.throttle import AskThrottle, SignInThrottle
from tests.dashboard.api.conftest import PASSWORD, Api


async def test_login_gives_a_bearer_token_with_its_lifetime(api: Api) -> None:
    answer = await api.client.post("/auth/login", json={"email": "ADMIN@elm.example", "password": PASSWORD})
    assert answer.status_code == 200
    token = answer.json()
    assert set(token) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (token["token_type"], token["expires_in"]) == ("bearer", 3600)


async def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(api: Api) -> None:
    answers = [
        (await api.client.post("/auth/login", json={"email": email, "password": "not the one"})).json()
        for email in ("admin@elm.example", "nobody@elm.example")
    ]
    assert answers[0]["status"] == 401
    assert answers[0] == answers[1]


async def test_an_account_locked_after_five_failures_answers_429_even_to_the_right_password(api: Api) -> None:
    for _attempt in range(5):
        await api.client.post("/auth/login", json={"email": "admin@elm.example", "password": "not the one"})
    answer = await api.client.post("/auth/login", json={"email": "admin@elm.example", "password": PASSWORD})
    assert answer.status_code == 429
    assert "15 min" in answer.json()["detail"]


async def test_a_network_that_fails_too_often_is_slowed_whatever_accounts_it_tries(api: Api) -> None:
    for attempt in range(30):
        await api.client.post("/auth/login", json={"email": f"guess{attempt}@elm.example", "password": "not the one"})
    answer = await api.client.post("/auth/login", json={"email": "admin@elm.example", "password": PASSWORD})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


async def test_a_call_without_a_token_is_told_how_to_get_one(api: Api) -> None:
    answer = await api.client.get("/mowers")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "/auth/login" in answer.json()["detail"]


async def test_a_token_ends_when_it_said_it_would_however_much_it_is_used(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    api.clock.move(3599)
    assert (await api.client.get("/mowers", headers=header)).status_code == 200
    api.clock.move(1)
    assert (await api.client.get("/mowers", headers=header)).status_code == 401


async def test_logout_ends_the_token_it_came_with_and_no_other(api: Api) -> None:
    first, second = await api.as_(Role.DISPATCHER), await api.as_(Role.DISPATCHER)
    assert (await api.client.post("/auth/logout", headers=first)).status_code == 204
    assert (await api.client.get("/mowers", headers=first)).status_code == 401
    assert (await api.client.get("/mowers", headers=second)).status_code == 200


async def test_a_browser_cookie_opens_nothing_here(api: Api) -> None:
    token, _viewer = await api.people.sign_in("dispatcher@elm.example", PASSWORD)
    api.client.cookies.set("mowthos_session", token)
    answer = await api.client.get("/mowers")
    assert answer.status_code == 401


async def test_a_malformed_login_names_the_wrong_field(api: Api) -> None:
    answer = await api.client.post("/auth/login", json={"email": "admin@elm.example"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "body.password", "detail": "Field required"}]


async def test_a_refresh_token_brings_the_next_pair_and_used_twice_ends_the_session(api: Api) -> None:
    login = {"email": "dispatcher@elm.example", "password": PASSWORD}
    first = (await api.client.post("/auth/login", json=login)).json()
    second = (await api.client.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    header = {"Authorization": f"Bearer {second['access_token']}"}
    assert (await api.client.get("/mowers", headers=header)).status_code == 200
    again = await api.client.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert (again.status_code, again.json()["code"]) == (401, "refresh_refused")
    assert (await api.client.get("/mowers", headers=header)).status_code == 401


async def test_an_older_opaque_token_of_a_session_still_opens_the_api(api: Api) -> None:
    token, _viewer = await api.people.sign_in("dispatcher@elm.example", PASSWORD, kind=SessionKind.TOKEN)
    assert (await api.client.get("/mowers", headers={"Authorization": f"Bearer {token}"})).status_code == 200


async def test_one_sees_who_one_is_and_ends_single_sessions_or_all(api: Api) -> None:
    first, second = await api.as_(Role.DISPATCHER), await api.as_(Role.DISPATCHER)
    me = (await api.client.get("/auth/me", headers=first)).json()
    assert (me["email"], me["role"]) == ("dispatcher@elm.example", "dispatcher")
    assert "see_fleet" in me["rights"] and "manage_people" not in me["rights"]
    own = (await api.client.get("/auth/session", headers=first)).json()
    assert (own["kind"], own["current"]) == ("program", True)
    listed = (await api.client.get("/auth/sessions", headers=second)).json()
    assert {one["id"]: one["current"] for one in listed}[own["id"]] is False
    assert (await api.client.delete(f"/auth/sessions/{own['id']}", headers=second)).status_code == 204
    assert (await api.client.get("/auth/me", headers=first)).status_code == 401
    stranger = await api.as_(Role.TECHNICIAN)
    foreign = (await api.client.get("/auth/session", headers=stranger)).json()["id"]
    assert (await api.client.delete(f"/auth/sessions/{foreign}", headers=second)).status_code == 404
    assert (await api.client.delete("/auth/sessions", headers=second)).status_code == 204
    assert (await api.client.get("/auth/me", headers=second)).status_code == 401
    assert (await api.client.get("/auth/me", headers=stranger)).status_code == 200


async def test_an_api_key_opens_what_its_scopes_say_and_manages_no_sign_ins(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    wanted = {"name": "Home Assistant", "scopes": ["see_fleet"], "days": 30}
    made = (await api.client.post("/api-keys", json=wanted, headers=header)).json()
    key = {"Authorization": f"Bearer {made['secret']}"}
    assert (await api.client.get("/mowers", headers=key)).status_code == 200
    refused = await api.client.get("/operations/jobs", headers=key)
    assert (refused.status_code, "API key lacks" in refused.json()["detail"]) == (403, True)
    for method, path in (("GET", "/api-keys"), ("POST", "/auth/logout"), ("GET", "/auth/sessions")):
        assert (await api.client.request(method, path, headers=key)).status_code == 403, path
    (listed,) = (await api.client.get("/api-keys", headers=header)).json()
    assert listed["last_used_at"] is not None and "secret" not in listed
    assert (await api.client.delete(f"/api-keys/{listed['id']}", headers=header)).status_code == 204
    assert (await api.client.get("/mowers", headers=key)).status_code == 401


async def test_the_published_keys_need_no_token(api: Api) -> None:
    await api.as_(Role.ADMIN)
    (key,) = (await api.client.get("/auth/jwks")).json()["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("EC", "ES256", "sig")
    assert "d" not in key


async def test_registering_says_the_same_of_known_and_new_addresses_and_needs_a_mail(api: Api) -> None:
    sent: list[object] = []

    class Start:
        accounts = SelfService(api.database, api.clock, api.people)

        def ready(self) -> None: ...

        async def send(self, mail: object) -> None:
            sent.append(mail)

    app = FastAPI()
    install_problems(app)
    app.include_router(
        auth_router(
            people=api.people, tokens=api.programs.tokens, bearer=Bearer(), throttle=SignInThrottle(),
            asking=AskThrottle(2), registering=Start(),
        )
    )  # fmt: skip
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answers = [
            await client.post("/auth/register", json={"email": email, "name": "Nora"})
            for email in ("admin@elm.example", "nora@elm.example", "third@elm.example")
        ]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[0].json() == answers[1].json()
    assert [mail.kind for mail in sent] == [MailKind.KNOWN, MailKind.VERIFY]  # type: ignore[attr-defined]


async def test_units_and_clock_are_kept_and_other_words_refused(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    given = {"units": "us", "hours": "24"}
    assert (await api.client.put("/account/measures", json=given, headers=header)).status_code == 204
    (kept,) = [one for one in await api.people.people() if one.role == Role.DISPATCHER]
    viewer = await api.people.viewer_of(kept.id)
    assert viewer is not None and (viewer.units, viewer.hours) == ("us", "24")
    wrong = await api.client.put("/account/measures", json=given | {"units": "ells"}, headers=header)
    assert wrong.status_code == 422 and "units" in wrong.text
