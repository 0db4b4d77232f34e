"""What a broker message is: its topic's parts, and the protobuf inside its JSON envelope.

Only for those who feed :meth:`FastLane.message` with raw messages; over a real connection PyMammotion does the same.
"""

import base64
import binascii
import json

PROTOBUF_EVENT = "device_protobuf_msg_event"
_PARTS = 8  # "", sys, product key, device name, thing, event, identifier, post


class Malformed(ValueError):
    """A message that cannot be read; says why."""


def device_of(topic: str) -> str:
    """The device name of a protobuf event's topic; ``Malformed`` for any other topic."""
    parts = topic.split("/")
    if len(parts) != _PARTS or parts[6] != PROTOBUF_EVENT:
        raise Malformed(f"not a device's protobuf topic: {topic}")
    return parts[3]


def content_of(payload: bytes) -> bytes:
    """The protobuf bytes in a JSON envelope, of either shape."""
    try:
        params = json.loads(payload)["params"]
        value = params.get("value")
        content = params.get("content") or value["content"]
        return base64.b64decode(content)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise Malformed(f"not an envelope with content: {error}") from error
