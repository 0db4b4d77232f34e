"""Puts the answer's nonce into the script tags of a page, and then compresses it.

NiceGUI writes inline scripts without one (3.18, ``templates/index.html``). Only what stands in the page as the server
sent it gets the nonce: whatever is put into the page later, by a text that somebody typed, has none and does not run.
"""

import gzip
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Scope, Send

SCRIPT = re.compile(rb"<script(?=[\s>])(?![^>]*\snonce=)", re.IGNORECASE)
WORTH_COMPRESSING = 1_000  # bytes
COMPRESSION = 5  # of 9: pages are built for one person and never kept


def with_nonce(html: bytes, nonce: str) -> bytes:
    """The page with the nonce in each script tag that has none."""
    return SCRIPT.sub(b'<script nonce="' + nonce.encode() + b'"', html)


def uncompressed(scope: Scope) -> Scope:
    """The request of a page as one that takes no compressed answer: a nonce cannot be put into one."""
    if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
        return scope
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]}


class NoncedPage:
    """Stands before ``send``: holds a page back until it is complete, and passes on all else as it comes."""

    def __init__(self, nonce: str, send: Send, *, gzip_wanted: bool) -> None:
        self._nonce, self._send, self._gzip = nonce, send, gzip_wanted
        self._start: Message | None = None
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            if headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers:
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._complete(self._start)
            return
        await self._send(message)

    async def _complete(self, start: Message) -> None:
        body, headers = with_nonce(bytes(self._body), self._nonce), MutableHeaders(raw=start["headers"])
        if self._gzip and len(body) >= WORTH_COMPRESSING:
            body = gzip.compress(body, COMPRESSION)
            headers["content-encoding"] = "gzip"
            headers.add_vary_header("Accept-Encoding")
        if body:  # an answer to HEAD tells the length of what it leaves out
            headers["content-length"] = str(len(body))
        start["headers"] = headers.raw
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})
