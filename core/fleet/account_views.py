"""A vendor account as people see it: health, and what only a person can do about it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from core.fleet.account_book import StoredAccount
from core.fleet.model import LinkHealth, LinkState
from core.texts import N_

HUMAN_TASKS = {
    LinkState.REAUTH_NEEDED: N_("Give the password of this vendor account again."),
    LinkState.BLOCKED: N_("The vendor refuses this account: sign in with the vendor's own app, then link it again."),
}
"""What a person has to do about an account in this state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """A vendor account as screens and REST show it: never a secret."""

    account: str
    state: LinkState
    since: datetime
    detail: str
    task: str | None  # what a person must do, when only a person can help
    linked_at: datetime
    devices: int
    requests_24h: int
    request_ceiling: int
    refused_frames: int


def view_of(stored: StoredAccount, health: LinkHealth | None, devices: int) -> AccountView:
    """The view of an account. A password just given by another process outranks what the old link said."""
    told = health if health is not None and not stored.login_asked else None
    state = stored.state if told is None else told.state
    return AccountView(
        account=stored.account,
        state=state,
        since=stored.state_since if told is None else told.since,
        detail=stored.detail if told is None else told.detail,
        task=HUMAN_TASKS.get(state),
        linked_at=stored.linked_at,
        devices=devices,
        requests_24h=health.requests_24h if health else 0,
        request_ceiling=health.request_ceiling if health else 0,
        refused_frames=health.refused_frames if health else 0,
    )


def next_health(
    before: LinkHealth | None, account: str, state: LinkState, now: datetime, detail: str = ""
) -> LinkHealth:
    """The health of an account whose link we are working on; ``since`` stays while the state stays."""
    return LinkHealth(
        account=account,
        state=state,
        since=before.since if before is not None and before.state is state else now,
        detail=detail,
        requests_24h=before.requests_24h if before else 0,
        request_ceiling=before.request_ceiling if before else 0,
        devices=before.devices if before else 0,
        refused_frames=before.refused_frames if before else 0,
    )
