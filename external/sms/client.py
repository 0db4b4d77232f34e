"""Sends text messages through Twilio's own SDK.

Twilio's Messages resource knows no idempotency key. Before a letter whose last attempt ended unknown is sent again, the
newest messages to its number are looked through: its words end in a link of its own, so an equal text is the same
message, and its SID is taken for the answer that was lost.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from core.notices import Letter
from external.sms.errors import TRANSLATED, translate

API = "https://api.twilio.com"
LOST = frozenset({"failed", "undelivered", "canceled"})
LOOKED_AT = 50
NO_ENVIRONMENT = {"mowthos": "reads its settings in one place"}
"""The SDK would read the process's environment, unless it is given another that is not empty."""


class TwilioSms:
    """`core.notices.Sender` over Twilio. ``callback`` makes the address its words about one letter go to."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str,
        api_url: str = API,
        callback: Callable[[UUID], str] | None = None,
        timeout_s: float = 15.0,
    ) -> None:
        self._given = (account_sid, auth_token)
        self._sender, self._api_url, self._callback = sender, api_url, callback
        self._timeout_s = timeout_s

    async def send(self, letter: Letter) -> str:
        """Hand one letter over; returns the message's SID."""
        messages = self._client().messages
        try:
            async with asyncio.timeout(self._timeout_s):
                known = None if letter.tried_at is None else await self._sent_before(messages, letter)
                return known or await self._create(messages, letter)
        except TRANSLATED as error:
            raise translate(error) from error

    def _client(self) -> Any:
        account_sid, auth_token = self._given
        http = AsyncTwilioHttpClient(pool_connections=False)  # a pool would tie it to one loop, and must be closed
        client: Any = Client(account_sid, auth_token, http_client=http, environment=NO_ENVIRONMENT)
        client.api.base_url = self._api_url
        return client

    async def _create(self, messages: Any, letter: Letter) -> str:
        more = {} if self._callback is None else {"status_callback": self._callback(letter.id)}
        # either a number or a messaging service may send
        way = {"messaging_service_sid" if self._sender.startswith("MG") else "from_": self._sender}
        message = await messages.create_async(to=letter.to, body=letter.text, **way, **more)
        return str(message.sid)

    async def _sent_before(self, messages: Any, letter: Letter) -> str | None:
        for message in await messages.list_async(to=letter.to, limit=LOOKED_AT):
            if message.body == letter.text and message.status not in LOST:
                return str(message.sid)
        return None
