"""The one HTTP session of one vendor account. PyMammotion sends everything through it (its ``session`` argument).

It counts every request against the budget, sends each to the configured address, refuses what must not go out by
itself (a password login nobody asked for; questions beyond the budget), and remembers how the vendor's cloud answers.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import Any, NamedTuple

import aiohttp
from pymammotion.transport.base import NoTransportAvailableError

from core.clock import Clock
from external.mammotion.budget import RequestBudget

TIMEOUT_S = 30.0
FAILURE_COUNTS_S = 180.0
"""An address that failed and was not asked again for so long says nothing, once another answers."""
_LOGIN_PATHS = ("/oauth2/", "/oauth/", "/authorization/")
_TOKEN_PATH, _INVOKE_PATH = "/oauth2/token", "/thing/service/invoke"
_BLOCKED_CODES = frozenset({40103})
_BLOCKED_WORDS = ("blocked", "banned", "frozen", "disabled")


class LoginForbidden(Exception):
    """PyMammotion wanted a password login that no person asked for."""


class BudgetSpent(Exception):
    """The request was not sent: the account's budget does not allow it."""


class Purpose(IntEnum):
    """Why a request goes out, by what may stop it."""

    LIBRARY = 0  # PyMammotion by itself, on one of its own tasks
    QUESTION = 1  # a report, a map, a version: stops before the ceiling
    COMMAND = 2  # a person's: stops at the ceiling
    HALT = 3  # nothing stops it


_purpose: ContextVar[Purpose] = ContextVar("mammotion_purpose", default=Purpose.LIBRARY)


@contextmanager
def sending(purpose: Purpose) -> Iterator[None]:
    """Mark what this task sends meanwhile."""
    token = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(token)


class Failing(NamedTuple):
    """Requests in a row to one address without a proper answer, and when the last was (monotonic, s)."""

    times: int
    last: float


class AccountWeb:
    """What PyMammotion takes for an aiohttp session (it uses get, post, put and delete)."""

    def __init__(
        self,
        *,
        login_url: str,
        api_url: str,
        library_urls: tuple[str, str],
        budget: RequestBudget,
        clock: Clock,
    ) -> None:
        """``library_urls``: (login, API) addresses the library was imported with; ours take their place."""
        self.budget = budget
        self.login_allowed = False
        self.may_send: Callable[[str], bool] = lambda _iot_id: False
        """Whether the library may send to this device (by its iot id) of its own accord just now."""
        self.blocked = False  # the vendor said so at the last attempt to get tokens
        self._failing: dict[str, Failing] = {}
        self.withheld = 0  # requests the library wanted to send by itself and was not let
        self._urls = (login_url.rstrip("/"), api_url.rstrip("/"))
        self._library_urls = tuple(url.rstrip("/") for url in library_urls)
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def get(self, url: str, **arguments: Any) -> aiohttp.ClientResponse:
        return await self._request("GET", url, arguments)

    async def post(self, url: str, **arguments: Any) -> aiohttp.ClientResponse:
        return await self._request("POST", url, arguments)

    async def put(self, url: str, **arguments: Any) -> aiohttp.ClientResponse:
        return await self._request("PUT", url, arguments)

    async def delete(self, url: str, **arguments: Any) -> aiohttp.ClientResponse:
        return await self._request("DELETE", url, arguments)

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _request(self, method: str, url: str, arguments: dict[str, Any]) -> aiohttp.ClientResponse:
        self._permit(url, arguments)
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        self.budget.count()
        try:
            response = await self._session.request(method, self._address(url), **arguments)
            await response.read()  # frees the connection; PyMammotion does not always read to the end
        except (aiohttp.ClientError, TimeoutError, OSError):
            self._failed(url)
            raise
        if response.status >= 500:
            self._failed(url)
        else:
            self._answered(url)
        if url.endswith(_TOKEN_PATH):
            self.blocked = _says_blocked(await response.read())
        return response

    def _permit(self, url: str, arguments: Mapping[str, Any]) -> None:
        if url.endswith(_TOKEN_PATH):
            parameters = arguments.get("params") or {}
            if parameters.get("grant_type") == "password" and not self.login_allowed:
                raise LoginForbidden("a password login was not asked for")
            return
        if not url.endswith(_INVOKE_PATH):
            return
        purpose = _purpose.get()
        if purpose is Purpose.LIBRARY:
            iot_id = str((arguments.get("json") or {}).get("iotId", ""))
            if not self.may_send(iot_id):
                self.withheld += 1
                raise NoTransportAvailableError("not to be asked now")  # the one refusal its queue takes quietly
            purpose = Purpose.QUESTION
        if purpose is Purpose.QUESTION and not self.budget.may_ask:
            raise BudgetSpent("the budget left is kept for commands")
        if purpose is Purpose.COMMAND and not self.budget.may_command:
            raise BudgetSpent("the ceiling is reached")

    def _address(self, url: str) -> str:
        for base in self._library_urls:
            if url.startswith(f"{base}/"):
                path = url[len(base) :]
                return self._urls[0 if path.startswith(_LOGIN_PATHS) else 1] + path
        return url  # the third address, which the vendor's own token names

    @property
    def failures(self) -> int:
        """The longest run of requests to one address that got no proper answer.

        Counted by address: device lists that still arrive must not hide that no mower can be asked.
        """
        return max((failing.times for failing in self._failing.values()), default=0)

    def _failed(self, url: str) -> None:
        before = self._failing.get(url)
        self._failing[url] = Failing(before.times + 1 if before else 1, self._clock.monotonic())

    def _answered(self, url: str) -> None:
        self._failing.pop(url, None)
        forgotten = self._clock.monotonic() - FAILURE_COUNTS_S
        self._failing = {url: failing for url, failing in self._failing.items() if failing.last > forgotten}


def _says_blocked(body: bytes) -> bool:
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    if not isinstance(answer, dict) or answer.get("code") == 0:
        return False
    return answer.get("code") in _BLOCKED_CODES or any(
        word in str(answer.get("msg", "")).lower() for word in _BLOCKED_WORDS
    )
