"""Calls of other people's servers: webhooks."""

from external.webhooks.sender import HookSender

__all__ = ["HookSender"]
