"""A letter as a mail: text and HTML side by side, files beneath, and the headers that programs go by. Pure.

RFC 5322 (message), RFC 2369 and RFC 8058 (List-Unsubscribe, one click), RFC 3834 (Auto-Submitted: no answer wanted).
"""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from core.errors import Invalid
from core.notices import Letter
from core.texts import Text


def sender_of(text: str) -> Address:
    """The sender as the settings name it, ``name@host`` or ``Words <name@host>``; ``Invalid`` for anything else."""
    name, address = parseaddr(text)
    local, at, domain = address.rpartition("@")
    if not (local and at and "." in domain.strip(".")):
        raise Invalid(Text("sender {given!r}: expected name@host.tld or Words <name@host.tld>", given=text[:80]))
    return Address(name, local, domain)


def mail_of(letter: Letter, *, sender: Address, now: datetime) -> bytes:
    """The message as it goes over the line.

    The links to unsubscribe stand before what `email` writes: it would break a long address into encoded words, which
    no mail program reads there. ``ValueError`` for an address that is none.
    """
    if letter.to != parseaddr(letter.to)[1] or not all(letter.to.rpartition("@")):
        raise ValueError(f"{letter.to[:80]!r} is no address")
    before = ""
    if letter.unsubscribe:
        if not letter.unsubscribe.isascii() or any(one.isspace() for one in letter.unsubscribe):
            raise Invalid(Text("unsubscribe link {link!r}: expected an address", link=letter.unsubscribe[:80]))
        before = f"List-Unsubscribe: <{letter.unsubscribe}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return before.encode() + _message(letter, sender, now).as_bytes()


def _message(letter: Letter, sender: Address, now: datetime) -> EmailMessage:
    """Its id is made of ours, so that the same letter sent again is seen to be the same."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = letter.to
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id(letter, sender.domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    if letter.html:
        mail.add_alternative(letter.html, subtype="html")
    for one in letter.attachments:
        main, _slash, sub = one.media.partition(";")[0].partition("/")
        mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    return mail


def message_id(letter: Letter, domain: str) -> str:
    return f"<{letter.id.hex}@{domain}>"
