"""The whole product as a process of its own: the demo town with its plans, visits and bills, and a mower led by hand.

``python -m tests.dashboard.privacy.server PORT FOLDER``. It is Monday, 1 June 2026, 10 o'clock in the town. The sample
neighbour looks, and its host; whatever the others of each have is in ``/test/cast``. ``/test/plant/{kind}`` takes one
of the server's own clips away, ``/test/heal`` puts it back, ``/test/sent`` tells what was sent to the household.
``/test/room`` makes a home and a place in a cluster free, for somebody who joins.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import uvicorn
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from nicegui import app as pages
from pydantic import SecretStr
from shapely import unary_union
from starlette.routing import Mount

from core.accounts import Viewer
from core.billing.reads import evidence_of
from core.db import open_database
from core.db.migrate import migrate
from core.drills import DrillFloor
from core.scheduling.service import Scheduling
from core.settings import load_settings
from dashboard.api import PREFIX
from dashboard.api.scope import FleetScope
from dashboard.app import make_app
from dashboard.bootstrap import build
from dashboard.live.scope import Scope
from dashboard.pages import billing_invoice
from external.mail.simulator import MailTwin
from external.sms.simulator import TwilioTwin, TwilioTwinOptions
from external.stripe.simulator import StripeTwin, StripeTwinOptions
from tests.dashboard.privacy.cast import CLUSTER, HOST, OWN, TOWN, Cast, MovedClock, place_on

STRIPE_KEY = "sk_test_of_these_tests"


def everyone(_viewer: Viewer) -> None:
    """The scope of somebody who sees everything."""


def whole_evidence(*given: Any, **_private: bool) -> dict[str, Any]:
    """What our own people get, whoever asks."""
    return evidence_of(*given)


LEAKS: dict[str, list[tuple[object, str, Any]]] = {
    "response": [(FleetScope, "at_home", lambda _scope, _snapshot: True)],
    "frame": [(Scope, "elsewhere", lambda _scope, _names, _columns, _slots: None)],
    "export": [(Scheduling, "_scope", staticmethod(everyone))],
    "evidence": [(billing_invoice, "evidence_of", whole_evidence)],
}
"""What keeps each kind of payload clean, and the same without its rule."""


def routes_of(outer: FastAPI) -> list[dict[str, Any]]:
    """Every route that answers over HTTP."""
    found = []
    for prefix, routes in (("", [*outer.routes, *pages.routes]), (PREFIX, _api(outer).routes)):
        for route in iter_route_contexts(routes):
            path = prefix + (route.path or "")
            if route.methods and "/_nicegui" not in path and not path.startswith("/test/"):
                dependant: Dependant = getattr(route, "dependant", None) or Dependant()
                needed = [one.alias for one in dependant.query_params if one.field_info.is_required()]
                found.append({"path": path, "methods": sorted(route.methods), "needs": needed})
    return found


def _api(outer: FastAPI) -> FastAPI:
    mount = next(route for route in outer.routes if isinstance(route, Mount) and route.path == PREFIX)
    assert isinstance(mount.app, FastAPI)
    return mount.app


def steered(outer: FastAPI, cast: Cast, mail: MailTwin, texts: TwilioTwin) -> None:
    """The ways by which the test steers and looks behind."""
    planted = ExitStack()
    parts = cast.parts

    @pages.get("/test/cast")
    async def told(who: str = "neighbour") -> dict[str, Any]:
        eyes = cast.eyes[who]
        own, other = TOWN.lonlat(eyes.home.lot), OWN if eyes.home is HOST else HOST
        lots = unary_union([TOWN.lonlat(home.lot) for home in TOWN.homes])
        return eyes.others | {
            "own": [list(spot) for spot in own.exterior.coords],
            "town": list(lots.bounds),
            "roads": [list(spot) for street in TOWN.streets for spot in TOWN.lonlat(street.line).coords],
            "own_lot": str(eyes.lot),
            "mower": CLUSTER.device_name,
            "others_place": [place_on(other).longitude, place_on(other).latitude],
            "others_address": other.address,
            "clusters": [str(one.id) for one in await parts.clusters.list()],
        }  # fmt: skip

    @pages.get("/test/routes")
    async def routes() -> list[dict[str, Any]]:
        return routes_of(outer)

    @pages.get("/test/mower/{where}")
    async def lead(where: str) -> None:
        cast.lead(OWN if where == "here" else HOST)

    @pages.get("/test/room")
    async def room() -> str:
        return await cast.room()

    @pages.get("/test/free")
    async def free(home: int) -> None:
        await cast.free(home)

    @pages.get("/test/code")
    async def code() -> str:
        return await cast.code()

    @pages.get("/test/near")
    async def near() -> dict[str, Any]:
        return await cast.near()

    @pages.get("/test/plant/{kind}")
    async def plant(kind: str) -> None:
        for owner, name, without in LEAKS[kind]:
            planted.enter_context(patch.object(owner, name, without))

    @pages.get("/test/heal")
    async def heal() -> None:
        planted.close()

    @pages.get("/test/tell")
    async def tell(who: str = "neighbour", address: str = "") -> None:
        eyes = cast.eyes[who]
        await cast.tell(eyes, address or eyes.home.address)

    @pages.get("/test/sent")
    async def sent(who: str = "") -> dict[str, list[str]]:
        """Every mail, whole and decoded, and every text message; of one household, or of all."""
        mails = ["\n".join((one.raw.decode(), one.part("plain"), one.part("html"))) for one in mail.box.mails]
        if not who:
            return {"mail": mails, "sms": [one.body for one in texts.book.messages]}
        eyes = cast.eyes[who]
        return {
            "mail": [one for one in mails if f"To: {eyes.email}" in one],
            "sms": [one.body for one in texts.book.messages if one.to == eyes.phone],
        }


async def main(
    port: int,
    folder: str,
    furnish: Callable[[Cast], Awaitable[DrillFloor | None]] | None = None,
    mounted: Callable[[FastAPI], None] = lambda _outer: None,
    **more: Any,
) -> None:
    """Serve the town; ``furnish`` puts more into it first, and may hold drills there; ``mounted`` gets the app;
    ``more`` are further settings."""
    clock = MovedClock()
    options = TwilioTwinOptions(step_s=0.05, per_minute=1_000)
    async with (
        MailTwin(clock=clock) as mail,
        TwilioTwin(options, clock) as texts,
        StripeTwin(StripeTwinOptions(secret_key=STRIPE_KEY, first_wait_s=0.05)) as stripe,
    ):
        settings = load_settings(
            secret_key=SecretStr("a secret of these tests, long enough"), data_dir=Path(folder), port=port,
            mammotion_link_accounts=False, smtp_host="127.0.0.1", smtp_port=mail.smtp_port, smtp_tls="none",
            smtp_from="MowthosOS <n@mowthos.example>", twilio_account_sid=options.account_sid,
            twilio_auth_token=SecretStr(options.auth_token), twilio_from="+15005550006", twilio_api_url=texts.url,
            stripe_secret_key=SecretStr(STRIPE_KEY), stripe_api_url=stripe.url,
            stripe_webhook_secrets=SecretStr("whsec_of_these_tests"), referral_credit_cents=1_000,
            user_calls_a_minute=100_000, address_calls_an_hour=100_000, **more,
        )  # fmt: skip
        database = open_database(settings.database)
        await migrate(database)
        parts = build(settings, database, clock)
        cast = Cast(parts)
        await cast.begin()
        await parts.care.alarms.keeper.load()
        floor = None if furnish is None else await furnish(cast)
        outer, live = make_app(parts, floor=floor)
        steered(outer, cast, mail, texts)
        mounted(outer)
        pushing = asyncio.create_task(live.run())
        try:
            config = uvicorn.Config(outer, port=port, log_level="warning", ws="websockets-sansio")
            await uvicorn.Server(config).serve()
        finally:
            pushing.cancel()
            await asyncio.gather(pushing, return_exceptions=True)
            await database.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
