"""The simulated Stripe as a child process: started with its secrets in the environment, ended in order, back again."""

from pathlib import Path

from pydantic import SecretStr

from core.clock import SystemClock
from core.settings import Settings
from dashboard.demo import with_stripe
from dashboard.twins import start_stripe
from external.stripe import StripePayments


def provider(api_url: str, key: str) -> StripePayments:
    return StripePayments(secret_key=key, clock=SystemClock(), api_url=api_url)


async def test_a_child_keeps_its_books_and_its_address_over_a_restart(tmp_path: Path) -> None:
    child = await start_stripe(folder=tmp_path / "stripe", secret_key="sk_test_child")
    first = provider(child.api_url, "sk_test_child")
    maya = await first.create_customer(reference="h1", email="m@example.org", name="Maya", key="c")
    await first.close()
    await child.stop()
    assert child.process.returncode == 0
    again = await start_stripe(folder=tmp_path / "stripe", secret_key="sk_test_child")
    second = provider(again.api_url, "sk_test_child")
    assert again.api_url == child.api_url and await second.customer(maya.id) == maya
    await second.close()
    await again.stop()


async def test_the_demo_points_the_product_at_a_stripe_of_its_own(tmp_path: Path) -> None:
    given = Settings(secret_key=SecretStr("k" * 40), data_dir=tmp_path)
    settings, child = await with_stripe(given)
    assert settings.stripe_api_url == child.api_url and settings.stripe_secret_key is not None
    (secret,) = settings.webhook_secrets
    assert secret.startswith("whsec_")
    pay = provider(settings.stripe_api_url, settings.stripe_secret_key.get_secret_value())
    assert (await pay.create_customer(reference="h1", email="m@example.org", name="Maya", key="c")).name == "Maya"
    endpoints = await pay._all(pay.v1.webhook_endpoints.list_async)
    assert [one["url"] for one in endpoints] == [f"http://127.0.0.1:{given.port}/api/v1/payments/webhook"]
    await pay.close()
    await child.stop()
    second, child = await with_stripe(given)
    await child.stop()
    assert second.webhook_secrets == (secret,)  # the endpoint registered at the first start is still believed
