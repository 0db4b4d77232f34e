"""Random lives: ours, the shadow and a Subscription of the simulated Stripe agree on every cent of every invoice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SystemClock
from external.stripe import StripePayments
from external.stripe.simulator import InsideClient, StripeTwin, StripeTwinOptions
from tests.core.billing.lives import HORIZON, MeteredLife, RandomLife
from tests.core.billing.test_lives import figures, shadow_figures
from tests.external.stripe.conftest import KEY
from tests.external.stripe.life_figures import our_figures
from tests.external.stripe.simulated_life import RULES, SimulatedLife
from tests.proofs import cases, counted, record

SEEDS = st.integers(min_value=0, max_value=2**32)


@counted(sample=12, full=6_500)
@given(SEEDS)
async def test_all_three_engines_agree_on_every_cent_of_a_random_life(seed: int) -> None:
    await agree(RandomLife(seed).play(), inside())


@counted(sample=6, full=3_500)
@given(SEEDS)
async def test_all_three_engines_agree_where_stripe_s_meter_counts_the_minutes(seed: int) -> None:
    await agree(MeteredLife(seed).play(), inside())


def inside() -> StripePayments:
    """A simulated Stripe of its own, without a socket."""
    twin = StripeTwin(StripeTwinOptions(secret_key=KEY))
    twin.world.rules = RULES
    return StripePayments(secret_key=KEY, clock=SystemClock(), http_client=InsideClient(twin.api))


@pytest.mark.prove(figure="lives over a socket, with the unmodified SDK")
async def test_lives_over_the_socket_agree_as_well(
    twin: StripeTwin, payments: StripePayments, request: pytest.FixtureRequest
) -> None:
    twin.world.rules = RULES
    count = cases(sample=2, full=200)
    bills = 0
    for seed in range(count):
        life = (MeteredLife if seed % 3 == 2 else RandomLife)(seed).play()
        bills += await agree(life, payments)
    record(request, f"{count} lives, {bills:,} invoices, {len(twin.api.asked):,} requests, 0 mismatches")


async def agree(life: RandomLife, payments: StripePayments) -> int:
    """How many invoices were compared."""
    horizon = life.now + HORIZON
    simulated = await SimulatedLife(payments, life, horizon).play()
    ours = simulated.ours
    to_cards = [fact.data["minor"] for fact in life.facts if fact.kind == "refunded" and fact.data["to"] == "card"]
    bills = our_figures(ours)
    assert await simulated.figures() == (bills, ours.balance.minor, sum(to_cards))
    assert [shadow_figures(bill) for bill in life.shadow(horizon)] == [figures(bill) for bill in ours.bills]
    return len(bills)
