"""The evidence behind a line of a bill, as a file that anybody with our public key can check without our database (X4).

A JSON document: ``evidence`` (what was billed and the minutes behind it), ``key`` (the public key's fingerprint) and
``signature`` (Ed25519 over the canonical JSON of the evidence: sorted keys, no spaces, UTF-8). The file itself is
written canonically too, so that one changed byte anywhere breaks it.
"""

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from core.errors import Invalid
from core.texts import N_

FORMAT = "mowthos-evidence-1"
SALT = b"mowthos evidence signing key 1"


def signing_key(secret: str) -> Ed25519PrivateKey:
    """The signing key that follows from the installation's secret key: the same after every restart."""
    return Ed25519PrivateKey.from_private_bytes(sha256(SALT + secret.encode()).digest())


def public_pem(key: Ed25519PrivateKey) -> str:
    """What is handed to those who check."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def evidence_file(evidence: dict[str, Any], key: Ed25519PrivateKey) -> bytes:
    """The file for ``evidence``, which must be JSON."""
    body = {"format": FORMAT, "evidence": evidence, "key": fingerprint(key.public_key())}
    return canonical(body | {"signature": b64encode(key.sign(canonical(body))).decode()}) + b"\n"


def verify_file(content: bytes, public_key_pem: bytes) -> dict[str, Any]:
    """The evidence of a genuine file; ``Invalid`` says what is wrong with any other."""
    key = _public_key(public_key_pem)
    try:
        document = json.loads(content)
        signature = b64decode(document["signature"], validate=True)
        body = {name: document[name] for name in ("format", "evidence", "key")}
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(N_("this is no evidence file, or it was damaged")) from error
    if content != canonical(document) + b"\n" or len(document) != len(body) + 1 or body["format"] != FORMAT:
        raise Invalid(N_("this file was changed after it was signed"))
    if body["key"] != fingerprint(key):
        raise Invalid(N_("this file was signed with another key"))
    try:
        key.verify(signature, canonical(body))
    except InvalidSignature as error:
        raise Invalid(N_("this file was changed after it was signed")) from error
    _check_sums(body["evidence"])
    evidence: dict[str, Any] = body["evidence"]
    return evidence


def canonical(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def fingerprint(key: Ed25519PublicKey) -> str:
    """Sixteen hex digits that name a key."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def _check_sums(evidence: dict[str, Any]) -> None:
    """The minutes of the entries, or the watt-hours of the visits, add up to what the line says was used."""
    used = sum(entry["minutes"] * entry["sign"] for entry in evidence.get("entries") or ())
    drawn = sum(visit["watt_hours"] for visit in evidence.get("visits") or ())
    if evidence.get("visits") is not None and drawn != evidence["line"]["used"]:
        raise Invalid(N_("the watt-hours listed do not add up to those of the line"))
    if evidence.get("entries") is not None and used != evidence["line"]["used"]:
        raise Invalid(N_("the minutes listed do not add up to those of the line"))


def _public_key(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise Invalid(N_("the key is no public key in PEM form")) from error
    if not isinstance(key, Ed25519PublicKey):
        raise Invalid(N_("the key is no Ed25519 public key"))
    return key
