"""``mowthos demo``: the product at work on a lively demo town, with nothing outside this machine."""

import asyncio
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import typer
from pydantic import SecretStr

from core.drills import DrillFloor
from core.settings import Settings
from dashboard.bootstrap import Parts
from dashboard.demo_billing import sample_homes, seed_billing
from dashboard.demo_seed import DEMO_PEOPLE
from dashboard.demo_town import DemoTown
from dashboard.demo_visits import seed_visits
from dashboard.people_parts import store_vendor_account
from dashboard.running import serve
from dashboard.server import claim_port
from dashboard.twins import (
    MailChild,
    StripeChild,
    TwilioChild,
    Twin,
    start_mail,
    start_stripe,
    start_twilio,
    start_twin,
    start_weather,
)

DEMO_TWILIO = "AC" + "de" * 16


class Held(Protocol):
    """What is held on a demo besides showing it: a drill (`dashboard.drill`)."""

    def maker(self, settings: Settings, twin: Twin, stripe: StripeChild) -> Callable[[Parts], DrillFloor]:
        """Makes the floor for it; refuses settings that lead anywhere but to these twins."""
        ...

    def clear(self, folder: Path) -> None:
        """The port is ours and nothing is started: take away what an earlier one left."""
        ...

    def ready(self, settings: Settings, signs: str) -> None:
        """The first request can be answered; ``signs`` is what a person needs to begin."""
        ...


async def run_demo(
    *,
    mowers: int,
    speed: float,
    overrides: dict[str, Any],
    settings_for: Callable[..., Settings],
    folder: Path | None = None,
    held: Held | None = None,
) -> None:
    """Start the simulated cloud as its own process, seed the town, link its accounts, serve until Ctrl-C."""
    folder = folder or Path(os.environ.get("MOWTHOS_DATA_DIR", "var/demo"))
    given = {"data_dir": folder, "demo": True, "second_factor": "offered", **overrides}  # its people are one click
    settings = settings_for(secret_key=demo_key(settings_for(secret_key="-" * 32, **given).data_dir), **given)
    listener = claim_port(settings.host, settings.port)
    if held is not None:
        held.clear(settings.data_dir)
    town = DemoTown(settings.data_dir)
    twin, (settings, stripe), post, weather = await asyncio.gather(  # should one not start, the others end with us
        start_twin(sites_file=town.sites_file(mowers), speed=speed),
        with_stripe(settings),
        start_post(settings),
        start_weather(),
    )
    try:
        settings = settings.model_copy(
            update={
                "mammotion_login_url": twin.http_url,
                "mammotion_api_url": twin.http_url,
                "weather_url": weather.api_url,
                "mammotion_request_ceiling": 100_000,  # ours to spend: nobody bans a demo
                "full_charge_wh": settings.full_charge_wh or 300,  # a round figure for mowers that do not exist
                **post.settings,
            }
        )
        (folder / "demo.json").write_text(
            json.dumps(
                {
                    "http_url": twin.http_url,
                    "control_url": twin.control_url,
                    "accounts": twin.accounts,
                    "mail_url": post.mail.url,
                    "sms_url": post.twilio.api_url,
                }
            )
        )

        async def prepare(parts: Parts) -> None:
            await town.seed(parts.database, parts.clock)
            await seed_billing(parts.database, parts.clock, await sample_homes(parts.database))
            await seed_visits(parts.database, parts.clock, parts.scheduling)
            for account, password in twin.accounts:  # as a person would: a fresh cloud knows no token of the last run
                await store_vendor_account(parts.database, settings, account=account, password=password)

        async def announce(_parts: Parts) -> None:
            if held is None:
                typer.echo(sign_ins(settings, post))
            else:
                held.ready(settings, sign_ins(settings, post))

        await serve(
            settings, listener=listener, prepare=prepare, on_ready=announce, demo_people=DEMO_PEOPLE,
            drills=None if held is None else held.maker(settings, twin, stripe),
        )  # fmt: skip
    finally:
        await asyncio.gather(twin.stop(), stripe.stop(), post.stop(), weather.stop())


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


@dataclass(frozen=True, slots=True)
class DemoPost:
    """Simulated mail and text messages, and the settings that point at them."""

    mail: MailChild
    twilio: TwilioChild
    settings: Mapping[str, Any]

    async def stop(self) -> None:
        await asyncio.gather(self.mail.stop(), self.twilio.stop())


async def start_post(settings: Settings) -> DemoPost:
    """Start both, each as a process of its own."""
    token = hashlib.sha256(b"twilio" + settings.secret_key.get_secret_value().encode()).hexdigest()
    mail, twilio = await asyncio.gather(start_mail(), start_twilio(account_sid=DEMO_TWILIO, auth_token=token))
    given = {
        "smtp_host": "127.0.0.1",
        "smtp_port": mail.smtp_port,
        "smtp_tls": "none",
        "smtp_from": "MowthosOS <notices@mowthos.example>",
        "twilio_account_sid": DEMO_TWILIO,
        "twilio_auth_token": SecretStr(token),
        "twilio_from": "+15005550006",
        "twilio_api_url": twilio.api_url,
    }
    return DemoPost(mail, twilio, given)


def drill_folder(port: int) -> Path:
    """Where the copy of a drill lives: never the folder of the demo, nor that of a real fleet."""
    return Path(os.environ.get("MOWTHOS_DATA_DIR", "var")) / "drill" / str(port)


def demo_key(folder: Path) -> str:
    """The demo's own secret key: made once, kept beside its database, readable by its owner only."""
    path = folder / "demo-key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def sign_ins(settings: Settings, post: DemoPost) -> str:
    """What a person needs to begin."""
    people = "\n".join(f"  {person.role:<11} {person.email:<28} {person.password}" for person in DEMO_PEOPLE)
    return (
        f"\nMowthosOS is at http://{settings.host}:{settings.port}\n\nDemo sign-ins:\n{people}\n\n"
        f"Its mails are at {post.mail.url}, its text messages at {post.twilio.api_url}\n\nCtrl-C ends it.\n"
    )
