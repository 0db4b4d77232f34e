"""An evidence file is checked without the database, and one changed byte breaks it."""

from random import Random

import pytest

from core.billing.evidence import evidence_file, public_pem, signing_key, verify_file
from core.errors import Invalid
from tests.proofs import cases

KEY = signing_key("a secret of this installation, long enough")
PEM = public_pem(KEY).encode()
EVIDENCE = {
    "invoice": "0192",
    "line": {"kind": "overage", "minor": 315, "used": 261, "minutes": 21},
    "entries": [{"start": 1, "minutes": 281, "sign": 1}, {"start": 1, "minutes": 20, "sign": -1}],
    "address": "12 Ölm St",
}


def test_a_genuine_file_gives_back_its_evidence() -> None:
    assert verify_file(evidence_file(EVIDENCE, KEY), PEM) == EVIDENCE


def test_any_changed_byte_breaks_it() -> None:
    content, random = evidence_file(EVIDENCE, KEY), Random(1)
    places = range(len(content)) if cases(sample=0, full=1) else random.sample(range(len(content)), 120)
    for place in places:
        for value in random.sample([one for one in range(256) if one != content[place]], 3):
            with pytest.raises(Invalid):
                verify_file(content[:place] + bytes([value]) + content[place + 1 :], PEM)
    for cut in (content[:-1], content[1:], content + b" ", b""):
        with pytest.raises(Invalid):
            verify_file(cut, PEM)


def test_another_key_and_wrong_sums_are_told() -> None:
    other = public_pem(signing_key("another installation's secret, also long")).encode()
    with pytest.raises(Invalid, match="another key"):
        verify_file(evidence_file(EVIDENCE, KEY), other)
    with pytest.raises(Invalid, match="no public key"):
        verify_file(evidence_file(EVIDENCE, KEY), b"-----")
    wrong = EVIDENCE | {"line": {"used": 262}}
    with pytest.raises(Invalid, match="do not add up"):
        verify_file(evidence_file(wrong, KEY), PEM)
