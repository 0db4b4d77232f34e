"""The SDK and the simulated Stripe in one process, without a socket: for thousands of lives in a test."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from external.stripe.simulator.api import StripeApi


class InsideClient(stripe.HTTPClient):
    """An HTTP client of the SDK that asks a `StripeApi` directly."""

    name = "inside"

    def __init__(self, api: StripeApi) -> None:
        super().__init__()
        self._api = api

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        parts = urlsplit(url)
        reply = self._api.respond(method.upper(), parts.path, parts.query, post_data or "", headers)
        return json.dumps(reply.answer).encode(), reply.status, reply.headers

    async def close_async(self) -> None:
        """Nothing is open."""
