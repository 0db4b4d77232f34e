"""Takes mails as an aiosmtpd handler and keeps the newest in memory; refuses whom it was told to refuse."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from core.clock import Clock


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail as it came in."""

    number: int
    received_at: datetime
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    def part(self, kind: str) -> str:
        """The ``plain`` or ``html`` body; empty when it has none."""
        body = self.message.get_body((kind,))
        return "" if body is None else str(body.get_content())


@dataclass
class MailBox:
    """``refuse`` maps an address to the SMTP code it is answered with (450 later, 550 never)."""

    clock: Clock
    keep: int = 500
    refuse: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mails: deque[KeptMail] = deque(maxlen=self.keep)
        self._count = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        """Named by aiosmtpd, as the next one is."""
        code = self.refuse.get(address.lower())
        if code is not None:
            return f"{code} {_REASONS.get(code, 'refused')}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self._count += 1
        self.mails.append(KeptMail(self._count, self.clock.now(), tuple(envelope.rcpt_tos), message, envelope.content))
        return "250 OK: kept"

    def mail(self, number: int) -> KeptMail | None:
        return next((mail for mail in self.mails if mail.number == number), None)


_REASONS: Mapping[int, str] = {
    450: "mailbox busy, come back later",
    452: "mailbox full, come back later",
    550: "no such mailbox",
    552: "mailbox over quota",
}
