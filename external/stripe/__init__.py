"""Stripe behind `core.billing.ports`. Importing this connects nothing."""

from external.stripe.provider import StripePayments

__all__ = ["StripePayments"]
