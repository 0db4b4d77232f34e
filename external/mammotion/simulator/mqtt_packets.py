"""The few MQTT 3.1.1 packets the front and the fast publisher need (OASIS MQTT 3.1.1, sections 2 and 3)."""

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass

CONNECT, PUBLISH, SUBSCRIBE = 1, 3, 8
ACCEPTED, SERVER_UNAVAILABLE, BAD_CREDENTIALS, NOT_AUTHORISED = 0, 3, 4, 5
_LARGEST = 1 << 20


class Malformed(Exception):
    """Bytes that are not the MQTT packet they claim to be."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a CONNECT packet says of who comes."""

    client_id: str
    username: str
    password: str


async def read_packet(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """(type, whole packet, its body). Raises ``IncompleteReadError`` at the end, ``Malformed`` on nonsense."""
    head = await reader.readexactly(1)
    length, shift, size = 0, 0, b""
    while True:
        byte = await reader.readexactly(1)
        size += byte
        length |= (byte[0] & 127) << shift
        shift += 7
        if byte[0] < 128:
            break
        if shift > 21:
            raise Malformed("remaining length")
    if length > _LARGEST:
        raise Malformed("too large")
    body = await reader.readexactly(length)
    return head[0] >> 4, head + size + body, body


def read_sign_in(body: bytes) -> SignIn:
    """The payload of a CONNECT packet (wills are not used by anyone here)."""
    try:
        at = 2 + struct.unpack_from(">H", body)[0]  # the protocol's name
        flags = body[at + 1]
        at += 4
        fields: list[str] = []
        for wanted in (True, bool(flags & 4), bool(flags & 4), bool(flags & 128), bool(flags & 64)):
            if not wanted:
                fields.append("")
                continue
            size = struct.unpack_from(">H", body, at)[0]
            fields.append(body[at + 2 : at + 2 + size].decode())
            at += 2 + size
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Malformed("CONNECT") from error
    return SignIn(client_id=fields[0], username=fields[3], password=fields[4])


def read_filters(body: bytes) -> tuple[int, list[str]]:
    """(packet id, topic filters) of a SUBSCRIBE packet."""
    try:
        packet_id, at, filters = struct.unpack_from(">H", body)[0], 2, []
        while at < len(body):
            size = struct.unpack_from(">H", body, at)[0]
            filters.append(body[at + 2 : at + 2 + size].decode())
            at += 3 + size
    except (struct.error, UnicodeDecodeError) as error:
        raise Malformed("SUBSCRIBE") from error
    return packet_id, filters


def connack(code: int) -> bytes:
    """The answer to a CONNECT."""
    return bytes((0x20, 2, 0, code))


def suback_refused(packet_id: int, count: int) -> bytes:
    """Refuse every filter of a SUBSCRIBE."""
    return bytes((0x90, 2 + count)) + struct.pack(">H", packet_id) + b"\x80" * count


def connect(client_id: str) -> bytes:
    """A plain sign-in with a clean session and no keep-alive."""
    body = b"\x00\x04MQTT\x04\x02\x00\x00" + _text(client_id)
    return b"\x10" + _size(len(body)) + body


def publish(topic: str, payload: bytes) -> bytes:
    """A PUBLISH packet of quality 0."""
    body = _text(topic) + payload
    return b"\x30" + _size(len(body)) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _size(length: int) -> bytes:
    sizes: list[int] = []
    while True:
        length, low = divmod(length, 128)
        sizes.append(low | (128 if length else 0))
        if not length:
            return bytes(sizes)


def allowed(filters: Sequence[str], devices: set[tuple[str, str]]) -> bool:
    """Whether every filter names one of the account's own devices (product key, name)."""
    for topic in filters:
        parts = topic.split("/")
        own = parts[3:5] if topic.startswith("/sys/proto/") else parts[2:4]
        if not topic.startswith("/sys/") or tuple(own) not in devices:
            return False
    return True
