"""A backup file: a readable header, then the dump in chunks that are sealed one by one, so that no size is too large.

AES-256-GCM under a key that scrypt derives from the passphrase. Each chunk's nonce is a prefix of the file, the chunk's
number, and whether it is the last (the STREAM construction: Hoang, Reyhanitabar, Rogaway and Vizar, "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015): a file that was cut short, reordered or mixed
does not open.
"""

import json
import os
import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.backups.model import Contents, Header
from core.errors import Invalid
from core.texts import N_

MAGIC = b"MOWTHOS BACKUP 1\n"
CHUNK = 1 << 20  # bytes of the dump
TAG = 16
SALT, PREFIX = 16, 7
COST = 15
"""2**15 rounds of scrypt: a tenth of a second and 32 MB, once a file (RFC 7914)."""
COSTS = range(4, 21)
LARGEST_HEADER = 1 << 16
DAMAGED = N_("this backup cannot be read: the key is another, or the file is damaged or incomplete")
NOT_ONE = N_("this file is no backup of MowthosOS")


def seal(dump: Path, to: Path, *, header: Header, passphrase: str, cost: int = COST) -> None:
    """Encrypt the file ``dump`` into ``to``, which is on disk when this returns."""
    text = json.dumps(_as_dict(header), separators=(",", ":")).encode()
    salt, prefix = os.urandom(SALT), os.urandom(PREFIX)
    head = MAGIC + struct.pack(">I", len(text)) + text + bytes([cost]) + salt + prefix
    box = AESGCM(_key(passphrase, salt, cost))
    with dump.open("rb") as source, to.open("wb") as sealed:
        sealed.write(head)
        for number, (chunk, last) in enumerate(_chunks(source, CHUNK)):
            sealed.write(box.encrypt(_nonce(prefix, number, last), chunk, head))
        sealed.flush()
        os.fsync(sealed.fileno())


def read_header(path: Path) -> Header:
    """What the file says of itself; nothing vouches for it until `open_sealed`. ``Invalid`` for another file."""
    with path.open("rb") as sealed:
        return _read_head(sealed)[0]


def open_sealed(path: Path, to: Path, *, passphrase: str) -> Header:
    """Decrypt ``path`` into ``to``. ``Invalid`` under another key, and for a file that is damaged or incomplete: then
    ``to`` is gone."""
    try:
        with path.open("rb") as sealed, to.open("wb") as dump:
            header, head = _read_head(sealed)
            cost, salt, prefix = head[-SALT - PREFIX - 1], head[-SALT - PREFIX : -PREFIX], head[-PREFIX:]
            box = AESGCM(_key(passphrase, salt, cost))
            for number, (chunk, last) in enumerate(_chunks(sealed, CHUNK + TAG)):
                dump.write(box.decrypt(_nonce(prefix, number, last), chunk, head))
    except (InvalidTag, Invalid) as error:
        to.unlink(missing_ok=True)
        raise Invalid(DAMAGED if isinstance(error, InvalidTag) else error.message) from error
    return header


def _read_head(sealed: BinaryIO) -> tuple[Header, bytes]:
    start = sealed.read(len(MAGIC) + 4)
    size = struct.unpack(">I", start[-4:])[0] if len(start) == len(MAGIC) + 4 else 0
    if not start.startswith(MAGIC) or not 0 < size <= LARGEST_HEADER:
        raise Invalid(NOT_ONE)
    text, rest = sealed.read(size), sealed.read(1 + SALT + PREFIX)
    if len(text) < size or len(rest) < 1 + SALT + PREFIX or rest[0] not in COSTS:
        raise Invalid(DAMAGED)
    try:
        told = json.loads(text)
        contents = Contents(str(told["schema"]), {str(name): int(count) for name, count in told["rows"].items()})
        return Header(datetime.fromisoformat(told["created_at"]), str(told["dialect"]), contents), start + text + rest
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Invalid(DAMAGED) from error


def _as_dict(header: Header) -> dict[str, object]:
    return {
        "created_at": header.created_at.isoformat(),
        "dialect": header.dialect,
        "schema": header.contents.schema,
        "rows": dict(header.contents.rows),
    }


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Each chunk, and whether it is the last; an empty file has one empty chunk."""
    chunk = source.read(size)
    while True:
        following = source.read(size) if len(chunk) == size else b""
        yield chunk, not following
        if not following:
            return
        chunk = following


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**cost, r=8, p=1).derive(passphrase.encode())
