"""How a link is, decided from what was seen of it."""

from collections.abc import Callable
from dataclasses import dataclass

from core.clock import Clock
from core.fleet.model import LinkHealth, LinkState
from core.texts import N_, Text, joined
from external.mammotion.fast_lane import FastLane
from external.mammotion.web import AccountWeb

FAILURES_MEAN_DOWN = 2
"""So many HTTP requests in a row without a proper answer, and the cloud counts as down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What was seen. ``dead`` = why the sign-in ended for good; ``note`` = a lasting remark (too many mowers, say)."""

    closed: bool = False
    dead: str | None = None
    blocked: bool = False
    connected: bool = False
    was_connected: bool = False
    http_failures: int = 0
    budget_spent: bool = False
    empty: bool = False  # the last mower left the account; PyMammotion has no connection for an account without one
    note: str = ""


def judge(signs: Signs) -> tuple[LinkState, str]:
    """The state of the link and, in plain words, why. Pure."""
    if signs.closed:
        return LinkState.STOPPED, ""
    if signs.dead is not None:
        if signs.blocked:
            return LinkState.BLOCKED, N_("the vendor has blocked this account")
        return LinkState.REAUTH_NEEDED, signs.dead
    deserted = signs.empty and signs.was_connected
    if not signs.connected and not deserted:
        state = LinkState.BROKER_DOWN if signs.was_connected else LinkState.CONNECTING
        return state, N_("no connection to the vendor's message broker")
    if signs.http_failures >= FAILURES_MEAN_DOWN:
        return LinkState.CLOUD_DOWN, N_("the vendor's cloud does not answer requests")
    spent = N_("the request budget is spent: nothing but commands goes out") if signs.budget_spent else ""
    empty = N_("the account has no mowers now") if deserted else ""
    return LinkState.UP, joined((part for part in (signs.note, empty, spent) if part), "; ")


class HealthTeller:
    """Keeps what was told last, and tells when it is another."""

    def __init__(
        self, account: str, web: AccountWeb, lane: FastLane, clock: Clock, tell: Callable[[LinkHealth], None]
    ) -> None:
        self._account, self._web, self._lane, self._clock, self._tell = account, web, lane, clock, tell
        self._told = (LinkState.CONNECTING, "")
        self._since = clock.now()
        self.dead: str | None = None
        self.was_connected = False

    def look(self, *, closed: bool, connected: bool, unlisted: int) -> None:
        """Judge anew. ``unlisted``: mowers the vendor counts but does not hand out."""
        self.was_connected = self.was_connected or connected
        told = judge(
            Signs(
                closed=closed,
                dead=self.dead,
                blocked=self._web.blocked,
                connected=connected,
                was_connected=self.was_connected,
                http_failures=self._web.failures,
                empty=not self._lane.devices,
                budget_spent=not self._web.budget.may_ask,
                note=Text("{n} more mowers need another account: the vendor hands out 100", n=unlisted)
                if unlisted
                else "",
            )
        )
        if told == self._told:
            return
        if told[0] is not self._told[0]:
            self._since = self._clock.now()
        self._told = told
        self._tell(self.health)

    @property
    def health(self) -> LinkHealth:
        state, detail = self._told
        return LinkHealth(
            account=self._account,
            state=state,
            since=self._since,
            detail=detail,
            requests_24h=self._web.budget.used,
            request_ceiling=self._web.budget.limits.ceiling,
            devices=len(self._lane.devices),
            refused_frames=self._lane.refused_frames,
        )
