"""What a mail server or the way to it answers, told once as the errors of ours.

4xx and a lost line: try again. 5xx to this recipient or this message: never. What is wrong with our own settings
(login, sender, certificate) needs a person, who may mend it before the attempts run out.
"""

import ssl
from collections.abc import Callable, Iterator
from typing import Any

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from core.errors import MowthosError, NeedsHuman, Unavailable
from core.notices import Unreachable
from core.texts import N_, Text


def translate(error: Exception) -> MowthosError:
    """The error of ours that says the same. The server's own words are kept: they say what to mend."""
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return NeedsHuman(N_("the mail server's certificate is not one we trust: see MOWTHOS_SMTP_TLS"))
    for kind, told in _TABLE:
        if isinstance(error, kind):
            return told(error)
    if type(error) is SMTPException:  # no STARTTLS, no login that it and we know
        return NeedsHuman(Text("the mail server does not do what our settings ask: {reason}", reason=str(error)))
    return Unavailable(Text("the mail server cannot be reached ({problem})", problem=type(error).__name__))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _recipients(error: Any) -> MowthosError:
    return _recipient(error.recipients[0])


def _recipient(error: Any) -> MowthosError:
    if error.code < 500:
        return Unavailable(_words(error))
    return Unreachable(Text("the mail server refuses this address: {reason}", reason=_reason(error)))


def _data(error: Any) -> MowthosError:
    if error.code < 500:
        return Unavailable(_words(error))
    return Unreachable(Text("the mail server refuses this mail: {reason}", reason=_reason(error)))


def _sender(error: Any) -> MowthosError:
    if error.code < 500:
        return Unavailable(_words(error))
    return NeedsHuman(
        Text("the mail server refuses our sender (MOWTHOS_SMTP_FROM): {reason}", reason=_reason(error))
    )  # fmt: skip


def _login(error: Any) -> MowthosError:
    if error.code < 500:
        return Unavailable(_words(error))
    return NeedsHuman(
        Text("the mail server refuses our login (MOWTHOS_SMTP_USERNAME, _PASSWORD): {reason}", reason=_reason(error))
    )


def _response(error: Any) -> MowthosError:
    return Unavailable(_words(error)) if error.code < 500 else NeedsHuman(_words(error))


def _words(error: Any) -> str:
    return Text("the mail server answers {reason}", reason=_reason(error))


def _reason(error: Any) -> str:
    return " ".join(f"{error.code} {error.message}".split())[:200]


_TABLE: tuple[tuple[type[Exception], Callable[[Any], MowthosError]], ...] = (
    (SMTPRecipientsRefused, _recipients),
    (SMTPRecipientRefused, _recipient),
    (SMTPSenderRefused, _sender),
    (SMTPDataError, _data),
    (SMTPAuthenticationError, _login),
    (SMTPResponseException, _response),
    (ValueError, lambda error: Unreachable(Text("the mail cannot be written: {reason}", reason=str(error)[:200]))),
    (SMTPNotSupported, lambda _error: Unreachable(N_("the mail server takes no address with letters beyond ASCII"))),
)
TRANSLATED = (SMTPException, OSError, TimeoutError, ssl.SSLError, ValueError)
"""What sending may raise; ``ValueError``: an address or a header that is none."""
