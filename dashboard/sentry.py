"""Faults told to Sentry, when a project is named: scrubbed as the log is, without bodies, locals, cookies or people."""

from collections.abc import Callable
from typing import Any

import sentry_sdk

from dashboard.redaction import redact

NEVER_SENT = ("user", "request", "server_name", "modules", "extra")
"""Parts of an event that name people or machines, or hold what was asked."""


def set_up_sentry(dsn: str, *, transport: Callable[..., Any] | None = None) -> bool:
    """Tell faults to ``dsn``; nothing happens without one. Returns whether they will be told."""
    if not dsn:
        return False
    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        traces_sample_rate=0.0,
        max_breadcrumbs=0,
        before_send=scrubbed,
        transport=transport,
    )
    return True


def scrubbed(event: Any, _hint: Any) -> Any:
    """The event without what the log would not hold, either; the id of the request stays, to find its lines."""
    kept = {name: part for name, part in event.items() if name not in NEVER_SENT}
    return dict(redact(None, "error", kept))
