"""The sender over a real socket: what was looked at is what is connected to, and no redirect is followed."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from aiohttp import web

from core.errors import NotAllowed, Unavailable
from core.hooks import public
from external.webhooks import HookSender


class Listener:
    """A server of this machine."""

    def __init__(self) -> None:
        self.port = 0
        self.got: list[tuple[str, bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.got.append((request.path, await request.read()))
        if request.path == "/redirect":
            return web.Response(status=302, headers={"Location": f"http://127.0.0.1:{self.port}/inside"})
        return web.Response(status=204)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    found, app = Listener(), web.Application()
    app.router.add_route("*", "/{tail:.*}", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.port = runner.addresses[0][1]
    yield found
    await runner.cleanup()


class Names:
    """A name server that answers otherwise each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0)


async def test_a_message_arrives_as_it_was_signed(listener: Listener) -> None:
    sender = HookSender(look_up=Names(["127.0.0.1"]), allowed=lambda _address: True)
    assert (
        await sender.post(f"http://hooks.example.com:{listener.port}/mow", b'{"a":1}', {"webhook-id": "msg_1"}) == 204
    )
    assert listener.got == [("/mow", b'{"a":1}')]


async def test_a_name_that_leads_inside_is_not_called(listener: Listener) -> None:
    for inside in (["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"], []):
        with pytest.raises(NotAllowed, match="not public"):
            await HookSender(look_up=Names(inside)).post(f"http://evil.example.com:{listener.port}/", b"", {})
    assert listener.got == []


async def test_a_name_is_asked_once_so_that_a_second_answer_cannot_lead_inside(listener: Listener) -> None:
    """DNS rebinding: first an address that passes, then our own. What passed is what is connected to."""
    looked_at: list[str] = []

    def allowed(address: str) -> bool:
        looked_at.append(address)
        return public(address) or address == "127.0.0.2"  # stands for a public one here: nothing listens there

    names = Names(["127.0.0.2"], ["127.0.0.1"])
    with pytest.raises(Unavailable):
        await HookSender(look_up=names, allowed=allowed).post(f"http://evil.example.com:{listener.port}/", b"", {})
    assert (names.asked, looked_at, listener.got) == (1, ["127.0.0.2"], [])


async def test_an_address_in_the_place_of_a_name_is_looked_at_as_well(listener: Listener) -> None:
    for host in ("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"):
        with pytest.raises(NotAllowed, match="not a public address"):
            await HookSender().post(f"http://{host}:{listener.port}/", b"", {})
    assert listener.got == []


async def test_spellings_of_our_own_address_that_only_the_system_understands_lead_nowhere(listener: Listener) -> None:
    for host in ("2130706433", "0x7f000001", "127.1", "017700000001"):
        with pytest.raises((NotAllowed, Unavailable)):
            await HookSender().post(f"http://{host}:{listener.port}/", b"", {})
    assert listener.got == []


async def test_a_redirect_is_an_answer_and_not_a_way_inside(listener: Listener) -> None:
    sender = HookSender(look_up=Names(["127.0.0.1"]), allowed=lambda _address: True)
    assert await sender.post(f"http://hooks.example.com:{listener.port}/redirect", b"", {}) == 302
    await asyncio.sleep(0)
    assert [path for path, _body in listener.got] == ["/redirect"]
