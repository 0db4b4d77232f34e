"""Logs: one JSON object a line, and no secret in any of them."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from dashboard.logs import set_up_logs
from dashboard.redaction import HIDDEN, redact


@pytest.fixture
def restored_logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_one_json_object_with_its_request_id(restored_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("INFO", json_lines=True)
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        structlog.get_logger("x").info("fleet.linked", account="fleet@elm.example")
        logging.getLogger("a.library").warning("said %s", "something")
    ours, theirs = told(capsys)
    assert (ours["event"], ours["account"], ours["request_id"]) == ("fleet.linked", "fleet@elm.example", "abc")
    assert (theirs["event"], theirs["level"], theirs["request_id"]) == ("said something", "warning", "abc")


def test_a_traceback_shows_no_local_variable(restored_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("INFO", json_lines=True)
    try:
        password_typed = "hunter2 hunter2"
        raise ValueError(f"{len(password_typed)} characters")
    except ValueError:
        structlog.get_logger("x").exception("page.failed")
    text = json.dumps(told(capsys))
    assert "15 characters" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("name", ["password", "access_token", "sealed_password", "Cookie", "Authorization", "api_key"])
def test_what_sounds_like_a_secret_is_hidden_at_any_depth(name: str) -> None:
    event = redact(None, "info", {"event": "x", name: "s3cret", "request": {"headers": {name: "s3cret"}}})
    assert "s3cret" not in repr(event)
    assert event[name] == HIDDEN


def test_a_missing_secret_still_reads_as_missing() -> None:
    assert redact(None, "info", {"event": "x", "token": None})["token"] is None


def test_no_place_and_no_secret_of_a_fault_is_written_for_machines_or_people(
    restored_logs: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for json_lines in (True, False):
        set_up_logs("INFO", json_lines=json_lines)
        try:
            raise ValueError("nobody at 4 Elm Street (44.020000, -92.480000): Bearer abcdefgh12345678")
        except ValueError:
            structlog.get_logger("x").exception("page.failed")
            logging.getLogger("a.library").exception("said Bearer %s", "abcdefgh12345678")
        text = capsys.readouterr().err
        assert "nobody at (address)" in text
        assert not any(hidden in text for hidden in ("4 Elm", "44.02", "abcdefgh12345678"))
