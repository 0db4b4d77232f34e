"""Simulated mail and Twilio as child processes: the demo points the product at them, and they end with it."""

from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from core.clock import SystemClock
from core.errors import Invalid
from core.ids import new_id
from core.notices import Channel, Letter
from core.settings import Settings
from dashboard.bootstrap import make_outside
from dashboard.demo import sign_ins, start_post


async def test_the_demo_sends_to_a_mail_server_and_a_twilio_of_its_own_and_says_where(tmp_path: Path) -> None:
    given = Settings(secret_key=SecretStr("k" * 40), data_dir=tmp_path)
    post = await start_post(given)
    try:
        settings = given.model_copy(update=dict(post.settings))
        outside = make_outside(settings, SystemClock())
        letter = Letter(id=new_id(), to="hana@mowthos.example", subject="It comes at nine", text="Hello")
        await outside.senders[Channel.MAIL].send(letter)
        text = Letter(id=new_id(), to="+15075550123", subject="", text="It comes at nine")
        await outside.senders[Channel.SMS].send(text)
        async with httpx.AsyncClient() as browser:
            assert "It comes at nine" in (await browser.get(post.mail.url)).text
            assert "It comes at nine" in (await browser.get(post.twilio.api_url)).text
        assert post.mail.url in sign_ins(settings, post)
    finally:
        await post.stop()
    assert (post.mail.process.returncode, post.twilio.process.returncode) == (0, 0)


def test_without_settings_there_is_the_bell_alone(tmp_path: Path) -> None:
    outside = make_outside(Settings(secret_key=SecretStr("k" * 40), data_dir=tmp_path), SystemClock())
    assert (dict(outside.senders), outside.callbacks) == ({}, None)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"smtp_host": "mail.elm.example"}, "MOWTHOS_SMTP_FROM"),
        ({"twilio_account_sid": "AC1"}, "MOWTHOS_TWILIO_AUTH_TOKEN"),
        ({"twilio_account_sid": "AC1", "twilio_auth_token": SecretStr("t")}, "MOWTHOS_TWILIO_FROM"),
    ],
)
def test_what_is_missing_beside_what_is_set_is_named(given: dict[str, object], missing: str, tmp_path: Path) -> None:
    settings = Settings(secret_key=SecretStr("k" * 40), data_dir=tmp_path).model_copy(update=given)
    with pytest.raises(Invalid, match=missing):
        make_outside(settings, SystemClock())
