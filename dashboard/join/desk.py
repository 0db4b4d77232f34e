"""Joining's first half, as page and routes share it: address, clusters near it, the mail, the home."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from core.accounts import AccountMail, SelfService, Viewer
from core.billing import Referrals
from core.clock import Clock
from core.errors import MowthosError, NotFound, Unavailable
from core.neighbourhood import Home, NeighbourFinder
from core.neighbourhood.clusters import Clusters, Qualifying, Rule, WaitingView
from core.neighbourhood.registration import Claiming
from core.notices import Sender
from core.texts import N_, Text
from dashboard.billing.joining import JoinDesk
from dashboard.join.letters import letter_of

log = structlog.get_logger(__name__)

SUGGESTED = 6


NOT_NOW = N_("It cannot take this home now.")
_BETWEEN = N_("A road or other ground lies between that its mower may not cross.")
AGAINST = {
    Rule.RADIUS: N_("It is too far from this home for its mower."),
    Rule.REACH: _BETWEEN,
    Rule.CONTIGUITY: _BETWEEN,
}
"""Why not, without numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCluster:
    """A cluster near a home: whether it ``joins``, may wait in line, or why neither."""

    id: UUID
    code: str
    places_left: int
    joins: bool
    waits: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a home may expect: the clusters near it, those it could join first."""

    home: Home
    near: Sequence[NearCluster]


@dataclass(frozen=True, slots=True)
class Terms:
    """What whoever signs up agrees to; no ``version``: nothing."""

    version: str = ""
    terms_url: str = ""
    privacy_url: str = ""


class JoinStart:
    """``sender`` sends mails; ``None`` where no mail is set up, and then nobody can sign up by themselves."""

    def __init__(
        self, *, accounts: SelfService, finder: NeighbourFinder, clusters: Clusters, claiming: Claiming,
        sender: Sender | None, base_url: str, clock: Clock, referrals: Referrals, joining: JoinDesk,
        terms: Terms = Terms(),
    ) -> None:  # fmt: skip
        self.terms = terms
        self.accounts, self._finder, self._clusters, self._claiming = accounts, finder, clusters, claiming
        self._sender, self._base_url, self._clock = sender, base_url, clock
        self._referrals, self._joining = referrals, joining

    def ready(self) -> None:
        """``Unavailable`` where no mail can be sent."""
        if self._sender is None:
            raise Unavailable(N_("no mail is set up here: ask your operator for an account"))

    async def search(self, text: str) -> Sequence[Home]:
        """Homes that the text names or is like; none for an empty one."""
        return await self._finder.search_addresses(text, SUGGESTED) if text.strip() else ()

    async def answer(self, home_id: int) -> Answer:
        """``NotFound`` for a home that is not in the address book."""
        book = await self._finder.book()
        home = next((one for one in book.homes if one.id == home_id), None)
        if home is None:
            raise NotFound(Text("Home {home} is not in the address book.", home=home_id))
        return Answer(home, [_near(one, home_id) for one in await self._clusters.qualifying(home_id)])

    async def place_in_line(self, home_id: int) -> WaitingView | None:
        return await self._clusters.place_in_line(home_id)

    async def claim(self, viewer: Viewer, home_id: int) -> None:
        """The home is theirs, or ``Conflict``."""
        await self._claiming.claim(home_id, name=viewer.name, by=viewer)

    async def join(self, viewer: Viewer, home_id: int, cluster_id: UUID) -> None:
        """A place in the cluster, or in its queue."""
        await self._clusters.join_near(cluster_id, home_id, viewer)

    def held(self, line: WaitingView) -> bool:
        """Whether a place is held for the home now."""
        return line.offered_until is not None and line.offered_until > self._clock.now()

    async def came_by(self, viewer: Viewer, lot_id: UUID, code: str) -> None:
        """A home of the viewer's names the code it came by. ``NotFound`` for any other home."""
        home = next((one for one in await self._joining.homes(viewer) if one.lot_id == lot_id), None)
        if home is None:
            raise NotFound(N_("there is no such home"))
        await self._referrals.name(code, brought_id=home.household_id, by=viewer.email)

    async def leave_line(self, viewer: Viewer, home_id: int, cluster_id: UUID) -> None:
        """The place, or the wait for one, is given up: the next in line is asked. Of a member this is no way out:
        ``NotFound`` where the home does not wait."""
        if all(one.home_id != home_id for one in await self._clusters.waiting(cluster_id)):
            raise NotFound(N_("this home does not wait for a place"))
        await self._clusters.leave(cluster_id, home_id, viewer)

    async def send(self, mail: AccountMail | None) -> None:
        """Send it, after the answer has gone out: neither its time nor a failure may tell whether there was a mail.
        One that fails is asked for again by the person who waits for it."""
        if mail is None or self._sender is None:
            return
        try:
            await self._sender.send(letter_of(mail, self._base_url))
        except MowthosError as error:
            log.warning("account_mail.failed", kind=mail.kind.value, error=error.message)


def _near(one: Qualifying, home_id: int) -> NearCluster:
    """As anybody may hear of it who types an address: not whether that home is in it, nor how far its host lives
    (three addresses and their distances would tell where)."""
    cluster, member = one.cluster, home_id in one.cluster.home_ids
    broken = () if member else one.broken
    words = list(dict.fromkeys(AGAINST.get(rule, NOT_NOW) for rule in broken))
    open_ = cluster.places_left > 0
    if not open_ and not cluster.full:
        words.append(N_("A place is free, and held for somebody who waits for it."))
    if cluster.full:
        taken = {"n": len(cluster.neighbours), "most": cluster.max_neighbours}
        words.append(Text("It is full: {n} of {most} places are taken.", **taken))
    return NearCluster(
        id=cluster.id, code=cluster.code, places_left=cluster.places_left, joins=not broken and open_,
        waits=not broken and not open_, words=tuple(words),
    )  # fmt: skip
