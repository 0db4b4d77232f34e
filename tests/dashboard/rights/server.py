"""The town of the tests of every page, with somebody of every role, and what its routes ask for.

``python -m tests.dashboard.rights.server PORT FOLDER``. ``/test/rights`` tells every mounted route, ``/test/key`` the
API key of the program, ``/test/exports`` who may have which export, ``/test/own/{household}`` what is whose, and
``/test/elsewhere`` what lies in one area and what outside (`tests.dashboard.rights.elsewhere`).
"""

import asyncio
import re
import sys
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from nicegui import app as pages
from pydantic import SecretStr
from starlette.routing import Mount, WebSocketRoute

from core.accounts import PERMISSIONS, Role, Viewer
from core.drills import DrillFloor
from dashboard.api import PREFIX
from dashboard.exports.table import EXPORTS
from tests.dashboard.everywhere.server import furnish as furnish_town
from tests.dashboard.privacy import server as town
from tests.dashboard.privacy.cast import Cast
from tests.dashboard.rights import elsewhere

PASSWORD = "correct horse battery"
ADDED = {Role.AUDITOR: "auditor@mowthos.example", Role.SERVICE: "service@mowthos.example"}
IDENTITY = {
    "oidc_issuer": "http://127.0.0.1:9",
    "oidc_client_id": "mowthos",
    "oidc_client_secret": SecretStr("a secret of these tests"),
}
"""A provider that does not answer: its routes are there."""
VERSIONS = re.compile(r"(?<=/_nicegui/)[\d.]+(?=/)|(?<=deck-)[\d.]+(?=\.js)")


def told(outer: FastAPI) -> list[dict[str, Any]]:
    """Everything that answers: its address, its methods (none: a socket or a mount), the rights it is marked with."""
    api = next(route.app for route in outer.routes if isinstance(route, Mount) and route.path == PREFIX)
    assert isinstance(api, FastAPI)
    found = []
    for prefix, routes in (("", [*outer.routes, *pages.routes]), (PREFIX, api.routes)):
        for route in iter_route_contexts(routes):
            path = prefix + (route.path or "")
            if path.startswith("/test/"):
                continue
            original = route.original_route
            marks = list(marks_of(getattr(route, "dependant", None)))
            found.append(
                {
                    "path": path,
                    "name": VERSIONS.sub("VERSION", path),
                    "methods": sorted(route.methods or ()),
                    "socket": isinstance(original, WebSocketRoute),
                    "rights": sorted(set().union(*marks)) if marks else None,
                    "checks": len(marks),
                }
            )
    return found


def marks_of(dependant: Dependant | None) -> Iterator[frozenset[str]]:
    for one in () if dependant is None else dependant.dependencies:
        rights = getattr(one.call, "rights", None)
        if rights is not None:
            yield rights
        yield from marks_of(one)


async def furnish(cast: Cast) -> DrillFloor:
    floor, people = await furnish_town(cast), cast.parts.people
    added = {
        role: await people.create_person(email=email, role=role, password=PASSWORD) for role, email in ADDED.items()
    }
    program = added[Role.SERVICE]
    by = Viewer(person_id=program.id, email=program.email, name=program.name, role=program.role)
    key = await cast.parts.programs.keys.make(name="Elm program", scopes=PERMISSIONS[Role.SERVICE], by=by)

    things = {who: await belongings(cast, who) for who in cast.eyes}
    apart = await elsewhere.furnish(cast)

    @pages.get("/test/elsewhere")
    async def elsewhere_told() -> dict[str, Any]:
        return apart

    @pages.get("/test/own/{who}")
    async def own(who: str) -> dict[str, Any]:
        return things[who]

    @pages.get("/test/key")
    async def given() -> str:
        return key.secret

    @pages.get("/test/exports")
    async def exports() -> dict[str, list[str]]:
        return {name: sorted(one.rights) for name, one in EXPORTS.items()}

    return floor


async def belongings(cast: Cast, who: str) -> dict[str, Any]:
    """What a household has that was there before it signed in, by the names in addresses."""
    eyes, parts = cast.eyes[who], cast.parts
    (home,) = await parts.neighbours.search_addresses(eyes.home.address, 1)
    assert home.id is not None
    (cluster,) = [one for one in await parts.clusters.list(home_id=home.id) if one.live]
    return {
        "lot_id": str(eyes.lot),
        "visit_id": eyes.others["own_visits"][-1],
        "invoice_id": eyes.others["own_invoices"][0],
        "subscription_id": eyes.others["subscriptions"][0],
        "home_id": home.id,
        "cluster_id": str(cluster.id),
    }


def mounted(outer: FastAPI) -> None:
    @pages.get("/test/rights")
    async def rights() -> list[dict[str, Any]]:
        return told(outer)


if __name__ == "__main__":
    asyncio.run(town.main(int(sys.argv[1]), sys.argv[2], furnish, mounted, **IDENTITY))
