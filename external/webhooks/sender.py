"""Implements `core.hooks.HookPost`: one POST to somebody else's server, never to an address inside ours.

A name is resolved once, what it resolves to is looked at, and exactly that is connected to: there is no second
look-up that could answer otherwise (DNS rebinding). Redirects are not followed, they could lead inside.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from core.errors import NotAllowed, Unavailable
from core.hooks import public

TIMEOUT_S = 15.0
MOST_ANSWER = 64 * 1024

type LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to IP addresses."""


class AddressRefused(OSError):
    """A name that resolves to an address inside."""


class HookSender:
    """``allowed`` says which IP addresses may be called, ``trust`` whose certificates hold; tests let their own machine
    in."""

    def __init__(
        self,
        *,
        look_up: LookUp | None = None,
        allowed: Callable[[str], bool] = public,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._look_up, self._allowed, self._trust = look_up or system_look_up, allowed, trust

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        host = urlsplit(url).hostname or ""
        if _is_ip(host) and not self._allowed(host):  # the library asks no resolver about these
            raise NotAllowed(f"{host} is not a public address")
        connector = aiohttp.TCPConnector(
            resolver=PinnedResolver(self._look_up, self._allowed),
            use_dns_cache=False,
            force_close=True,
            ssl=self._trust or True,
        )
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                await answer.content.read(MOST_ANSWER)
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if isinstance(getattr(error, "os_error", error), AddressRefused):
                raise NotAllowed(f"{host} leads to an address that is not public") from error
            raise Unavailable(f"no answer: {type(error).__name__}") from error


class PinnedResolver(AbstractResolver):
    """Gives the connection the very addresses it has looked at; one that is inside refuses the whole name."""

    def __init__(self, look_up: LookUp, allowed: Callable[[str], bool]) -> None:
        self._look_up, self._allowed = look_up, allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._look_up(host, port)
        if not found or not all(self._allowed(address) for address in found):
            raise AddressRefused(f"{host} is not public")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is held open."""


async def system_look_up(host: str, port: int) -> Sequence[str]:
    rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
