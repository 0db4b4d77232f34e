"""I2: every address that a household may ask, asked with the id of another household's: refused, and nothing told. The
same address with an id of its own is answered, so each of these tests can fail."""

import base64
import io
import itertools
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

from core.accounts import PERMISSIONS, Role
from dashboard.demo_seed import DEMO_PEOPLE, HOST_EMAIL, NEIGHBOUR_EMAIL
from dashboard.notices.wording import short_of
from tests.dashboard.privacy.cast import CLUSTER, TOWN
from tests.dashboard.privacy.detector import Detector
from tests.dashboard.rights.expected import EXPECTED

HOUSEHOLDS = {"neighbour": NEIGHBOUR_EMAIL, "host": HOST_EMAIL}
PASSWORDS = {one.email: one.password for one in DEMO_PEOPLE}
WEEKS = itertools.count()
"""A pause is made in a week without one."""
MADE: dict[tuple[str, str], dict[str, Any]] = {}
"""What each household of a server has made and not ended since."""
NO_IDS = {"GET /live/own-layer/{name}", "GET /api/v1/exports/{name}.{form}", "GET /exports/{name}.{form}"}
"""A kind of layer, and a kind of file."""

BODIES: Mapping[str, Mapping[str, Any]] = {
    "GET /api/v1/lots/{lot_id}/bans": {"day": "2026-06-02"},
    "POST /api/v1/lots/{lot_id}/keep-off": {"minutes": 60},
    "PUT /api/v1/lots/{lot_id}/notes": {"gate": "behind the shed"},
    "POST /api/v1/lots/{lot_id}/pauses": {"from_on": "2026-07-01", "restarts_on": "2026-07-08"},
    "POST /api/v1/lots/{lot_id}/problems": {"kind": "missed"},
    "PUT /api/v1/visits/{visit_id}/rating": {"stars": 4},
    "POST /api/v1/visits/{visit_id}/skip": {"reason": "a party"},
    "POST /api/v1/clusters/{cluster_id:uuid}/leave": {"home_id": "{home_id}"},
}
WITH_IDS_ELSEWHERE: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "query of cards": ("GET /api/v1/payments/payment-methods", {"subscription_id": "{subscription_id}"}),
    "query of what was paid": ("GET /join/done", {"subscription": "{subscription_id}"}),
    "another plan": (
        "POST /api/v1/payments/update-plan",
        {"subscription_id": "{subscription_id}", "plan_id": "{plan}"},
    ),
    "the end of a plan": ("POST /api/v1/payments/cancel", {"subscription_id": "{subscription_id}"}),
    "a card": ("POST /api/v1/payments/checkout/session", {"subscription_id": "{subscription_id}"}),
    "the provider's pages": ("POST /api/v1/payments/billing-portal", {"subscription_id": "{subscription_id}"}),
    "a plan for a lot": ("POST /api/v1/payments/subscriptions/pre-join", {"lot_id": "{lot_id}", "plan_id": "{plan}"}),
    "a problem of a visit": (
        "POST /api/v1/lots/{own_lot}/problems",
        {"kind": "missed", "visit_id": "{visit_id}"},
    ),
}
"""Ids in a query or body; ``own_lot`` is always one's own."""


