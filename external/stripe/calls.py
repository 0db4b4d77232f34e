"""The SDK, set up once: version and retries pinned, asynchronous, one connection pool."""

from collections.abc import Mapping
from typing import Any

import stripe
from stripe import AIOHTTPClient, StripeClient

from core.clock import Clock
from external.stripe.errors import answered

API_VERSION = "2026-10-28.endive"
RETRIES = 2
TIMEOUT_S = 30.0
# ADR 0018; "included": a proration's amount has its discount inside
FLEXIBLE = {"type": "flexible", "flexible": {"proration_discounts": "included"}}


class Calls:
    """What each group of verbs stands on. ``v1`` are the SDK's services."""

    def __init__(
        self, *, secret_key: str, api_url: str | None, clock: Clock, timeout_s: float = TIMEOUT_S,
        http_client: Any = None,
    ) -> None:  # fmt: skip
        stripe.enable_telemetry = False
        self._http = http_client or AIOHTTPClient(timeout=timeout_s)
        self._client = StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_url} if api_url else None,
            max_network_retries=RETRIES,
            http_client=self._http,
        )
        self._clock = clock
        self.v1: Any = self._client.v1

    async def _ask(self, verb: Any, *names: str, key: str | None = None, **params: Any) -> dict[str, Any]:
        """One call of the SDK; ``key`` makes it happen once. Parameters of None are left out."""
        given = {name: value for name, value in params.items() if value is not None}
        options = {"idempotency_key": key} if key else {}
        answer = await answered(verb(*names, params=given, options=options))
        return plain(answer)

    async def _all(self, verb: Any, *names: str, **params: Any) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""

        async def rows() -> list[dict[str, Any]]:
            first = await verb(*names, params={"limit": 100} | params)
            return [plain(row) async for row in first.auto_paging_iter()]

        found: list[dict[str, Any]] = await answered(rows())
        return found

    async def close(self) -> None:
        """End every connection."""
        await self._http.close_async()


def plain(answer: Any) -> dict[str, Any]:
    """An SDK object as plain dictionaries and lists."""
    document: Mapping[str, Any] = answer.to_dict(for_json=True)
    return dict(document)
