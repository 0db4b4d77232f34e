import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from external.sealing import FernetBox

KEY = "a key that only this house knows"


@given(st.text())
def test_a_sealed_secret_opens_as_it_was_and_never_looks_like_itself(secret: str) -> None:
    box = FernetBox(KEY)
    sealed = box.seal(secret)
    assert box.open(sealed) == secret
    assert sealed != box.seal(secret)
    assert not secret or secret not in sealed or len(secret) < 4


def test_another_box_of_the_same_key_opens_it() -> None:
    assert FernetBox(KEY).open(FernetBox(KEY).seal("s3cret")) == "s3cret"


def test_another_key_is_told_and_the_secret_is_not() -> None:
    sealed = FernetBox(KEY).seal("s3cret")
    with pytest.raises(Invalid) as caught:
        FernetBox("another key of another house").open(sealed)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("spoil", [lambda text: text[:-4], lambda text: "A" + text[1:], lambda _: "", lambda _: "ä"])
def test_a_changed_text_is_told(spoil: object) -> None:
    box = FernetBox(KEY)
    with pytest.raises(Invalid):
        box.open(spoil(box.seal("s3cret")))  # type: ignore[operator]


def test_a_short_key_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="16 or more"):
        FernetBox("short")


def test_a_former_key_opens_what_it_sealed_and_seals_no_more() -> None:
    sealed = FernetBox(KEY).seal("s3cret")
    box = FernetBox("the key that came after it", KEY)
    assert box.open(sealed) == "s3cret"
    with pytest.raises(Invalid):
        FernetBox(KEY).open(box.seal("s3cret"))
