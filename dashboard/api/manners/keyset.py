"""Pages of the lists that grow without bound: cut in the database by the keys of the last item seen (`core.db.pages`),
where `answers` cuts short lists out of the whole.

Read so: the audit, a mower's commands, sessions and incidents, alarms that are over, notices and those given up,
visits, bills, events of the payment provider, decisions of the weather gate, deliveries of webhooks, reports sent. A
mower's stored readings are no list of pages: their span is bounded, and more than their limit are thinned. Every other
list is as long as the fleet, the homes, the people or the settings are many, and stays with `answers`.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Depends, Request

from core.db.pages import Page
from core.errors import Invalid
from dashboard.api.manners.answers import CUT, KEYED, WrongPage, asked_page

PAGED = {"x-pages": True}
"""Of a route whose answer holds its list within (``openapi_extra``), so that the document tells of its pages."""
WRONG = "cursor: expected the one of a Link header"
BIGGEST = 1 << 63


class KeyPage:
    """What a route is asked for. ``page`` is ``None`` where no page is: then its own limit holds."""

    def __init__(self, request: Request, page: Page | None) -> None:
        self._request, self.page = request, page

    def cut[Row](self, rows: Sequence[Row], keys: Callable[[Row], tuple[Any, ...]]) -> Sequence[Row]:
        """The rows of the page; `answers` writes the link to the next, if one row more was read."""
        if self.page is None:
            return rows
        mine = rows[: self.page.size]
        more = len(rows) > self.page.size
        self._request.scope[CUT] = _cursor(keys(mine[-1])) if more else ""
        return mine


def keyed(*kinds: type) -> Any:
    """A parameter of a route: `KeyPage`, whose keys are of these kinds (``datetime``, ``UUID``, ``str`` or ``int``)."""

    async def read(request: Request) -> KeyPage:
        query = request.query_params
        try:
            asked = asked_page(query.get("page_size"), query.get("cursor"))
        except WrongPage as error:
            raise Invalid(str(error)) from None
        if asked is None:
            return KeyPage(request, None)
        cursor = query.get("cursor")
        return KeyPage(request, Page(asked.size, None if cursor is None else _read(cursor, kinds)))

    return Depends(read)


def _cursor(keys: tuple[Any, ...]) -> str:
    told = [key.isoformat() if isinstance(key, datetime) else key if isinstance(key, int) else str(key) for key in keys]
    return KEYED + urlsafe_b64encode(json.dumps(told).encode()).decode()


def _read(cursor: str, kinds: Sequence[type]) -> tuple[Any, ...]:
    try:
        told = json.loads(urlsafe_b64decode(cursor.removeprefix(KEYED).encode()))
        if not isinstance(told, list) or not cursor.startswith(KEYED):
            raise ValueError(cursor)
        return tuple(_value(value, kind) for value, kind in zip(told, kinds, strict=True))
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise Invalid(WRONG) from None


def _value(value: Any, kind: type) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None or not 1970 <= moment.year <= 9000:
            raise ValueError(value)
        return moment
    if kind is UUID:
        return UUID(value)
    if kind is str:
        if not isinstance(value, str) or "\0" in value:
            raise ValueError(value)
        return value
    if type(value) is not int or not -BIGGEST <= value < BIGGEST:
        raise ValueError(value)
    return value
