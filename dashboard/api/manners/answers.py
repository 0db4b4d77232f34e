"""What every JSON answer to a GET has: a tag by which it need not be sent again, and pages where it is a list.

A page is asked for with ``page_size``; its ``Link`` header (RFC 8288) leads to the next. The cursor in it names the
last item seen, not only its place, so that items which come or go on earlier pages neither repeat nor hide others.
Lists that grow without bound are not cut here: their routes read no more than the page (`keyset`).
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.problems import problem

MOST = 1_000
KEYED = "k."
"""How cursors begin whose page the database cuts (`keyset`)."""
CUT = "mowthos.cut"
"""In the scope of a request whose route has cut the page itself: the cursor of the next page, or nothing."""
NAMES = ("id", "kid", "name", "device_name", "code", "key", "account", "started_ms", "at")
"""Fields that name an item, the best first; without any of them the whole item is its name."""


class WrongPage(ValueError):
    """Not a page size or cursor of ours."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page: items after ``place``, where the one named ``seen`` stood."""

    size: int
    place: int = 0
    seen: str = ""
    keyed: bool = False


def asked_page(size: str | None, cursor: str | None) -> Asked | None:
    """``None`` for the whole list; `WrongPage` says what was expected."""
    if size is None and cursor is None:
        return None
    number = (
        int(size) if size and size.isascii() and size.isdigit() and len(size) < 6 else 0 if size is not None else 100
    )
    if not 1 <= number <= MOST:
        raise WrongPage(f"page_size: expected 1 to {MOST}")
    if cursor is None:
        return Asked(number)
    if cursor.startswith(KEYED):
        return Asked(number, keyed=True)
    try:
        place, seen = json.loads(urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError, NotBase64):
        raise WrongPage("cursor: expected the one of a Link header") from None
    if not (isinstance(place, int) and isinstance(seen, str) and 0 <= place < 10**9):
        raise WrongPage("cursor: expected the one of a Link header")
    return Asked(number, place, seen)


def page_of(items: Sequence[Any], asked: Asked) -> tuple[Sequence[Any], str | None]:
    """The items of a page, and the cursor of the next, if there is one."""
    start = asked.place
    if asked.seen:
        near = sorted(range(len(items)), key=lambda place: abs(place - (asked.place - 1)))
        start = next((place + 1 for place in near if name_of(items[place]) == asked.seen), start)
    page = items[start : start + asked.size]
    end = start + len(page)
    return page, None if end >= len(items) or not page else cursor_after(end, page[-1])


def cursor_after(place: int, item: Any) -> str:
    return urlsafe_b64encode(json.dumps([place, name_of(item)]).encode()).decode()


def name_of(item: Any) -> str:
    """Short and stable for as long as the item is the same one."""
    named: Any = item
    if isinstance(item, dict):
        named = next((item[field] for field in NAMES if item.get(field) not in {None, ""}), item)
    return sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:16]


class AnswersMiddleware:
    """Holds a JSON answer to a GET back until it is whole; anything else passes as it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            page = asked_page(request.query_params.get("page_size"), request.query_params.get("cursor"))
        except WrongPage as error:
            await problem(request, 422, str(error), code="invalid")(scope, receive, send)
            return
        await self._app(scope, receive, _Whole(request, page, send))


class _Whole:
    """One answer on its way out."""

    def __init__(self, request: Request, page: Asked | None, send: Send) -> None:
        self._request, self._page, self._send = request, page, send
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if message["status"] == 200 and headers.get("content-type", "").startswith("application/json"):
                self._start = message
                return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body"):
            await self._end(self._start)

    async def _end(self, start: Message) -> None:
        body, headers = bytes(self._body), MutableHeaders(scope=start)
        cut = self._request.scope.get(CUT)
        if self._page is not None and self._page.keyed and cut is None:  # of another list
            refusal = problem(self._request, 422, "cursor: expected the one of a Link header", code="invalid")
            await refusal(self._request.scope, self._request.receive, self._send)
            return
        if cut is not None and self._page is not None:
            self._link(headers, self._page, cut)
        elif self._page is not None:
            body = self._paged(body, headers, self._page)
        if "etag" not in headers:
            headers["ETag"] = f'W/"{sha256(body).hexdigest()[:32]}"'
        headers["Vary"] = "Authorization"
        headers.setdefault("Cache-Control", "private, no-cache")
        if _same(self._request.headers.get("if-none-match", ""), headers["ETag"]):
            start["status"], body = 304, b""
            for name in ("content-length", "content-type"):
                del headers[name]
        else:
            headers["Content-Length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def _paged(self, body: bytes, headers: MutableHeaders, asked: Asked) -> bytes:
        items = json.loads(body)
        if not isinstance(items, list):
            return body
        page, cursor = page_of(items, asked)
        self._link(headers, asked, cursor or "")
        return json.dumps(page, ensure_ascii=False, separators=(",", ":")).encode()

    def _link(self, headers: MutableHeaders, asked: Asked, cursor: str) -> None:
        if cursor:
            following = self._request.url.include_query_params(page_size=asked.size, cursor=cursor)
            headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'


def _same(given: str, tag: str) -> bool:
    """Weak comparison (RFC 9110, 8.8.3.2)."""
    plain = tag.removeprefix("W/")
    return given.strip() == "*" or any(one.strip().removeprefix("W/") == plain for one in given.split(","))
