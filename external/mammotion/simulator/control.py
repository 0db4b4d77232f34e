"""The control API under ``/control``: reads the truth, sets states, puts in faults. For tests, drills and demos.

It is not part of the vendor's API and asks for no token: the simulated cloud listens on this machine.
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.clock import Clock
from external.mammotion.simulator import orders
from external.mammotion.simulator.device import Device, Feed
from external.mammotion.simulator.fleet import DeviceFleet
from external.mammotion.simulator.front import BrokerFront
from external.mammotion.simulator.http_faults import HttpFault, HttpFaults, Shape
from external.mammotion.simulator.journal import Journal
from external.mammotion.simulator.motion import head_home
from external.mammotion.simulator.mower import LIFTED, STUCK, Activity, Mower, RtkFix, StopReason
from external.mammotion.simulator.sites import SiteArea, SiteNoGo
from external.mammotion.simulator.truth import true_state
from external.mammotion.simulator.vendor import Account, Vendor


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MowerChange(_Body):
    """What to do to a mower; several at once, in the order of the fields."""

    battery: float | None = Field(None, ge=0, le=100)
    rain: bool | None = None
    rtk: RtkFix | None = None  # held until set to FIXED again
    teleport: tuple[float, float] | None = None  # longitude, latitude
    carry: tuple[float, float] | None = None  # the same, at a walk and without a word: somebody takes it there
    lift: bool | None = None
    stuck: bool | None = None
    spinning: bool | None = None  # mowing on the spot without noticing
    deaf: bool | None = None  # hears nothing that is sent to it, and so answers nothing
    error: int | None = None  # a vendor error number; 0 = clear
    action: int | None = None  # a task action as the app would send it
    updating: bool | None = None
    online: bool | None = None
    feed: Feed | None = None
    removed: bool | None = None
    junk: int | None = Field(None, ge=1, le=1000)  # that many frames that are no protobuf
    owner: bool | None = None  # True = the simulated owner may act again at once


class MapChange(_Body):
    """What its owner draws anew in the vendor's app; renaming alone leaves shapes and their hashes as they are."""

    areas: tuple[SiteArea, ...] | None = Field(None, min_length=1)
    no_go: tuple[SiteNoGo, ...] | None = None
    rename: dict[str, str] = {}


class BrokerChange(_Body):
    """Faults of the broker."""

    drop: str | None = None  # end the connections of an account, "*" = all
    down_s: float | None = Field(None, gt=0, le=3600)
    refuse_code: int | None = Field(None, ge=0, le=5)  # a CONNACK code for every sign-in, 0 = judge again


class AccountChange(_Body):
    """Faults of one account."""

    blocked: bool | None = None
    end_access_tokens: bool = False
    end_all_tokens: bool = False


class RadioChange(_Body):
    """How bad the network of all devices is, for commands and reports alike."""

    loss: float = Field(0.0, ge=0, le=1)
    delay_s: float = Field(0.0, ge=0, le=60)


class HttpChange(_Body):
    """A fault of the HTTP side; ``endpoint`` as counted in ``GET /control/accounts``, e.g. ``invoke``."""

    status: int = 0
    shape: Shape = "status"
    delay_s: float = Field(0.0, ge=0, le=120)
    account: str = "*"
    endpoint: str = "*"
    count: int | None = Field(None, ge=1)
    seconds: float | None = Field(None, gt=0)


