"""Tokens: given for a password, short-lived, revocable, and never told apart by whether an account exists."""

from core.accounts import Role
from dashboard.api.problems import MEDIA_TYPE
from tests.dashboard.api.conftest import PASSWORD, Api


async def test_login_gives_a_bearer_token_with_its_lifetime(api: Api) -> None:
    answer = await api.client.post("/auth/login", json={"email": "ADMIN@elm.example", "password": PASSWORD})
    assert answer.status_code == 200
    token = answer.json()
    assert set(token) == {"access_token", "token_type", "expires_in"}
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
