"""The lexicon: every number the vendor's table knows has words, others are told as what they are."""

import pytest
from pymammotion.data.error_codes import bundled_error_codes

from core.fleet import Severity
from external.mammotion.fault_codes import FAULT_WORDS, MammotionLexicon
from external.mammotion.simulator.mower import FAULTS

LEXICON = MammotionLexicon()


@pytest.mark.parametrize("code", FAULT_WORDS)
def test_every_number_in_our_own_words_is_one_of_the_vendors(code: int) -> None:
    assert str(code) in bundled_error_codes()
    words = LEXICON.explain(code)
    assert words.what[0].isupper()
    assert not words.what.endswith(".")
    assert words.next_step.endswith(".")
    assert words.cause.endswith(".")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_number_of_the_installed_library_has_words_cause_and_next_step(language: str) -> None:
    without = [
        code
        for code in bundled_error_codes()
        if not (words := LEXICON.explain(int(code), language)).known
        or not (words.what and words.cause and words.next_step)
        or "%s" in words.what
    ]
    assert len(bundled_error_codes()) > 600
    assert without == []


def test_what_the_vendor_says_in_german_is_told_in_german() -> None:
    assert LEXICON.explain(1415, "de").what != LEXICON.explain(1415, "en").what
    assert LEXICON.explain(5004, "de").what == LEXICON.explain(5004, "en").what  # the vendor has English only


def test_every_fault_of_the_simulated_mowers_has_our_own_words_by_either_sign() -> None:
    for fault in FAULTS:
        assert fault.code in FAULT_WORDS, fault
        assert LEXICON.explain(-fault.code) == LEXICON.explain(fault.code)


def test_a_number_nobody_knows_is_told_as_its_number() -> None:
    words = LEXICON.explain(-99999)
    assert words.what == "Unknown code 99999"
    assert not words.known
    assert words.severity is Severity.WARNING
