"""The Mammotion cloud as `core.ports.MowerCloud`.

PyMammotion reads its two addresses from the environment when it is first imported, so they are set here before that,
and it is imported no earlier than at the first login. A process that has imported it already, or that uses two clouds,
works all the same, without touching the library: every request passes through `AccountWeb`, which puts this cloud's
addresses in the place of those the library was imported with.
"""

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

from core.clock import Clock
from core.ports import CloudListener
from external.mammotion.budget import BudgetLimits, RequestBudget
from external.mammotion.tokens import TokenCache

if TYPE_CHECKING:
    from external.mammotion.caretaker import CareTimes
    from external.mammotion.link import MammotionLink

_VARIABLES = ("MAMMOTION_DOMAIN", "MAMMOTION_API_DOMAIN")


class MammotionCloud:
    """Opens links, one client an account: a second link of an account ends the first, as the broker would (7.12)."""

    def __init__(
        self,
        *,
        login_url: str,
        api_url: str,
        clock: Clock,
        request_ceiling: int,
        times: "CareTimes | None" = None,
    ) -> None:
        self._login_url, self._api_url = login_url.rstrip("/"), api_url.rstrip("/")
        self._clock, self._times = clock, times
        self._limits = BudgetLimits(request_ceiling)
        self._budgets: dict[str, RequestBudget] = {}
        self._links: dict[str, MammotionLink] = {}

    async def log_in(self, account: str, password: str, listener: CloudListener) -> "MammotionLink":
        """A password login. ``NeedsHuman`` = the vendor refuses it; ``Unavailable`` = no answer."""
        link = await self._new_link(account, listener, ())
        await link.log_in(password)
        return self._keep(link)

    async def restore(self, account: str, token_cache: str, listener: CloudListener) -> "MammotionLink":
        """Come back on stored tokens, never by a login. ``NeedsHuman`` = they are dead; ``Unavailable`` = no answer."""
        stored = TokenCache.read(token_cache)
        link = await self._new_link(account, listener, stored.requests)
        await link.restore(stored)
        return self._keep(link)

    async def _new_link(
        self, account: str, listener: CloudListener, requests: tuple[tuple[int, int], ...]
    ) -> "MammotionLink":
        earlier = self._links.pop(account, None)
        if earlier is not None:
            await earlier.close()
        if account not in self._budgets:  # within a process the count goes on, whatever becomes of the link
            self._budgets[account] = RequestBudget(self._limits, self._clock, requests)
        self._point_library()
        web = importlib.import_module("external.mammotion.web").AccountWeb(
            login_url=self._login_url,
            api_url=self._api_url,
            library_urls=_library_urls(),
            budget=self._budgets[account],
            clock=self._clock,
        )
        caretaker: Any = importlib.import_module("external.mammotion.caretaker")
        link: MammotionLink = importlib.import_module("external.mammotion.link").MammotionLink(
            account=account,
            listener=listener,
            web=web,
            clock=self._clock,
            times=self._times or caretaker.DEFAULT_TIMES,
        )
        return link

    def _point_library(self) -> None:
        if "pymammotion" not in sys.modules:
            os.environ.update(zip(_VARIABLES, (self._login_url, self._api_url), strict=True))

    def _keep(self, link: "MammotionLink") -> "MammotionLink":
        self._links[link.account] = link
        return link


def _library_urls() -> tuple[str, str]:
    """The (login, API) addresses that PyMammotion was imported with."""
    constants: Any = importlib.import_module("pymammotion.const")
    return constants.MAMMOTION_DOMAIN, constants.MAMMOTION_API_DOMAIN
