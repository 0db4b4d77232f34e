"""What Twilio tells of a message later: signed with our token over the address and every field, or not from Twilio."""

from collections.abc import Mapping
from dataclasses import dataclass

from twilio.request_validator import RequestValidator

from core.errors import Invalid, NotAllowed
from core.texts import N_, Text
from external.sms.errors import STOPPED


@dataclass(frozen=True, slots=True)
class Receipt:
    """Twilio's word about one message: its SID, its status now, and why it was lost, if it was."""

    reference: str
    status: str
    error: str = ""
    stopped: bool = False


class TwilioCallbacks:
    """Verifies and reads status callbacks (https://www.twilio.com/docs/usage/webhooks/webhooks-security)."""

    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)

    def read(self, url: str, fields: Mapping[str, str], signature: str) -> Receipt:
        """The receipt. ``url`` is the whole address we gave Twilio. ``NotAllowed`` unless Twilio signed it."""
        if not signature or not self._validator.validate(url, dict(fields), signature):
            raise NotAllowed(N_("The callback is not signed by Twilio with our token"))
        reference, status = fields.get("MessageSid", ""), fields.get("MessageStatus", "")
        if not reference or not status:
            raise Invalid(N_("The callback is signed by Twilio, but tells of no message"))
        code = fields.get("ErrorCode", "")
        number = int(code) if code.isdecimal() else 0
        error = Text("the carrier did not deliver it (Twilio {code})", code=code) if code else ""
        return Receipt(reference[:120], status[:20], error, number in STOPPED)
