"""``mowthos simulate``: the simulated outside systems. The demo starts one of each, so this loads nothing else of the
house."""

from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli_parts import fail, run

app = typer.Typer(no_args_is_help=True, help="Simulated outside systems.")


@app.command()
def mammotion(
    mowers: Annotated[int, typer.Option(help="Mowers in all.", min=1, max=10_000)] = 40,
    town: Annotated[str | None, typer.Option(help="'demo' places them in the demo town.")] = None,
    sites: Annotated[Path | None, typer.Option(help="JSON file with accounts, docks and lawns.", exists=True)] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same day.")] = 1,
    speed: Annotated[float, typer.Option(help="How much faster than life mowers move and drain.", min=0.1)] = 1.0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="HTTP port; 0 = any free one.", min=0, max=65535)] = 0,
    until_stdin_closes: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run the simulated Mammotion cloud; prints its addresses as one JSON line."""
    from dashboard.twins import simulate_mammotion  # noqa: PLC0415

    if town not in {None, "demo"}:
        fail(f"--town {town!r}: expected 'demo'", 2)
    if town and sites:
        fail("--town and --sites exclude each other", 2)
    run(
        simulate_mammotion(
            mowers=mowers, demo_town=town == "demo", sites_file=sites, seed=seed, speed=speed,
            host=host, port=port, until_stdin_closes=until_stdin_closes,
        )
    )  # fmt: skip


@app.command()
def stripe(
    folder: Annotated[Path | None, typer.Option(help="Keeps everything over a restart; without it, in memory.")] = None,
    webhook: Annotated[str | None, typer.Option(help="Address that events are sent to.")] = None,
    secret_key: Annotated[
        str, typer.Option(help="Key that callers must show.", envvar="MOWTHOS_STRIPE_SECRET_KEY")
    ] = "sk_test_simulated",
    webhook_secret: Annotated[
        str | None, typer.Option(help="Secret that signs events.", envvar="MOWTHOS_STRIPE_WEBHOOK_SECRETS")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="HTTP port; 0 = any free one.", min=0, max=65535)] = 0,
    until_stdin_closes: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run the simulated Stripe; prints its addresses as one JSON line."""
    from dashboard.twins import simulate_stripe  # noqa: PLC0415

    run(
        simulate_stripe(
            folder=folder, secret_key=secret_key, webhook_url=webhook, webhook_secret=webhook_secret, host=host,
            port=port, until_stdin_closes=until_stdin_closes,
        )
    )  # fmt: skip


@app.command()
def mail(
    smtp_port: Annotated[int, typer.Option(help="Port that takes mails; 0 = any free one.", min=0, max=65535)] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the page that shows them.", min=0, max=65535)] = 0,
    until_stdin_closes: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run a simulated mail server; prints its ports as one JSON line."""
    from dashboard.twins import simulate_mail  # noqa: PLC0415

    run(simulate_mail(smtp_port=smtp_port, host=host, port=port, until_stdin_closes=until_stdin_closes))


@app.command()
def twilio(
    account_sid: Annotated[
        str, typer.Option(help="Account that callers must name.", envvar="MOWTHOS_TWILIO_ACCOUNT_SID")
    ] = "AC00000000000000000000000000000000",
    auth_token: Annotated[
        str, typer.Option(help="Its token; it also signs callbacks.", envvar="MOWTHOS_TWILIO_AUTH_TOKEN")
    ] = "simulated",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="HTTP port; 0 = any free one.", min=0, max=65535)] = 0,
    until_stdin_closes: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run the simulated Twilio; prints its address as one JSON line."""
    from dashboard.twins import simulate_twilio  # noqa: PLC0415

    run(
        simulate_twilio(
            account_sid=account_sid, auth_token=auth_token, host=host, port=port, until_stdin_closes=until_stdin_closes
        )
    )


@app.command()
def weather(
    seed: Annotated[int | None, typer.Option(help="Same seed, same years; without one it is fair now.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="HTTP port; 0 = any free one.", min=0, max=65535)] = 0,
    until_stdin_closes: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run the simulated weather service; prints its addresses as one JSON line."""
    from dashboard.twins import simulate_weather  # noqa: PLC0415

    run(simulate_weather(seed=seed, host=host, port=port, until_stdin_closes=until_stdin_closes))
