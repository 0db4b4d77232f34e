"""A body built once and sent to many: compressed once, told apart by its tag, never built a client."""

import gzip
import json
from functools import cached_property
from typing import Any
from zlib import crc32

from starlette.requests import Request
from starlette.responses import Response


class Payload:
    """JSON (or any bytes) with its ETag and its gzip form, each computed at most once."""

    def __init__(self, body: bytes, media_type: str = "application/json") -> None:
        self.body = body
        self.media_type = media_type

    @classmethod
    def of(cls, value: Any) -> "Payload":
        return cls(to_json(value).encode())

    @cached_property
    def tag(self) -> str:
        return f"{crc32(self.body):08x}-{len(self.body):x}"

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.body, 6, mtime=0)

    def respond(self, request: Request, *, cache: str = "private, no-cache") -> Response:
        """The body, or 304 when the browser holds it already."""
        headers = {"ETag": f'"{self.tag}"', "Cache-Control": cache, "Vary": "Accept-Encoding, Cookie"}
        if f'"{self.tag}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.compressed, headers=headers | {"Content-Encoding": "gzip"}, media_type=self.media_type)
        return Response(self.body, headers=headers, media_type=self.media_type)


def to_json(value: Any) -> str:
    """Compact JSON; a NaN would not be JSON and is refused."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
