"""Inline script runs with this answer's nonce alone; the page is compressed after the nonce is in it."""

import re

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse

from dashboard.body_limit import BodyLimitMiddleware
from dashboard.nonces import with_nonce
from dashboard.security import SecurityMiddleware

PAGE = "<html><script>a()</script><SCRIPT type='module'>b()</SCRIPT><p>text</p>" + "<p>filling</p>" * 200


def browser(**options: object) -> httpx.AsyncClient:
    app = FastAPI(openapi_url=None)

    @app.api_route("/page", methods=["GET", "HEAD"])
    async def page() -> HTMLResponse:
        return HTMLResponse(PAGE)

    @app.get("/parts")
    async def parts() -> StreamingResponse:
        return StreamingResponse(iter(["<html><scr", "ipt>a()</script>"]), media_type="text/html")

    @app.get("/text")
    async def text() -> PlainTextResponse:
        return PlainTextResponse("<script>")

    @app.post("/take")
    async def take(body: dict[str, str]) -> int:
        return len(body)

    app.add_middleware(BodyLimitMiddleware, most_bytes=1_000)
    app.add_middleware(SecurityMiddleware, **options)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def nonce_of(answer: httpx.Response) -> str:
    found = re.search(
        r"script-src 'self' 'unsafe-eval' 'nonce-([\w-]{22,})'", answer.headers["content-security-policy"]
    )
    assert found is not None
    return found[1]


async def test_each_script_of_a_page_has_the_nonce_of_its_answer_and_no_two_answers_share_one() -> None:
    client = browser()
    one, two = [await client.get("/page", headers={"accept": "text/html"}) for _ in range(2)]
    assert one.text.count(f'nonce="{nonce_of(one)}"') == 2
    assert nonce_of(one) != nonce_of(two)


async def test_a_page_is_compressed_with_its_nonces_in_it() -> None:
    answer = await browser().get("/page", headers={"accept": "text/html", "accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["vary"]
    assert f'nonce="{nonce_of(answer)}"' in answer.text
    assert int(answer.headers["content-length"]) < len(PAGE) / 4


async def test_a_tag_cut_in_two_by_streaming_gets_its_nonce_too() -> None:
    answer = await browser().get("/parts", headers={"accept": "text/html"})
    assert f'<script nonce="{nonce_of(answer)}">a()' in answer.text


async def test_what_is_no_page_stays_as_it_was() -> None:
    assert (await browser().get("/text")).text == "<script>"


async def test_asking_for_the_head_alone_tells_the_length_of_the_page() -> None:
    plain = {"accept": "text/html", "accept-encoding": "identity"}
    whole, head = await browser().get("/page", headers=plain), await browser().head("/page", headers=plain)
    assert head.headers["content-length"] == whole.headers["content-length"] == str(len(whole.content))


async def test_the_policy_lets_no_inline_script_and_no_inline_handler_run() -> None:
    policy = (await browser().get("/page")).headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src "))
    assert "unsafe-inline" not in scripts
    assert "script-src-attr 'none'" in policy


@given(st.text())
def test_a_text_that_was_escaped_never_gets_a_nonce(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "ignore")
    assert with_nonce(escaped, "n") == escaped


@given(st.binary())
def test_putting_nonces_in_twice_is_putting_them_in_once(html: bytes) -> None:
    assert with_nonce(with_nonce(html, "n"), "n") == with_nonce(html, "n")


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_the_limit_is_refused_read_or_announced(announced: bool) -> None:
    async def chunks():  # type: ignore[no-untyped-def]
        yield b'{"a": "'
        yield b"x" * 2_000
        yield b'"}'

    content = b"".join([chunk async for chunk in chunks()]) if announced else chunks()
    answer = await browser().post("/take", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


async def test_a_body_within_the_limit_is_taken() -> None:
    answer = await browser().post("/take", json={"a": "x" * 900})
    assert answer.json() == 1