class ControlApi:
    """Routes of the control API."""

    def __init__(
        self,
        vendor: Vendor,
        fleet: DeviceFleet,
        front: BrokerFront,
        faults: HttpFaults,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._vendor, self._fleet, self._front = vendor, fleet, front
        self._faults, self._journal, self._clock = faults, journal, clock

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/control/mowers", self._mowers)
        app.router.add_get("/control/mowers/{name}", self._mower)
        app.router.add_post("/control/mowers/{name}", self._change_mower)
        app.router.add_get("/control/mowers/{name}/map", self._map)
        app.router.add_post("/control/mowers/{name}/map", self._change_map)
        app.router.add_get("/control/accounts", self._accounts)
        app.router.add_post("/control/accounts/{account}", self._change_account)
        app.router.add_post("/control/broker", self._change_broker)
        app.router.add_post("/control/http", self._change_http)
        app.router.add_post("/control/radio", self._change_radio)
        app.router.add_get("/control/frames", self._frames)
        app.router.add_get("/control/counts", self._counts)
        app.router.add_post("/control/heal", self._heal)

    async def _mowers(self, _request: web.Request) -> web.Response:
        return web.json_response([true_state(device) for device in self._fleet.devices.values()])

    async def _mower(self, request: web.Request) -> web.Response:
        return web.json_response(true_state(self._device(request)))

    async def _change_mower(self, request: web.Request) -> web.Response:
        """One mower, or all of them with the name ``*``."""
        change = await _read(request, MowerChange)
        name = request.match_info["name"]
        devices = list(self._fleet.devices.values()) if name == "*" else [self._device(request)]
        results = [self._apply(device, change) for device in devices]
        return web.json_response(results if name == "*" else results[0])

    def _apply(self, device: Device, change: MowerChange) -> dict[str, Any]:
        self._fleet.hands_off(device)
        if change.owner:
            device.hands_off_until_s = 0.0
        mower = _changed(device.mower, change)
        result: int | None = None
        if change.action is not None:
            mower, result = orders.control(mower, change.action, device.planned)
        self._fleet.change(device, mower)
        if change.carry is not None:
            device.carried_to = mower.lawn.frame.to_metres(*change.carry)
        if change.feed is not None:
            device.feed = change.feed
        if change.spinning is not None:
            device.spinning = change.spinning
        if change.deaf is not None:
            device.deaf = change.deaf
        if change.removed is not None:
            device.removed = change.removed
        if change.online is not None:
            self._fleet.set_online(device, change.online)
        for number in range(change.junk or 0):
            self._fleet.send_raw(device, _junk(device, number))
        return true_state(device) | ({} if result is None else {"result": result})

    async def _map(self, request: web.Request) -> web.Response:
        device = self._device(request)
        return web.json_response(device.site.model_dump(mode="json") | {"names": list(device.names.values())})

    async def _change_map(self, request: web.Request) -> web.Response:
        device, change = self._device(request), await _read(request, MapChange)
        drawn = {name: value for name in ("areas", "no_go") if (value := getattr(change, name)) is not None}
        if drawn:
            device.redraw(device.site.model_copy(update=drawn))
        device.names = {zone: change.rename.get(name, name) for zone, name in device.names.items()}
        return await self._map(request)

    async def _accounts(self, _request: web.Request) -> web.Response:
        connected = self._front.connected
        return web.json_response(
            [
                {
                    "account": account.account,
                    "blocked": account.blocked,
                    "devices": [device.name for device in account.devices],
                    "connected": connected.count(account.account),
                    "requests": dict(self._journal.requests.get(account.account, {})),
                }
                for account in self._vendor.accounts.values()
            ]
        )

    async def _change_account(self, request: web.Request) -> web.Response:
        account = self._account(request)
        change = await _read(request, AccountChange)
        if change.blocked is not None:
            account.blocked = change.blocked
            if change.blocked:
                await self._front.drop(account.account)
        if change.end_access_tokens or change.end_all_tokens:
            self._vendor.end_tokens(account, refresh_too=change.end_all_tokens)
        return web.json_response({"account": account.account, "blocked": account.blocked})

    async def _change_broker(self, request: web.Request) -> web.Response:
        change = await _read(request, BrokerChange)
        dropped = 0
        if change.refuse_code is not None:
            self._front.refuse_sign_ins(change.refuse_code)
        if change.drop is not None:
            dropped = await self._front.drop(change.drop)
        if change.down_s is not None:
            dropped += len(self._front.connected)
            await self._front.go_down(change.down_s)
        return web.json_response({"dropped": dropped, "counts": dict(self._front.counts)})

    async def _change_http(self, request: web.Request) -> web.Response:
        change = await _read(request, HttpChange)
        until_s = None if change.seconds is None else self._clock.monotonic() + change.seconds
        self._faults.add(HttpFault(**change.model_dump(exclude={"seconds"}), until_s=until_s))
        return web.json_response(change.model_dump())

    async def _change_radio(self, request: web.Request) -> web.Response:
        change = await _read(request, RadioChange)
        self._fleet.radio.loss, self._fleet.radio.delay_s = change.loss, change.delay_s
        return web.json_response(change.model_dump() | {"lost": self._fleet.radio.lost})

    async def _frames(self, request: web.Request) -> web.Response:
        limit = int(request.query.get("limit", "100"))
        return web.json_response(self._journal.latest(device_name=request.query.get("device"), limit=limit))

    async def _counts(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "frames": dict(self._journal.leaves),
                "requests": {account: dict(counts) for account, counts in self._journal.requests.items()},
                "broker": dict(self._front.counts) | {"connected": len(self._front.connected)},
                "dropped_frames": self._fleet.dropped,
            }
        )

    async def _heal(self, _request: web.Request) -> web.Response:
        """End every fault that was put in from outside."""
        self._faults.clear()
        self._fleet.radio.loss = self._fleet.radio.delay_s = 0.0
        self._front.refuse_sign_ins(0)
        for account in self._vendor.accounts.values():
            account.blocked = False
        for device in self._fleet.devices.values():
            device.feed, device.removed, device.spinning, device.carried_to = Feed.LIVE, False, False, None
            device.deaf = False
            self._fleet.set_online(device, True)
            self._fleet.change(
                device, orders.break_down(device.mower, 0).but(raining=False, rtk=RtkFix.FIXED, rtk_held=False)
            )
        return web.json_response({"healed": True})

    def _device(self, request: web.Request) -> Device:
        return _named(self._fleet.devices, request.match_info["name"], "mower")

    def _account(self, request: web.Request) -> Account:
        return _named(self._vendor.accounts, request.match_info["account"], "account")


