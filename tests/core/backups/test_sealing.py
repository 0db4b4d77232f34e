"""A sealed backup opens as it was under its key alone, and not at all once a byte of it is not as it was."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.backups import Contents, Header, open_sealed, read_header, seal, sealing
from core.errors import Invalid

KEY = "the passphrase of the backups, long enough"
HEADER = Header(datetime(2026, 6, 1, 12, tzinfo=UTC), "sqlite", Contents("0022", {"person": 3, "lot": 600}))


def sealed(folder: Path, content: bytes) -> Path:
    (folder / "dump").write_bytes(content)
    seal(folder / "dump", folder / "x.mbk", header=HEADER, passphrase=KEY, cost=4)
    return folder / "x.mbk"


@pytest.mark.parametrize("size", [0, 1, sealing.CHUNK - 1, sealing.CHUNK, sealing.CHUNK + 1, 3 * sealing.CHUNK])
def test_any_size_opens_as_it_was(tmp_path: Path, size: int) -> None:
    content = bytes(index % 251 for index in range(size))
    path = sealed(tmp_path, content)
    assert open_sealed(path, tmp_path / "open", passphrase=KEY) == HEADER
    assert (tmp_path / "open").read_bytes() == content
    assert path.stat().st_size >= size


def test_what_it_holds_cannot_be_read_in_the_file(tmp_path: Path) -> None:
    path = sealed(tmp_path, b"4 Elm Street " * 1_000)
    assert b"Elm" not in path.read_bytes()
    assert read_header(path) == HEADER


def test_another_key_opens_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    path = sealed(tmp_path, b"4 Elm Street")
    with pytest.raises(Invalid):
        open_sealed(path, tmp_path / "open", passphrase=KEY + "!")
    assert not (tmp_path / "open").exists()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_no_changed_byte_goes_unseen(tmp_path: Path, at: float, flip: int) -> None:
    path = sealed(tmp_path, b"4 Elm Street " * 50)
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= flip
    path.write_bytes(content)
    with pytest.raises(Invalid):
        open_sealed(path, tmp_path / "open", passphrase=KEY)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_short_does_not_open(tmp_path: Path, share: float) -> None:
    path = sealed(tmp_path, b"4 Elm Street " * 50)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(Invalid):
        open_sealed(path, tmp_path / "open", passphrase=KEY)


@pytest.mark.parametrize("spoil", ["swapped", "last dropped", "last doubled"])
def test_chunks_that_were_moved_dropped_or_doubled_are_seen(tmp_path: Path, spoil: str) -> None:
    path = sealed(tmp_path, b"a" * sealing.CHUNK + b"b" * sealing.CHUNK + b"c" * sealing.CHUNK)
    content, size = path.read_bytes(), sealing.CHUNK + sealing.TAG
    head, body = content[: len(content) - 3 * size], content[len(content) - 3 * size :]
    first, second, third = body[:size], body[size : 2 * size], body[2 * size :]
    spoilt = {
        "swapped": second + first + third,
        "last dropped": first + second,
        "last doubled": first + second + third + third,
    }
    path.write_bytes(head + spoilt[spoil])
    with pytest.raises(Invalid):
        open_sealed(path, tmp_path / "open", passphrase=KEY)


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"SQLite format 3\x00" * 10)
    with pytest.raises(Invalid, match="no backup of MowthosOS"):
        read_header(tmp_path / "x")
