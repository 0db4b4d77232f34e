"""Which process owns which vendor account: leases with tokens that only grow."""

from core.fleet.holding.book import LeaseBook, stands
from core.fleet.holding.holder import Holder, Turned
from core.fleet.holding.model import DEFAULT_HOLD_RULES, HOUSE, Fence, Held, HoldRules, Share, share

__all__ = [
    "DEFAULT_HOLD_RULES",
    "HOUSE",
    "Fence",
    "Held",
    "HoldRules",
    "Holder",
    "LeaseBook",
    "Share",
    "Turned",
    "share",
    "stands",
]
