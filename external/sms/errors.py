"""Twilio's errors (https://www.twilio.com/docs/api/errors), told once as those of ours."""

import aiohttp
from twilio.base.exceptions import TwilioException

from core.errors import MowthosError, NeedsHuman, Unavailable
from core.notices import Unreachable
from core.texts import N_, Text

STOPPED = frozenset({21610})
"""The owner of the number answered STOP; the carrier takes nothing until START."""
UNREACHABLE = frozenset({21211, 21217, 21265, 21408, 21612, 21614, 21635, 30003, 30005, 30006})
"""The number is none, takes no text messages, or lies where we may not send."""
TOO_MANY = frozenset({14107, 20429, 21611, 30001})
"""Slow down, or a queue is full."""

TRANSLATED = (TwilioException, aiohttp.ClientError, TimeoutError, OSError)
"""What the SDK and the line to Twilio raise."""


def translate(error: Exception) -> MowthosError:
    """The error of ours that says the same."""
    code, status = getattr(error, "code", None), getattr(error, "status", None)
    if code in STOPPED:
        return Unreachable(N_("its owner answered STOP to our text messages"), stopped=True)
    if code in UNREACHABLE:
        return Unreachable(Text("this number takes no text messages (Twilio {code})", code=code))
    if code in TOO_MANY or status == 429:
        return Unavailable(N_("Twilio takes no more messages for now"))
    if status in {401, 403}:
        return NeedsHuman(
            N_("Twilio refuses our account: see MOWTHOS_TWILIO_ACCOUNT_SID and MOWTHOS_TWILIO_AUTH_TOKEN")
        )
    if status is not None and 400 <= status < 500:
        return NeedsHuman(Text("Twilio does not take the message ({code}): {reason}", code=code, reason=_words(error)))
    return Unavailable(Text("Twilio does not answer ({problem})", problem=f"HTTP {status}" if status else _name(error)))


def _words(error: Exception) -> str:
    return str(getattr(error, "msg", "") or getattr(error, "detail", "") or type(error).__name__)[:200]


def _name(error: Exception) -> str:
    return type(error).__name__
