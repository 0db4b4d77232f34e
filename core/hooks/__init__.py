"""Outbound webhooks: who is told of what, signed, tried again, logged and replayable."""

from core.hooks.addresses import check_url, public
from core.hooks.desk import HookDesk
from core.hooks.model import HOOK_EVENTS, DeliveryView, EndpointView, MadeEndpoint
from core.hooks.outbox import HookOutbox, HookPost

__all__ = [
    "HOOK_EVENTS",
    "DeliveryView",
    "EndpointView",
    "HookDesk",
    "HookOutbox",
    "HookPost",
    "MadeEndpoint",
    "check_url",
    "public",
]
