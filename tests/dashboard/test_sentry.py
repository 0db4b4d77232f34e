"""What Sentry is told: the fault and where in our code, nothing of a person, a secret or a place."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from dashboard.sentry import set_up_sentry

SENT: list[Envelope] = []


class Kept(Transport):
    """In the place of Sentry."""

    def capture_envelope(self, envelope: Envelope) -> None:
        SENT.append(envelope)


@pytest.fixture
def told() -> Iterator[list[Envelope]]:
    SENT.clear()
    assert set_up_sentry("https://public@sentry.example/1", transport=Kept)
    yield SENT
    sentry_sdk.get_global_scope().set_client(None)


def events(sent: list[Envelope]) -> list[dict[str, Any]]:
    return [event for envelope in sent if (event := envelope.get_event()) is not None]


def test_a_fault_is_told_without_what_the_log_would_hide(told: list[Envelope]) -> None:
    sentry_sdk.set_user({"email": "hugo@elm.example", "ip_address": "192.0.2.7"})
    try:
        password = "hunter2 hunter2"
        raise ValueError(f"no home at 4 Elm Street (44.020000, -92.480000), Bearer abcdefgh12345678 {len(password)}")
    except ValueError:
        sentry_sdk.capture_exception()
    (event,) = events(told)
    text = json.dumps(event)
    assert event["exception"]["values"][0]["type"] == "ValueError"
    assert "test_sentry.py" in text
    for hidden in ("hunter2", "hugo", "192.0.2.7", "4 Elm Street", "44.02", "abcdefgh12345678"):
        assert hidden not in text


def test_without_a_project_nothing_is_told() -> None:
    assert set_up_sentry("") is False
