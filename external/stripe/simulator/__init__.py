"""The simulated Stripe: a server of its own that the unmodified SDK talks to. Billing mode flexible (ADR 0018)."""

from external.stripe.simulator.delivery import Mischief, signature
from external.stripe.simulator.inside import InsideClient
from external.stripe.simulator.options import StripeTwinOptions
from external.stripe.simulator.server import StripeTwin, run_twin
from external.stripe.simulator.world import Rules

__all__ = ["InsideClient", "Mischief", "Rules", "StripeTwin", "StripeTwinOptions", "run_twin", "signature"]
