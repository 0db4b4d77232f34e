"""What talks to real aiosmtpd servers on free ports: letters, the adapter, and a certificate for TLS."""

import pytest

from core.clock import SystemClock
from core.ids import new_id
from core.notices import Letter
from external.mail.client import SmtpPost, TlsMode
from external.mail.simulator import MailTwin
from tests.external.certificates import Certificate, made_certificate

SENDER = "MowthosOS <notices@mowthos.example>"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return made_certificate(tmp_path_factory.mktemp("certificate") / "server.pem")


def post(twin: MailTwin, tls: TlsMode = TlsMode.NONE, **given: object) -> SmtpPost:
    more = {"host": "127.0.0.1", "port": twin.smtp_port, "sender": SENDER, "clock": SystemClock(), "tls": tls} | given
    return SmtpPost(**more)  # type: ignore[arg-type]


def letter(to: str = "hana@elm.example", **given: object) -> Letter:
    fields = {
        "id": new_id(),
        "to": to,
        "subject": "Bill 3 over 34,49 $ - Grüße",
        "text": "Hello Hana,\n\nBill 3 over 34.49\n",
        "html": "<!doctype html><p>Hello <b>Hana</b></p>",
        "unsubscribe": "https://mowthos.example/unsubscribe/" + ".".join(["abcdefghijk" * 7] * 3),
    } | given
    return Letter(**fields)  # type: ignore[arg-type]
