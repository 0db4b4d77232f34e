"""Answers ``/search/geocode/v6/forward`` from an address book, in the shape the provider documents."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from aiohttp import web
from rapidfuzz import fuzz

from core.neighbourhood import Home
from core.neighbourhood.address_search import AddressSearch, canonical
from external.mapbox.client import MOST_CHARACTERS, MOST_PLACES, MOST_WORDS, PATH

type Kind = Literal["status", "slow", "malformed", "cut_off", "hang_up", "odd"]

CONFIDENCE = ((97, "exact"), (90, "high"), (75, "medium"), (0, "low"))
BROKEN = {"malformed": "<html>Bad gateway</html>", "odd": '{"type": "FeatureCollection", "features": {"a": 1}}'}


@dataclass(slots=True)
class Fault:
    """How the next ``count`` requests go wrong (``None``: all from now on)."""

    kind: Kind
    status: int = 500
    delay_s: float = 0.0
    retry_after: str | None = None
    count: int | None = None


class MapboxTwin:
    """The server; ``async with MapboxTwin(homes) as twin`` serves at ``twin.url`` on a free port."""

    def __init__(self, homes: Sequence[Home], *, token: str = "pk.twin") -> None:
        self.token = token
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        self.url = ""
        self._search = AddressSearch(homes)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get(PATH, self._forward)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        query = request.query.get("q", "")
        self.asked.append(query)
        fault = self._take_fault()
        if fault is not None:
            broken = await self._broken(request, fault)
            if broken is not None:
                return broken
        if request.query.get("access_token") != self.token:
            return web.json_response({"message": "Not Authorized - Invalid Token"}, status=401)
        if not query:
            return web.json_response({"message": "No search text was provided in the query."}, status=404)
        if len(query) > MOST_CHARACTERS or len(query.split()) > MOST_WORDS or ";" in query:
            return web.json_response({"message": "Query too long or with a semicolon"}, status=422)
        limit = int(request.query.get("limit", "5"))
        if not 1 <= limit <= MOST_PLACES:
            return web.json_response({"message": f"limit must be 1 to {MOST_PLACES}"}, status=422)
        return web.json_response(self._answer(query, limit))

    def _answer(self, query: str, limit: int) -> dict[str, Any]:
        homes = (self._search.exact(query) or self._search.alike(query, limit))[:limit]
        return {
            "type": "FeatureCollection",
            "features": [_feature(home, query) for home in homes],
            "attribution": "NOTICE: © Mapbox and its suppliers. All rights reserved.",
        }

    def _take_fault(self) -> Fault | None:
        if not self.faults:
            return None
        fault = self.faults[0]
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self.faults.pop(0)
        return fault

    async def _broken(self, request: web.Request, fault: Fault) -> web.StreamResponse | None:
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.kind == "status":
            headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
            return web.json_response({"message": "Too Many Requests"}, status=fault.status, headers=headers)
        if fault.kind in BROKEN:
            return web.Response(text=BROKEN[fault.kind], content_type="application/json")
        if fault.kind in {"cut_off", "hang_up"}:
            response = web.StreamResponse(headers={"Content-Length": "5000"})
            if fault.kind == "cut_off":
                await response.prepare(request)
                await response.write(b'{"type": "FeatureCollection", "features": [{"properties"')
            assert request.transport is not None
            request.transport.close()
            return response
        return None


def _feature(home: Home, query: str) -> dict[str, Any]:
    number, _, street = home.address.partition(" ")
    spelt = (home.address, f"{home.address} {home.city}", home.label)
    alike = max(fuzz.ratio(canonical(query), canonical(one)) for one in spelt)
    position = {"longitude": home.longitude, "latitude": home.latitude}
    properties = {
        "mapbox_id": f"twin.{home.id}",
        "feature_type": "address",
        "name": home.address,
        "full_address": f"{home.label}, United States",
        "coordinates": position | {"accuracy": "rooftop"},
        "context": {
            "address": {"address_number": number, "street_name": street, "name": home.address},
            "street": {"name": street},
            "postcode": {"name": home.postcode},
            "place": {"name": home.city},
            "region": {"name": home.state, "region_code": home.state, "region_code_full": f"US-{home.state}"},
            "country": {"name": "United States", "country_code": "US"},
        },
        "match_code": {"confidence": next(word for least, word in CONFIDENCE if alike >= least)},
    }
    geometry = {"type": "Point", "coordinates": [home.longitude, home.latitude]}
    return {"type": "Feature", "id": f"twin.{home.id}", "geometry": geometry, "properties": properties}
