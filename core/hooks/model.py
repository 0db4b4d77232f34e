"""Values of webhooks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.texts import N_

HOOK_EVENTS: dict[str, str] = {
    "mower.state_changed": N_("A mower went into another state"),
    "command.changed": N_("A command was refused, sent, seen, done or failed"),
    "alarm.changed": N_("An alarm was raised, acknowledged or cleared"),
    "session.ended": N_("A mowing session ended"),
    "webhook.test": N_("Somebody pressed Test"),
}
"""Every event there is, with what it tells."""
BOTH_SECRETS = timedelta(hours=24)
"""How long the secret before still signs after a rotation."""


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An address as admins see it; ``waiting`` and ``dead`` count its deliveries."""

    id: UUID
    url: str
    description: str
    events: tuple[str, ...]
    active: bool
    created_at: datetime
    created_by: str
    old_until: datetime | None
    waiting: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class MadeEndpoint:
    """``secret`` (whsec_...) is shown once."""

    view: EndpointView
    secret: str


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One line of an address's log."""

    id: UUID
    event_id: UUID
    type: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    last_status: int | None
    last_error: str
