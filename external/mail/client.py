"""Sends letters by SMTP (aiosmtplib): one connection a mail, so that nothing hangs on an idle one."""

import asyncio
import ssl
from enum import StrEnum

import aiosmtplib

from core.clock import Clock
from core.notices import Letter
from external.mail.errors import TRANSLATED, translate
from external.mail.mime import mail_of, message_id, sender_of


class TlsMode(StrEnum):
    """How the line to the server is encrypted: upgraded at once (RFC 3207), from the start (RFC 8314), or not."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


USUAL_PORTS = {TlsMode.STARTTLS: 587, TlsMode.TLS: 465, TlsMode.NONE: 25}


class SmtpPost:
    """`core.notices.Sender` over SMTP. ``port`` 0 takes the usual one; ``trust`` replaces the machine's own trust."""

    def __init__(
        self,
        *,
        host: str,
        sender: str,
        clock: Clock,
        port: int = 0,
        tls: TlsMode = TlsMode.STARTTLS,
        username: str = "",
        password: str = "",
        timeout_s: float = 20.0,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._host, self._port, self._tls = host, port or USUAL_PORTS[tls], tls
        self._sender, self._clock = sender_of(sender), clock
        self._username, self._password = username, password
        self._timeout_s, self._trust = timeout_s, trust

    async def send(self, letter: Letter) -> str:
        """Hand one letter over; returns its Message-ID. The server has taken it when this returns."""
        try:
            mail = mail_of(letter, sender=self._sender, now=self._clock.now())
            async with asyncio.timeout(3 * self._timeout_s):  # each step may take that long, but not all of them
                await self._hand_over(mail, letter.to)
        except TRANSLATED as error:
            raise translate(error) from error
        return message_id(letter, self._sender.domain)

    async def _hand_over(self, mail: bytes, to: str) -> None:
        await aiosmtplib.send(
            mail,
            recipients=[to],
            sender=self._sender.addr_spec,
            hostname=self._host,
            port=self._port,
            use_tls=self._tls is TlsMode.TLS,
            start_tls=self._tls is TlsMode.STARTTLS,
            username=self._username or None,
            password=self._password or None,
            tls_context=None if self._tls is TlsMode.NONE else self._trust,
            local_hostname=self._sender.domain,
            timeout=self._timeout_s,
        )