def _teleported(mower: Mower, to: tuple[float, float]) -> Mower:
    """Carried elsewhere: what it was driving to is found anew from there."""
    x, y = mower.lawn.frame.to_metres(*to)
    carried = mower.but(x=x, y=y, speed_m_s=0.0)
    if mower.activity is Activity.RETURNING:
        return head_home(carried, mower.stop_reason)
    if mower.activity in (Activity.MOWING, Activity.TRAVELLING):
        return carried.but(activity=Activity.PAUSED, resume_to=Activity.MOWING, stop_reason=StopReason.OUTSIDE)
    return carried.but(activity=Activity.IDLE) if mower.in_dock else carried


_CHANGES: dict[str, Callable[[Mower, Any], Mower]] = {
    "battery": lambda mower, percent: mower.but(battery=percent),
    "rain": lambda mower, on: mower.but(raining=on),
    "rtk": lambda mower, fix: mower.but(rtk=fix, rtk_held=fix is not RtkFix.FIXED, rtk_bad_s=0.0),
    "teleport": _teleported,
    "lift": lambda mower, on: orders.break_down(mower, LIFTED.code if on else 0),
    "stuck": lambda mower, on: orders.break_down(mower, STUCK.code if on else 0),
    "error": orders.break_down,
    "updating": lambda mower, on: mower.but(activity=Activity.UPDATING if on else Activity.DOCKED),
}


def _changed(mower: Mower, change: MowerChange) -> Mower:
    for name, apply in _CHANGES.items():
        value = getattr(change, name)
        if value is not None:
            mower = apply(mower, value)
    return mower


def _junk(device: Device, number: int) -> bytes:
    shapes: tuple[Callable[[], bytes], ...] = (
        lambda: device.random.randbytes(40),
        lambda: b"",
        lambda: b"\xff" * 12,
        lambda: (device.sent[-1] if device.sent else b"\x08")[:7],
    )
    return shapes[number % len(shapes)]()


def _named[T](known: dict[str, T], name: str, what: str) -> T:
    if name not in known:
        raise web.HTTPNotFound(text=f"no {what} named {name}")
    return known[name]


async def _read[T: BaseModel](request: web.Request, model: type[T]) -> T:
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        raise web.HTTPUnprocessableEntity(text=error.json(), content_type="application/json") from error
