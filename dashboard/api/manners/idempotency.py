"""``Idempotency-Key`` on any POST: the first call is carried out, its answer kept for a day, and told to each that
repeats it. Another call under the same key, and one that comes while the first is under way, is a conflict."""

from hashlib import sha256
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.accounts import KeptAnswers
from dashboard.api.callers import caller_of
from dashboard.api.problems import problem

LONGEST_KEY = 200
LONGEST_BODY = 16 * 1024 * 1024
NOT_KEPT = frozenset({401, 429})
"""Refused before anything was looked at: a repetition may well succeed."""


class IdempotencyMiddleware:
    """For callers who are signed in; the key is theirs alone."""

    def __init__(self, app: ASGIApp, kept: KeptAnswers) -> None:
        self._app, self._kept = app, kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive) if scope["type"] == "http" else None
        key = "" if request is None or request.method != "POST" else request.headers.get("idempotency-key", "")
        viewer = None if request is None else caller_of(request)
        if request is None or not key or viewer is None:
            await self._app(scope, receive, send)
            return
        refusal = await self._carry_out(request, viewer.person_id, key, send)
        if refusal is not None:
            await refusal(scope, receive, send)

    async def _carry_out(self, request: Request, person_id: UUID, key: str, send: Send) -> Response | None:
        """The answer to give instead of calling, or ``None`` when the call was made."""
        if len(key) > LONGEST_KEY or not key.isprintable() or not key.isascii():
            return problem(
                request, 422, f"Idempotency-Key: expected 1 to {LONGEST_KEY} plain characters", code="invalid"
            )
        body = await _body(request)
        if body is None:
            return problem(request, 422, f"a body of more than {LONGEST_BODY} bytes cannot be repeated", code="invalid")
        asked = sha256(
            b"\n".join([request.scope["path"].encode(), request.scope.get("query_string", b""), body])
        ).hexdigest()
        known = await self._kept.claim(person_id, key, asked)
        if known is None:
            await self._first(request.scope, person_id, key, body, send)
            return None
        if known.asked_hash != asked:
            words = "this Idempotency-Key was used for another call: each call needs its own"
            return problem(request, 409, words, code="idempotency_key_reused")
        if known.status is None:
            words = "the first call under this Idempotency-Key has not ended: look whether it acted before another key"
            return problem(request, 409, words, code="idempotency_in_progress")
        answer = Response(known.body, known.status)
        answer.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in known.headers]
        answer.headers["Idempotency-Replayed"] = "true"
        return answer

    async def _first(self, scope: Scope, person_id: UUID, key: str, body: bytes, send: Send) -> None:
        answer = Response()
        told = bytearray()

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status_code, answer.raw_headers = message["status"], list(message["headers"])
            else:
                told.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await self._end(person_id, key, answer, bytes(told))
            await send(message)

        try:
            await self._app(scope, again, keep)
        except BaseException:
            await self._kept.give_back(person_id, key)
            raise

    async def _end(self, person_id: UUID, key: str, answer: Response, body: bytes) -> None:
        if answer.status_code >= 500 or answer.status_code in NOT_KEPT:
            await self._kept.give_back(person_id, key)
            return
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.raw_headers]
        await self._kept.keep(person_id, key, answer.status_code, headers, body)


async def _body(request: Request) -> bytes | None:
    """``None`` for one that is too long."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > LONGEST_BODY:
            return None
    return bytes(found)
