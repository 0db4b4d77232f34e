"""Mails handed to a real SMTP server over a socket, and read back from it."""

import asyncio
from typing import Any

import pytest

from core.errors import Invalid, MowthosError, NeedsHuman, Unavailable
from core.notices import Attachment, Unreachable
from external.mail.client import TlsMode
from external.mail.simulator import MailTwin, MailTwinOptions
from tests.external.mail.conftest import Certificate, letter, post


async def test_a_letter_arrives_as_text_and_html_with_the_headers_that_robots_go_by() -> None:
    async with MailTwin() as twin:
        sent = letter()
        reference = await post(twin).send(sent)
        (mail,) = twin.box.mails
    headers = mail.message
    assert mail.recipients == ("hana@elm.example",)
    assert str(headers["From"]) == "MowthosOS <notices@mowthos.example>"
    assert (mail.subject, str(headers["To"])) == (sent.subject, sent.to)
    assert f"List-Unsubscribe: <{sent.unsubscribe}>\r\n".encode() in mail.raw  # whole, however long
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"] == reference == f"<{sent.id.hex}@mowthos.example>"
    assert mail.part("plain").replace("\r\n", "\n") == sent.text
    assert mail.part("html").strip() == sent.html
    assert headers.get_content_type() == "multipart/alternative"


async def test_files_arrive_beside_the_words_byte_for_byte_under_their_names() -> None:
    files = (
        Attachment("mähen-2026.csv", "text/csv; charset=utf-8", "a,b\r\nGröße,1\r\n".encode("utf-8-sig")),
        Attachment("track.gpx", "application/gpx+xml", bytes(range(256)) * 300),
    )
    async with MailTwin() as twin:
        sent = letter(attachments=files)
        await post(twin).send(sent)
        (mail,) = twin.box.mails
    assert f"List-Unsubscribe: <{sent.unsubscribe}>\r\n".encode() in mail.raw
    assert mail.part("plain").replace("\r\n", "\n") == sent.text
    arrived = list(mail.message.iter_attachments())
    assert [(one.get_filename(), one.get_content_type()) for one in arrived] == [
        ("mähen-2026.csv", "text/csv"), ("track.gpx", "application/gpx+xml"),
    ]  # fmt: skip
    assert [one.get_payload(decode=True) for one in arrived] == [file.content for file in files]


async def test_the_same_letter_has_the_same_message_id_however_often_it_is_sent() -> None:
    async with MailTwin() as twin:
        one, other = letter(), letter()
        for sent in (one, one, other):
            await post(twin).send(sent)
        ids = [str(mail.message["Message-ID"]) for mail in twin.box.mails]
    assert ids[0] == ids[1] != ids[2]


async def test_a_letter_without_a_link_or_html_has_neither_header_nor_part() -> None:
    async with MailTwin() as twin:
        await post(twin).send(letter(unsubscribe="", html=""))
        (mail,) = twin.box.mails
    assert mail.message["List-Unsubscribe"] is None
    assert mail.message.get_content_type() == "text/plain"


async def test_a_line_is_upgraded_to_tls_before_the_login_and_the_certificate_is_checked(
    certificate: Certificate,
) -> None:
    options = MailTwinOptions(tls=certificate.of_server(), username="mowthos", password="of the tests")
    login: dict[str, Any] = {"username": "mowthos", "password": "of the tests"}
    async with MailTwin(options) as twin:
        await post(twin, TlsMode.STARTTLS, trust=certificate.trusted(), **login).send(letter())
        assert len(twin.box.mails) == 1
        with pytest.raises(NeedsHuman, match="certificate"):
            await post(twin, TlsMode.STARTTLS, **login).send(letter())
        with pytest.raises(NeedsHuman, match="MOWTHOS_SMTP_USERNAME"):
            wrong = login | {"password": "another"}
            await post(twin, TlsMode.STARTTLS, trust=certificate.trusted(), **wrong).send(letter())
        with pytest.raises(MowthosError):  # it wants TLS first
            await post(twin, TlsMode.NONE).send(letter())
        assert len(twin.box.mails) == 1


async def test_tls_from_the_start(certificate: Certificate) -> None:
    async with MailTwin(MailTwinOptions(tls=certificate.of_server(), implicit=True)) as twin:
        await post(twin, TlsMode.TLS, trust=certificate.trusted()).send(letter())
        with pytest.raises(NeedsHuman, match="certificate"):
            await post(twin, TlsMode.TLS).send(letter())
        assert len(twin.box.mails) == 1


async def test_a_server_without_tls_is_not_spoken_to_in_the_clear() -> None:
    async with MailTwin() as twin:
        with pytest.raises(NeedsHuman, match="STARTTLS"):
            await post(twin, TlsMode.STARTTLS).send(letter())
        assert len(twin.box.mails) == 0


@pytest.mark.parametrize(
    ("code", "kind"), [(450, Unavailable), (452, Unavailable), (550, Unreachable), (552, Unreachable)]
)
async def test_a_refused_address_is_tried_again_or_never_by_its_code(code: int, kind: type[MowthosError]) -> None:
    async with MailTwin() as twin:
        twin.box.refuse["hana@elm.example"] = code
        with pytest.raises(kind, match=str(code)) as told:
            await post(twin).send(letter())
        assert isinstance(told.value, Unreachable) == (kind is Unreachable)
        await post(twin).send(letter("dana@elm.example"))


async def test_a_server_that_is_away_or_falls_silent_may_be_tried_again() -> None:
    async with MailTwin() as twin:
        gone = post(twin)
    with pytest.raises(Unavailable, match="cannot be reached"):
        await gone.send(letter())

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        twin.smtp_port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unavailable):
            await post(twin, timeout_s=0.2).send(letter())


async def test_a_server_that_hangs_up_in_the_middle_may_be_tried_again() -> None:
    async def rude(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 simulated.invalid ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    async with server:
        twin = MailTwin()
        twin.smtp_port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unavailable):
            await post(twin).send(letter())


@pytest.mark.parametrize("sender", ["", "MowthosOS", "notices@", "@host.tld", "notices@localhost"])
async def test_a_sender_that_is_none_is_refused_at_the_start(sender: str) -> None:
    with pytest.raises(Invalid, match=r"expected name@host.tld"):
        post(MailTwin(), sender=sender)


async def test_a_subject_with_a_line_break_makes_no_header_of_its_own() -> None:
    async with MailTwin() as twin:
        await post(twin).send(letter(subject="Bill 3\r\nBcc: everybody@elm.example"))
        (mail,) = twin.box.mails
    assert mail.message["Bcc"] is None
    assert mail.subject == "Bill 3 Bcc: everybody@elm.example"


async def test_an_address_that_is_none_is_refused_for_good_before_a_word_is_said() -> None:
    async with MailTwin() as twin:
        for address in ("hana\r\nBcc: everybody@elm.example", ""):
            with pytest.raises(MowthosError):
                await post(twin).send(letter(address))
        assert len(twin.box.mails) == 0