@dataclass
class Household:
    """A signed-in household and what it has, by the names in addresses."""

    who: str
    client: httpx.AsyncClient
    headers: dict[str, str]
    things: dict[str, Any]
    detector: Detector

    async def rest(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = await self.client.request(method, f"/api/v1{path}", headers=self.headers, json=body)
        assert answer.status_code < 300, (path, answer.text)
        return answer.json() if answer.content else None

    async def make(self) -> None:
        """Something of everything that a household can make."""
        things = self.things
        lot = things["lot_id"]
        photo = io.BytesIO()
        Image.new("RGB", (8, 8), "green").save(photo, "JPEG")
        problem = {"kind": "missed", "words": "By the fence.", "photo": base64.b64encode(photo.getvalue()).decode()}
        things["problem_id"] = (await self.rest("POST", f"/lots/{lot}/problems", problem))["id"]
        begins = date(2026, 8, 1) + timedelta(weeks=2 * next(WEEKS))
        pause = {"from_on": begins.isoformat(), "restarts_on": (begins + timedelta(weeks=1)).isoformat()}
        things["pause_id"] = (await self.rest("POST", f"/lots/{lot}/pauses", pause))["pause"]["id"]
        things["keep_off_id"] = (await self.rest("POST", f"/lots/{lot}/keep-off", {"minutes": 60}))["id"]
        things["feed_id"] = (await self.rest("POST", "/calendar-feeds", {}))["id"]
        made = await self.rest("POST", "/api-keys", {"name": "mine", "scopes": ["see_own_lot"]})
        things["key_id"] = made["key"]["id"]
        things["plan"] = (await self.rest("GET", "/payments/plans"))[0]["id"]
        await self.client.post("/api/v1/auth/login", json=login(self.who))
        sessions = await self.rest("GET", "/auth/sessions")
        things["session_id"] = next(one["id"] for one in sessions if not one["current"])
        notices = await self.rest("GET", "/notices")
        things["short"] = short_of(UUID(notices[0]["id"]))

    async def ask(self, row: str, things: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> httpx.Response:
        """What the row names, with the ids of ``things``."""
        method, template = row.split()
        named = {"name": CLUSTER.device_name, "line": "0", "own_lot": self.things["lot_id"], **things}
        path = re.sub(r"{(\w+)(?::\w+)?}", lambda hit: str(named[hit[1]]), template)
        body = {key: _filled(value, named) for key, value in (given or BODIES.get(row, {})).items()}
        headers = self.headers if path.startswith("/api/") else {}
        rest: dict[str, Any] = {"params": body} if method == "GET" else {"json": body}
        return await self.client.request(method, path, headers=headers, **rest)


def _filled(value: Any, named: Mapping[str, Any]) -> Any:
    return named[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value


def login(who: str) -> dict[str, str]:
    return {"email": HOUSEHOLDS[who], "password": PASSWORDS[HOUSEHOLDS[who]]}


@asynccontextmanager
async def household(address: str, who: str) -> AsyncIterator[Household]:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        assert (await client.post("/sign-in", data=login(who))).status_code == 303
        token = (await client.post("/api/v1/auth/login", json=login(who))).json()["access_token"]
        await client.get("/test/tell", params={"who": who})
        cast = (await client.get("/test/cast", params={"who": who})).json()
        kept = MADE.get((address, who))
        things = (await client.get(f"/test/own/{who}")).json() if kept is None else kept
        home = Household(who, client, {"Authorization": f"Bearer {token}"}, things, Detector(cast))
        if kept is None:
            await home.make()
            MADE[address, who] = home.things
        yield home


def rows() -> list[str]:
    """Every address with an id that the role of a household opens: what ends things late, leaving the very last."""
    held = PERMISSIONS[Role.HOMEOWNER]
    asked = [
        row for row, needed in EXPECTED.items() if needed is not None and "{" in row and (not needed or needed & held)
    ]
    order = ("GET", "PUT", "POST", "DELETE")
    return sorted(set(asked) - NO_IDS, key=lambda row: (row.endswith("/leave"), order.index(row.split()[0]), row))


OWN_MOWER = {"name": CLUSTER.device_name}
OTHER_MOWER = {"name": TOWN.clusters[1].device_name}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("who", "other"), [("neighbour", "host"), ("host", "neighbour")])
async def test_no_id_of_another_household_opens_anything(address: str, who: str, other: str) -> None:
    everything = [(row, row, None) for row in rows()]
    everything += [(name, row, given) for name, (row, given) in WITH_IDS_ELSEWHERE.items()]
    let_in, shut_out = {}, {}
    async with household(address, who) as mine, household(address, other) as theirs:
        for name, row, given in everything:
            answer = await mine.ask(row, theirs.things | OTHER_MOWER, given)
            leaks = mine.detector.leaks(answer.content)
            if answer.status_code not in (403, 404) or leaks:
                let_in[name] = (answer.status_code, leaks)
        MADE.pop((address, who))  # what follows ends it
        for name, row, given in sorted(everything, key=lambda one: one[1].endswith("/leave")):
            answer = await mine.ask(row, mine.things | OWN_MOWER, given)
            if answer.status_code in (401, 403, 404, 422) or answer.status_code >= 500:
                shut_out[name] = (answer.status_code, answer.text[:200])
    assert len(everything) > 35
    assert {"let in": let_in, "shut out": shut_out} == {"let in": {}, "shut out": {}}


async def test_what_is_for_the_office_is_refused_whatever_id_is_given(address: str) -> None:
    """Their own ids open nothing of the office's either."""
    held = PERMISSIONS[Role.HOMEOWNER]
    office = [row for row, needed in EXPECTED.items() if needed and "_id" in row and not needed & held]
    async with household(address, "neighbour") as mine:
        known = mine.things | {
            name: mine.things["lot_id"]
            for row in office
            for name in re.findall(r"{(\w+)(?::\w+)?}", row)
            if name not in mine.things
        }
        answers = {row: (await mine.ask(row, known)).status_code for row in office}
    assert len(office) > 60
    assert {row: status for row, status in answers.items() if status != 403} == {}
