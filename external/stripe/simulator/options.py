"""How a simulated Stripe is started."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StripeTwinOptions:
    """``folder`` keeps everything over a restart; None keeps it in memory. ``port`` 0: any free one.

    ``tax_basis_points``: what Stripe Tax comes to where it is on; 700 is 7 percent.
    ``webhook_url`` with ``webhook_secret`` registers an endpoint at the start, unless it is registered already.
    """

    secret_key: str = "sk_test_simulated"
    host: str = "127.0.0.1"
    port: int = 0
    folder: Path | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None
    first_wait_s: float = 0.5
    tax_basis_points: int = 0
