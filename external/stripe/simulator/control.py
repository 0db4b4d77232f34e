"""The control API: what tests, the demo and the sandbox may do that Stripe itself does not offer. No key is needed."""

from dataclasses import asdict, fields
from typing import Any

from aiohttp import web

from external.stripe.simulator.api import StripeApi
from external.stripe.simulator.delivery import Courier, Mischief
from external.stripe.simulator.endpoints import roll_secret
from external.stripe.simulator.faults import ApiError
from external.stripe.simulator.renewal import carry_out
from external.stripe.simulator.world import WALL, Rules, World


class ControlApi:
    """Under /control: rules, webhooks and their mischief, faults, reset."""

    def __init__(self, world: World, courier: Courier, api: StripeApi) -> None:
        self._world, self._courier, self._api = world, courier, api

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/control", self._state)
        app.router.add_post("/control/rules", self._rules)
        app.router.add_post("/control/webhooks", self._mischief)
        app.router.add_post("/control/webhooks/release", self._release)
        app.router.add_post("/control/webhooks/resend", self._resend)
        app.router.add_post("/control/webhooks/roll", self._roll)
        app.router.add_get("/control/deliveries", self._deliveries)
        app.router.add_post("/control/faults", self._faults)
        app.router.add_post("/control/run", self._run)
        app.router.add_post("/control/reset", self._reset)

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "rules": asdict(self._world.rules),
                "webhooks": asdict(self._courier.mischief),
                "waiting": self._courier.waiting,
                "requests": len(self._api.asked),
            }
        )

    async def _rules(self, request: web.Request) -> web.Response:
        return _changed(self._world.rules, await request.json(), Rules)

    async def _mischief(self, request: web.Request) -> web.Response:
        answer = _changed(self._courier.mischief, await request.json(), Mischief)
        if not self._courier.mischief.hold:
            self._courier.release()
        return answer

    async def _release(self, _request: web.Request) -> web.Response:
        self._courier.release()
        return web.json_response({"waiting": self._courier.waiting})

    async def _resend(self, request: web.Request) -> web.Response:
        """``event``: an id; without one all that were ever made."""
        wanted = (await request.json()).get("event")
        rows = [one for one in self._world.store.every("event") if wanted in (None, one["id"])]
        for event in rows:
            self._courier.resend(event)
        return web.json_response({"sent": len(rows)})

    async def _roll(self, request: web.Request) -> web.Response:
        """A new secret for ``endpoint``; ``keep_old`` signs with both for now."""
        given = await request.json()
        try:
            endpoint = self._world.store.get("webhook_endpoint", given["endpoint"])
        except ApiError as error:
            return web.json_response(error.body, status=error.status)
        secret = roll_secret(self._world, endpoint, keep_old=bool(given.get("keep_old", True)))
        self._world.store.flush()
        return web.json_response({"secret": secret})

    async def _deliveries(self, _request: web.Request) -> web.Response:
        return web.json_response([asdict(one) for one in self._courier.log])

    async def _faults(self, request: web.Request) -> web.Response:
        """``status`` for the next ``count`` requests."""
        given = await request.json()
        self._api.faults.append((int(given["status"]), int(given.get("count", 1))))
        return web.json_response({"faults": len(self._api.faults)})

    async def _run(self, _request: web.Request) -> web.Response:
        """Carry out what is due by the wall clock (each request does so, too)."""
        done = carry_out(self._world, WALL, self._world.wall())
        self._world.store.flush()
        return web.json_response({"done": done})

    async def _reset(self, _request: web.Request) -> web.Response:
        self._world.store.clear()
        self._world.recall_plans()
        self._courier.log.clear()
        return web.json_response({})


def _changed(target: Any, given: dict[str, Any], kind: type[Any]) -> web.Response:
    known = {one.name for one in fields(kind)}
    if wrong := set(given) - known:
        return web.json_response({"error": f"unknown: {sorted(wrong)}; known: {sorted(known)}"}, status=400)
    for name, value in given.items():
        setattr(target, name, tuple(value) if isinstance(value, list) else value)
    return web.json_response(asdict(target))
