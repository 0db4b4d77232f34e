"""A passkey in software: answers as a browser does, so that proofs are tested without one."""

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """One credential at one origin. ``counts``: the uses it tells."""

    rp_id: str = "mowers.example"
    origin: str = "https://mowers.example"
    verified: bool = True
    counts: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any]) -> str:
        """What ``navigator.credentials.create`` gives, as JSON."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + encode_cbor(public)
        data = self._data(ATTESTED) + attested
        answer = {
            "clientDataJSON": self._client(options, "webauthn.create"),
            "attestationObject": bytes_to_base64url(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._credential(answer)

    def prove(self, options: dict[str, Any]) -> str:
        """What ``navigator.credentials.get`` gives, as JSON."""
        self.counts += 1
        data, client = self._data(0), self._client(options, "webauthn.get")
        raw = self._client_json(options, "webauthn.get")
        signed = self.key.sign(data + sha256(raw).digest(), ec.ECDSA(SHA256()))
        answer = {
            "clientDataJSON": client,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signed),
        }
        return self._credential(answer)

    def _credential(self, answer: dict[str, str]) -> str:
        name = bytes_to_base64url(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": answer})

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.counts.to_bytes(4)

    def _client(self, options: dict[str, Any], kind: str) -> str:
        return bytes_to_base64url(self._client_json(options, kind))

    def _client_json(self, options: dict[str, Any], kind: str) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()
