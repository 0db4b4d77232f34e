"""A household's own way into a cluster: no code and nobody's help, as far as the rules let it."""

from uuid import UUID

from core.errors import Conflict, NotFound
from core.neighbourhood.clusters.joining import Joining
from core.neighbourhood.clusters.ports import By
from core.neighbourhood.clusters.reading import Reading
from core.neighbourhood.clusters.record import ChangedMeanwhile, Hand
from core.neighbourhood.clusters.views import JoinResult, WaitingView
from core.texts import N_

TRIES = 8


class OwnWay(Reading, Joining):
    """Join one of the clusters that `qualifying` lists."""

    async def join_near(self, cluster_id: UUID, home_id: int, by: By) -> JoinResult:
        """A place, or one in the queue where the cluster is full. ``NotFound`` for a cluster that is not near the home,
        as for one that does not exist; ``Conflict`` with reasons when the rules forbid it.
        """
        home = await self._own_home(home_id, by)
        for _ in range(TRIES):
            if all(one.cluster.id != cluster_id for one in await self.qualifying(home_id)):
                raise NotFound(N_("there is no such cluster near this home"))
            try:
                return await self._join(cluster_id, home, Hand.of(by))
            except ChangedMeanwhile:  # another home was quicker: look again whether there is a place
                continue
        raise Conflict(N_("too many people change this cluster at once: try again"))

    async def place_in_line(self, home_id: int) -> WaitingView | None:
        """Where a home waits, if it does."""
        for one in await self.qualifying(home_id):
            for waiting in await self.waiting(one.cluster.id):
                if waiting.home_id == home_id:
                    return waiting
        return None
