"""No secret, no place and no way to reach a person is in a log line, wherever in it they stood."""

import json
import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.redaction import HIDDEN, redact, redacted

WORDS = st.text(alphabet=string.ascii_lowercase + " .,:;()[]{}'\"\n", max_size=30)
URL_SAFE = string.ascii_letters + string.digits + "_-"


def opaque(size: int) -> st.SearchStrategy[str]:
    body = st.text(alphabet=string.ascii_letters + string.digits, min_size=size, max_size=size + 20)
    return body.map(lambda text: f"a1{text}")


SECRETS = st.one_of(
    opaque(40),
    st.tuples(opaque(12), opaque(12), opaque(12)).map(lambda parts: f"eyJ{parts[0]}.{parts[1]}.{parts[2]}"),
    st.tuples(st.sampled_from(["sk_live_", "sk_test_", "whsec_", "rk_live_"]), opaque(16)).map("".join),
    opaque(12).map(lambda text: f"Bearer {text}"),
    opaque(12).map(lambda text: f"postgresql://mowthos:{text}@db.internal/mowthos"),
    opaque(12).map(lambda text: f"/reset?token={text}"),
)
DEGREES = st.floats(-89, 89).map(lambda value: f"{value:.6f}")
POSITIONS = st.tuples(DEGREES, st.sampled_from([", ", " ", ","]), DEGREES)
STREETS = st.tuples(
    st.integers(1, 99_999), st.sampled_from(["Elm", "Old Oak", "N Main"]), st.sampled_from(["St", "AVE", "Lane"])
)


def nested(value: str, depth: int) -> Any:
    return (
        value if depth == 0 else {"inner": [nested(value, depth - 1)]} if depth % 2 else [nested(value, depth - 1), 1]
    )


def line_with(value: Any) -> str:
    return json.dumps(redact(None, "info", {"event": "x", "said": value}), ensure_ascii=False)


@given(WORDS, SECRETS, WORDS, st.integers(0, 6))
def test_a_token_is_hidden_wherever_it_stands(before: str, secret: str, after: str, depth: int) -> None:
    kept = secret.rsplit(" ", 1)[-1].rsplit("=", 1)[-1].split("@", maxsplit=1)[0].rsplit(":", 1)[-1]
    assert kept not in line_with(nested(f"{before} {secret} {after}", depth))


@given(WORDS, POSITIONS, WORDS)
def test_a_position_is_hidden_in_any_text(before: str, position: tuple[str, str, str], after: str) -> None:
    line = redacted(f"{before} {''.join(position)} {after}")
    assert position[0].lstrip("-") not in line
    assert position[2].lstrip("-") not in line


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_position_is_hidden_as_a_pair_of_numbers_too(lon: float, lat: float) -> None:
    assert redact(None, "info", {"event": "x", "ring": [(lon, lat)]})["ring"] == ["(position)"]


@given(STREETS)
@example((4, "Old Oak", "Lane"))
def test_a_postal_address_is_hidden_in_any_text(street: tuple[int, str, str]) -> None:
    address = " ".join(map(str, street))
    assert address not in redacted(f"no home at {address}, Byron")


@pytest.mark.parametrize("address", ["Ulmenstraße 4", "Am Alten Weg 12b", "Lindenallee 100"])
def test_a_german_address_is_hidden(address: str) -> None:
    assert "(address)" in redacted(f"kein Haus: {address}, Bonn")


@pytest.mark.parametrize(
    "name", ["address", "home_address", "latitude", "lon", "position", "geometry", "phone", "street"]
)
def test_what_is_named_as_a_place_is_hidden_whatever_it_looks_like(name: str) -> None:
    assert redact(None, "info", {"event": "x", name: 44.02, "in": {name: "ELM"}}) == {
        "event": "x",
        name: HIDDEN,
        "in": {name: HIDDEN},
    }


def test_people_are_told_apart_but_cannot_be_written_to() -> None:
    line = redacted("mail to hugo.olsen@elm.example, text to +15075550123")
    assert line == "mail to h...@elm.example, text to +...23"


@pytest.mark.parametrize(
    "kept",
    [
        "command 0190c2a0-7b1e-7c3d-9f00-1234567890ab moved",
        "request 7c3d9f001234",
        "Luba-VS6D7C3D",
        "read 2,000 rows in 1.25 s",
        "the file /app/core/fleet/command_worker.py, line 166",
        "2026-06-01T12:00:00.123456Z",
        "0.1234 s of 12.5 s",
    ],
)
def test_ids_and_figures_stay_readable(kept: str) -> None:
    assert redacted(kept) == kept


@given(st.text())
def test_redacting_twice_is_redacting_once(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)
