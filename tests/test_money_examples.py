"""The worked examples add up by themselves, before any engine is held to them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

FILE = json.loads((Path(__file__).parent / "money_examples.json").read_text())
EXAMPLES: list[dict[str, Any]] = FILE["examples"]


def test_there_are_at_least_forty_examples_and_each_has_its_own_name() -> None:
    assert len({example["id"] for example in EXAMPLES}) == len(EXAMPLES) >= 40


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_an_example_adds_up(example: dict[str, Any]) -> None:
    assert example["source"].startswith("https://docs.stripe.com/")
    times = [datetime.fromisoformat(step["at"]) for step in example["steps"]]
    assert times == sorted(times) and times[-1] <= datetime.fromisoformat(example["until"])
    for invoice in example["expect"]["invoices"]:
        assert sum(line["amount"] for line in invoice["lines"]) == invoice["subtotal"]
        assert invoice["subtotal"] - invoice["discount"] == invoice["total"]
        assert invoice["paid"] in (0, invoice["due"]) and invoice["due"] >= 0
        for line in invoice["lines"]:
            assert ("text" in line) or (line["price"] in FILE["prices"] and line["start"] < line["end"])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_no_cent_of_an_example_is_lost_between_invoices_cards_and_balance(example: dict[str, Any]) -> None:
    expected = example["expect"]
    given = sum(step["amount"] for step in example["steps"] if step["do"] == "balance")
    used = sum(invoice["balance_used"] for invoice in expected["invoices"])
    noted = sum(
        step["amount"] for step in example["steps"] if step["do"] == "credit_note" and step["to"] == "balance"
    ) - sum(
        invoice["total"] + invoice["balance_used"] - invoice["due"]
        for invoice in expected["invoices"]
        if invoice["status"] != "draft"
    )
    assert expected["balance"] == given - used - noted
