"""The messages the simulated Twilio took, and what it refuses. In memory.

Codes and texts are those of https://www.twilio.com/docs/api/errors; the magic numbers are those of Twilio's test
credentials (https://www.twilio.com/docs/iam/test-credentials).
"""

import re
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from core.clock import Clock

LONGEST = 1_600
E164 = re.compile(r"\+[1-9]\d{7,14}")
INVALID_NUMBER, NO_ROUTE, BLOCKED, NO_SMS = "+15005550001", "+15005550002", "+15005550004", "+15005550009"
"""Twilio's magic numbers."""
UNHEARD = "+15005550010"
"""Ours: taken, then not delivered (30003, the handset is unreachable)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioTwinOptions:
    """``per_minute`` messages are taken before 20429; ``step_s`` lies between one status and the next."""

    account_sid: str = "AC" + "0" * 32
    auth_token: str = "simulated"  # nosec B105 - of a simulated account, on this machine
    host: str = "127.0.0.1"
    port: int = 0
    per_minute: int = 100
    step_s: float = 0.2


class Refusal(Exception):
    """An answer other than success, in Twilio's form."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }


@dataclass
class KeptSms:
    """One message."""

    sid: str
    to: str
    sender: str
    body: str
    created_at: datetime
    callback: str
    status: str = "queued"
    error_code: int | None = None
    sent_at: datetime | None = None


@dataclass
class MessageBook:
    """``stopped`` holds numbers whose owners answered STOP; ``mute`` = the next answers are lost on the way."""

    options: TwilioTwinOptions
    clock: Clock
    keep: int = 500
    stopped: set[str] = field(default_factory=set)
    mute: int = 0

    def __post_init__(self) -> None:
        self.messages: deque[KeptSms] = deque(maxlen=self.keep)
        self._taken: deque[datetime] = deque()

    def create(self, fields: Mapping[str, str]) -> KeptSms:
        """Take a message, or `Refusal`."""
        to, body = fields.get("To", ""), fields.get("Body", "")
        sender = fields.get("From") or fields.get("MessagingServiceSid", "")
        self._check(to, sender, body)
        now = self.clock.now()
        self._pace(now)
        message = KeptSms("SM" + secrets.token_hex(16), to, sender, body, now, fields.get("StatusCallback", ""))
        self.messages.append(message)
        return message

    def _check(self, to: str, sender: str, body: str) -> None:
        if not to:
            raise Refusal(400, 21604, "A 'To' phone number is required.")
        if not sender:
            raise Refusal(400, 21603, "A 'From' phone number is required.")
        if not body:
            raise Refusal(400, 21602, "Message body is required.")
        if len(body) > LONGEST:
            raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if to == INVALID_NUMBER or not E164.fullmatch(to):
            raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if to == NO_ROUTE:
            raise Refusal(400, 21612, "Message cannot be sent with the current combination of 'To' and 'From'")
        if to == BLOCKED or to in self.stopped:
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        if to == NO_SMS:
            raise Refusal(400, 21614, f"'To' number is not a valid mobile number: {to}")

    def _pace(self, now: datetime) -> None:
        while self._taken and now - self._taken[0] >= timedelta(minutes=1):
            self._taken.popleft()
        if len(self._taken) >= self.options.per_minute:
            raise Refusal(429, 20429, "Too Many Requests")
        self._taken.append(now)

    def advance(self, message: KeptSms) -> bool:
        """The next status of its life; whether there is one after it."""
        if message.status == "queued":
            message.status, message.sent_at = "sent", self.clock.now()
            return True
        if message.to == UNHEARD:
            message.status, message.error_code = "undelivered", 30003
        else:
            message.status = "delivered"
        return False

    def found(self, *, to: str, since: datetime | None, limit: int) -> list[KeptSms]:
        """Newest first. One that is still queued has no date to go by, and is found."""
        return [
            message
            for message in reversed(self.messages)
            if (not to or message.to == to) and (since is None or message.sent_at is None or message.sent_at >= since)
        ][:limit]

    def told(self, message: KeptSms) -> dict[str, Any]:
        """A message as the API shows it."""
        account = self.options.account_sid
        uri = f"/2010-04-01/Accounts/{account}/Messages/{message.sid}.json"
        return {
            "sid": message.sid,
            "account_sid": account,
            "api_version": "2010-04-01",
            "to": message.to,
            "from": message.sender,
            "body": message.body,
            "status": message.status,
            "direction": "outbound-api",
            "num_segments": str(1 + (len(message.body) - 1) // 160),
            "num_media": "0",
            "messaging_service_sid": None,
            "price": None,
            "price_unit": "USD",
            "error_code": message.error_code,
            "error_message": None,
            "date_created": format_datetime(message.created_at),
            "date_updated": format_datetime(message.sent_at or message.created_at),
            "date_sent": None if message.sent_at is None else format_datetime(message.sent_at),
            "uri": uri,
            "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
        }
