"""Who answers for a home: name, e-mail, phone. Pure."""

import re

from core.accounts import valid_email
from core.errors import Invalid
from core.neighbourhood.registration.model import Customer
from core.texts import N_, Text

NAME_LENGTH = 120
_PHONE = re.compile(r"\+?[\d\s().\-/]+")


class WrongField(Invalid):
    """One field is wrong; ``field`` says which, ``expected`` what would be right."""

    def __init__(self, field: str, reason: str, expected: str) -> None:
        super().__init__(Text("{field} {reason}; expected {expected}", field=field, reason=reason, expected=expected))
        self.field = field
        self.reason = reason
        self.expected = expected


def checked(customer: Customer) -> Customer:
    """The customer as it is stored: trimmed, e-mail in lower case, phone as + and digits. ``WrongField``."""
    name = " ".join(customer.name.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        expected = Text("1 to {n} printable characters", n=NAME_LENGTH)
        raise WrongField("name", N_("is empty") if not name else N_("is too long or not printable"), expected)
    return Customer(name, _email(customer.email), _phone(customer.phone))


def _email(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return valid_email(text)
    except Invalid as error:
        raise WrongField("email", N_("is no e-mail address"), N_("name@host.tld, or nothing")) from error


def _phone(text: str) -> str:
    """Ten digits are a North American number."""
    given = text.strip()
    if not given:
        return ""
    expected = N_("ten digits, or + and the country's code")
    digits = "".join(letter for letter in given if letter in "0123456789")
    if not _PHONE.fullmatch(given):
        raise WrongField("phone", N_("holds something that is no digit"), expected)
    if given.startswith("+") and 8 <= len(digits) <= 15:
        return f"+{digits}"
    if len(digits) == 10:
        return f"+1{digits}"
    if len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    raise WrongField("phone", Text("has {n} digits", n=len(digits)), expected)
