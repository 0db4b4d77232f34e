"""The token cache as one opaque text: PyMammotion's credentials, the requests of the last day, what devices told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import NeedsHuman
from core.texts import N_

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class TokenCache:
    """It is a secret. ``devices`` maps device names to `KnownDevice.remember`."""

    credentials: Mapping[str, Any] = field(repr=False)
    requests: tuple[tuple[int, int], ...] = ()
    devices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def write(self) -> str:
        """As JSON text. PyMammotion's cache holds objects, each with a ``to_dict`` (protocol notes, 6)."""
        body = {
            "format": _FORMAT,
            "credentials": dict(self.credentials),
            "requests": [list(entry) for entry in self.requests],
            "devices": {name: dict(facts) for name, facts in self.devices.items()},
        }
        return json.dumps(body, default=lambda thing: thing.to_dict())

    @classmethod
    def read(cls, text: str) -> "TokenCache":
        """``NeedsHuman`` when it is no token cache: only a password helps then."""
        try:
            body = json.loads(text)
            if body["format"] != _FORMAT or not body["credentials"]:
                raise ValueError("another format, or no credentials")
            return cls(
                body["credentials"],
                tuple((int(minute), int(count)) for minute, count in body.get("requests", ())),
                {str(name): dict(facts) for name, facts in body.get("devices", {}).items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NeedsHuman(N_("the stored tokens cannot be read: the password is needed again")) from error
