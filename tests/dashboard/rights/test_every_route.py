"""I1: every mounted route, page, data address, REST operation and socket, asked by every role and by nobody signed in,
lets in whom the one table of rights lets in, and nobody else."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from core.accounts import PERMISSIONS, Right, Role
from dashboard.demo_seed import DEMO_PEOPLE, NEIGHBOUR_EMAIL
from tests.dashboard.rights.expected import (
    EXPECTED,
    IN_PERSON,
    MARKED,
    MOUNTS,
    SOCKETS,
    TO_NOBODY_AS_WELL,
    WITHOUT_THE_SECRET,
    Needed,
)
from tests.dashboard.rights.server import ADDED, PASSWORD
from tests.proofs import cases

PEOPLE = {
    Role.ADMIN: "admin@mowthos.example",
    Role.DISPATCHER: "dispatcher@mowthos.example",
    Role.TECHNICIAN: "technician@mowthos.example",
    Role.HOMEOWNER: NEIGHBOUR_EMAIL,
    **ADDED,
}
PASSWORDS = {one.email: one.password for one in DEMO_PEOPLE} | dict.fromkeys(ADDED.values(), PASSWORD)
ENDS_THE_SESSION = ("POST /sign-out", "POST /api/v1/auth/logout", "DELETE /api/v1/auth/sessions")
WITHOUT_END = "/api/v1/live/events"
FORMS = {
    "POST /join/home": {"home": "999999"},
    "POST /join/cluster": {"home": "999999", "cluster": str(uuid4())},
    "POST /join/line/leave": {"home": "999999", "cluster": str(uuid4())},
    "POST /join/code": {"lot": str(uuid4()), "code": "NOSUCH"},
}
"""What is read before who asks is looked at."""
REFUSED = {401, 403}
EVERYBODY = [Role.HOMEOWNER, None, Role.TECHNICIAN, *sorted(set(Role) - {Role.HOMEOWNER, Role.TECHNICIAN})]
PLAYED = EVERYBODY[: cases(sample=3, full=len(EVERYBODY))]
"""A minute for all of them: `make test` asks as three."""


def row_of(route: dict[str, Any], method: str) -> str:
    return f"{method} {route['name']}"


def path_of(template: str) -> str:
    """An address of the route, of things that are not there."""
    path = re.sub(r"{\w+_id(?::uuid)?}", str(uuid4()), template)
    return re.sub(r"{(\w+)(?::\w+)?}", "no-such", path)


def lets_in(row: str, role: Role | None) -> bool:
    """What the table of rights says of a route."""
    if role is None and row in TO_NOBODY_AS_WELL:
        return True
    return may(role, EXPECTED[row]) and not (role is Role.SERVICE and row in IN_PERSON)


def may(role: Role | None, needed: Needed) -> bool:
    if needed is None:
        return True
    return role is not None and (not needed or bool(needed & PERMISSIONS[role]))


@pytest.fixture(scope="module")
def routes(address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{address}/test/rights").json()
    return found


class Asker:
    """Somebody of a role, in a browser and as a program; or nobody."""

    def __init__(self, client: httpx.AsyncClient, role: Role | None) -> None:
        self.client, self.role, self.token, self.in_browser = client, role, "", False

    async def enter(self) -> None:
        """Sign in afresh, both ways. A program has no browser session, and its key instead of a token."""
        self.client.cookies.clear()
        if self.role is None:
            return
        if self.role is Role.SERVICE:
            self.token = (await self.client.get("/test/key")).json()
            return
        email = PEOPLE[self.role]
        entered = await self.client.post("/sign-in", data={"email": email, "password": PASSWORDS[email]})
        assert entered.status_code == 303, entered.text
        self.in_browser = True
        body = {"email": email, "password": PASSWORDS[email]}
        self.token = (await self.client.post("/api/v1/auth/login", json=body)).json()["access_token"]

    def known_as(self, path: str) -> Role | None:
        """Who the server sees: nobody where a program opens pages."""
        return self.role if path.startswith("/api/") or self.in_browser else None

    async def ask(self, route: dict[str, Any], method: str) -> tuple[int, str]:
        """The status, and where it leads."""
        row, path = row_of(route, method), path_of(route["path"])
        headers = {"Authorization": f"Bearer {self.token}"} if path.startswith("/api/") and self.token else {}
        rest: dict[str, Any] = {"data": FORMS[row]} if row in FORMS else {}
        if not rest and method not in ("GET", "HEAD"):
            rest = {"json": {}}
        async with self.client.stream(method, path, headers=headers, **rest) as answer:
            if path != WITHOUT_END:
                await answer.aread()
            return answer.status_code, answer.headers.get("location", "")


@asynccontextmanager
async def asking(address: str, role: Role | None) -> AsyncIterator[Asker]:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        asker = Asker(client, role)
        await asker.enter()
        yield asker


def test_every_route_is_expected_and_every_expectation_is_a_route(routes: list[dict[str, Any]]) -> None:
    found = {row_of(route, method) for route in routes for method in route["methods"]}
    assert sorted(found - set(EXPECTED)) == []
    assert sorted(set(EXPECTED) - found) == []
    without = {route["name"] for route in routes if not route["methods"]}
    assert without == {*SOCKETS, *MOUNTS}
    assert len(found) > 380


def test_every_route_is_marked_with_the_rights_that_are_expected_of_it(routes: list[dict[str, Any]]) -> None:
    marked = {
        row_of(route, method): frozenset(map(Right, route["rights"]))
        for route in routes
        for method in route["methods"]
        if route["rights"] is not None
    }
    assert {row: (marked.get(row), needed) for row, needed in MARKED.items() if marked.get(row) != needed} == {}
    assert sorted(set(marked) - set(MARKED)) == []
    assert [route["name"] for route in routes if route["checks"] > 1] == []


@pytest.mark.timeout(400)
@pytest.mark.prove
@pytest.mark.parametrize("role", PLAYED)
async def test_every_route_lets_in_whom_the_table_of_rights_lets_in(
    address: str, routes: list[dict[str, Any]], role: Role | None
) -> None:
    wrong, answered = {}, 0
    asked = [(route, method) for route in routes for method in route["methods"]]
    last = [one for one in asked if row_of(*one) in ENDS_THE_SESSION]
    async with asking(address, role) as asker:
        for route, method in [*(one for one in asked if one not in last), *last]:
            row = row_of(route, method)
            if row in ENDS_THE_SESSION:
                await asker.enter()
            status, leads_to = await asker.ask(route, method)
            known = asker.known_as(route["path"])
            allowed = lets_in(row, known)
            refused = status in REFUSED or leads_to.startswith("/sign-in?")
            as_told = refused is not allowed and (not refused or known is None or status == 403)
            if row in WITHOUT_THE_SECRET:
                if status != WITHOUT_THE_SECRET[row] and not (refused and not allowed):
                    wrong[row] = (status, f"without the secret {WITHOUT_THE_SECRET[row]}")
            elif status >= 500 or not as_told:
                wrong[row] = (status, "allowed" if allowed else "to be refused")
            answered += 1
    assert wrong == {}
    assert answered > 380


@pytest.mark.parametrize("role", [None, *Role])
async def test_every_export_is_had_by_whom_the_table_of_rights_lets_have_it(address: str, role: Role | None) -> None:
    async with asking(address, role) as asker:
        exports: dict[str, list[str]] = (await asker.client.get("/test/exports")).json()
        got = {}
        for name in exports:
            headers = {"Authorization": f"Bearer {asker.token}"} if asker.token else {}
            answer = await asker.client.get(f"/api/v1/exports/{name}.csv", headers=headers)
            got[name] = answer.status_code not in REFUSED
    assert got == {name: may(role, frozenset(map(Right, rights))) for name, rights in exports.items()}


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("path", SOCKETS)
async def test_every_socket_lets_in_whom_the_table_of_rights_lets_in(
    address: str, role: Role | None, path: str
) -> None:
    async with asking(address, role) as asker:
        cookie = "; ".join(f"{name}={value}" for name, value in asker.client.cookies.items())
        headers = {"cookie": cookie} if not path.startswith("/api/") else {"Authorization": f"Bearer {asker.token}"}
        code = None
        async with connect(address.replace("http", "ws", 1) + path, additional_headers=headers, max_size=None) as ws:
            try:
                if path.startswith("/api/") and not asker.token:
                    await ws.send('{"token": "none of ours"}')
                await ws.recv()
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 0
        known = asker.known_as(path)
    assert (code in (4401, 4403)) is not may(known, frozenset(SOCKETS[path])), code
