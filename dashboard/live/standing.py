"""Messages that stand: every browser they are meant for gets them, also one that comes later."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.live.payload import to_json
from dashboard.live.scope import Scope
from dashboard.live.view import ScopeView

type Within = Callable[[ScopeView], dict[str, Any]]
"""What of a message is for those who see a part of the fleet."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One of them. Without ``within`` it is for nobody who is bounded by areas."""

    text: str
    meant_for: Callable[[Scope], bool]
    within: Within | None

    def for_view(self, view: ScopeView) -> str | None:
        if not self.meant_for(view.scope):
            return None
        if view.scope.homes is None:
            return self.text
        return None if self.within is None else to_json(self.within(view))
