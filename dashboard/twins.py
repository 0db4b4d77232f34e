"""Starts the simulated outside systems: in this process for the command line, as a child process for the demo."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from core.errors import Invalid, Unavailable

if TYPE_CHECKING:  # the twin brings the vendor's library along, which the demo must first point at the twin
    from external.mammotion.simulator import Sites

START_SECONDS = 60
STOP_SECONDS = 5


async def simulate_mammotion(
    *,
    mowers: int,
    demo_town: bool,
    sites_file: Path | None,
    seed: int,
    speed: float,
    host: str,
    port: int,
    until_stdin_closes: bool,
) -> None:
    """Run the simulated Mammotion cloud until cancelled, or until whoever started us is gone."""
    from external.mammotion.simulator import SimulatorOptions, Sites, run_simulator  # noqa: PLC0415

    sites = read_sites(sites_file) if sites_file else None
    if demo_town:
        from core.neighbourhood.town import generate_town, town_sites  # noqa: PLC0415 - half a second of shapely
        from dashboard.demo_town import SEED, first_sites  # noqa: PLC0415

        sites = Sites.model_validate(first_sites(town_sites(generate_town(seed=SEED)), mowers))
    options = SimulatorOptions(mowers=mowers, seed=seed, speed=speed, host=host, http_port=port, sites=sites)
    await run_until(run_simulator(options), until_stdin_closes=until_stdin_closes)


def read_sites(path: Path) -> "Sites":
    """The sites of a JSON file; ``Invalid`` names each wrong field by its place in the file."""
    from external.mammotion.simulator import Sites  # noqa: PLC0415

    try:
        return Sites.model_validate_json(path.read_bytes())
    except ValidationError as error:
        reasons = [
            ": ".join(filter(None, [".".join(map(str, fault["loc"])), fault["msg"]])) for fault in error.errors()
        ]
        raise Invalid(f"{path}: {'; '.join(reasons[:5])}", reasons=reasons) from error


async def simulate_stripe(
    *,
    folder: Path | None,
    secret_key: str,
    webhook_url: str | None,
    webhook_secret: str | None,
    host: str,
    port: int,
    until_stdin_closes: bool,
) -> None:
    """Run the simulated Stripe until cancelled, or until whoever started us is gone."""
    from external.stripe.simulator import StripeTwinOptions, run_twin  # noqa: PLC0415

    options = StripeTwinOptions(
        secret_key=secret_key, host=host, port=port, folder=folder, webhook_url=webhook_url,
        webhook_secret=webhook_secret.split(",")[0].strip() if webhook_secret else None,
    )  # fmt: skip
    await run_until(run_twin(options), until_stdin_closes=until_stdin_closes)


async def simulate_mail(*, smtp_port: int, host: str, port: int, until_stdin_closes: bool) -> None:
    """Run the simulated mail server until cancelled, or until whoever started us is gone."""
    from external.mail.simulator import MailTwinOptions, run_mail_twin  # noqa: PLC0415

    options = MailTwinOptions(host=host, smtp_port=smtp_port, port=port)
    await run_until(run_mail_twin(options), until_stdin_closes=until_stdin_closes)


async def simulate_twilio(*, account_sid: str, auth_token: str, host: str, port: int, until_stdin_closes: bool) -> None:
    """Run the simulated Twilio until cancelled, or until whoever started us is gone."""
    from external.sms.simulator import TwilioTwinOptions, run_twilio_twin  # noqa: PLC0415

    options = TwilioTwinOptions(account_sid=account_sid, auth_token=auth_token, host=host, port=port)
    await run_until(run_twilio_twin(options), until_stdin_closes=until_stdin_closes)


async def simulate_weather(*, seed: int | None, host: str, port: int, until_stdin_closes: bool) -> None:
    """Run the simulated weather service until cancelled, or until whoever started us is gone."""
    from external.weather.simulator import WeatherTwinOptions, run_twin  # noqa: PLC0415

    options = WeatherTwinOptions(seed=seed, host=host, port=port)
    await run_until(run_twin(options), until_stdin_closes=until_stdin_closes)


async def run_until(work: Coroutine[Any, Any, None], *, until_stdin_closes: bool) -> None:
    """Run ``work``, and cancel it when standard input closes, if that is asked."""
    running = asyncio.create_task(work)
    waiting = {running, asyncio.create_task(stdin_closed())} if until_stdin_closes else {running}
    try:
        done, _pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def stdin_closed() -> None:
    """Return when standard input ends, which it does when the process at its other end dies."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass


