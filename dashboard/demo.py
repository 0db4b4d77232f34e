"""``mowthos demo``: the product at work on a lively demo town, with nothing outside this machine."""

import asyncio
import hashlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr

from core.settings import Settings
from dashboard.bootstrap import Parts, serve, store_vendor_account
from dashboard.demo_billing import sample_homes, seed_billing
from dashboard.demo_seed import DEMO_PEOPLE
from dashboard.demo_town import DemoTown
from dashboard.server import claim_port
from dashboard.twins import StripeChild, start_stripe, start_twin


async def run_demo(
    *, mowers: int, speed: float, overrides: dict[str, Any], settings_for: Callable[..., Settings]
) -> None:
    """Start the simulated cloud as its own process, seed the town, link its accounts, serve until Ctrl-C."""
    folder = Path(os.environ.get("MOWTHOS_DATA_DIR", "var/demo"))
    given = {"data_dir": folder, "demo": True, **overrides}
    settings = settings_for(secret_key=demo_key(settings_for(secret_key="-" * 32, **given).data_dir), **given)
    listener = claim_port(settings.host, settings.port)
    town = DemoTown(settings.data_dir)
    twin, (settings, stripe) = await asyncio.gather(  # should one not start, the other ends with us
        start_twin(sites_file=town.sites_file(mowers), speed=speed), with_stripe(settings)
    )
    try:
        settings = settings.model_copy(
            update={
                "mammotion_login_url": twin.http_url,
                "mammotion_api_url": twin.http_url,
                "mammotion_request_ceiling": 100_000,  # ours to spend: nobody bans a demo
                "full_charge_wh": settings.full_charge_wh or 300,  # a round figure for mowers that do not exist
            }
        )
        (folder / "demo.json").write_text(
            json.dumps({"http_url": twin.http_url, "control_url": twin.control_url, "accounts": twin.accounts})
        )

        async def prepare(parts: Parts) -> None:
            await town.seed(parts.database, parts.clock)
            await seed_billing(parts.database, parts.clock, await sample_homes(parts.database))
            for account, password in twin.accounts:  # as a person would: a fresh cloud knows no token of the last run
                await store_vendor_account(parts.database, settings, account=account, password=password)

        async def announce(_parts: Parts) -> None:
            typer.echo(sign_ins(settings))

        await serve(settings, listener=listener, prepare=prepare, on_ready=announce, demo_people=DEMO_PEOPLE)
    finally:
        await asyncio.gather(twin.stop(), stripe.stop())


async def with_stripe(settings: Settings) -> tuple[Settings, StripeChild]:
    """The settings that point at a simulated Stripe of our own, whose books lie beside the demo's database."""
    secret = hashlib.sha256(settings.secret_key.get_secret_value().encode()).hexdigest()
    key, signing = f"sk_test_{secret[:24]}", f"whsec_{secret[24:]}"
    child = await start_stripe(
        folder=settings.data_dir / "stripe", secret_key=key, webhook_secret=signing,
        webhook_url=f"http://127.0.0.1:{settings.port}/api/v1/payments/webhook",
    )  # fmt: skip
    given = {
        "stripe_api_url": child.api_url,
        "stripe_secret_key": SecretStr(key),
        "stripe_webhook_secrets": SecretStr(signing),
    }
    return settings.model_copy(update=given), child


def demo_key(folder: Path) -> str:
    """The demo's own secret key: made once, kept beside its database, readable by its owner only."""
    path = folder / "demo-key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def sign_ins(settings: Settings) -> str:
    """What a person needs to begin."""
    people = "\n".join(f"  {person.role:<11} {person.email:<28} {person.password}" for person in DEMO_PEOPLE)
    return f"\nMowthosOS is at http://{settings.host}:{settings.port}\n\nDemo sign-ins:\n{people}\n\nCtrl-C ends it.\n"
