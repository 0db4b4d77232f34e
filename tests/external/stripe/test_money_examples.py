"""The simulated Stripe meets every worked example, over a socket, through the SDK."""

from typing import Any

import pytest

from external.stripe import StripePayments
from tests.external.stripe.examples import FILE, Example, wanted


@pytest.mark.parametrize("example", FILE["examples"], ids=lambda example: example["id"])
async def test_the_simulated_stripe_bills_a_worked_example_to_the_cent(
    payments: StripePayments, example: dict[str, Any]
) -> None:
    assert await Example(payments, example).play() == wanted(example)
