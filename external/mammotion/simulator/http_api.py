"""The vendor's HTTP API, as far as PyMammotion uses it. Endpoints are rows of one table."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from google.protobuf.message import DecodeError
from pymammotion.proto import luba_msg_pb2

from core.clock import Clock, to_epoch_ms
from external.mammotion.simulator.device import Device
from external.mammotion.simulator.http_faults import HttpFault, HttpFaults
from external.mammotion.simulator.journal import Journal
from external.mammotion.simulator.vendor import PAGE_SIZE, Account, Rejected, Vendor

type Request = Callable[[Device, luba_msg_pb2.LubaMsg, bytes], None]
type Handler = Callable[[web.Request, Account], Awaitable[Any]]


class HttpApi:
    """Routes of the login host, the API host and the iot host: one address stands for all three."""

    def __init__(
        self,
        vendor: Vendor,
        faults: HttpFaults,
        journal: Journal,
        clock: Clock,
        *,
        broker_port: int,
        to_device: Request,
    ) -> None:
        self._vendor, self._faults, self._journal, self._clock = vendor, faults, journal, clock
        self._broker_port, self._to_device = broker_port, to_device

    def add_routes(self, app: web.Application) -> None:
        """Put every endpoint on ``app``."""
        app.router.add_post("/oauth2/token", self._token)
        for method, path, name, handler in self._table():
            app.router.add_route(method, path, self._behind_token(name, handler))

    def _table(self) -> list[tuple[str, str, str, Handler]]:
        return [
            ("POST", "/authorization/code", "authorization", self._authorization),
            ("GET", "/device-server/v1/device/list", "device_list", self._device_list),
            ("POST", "/user-server/v1/share/device/page", "share_page", self._share_page),
            ("POST", "/v1/user/device/page", "device_page", self._device_page),
            ("POST", "/v1/mqtt/auth/jwt", "mqtt_jwt", self._mqtt_jwt),
            ("POST", "/v1/mqtt/rpc/thing/service/invoke", "invoke", self._invoke),
            ("POST", "/user-server/v3/user/logout", "logout", self._logout),
            ("POST", "/device-server/v1/device/wakeup", "wakeup", self._wakeup),
            ("POST", "/device-server/v1/devices/version/check", "version_check", self._version_check),
            ("POST", "/device-server/v1/product-version-function/list", "functions", self._functions),
        ]

    async def _token(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        name = query.get("username", "")
        if spoiled := await self._spoil(self._faults.take(name or "?", "token")):
            return spoiled
        iot_url = f"http://{request.host}"
        try:
            if query.get("grant_type") == "password":
                self._journal.request(name, "login")
                data = self._vendor.sign_in(name, _unbase64(query.get("password", "")), iot_url=iot_url)
            elif query.get("grant_type") == "refresh_token":
                data = self._vendor.refresh(query.get("refresh_token", ""), iot_url=iot_url)
                self._journal.request(self._vendor.account_of(data["access_token"]).account, "refresh")
            else:
                raise Rejected(40001, "Unknown grant type")
        except Rejected as rejected:
            self._journal.request(name, "token_rejected")
            return _answer(rejected.code, rejected.message)
        return _answer(0, "success", data)

    def _behind_token(self, name: str, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
            try:
                account = self._vendor.account_of(bearer)
            except Rejected as rejected:
                self._journal.request("", f"{name} rejected")
                return _answer(rejected.code, rejected.message, status=rejected.status)
            self._journal.request(account.account, name)
            if spoiled := await self._spoil(self._faults.take(account.account, name)):
                return spoiled
            try:
                return _answer(0, "success", await handler(request, account))
            except Rejected as rejected:
                return _answer(rejected.code, rejected.message, status=rejected.status)

        return handle

    async def _spoil(self, fault: HttpFault | None) -> web.StreamResponse | None:
        if fault is None:
            return None
        if fault.delay_s:
            await self._clock.sleep(fault.delay_s)
        if not fault.status:
            return None
        if fault.shape == "html":
            return web.Response(status=fault.status, text="<html><h1>Bad gateway</h1></html>", content_type="text/html")
        return _answer(fault.status, "injected fault", status=200 if fault.shape == "body" else fault.status)

    async def _authorization(self, _request: web.Request, _account: Account) -> Any:
        return {"code": ""}

    async def _device_list(self, _request: web.Request, account: Account) -> Any:
        return [
            {
                "iotId": device.iot_id,
                "deviceId": device.iot_id,
                "deviceName": device.name,
                "deviceType": device.model.internal,
                "series": device.model.title,
                "productSeries": device.model.title,
                "generation": 2,
                "status": 1 if device.online else 3,
            }
            for device in account.listed()
        ]

    async def _share_page(self, _request: web.Request, _account: Account) -> Any:
        return {"records": [], "total": 0, "size": 200, "current": 1, "pages": 0}

    async def _device_page(self, _request: web.Request, account: Account) -> Any:
        devices = account.listed()
        records = [
            {
                "identityId": account.user_id,
                "iotId": device.iot_id,
                "productKey": device.product_key,
                "deviceName": device.name,
                "owned": 1,
                "bindTime": 1_780_000_000_000,
                "createTime": "2026-05-28T20:26:40",
                "status": 1 if device.online else 3,
            }
            for device in devices[:PAGE_SIZE]
        ]
        return {"records": records, "total": len(devices), "size": PAGE_SIZE, "current": 1, "pages": 1}

    async def _mqtt_jwt(self, request: web.Request, account: Account) -> Any:
        host = request.host.rsplit(":", 1)[0]
        return self._vendor.mqtt_credentials(account, host=f"tcp://{host}:{self._broker_port}")

    async def _invoke(self, request: web.Request, account: Account) -> Any:
        body = await request.json()
        device = self._vendor.device(account, str(body.get("iotId", "")))
        try:
            content = base64.b64decode(body["args"]["content"], validate=True)
            message = luba_msg_pb2.LubaMsg.FromString(content)
        except (KeyError, TypeError, binascii.Error, DecodeError) as error:
            raise Rejected(40000, "Content is not a device message") from error
        self._to_device(device, message, content)
        return {"messageId": str(to_epoch_ms(self._clock.now()))}

    async def _logout(self, _request: web.Request, account: Account) -> Any:
        self._vendor.sign_out(account)
        return True

    async def _wakeup(self, _request: web.Request, _account: Account) -> Any:
        return True

    async def _version_check(self, request: web.Request, account: Account) -> Any:
        asked = set((await request.json()).get("deviceIds", []))
        return [
            {
                "deviceId": device.iot_id,
                "deviceName": device.name,
                "currentVersion": device.model.firmware,
                "upgradeable": False,
                "isupgrading": False,
                "progress": 0,
            }
            for device in account.listed()
            if device.iot_id in asked
        ]

    async def _functions(self, _request: web.Request, _account: Account) -> Any:
        return []


def _answer(code: int, message: str, data: Any = None, *, status: int = 200) -> web.Response:
    body: dict[str, Any] = {"code": code, "msg": message}
    return web.json_response(body if data is None else body | {"data": data}, status=status)


def _unbase64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
