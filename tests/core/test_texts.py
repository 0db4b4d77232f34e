"""Sentences that remember what they are made of."""

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.texts import Text, joined, kept, recalled, sentence

CROSSED = Text("{home}: {words}", home="1 {Elm} St", words=Text("{n:,} roads in between", n=1_200))


def made_of(text: str) -> object:
    """Template and values, all the way down."""
    if not isinstance(text, Text):
        return text
    return text.template, {name: made_of(value) for name, value in text.values.items()}


def test_a_text_is_its_english_sentence() -> None:
    assert CROSSED == "1 {Elm} St: 1,200 roads in between"
    assert str(Invalid(CROSSED)) == Invalid(CROSSED).message == CROSSED
    assert json.dumps([CROSSED]) == '["1 {Elm} St: 1,200 roads in between"]'


def test_a_text_does_not_change() -> None:
    with pytest.raises(AttributeError, match="does not change"):
        CROSSED.template = "{home}"
    with pytest.raises(TypeError):
        CROSSED.values["home"] = "2 Elm St"  # type: ignore[index]


def test_a_value_that_is_missing_is_found_where_the_text_is_made() -> None:
    with pytest.raises(KeyError):
        Text("{home} is gone")


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])
def test_a_copy_is_the_same_text(again: object) -> None:
    assert made_of(again(CROSSED)) == made_of(CROSSED)  # type: ignore[operator]


def test_a_fixed_sentence_is_kept_as_it_is_and_one_with_values_with_what_it_is_made_of() -> None:
    assert kept("The mower is offline.") == kept(sentence("The mower is offline.")) == "The mower is offline."
    assert made_of(recalled(kept(CROSSED))) == made_of(CROSSED)


@given(st.text(), st.integers() | st.floats(allow_nan=False) | st.booleans(), st.text())
def test_whatever_fills_a_text_comes_back_from_a_database(name: str, number: float, word: str) -> None:
    told = joined([Text("{name} has {n}", name=name, n=number), word], "; ")
    assert made_of(recalled(kept(told))) == made_of(told)
    assert told == f"{name} has {number}; {word}"


@given(st.text() | st.builds('{{"template": {}'.format, st.text()))
def test_a_text_that_was_not_kept_this_way_is_read_as_it_stands(stored: str) -> None:
    assert recalled(stored) == stored


@pytest.mark.parametrize("stored", ['{"template": 3}', '{"template": "{a}", "values": {}}', '{"template": "x"}'])
def test_what_only_looks_like_a_kept_text_is_read_as_it_stands(stored: str) -> None:
    assert recalled(stored) == stored


def test_what_does_not_fit_is_kept_in_english_and_cut() -> None:
    assert kept(CROSSED, most=len(CROSSED)) == CROSSED
    assert kept(CROSSED, most=10) == "1 {Elm} St"
    assert made_of(recalled(kept(CROSSED, most=500))) == made_of(CROSSED)


def test_one_sentence_joined_is_itself() -> None:
    assert made_of(joined([CROSSED])) == made_of(CROSSED)
    assert joined([]) == ""
    assert joined(["A road lies between.", "It is wide."]) == "A road lies between. It is wide."