@dataclass(frozen=True, slots=True)
class ChildProcess:
    """A simulated system that runs as a child of ours."""

    process: asyncio.subprocess.Process

    async def stop(self) -> None:
        """End it: close its standard input, and kill it should it not go."""
        if self.process.returncode is None:
            if self.process.stdin is not None:
                self.process.stdin.close()
            try:
                await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):  # it went at the last moment
                    self.process.kill()
                await self.process.wait()


@dataclass(frozen=True, slots=True)
class Twin(ChildProcess):
    """The simulated Mammotion cloud, and what it said of itself."""

    http_url: str
    control_url: str
    accounts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StripeChild(ChildProcess):
    """The simulated Stripe, and what it said of itself."""

    api_url: str
    control_url: str


@dataclass(frozen=True, slots=True)
class MailChild(ChildProcess):
    """The simulated mail server: where it takes mails, and the page that shows them."""

    smtp_port: int
    url: str


@dataclass(frozen=True, slots=True)
class TwilioChild(ChildProcess):
    """The simulated Twilio; its page of messages is at the same address."""

    api_url: str


@dataclass(frozen=True, slots=True)
class WeatherChild(ChildProcess):
    """The simulated weather service, and what it said of itself."""

    api_url: str
    control_url: str


async def start_weather(*, seed: int | None = None) -> WeatherChild:
    """Start the simulated weather service as a process of its own; without a seed it is fair when it starts."""
    given = [] if seed is None else ["--seed", str(seed)]
    process, told = await _started("weather", *given, name="the simulated weather service")
    return WeatherChild(process, told["api_url"], told["control_url"])


async def start_twin(*, sites_file: Path, speed: float) -> Twin:
    """Start the simulated Mammotion cloud of a sites file as a process of its own."""
    process, told = await _started(
        "mammotion", "--sites", str(sites_file), "--speed", str(speed), name="the simulated Mammotion cloud"
    )
    accounts = tuple((entry["account"], entry["password"]) for entry in told["accounts"])
    return Twin(process, told["http_url"], told["control_url"], accounts)


async def start_stripe(
    *, folder: Path, secret_key: str, webhook_url: str | None = None, webhook_secret: str | None = None
) -> StripeChild:
    """Start the simulated Stripe as a process of its own. It keeps its books in ``folder``."""
    secrets = {"MOWTHOS_STRIPE_SECRET_KEY": secret_key}
    if webhook_secret:
        secrets["MOWTHOS_STRIPE_WEBHOOK_SECRETS"] = webhook_secret
    where = ["--webhook", webhook_url] if webhook_url else []
    process, told = await _started(
        "stripe", "--folder", str(folder), *where, name="the simulated Stripe", secrets=secrets
    )
    return StripeChild(process, told["api_url"], told["control_url"])


async def start_mail() -> MailChild:
    """Start the simulated mail server as a process of its own."""
    process, told = await _started("mail", name="the simulated mail server")
    return MailChild(process, told["smtp_port"], told["url"])


async def start_twilio(*, account_sid: str, auth_token: str) -> TwilioChild:
    """Start the simulated Twilio as a process of its own."""
    secrets = {"MOWTHOS_TWILIO_ACCOUNT_SID": account_sid, "MOWTHOS_TWILIO_AUTH_TOKEN": auth_token}
    process, told = await _started("twilio", name="the simulated Twilio", secrets=secrets)
    return TwilioChild(process, told["api_url"])


async def _started(
    *arguments: str, name: str, secrets: Mapping[str, str] | None = None
) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    """A child ``mowthos simulate ...``, and the line of JSON it says when it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dashboard", "simulate", *arguments, "--until-stdin-closes",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C reaches us alone; we end it in order
        env={**os.environ, **(secrets or {})},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
        told: dict[str, Any] = json.loads(line)
    except (TimeoutError, json.JSONDecodeError) as error:
        process.kill()
        raise Unavailable(f"{name} did not start; its own message stands above") from error
    return process, told
