"""Vendor secrets at rest: sealed with Fernet (AES-128-CBC with HMAC-SHA256) under a key derived from one setting."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Invalid
from core.texts import N_

_PURPOSE = b"mowthos vendor secrets 1"


class FernetBox:
    """Implements `core.ports.SecretBox`. A key is any text of 16 characters or more; HKDF derives the real one.

    ``key`` seals and opens; the ``former`` ones open only.
    """

    def __init__(self, key: str, *former: str) -> None:
        self._fernet = MultiFernet([_fernet(one) for one in (key, *former)])

    def seal(self, secret: str) -> str:
        """The secret as text that only :meth:`open` under the same key can read; never the same text twice."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """The secret; ``Invalid`` when it was sealed under another key or the text was changed."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, UnicodeError) as error:
            raise Invalid(
                N_("a stored secret cannot be read: the secret key is another, or the text was changed")
            ) from error


def _fernet(key: str) -> Fernet:
    if len(key) < 16:
        raise ValueError(f"the key has {len(key)} characters (expected 16 or more)")
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))
