"""What talks to real aiosmtpd servers on free ports: letters, the adapter, and a certificate for TLS."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.clock import SystemClock
from core.ids import new_id
from core.notices import Letter
from external.mail.client import SmtpPost, TlsMode
from external.mail.simulator import MailTwin

SENDER = "MowthosOS <notices@mowthos.example>"


@dataclass(frozen=True)
class Certificate:
    """Of 127.0.0.1, signed by itself."""

    file: Path

    def of_server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.file))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = SystemClock().now() - datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path_factory.mktemp("certificate") / "server.pem"
    file.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))
    return Certificate(file)


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
