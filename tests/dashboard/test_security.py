"""What protects browsers: headers on every answer, and nothing done on the word of another site."""

import pytest
from fastapi import FastAPI, WebSocket
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from core.accounts import Role
from dashboard.security import SecurityMiddleware, content_security_policy, tile_origin
from tests.dashboard.conftest import HTML, Site


@pytest.mark.parametrize("path", ["/sign-in", "/nothing", "/broken", "/assets/logo.svg"])
async def test_every_answer_carries_the_headers(site: Site, path: str) -> None:
    headers = (await site.browser.get(path, headers=HTML)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_policy_names_no_host_but_the_configured_tiles() -> None:
    assert "http" not in content_security_policy()
    policy = content_security_policy(tile_origin("https://{s}.tiles.example/{z}/{x}/{y}.png?key=1"))
    assert [word for word in policy.replace(";", "").split() if "http" in word] == ["https://*.tiles.example"] * 2


@pytest.mark.parametrize("tile_url", [None, "", "/tiles/{z}/{x}/{y}"])
def test_own_tiles_need_no_exception(tile_url: str | None) -> None:
    assert tile_origin(tile_url) == ()


@pytest.mark.parametrize("origin", ["https://evil.example", "http://test.evil.example", "null", "http://test:81"])
async def test_a_form_of_another_site_changes_nothing(site: Site, origin: str) -> None:
    await site.sign_in(Role.DISPATCHER)
    answer = await site.browser.post("/sign-out", headers={"origin": origin})
    assert answer.status_code == 403
    assert (await site.browser.get("/session")).status_code == 200


async def test_a_form_without_an_origin_that_a_browser_calls_cross_site_changes_nothing(site: Site) -> None:
    await site.sign_in(Role.DISPATCHER)
    answer = await site.browser.post("/sign-out", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def sockets(**options: str) -> TestClient:
    app = FastAPI()

    @app.websocket("/live/ws")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("frame")
        await socket.close()

    app.add_middleware(SecurityMiddleware, **options)
    return TestClient(app, base_url="http://mowthos.example", cookies={"mowthos_session": "x"})


def test_a_socket_opened_by_another_site_is_refused() -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        sockets().websocket_connect("/live/ws", headers={"origin": "https://evil.example"}),
    ):
        pass


@pytest.mark.parametrize("origin", ["http://mowthos.example", "https://public.example"])
def test_a_socket_of_our_own_page_opens_also_behind_a_proxy(origin: str) -> None:
    client = sockets(public_url="https://public.example")
    with client.websocket_connect("/live/ws", headers={"origin": origin, "host": "mowthos.example"}) as socket:
        assert socket.receive_text() == "frame"


def test_over_https_browsers_are_told_to_stay_there() -> None:
    headers = sockets(public_url="https://public.example").get("/nothing").headers
    assert headers["strict-transport-security"] == "max-age=31536000"
