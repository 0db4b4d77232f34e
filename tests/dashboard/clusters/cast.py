"""A small town with its address book, roads and lots, and clusters in every state of their life."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert
from sqlmodel import col

from core.accounts import People, Viewer
from core.clock import Clock
from core.db import Database
from core.ids import new_id
from core.neighbourhood import Home, NeighbourFinder
from core.neighbourhood.clusters import Clusters, ClusterState, ClusterView
from core.neighbourhood.tables import DataImport, Lot
from core.neighbourhood.town import generate_town
from dashboard.demo_rows import place_addresses, place_lots, place_roads

KEPT_FREE = ("Foxglove", "Plover", "Indigo Drive")
"""Streets on which only tests draw."""
NOT_YET_REGISTERED = "Juniper Meadow Court"
"""The street whose homes nobody has registered."""
S = ClusterState
LIVES: Mapping[str, Sequence[str]] = {
    "Active row": ("submit", "approve", "activate"),
    "Second row": ("submit", "approve", "activate"),
    "Waiting for Bea": ("submit",),
    "Approved corner": ("submit", "approve"),
    "Sent back": ("submit", "reject"),
    "Resting": ("submit", "approve", "activate", "suspend"),
    "Long gone": ("retire",),
    "Sketch": (),
}
BY_ANOTHER = frozenset({"approve", "reject", "activate", "suspend"})


async def place_town(database: Database, clock: Clock) -> None:
    """Some 140 homes with lots and lawns, no cluster."""
    town = generate_town(seed=3, homes=140, clusters=4)

    def place(connection: Connection) -> None:
        come = new_id()
        now = clock.now()
        connection.execute(
            insert(DataImport),
            {
                "id": come, "kind": "addresses", "name": town.name, "source": "test town", "attribution": "",
                "data_date": now, "imported_at": now, "content_hash": "town", "rows": len(town.homes),
                "accepted": len(town.homes), "refused": 0, "report": [],
            },
        )  # fmt: skip
        place_addresses(connection, town, come)
        place_roads(connection, town, come)
        place_lots(connection, town, clock)
        connection.execute(delete(Lot).where(col(Lot.address).contains(NOT_YET_REGISTERED)))

    async with database.connection() as connection:
        await connection.run_sync(place)


async def live_through(clusters: Clusters, finder: NeighbourFinder, people: People) -> list[ClusterView]:
    """One cluster for each row of ``LIVES``: drawn by Ada, decided by Bea."""
    viewers = {person.name: person for person in await people.people()}
    ada, bea = (viewer(viewers[name]) for name in ("Ada Lind", "Bea Moss"))
    book = await finder.book()
    free = [home for home in sorted(book.homes, key=lambda home: home.id or 0) if _free(home)]
    taken: set[int] = set()
    made = []
    for name, life in LIVES.items():
        for home in free:
            assert home.id is not None
            found = await clusters.suggest(home.id)
            group = {home.id, *found.neighbour_ids}
            if len(group) < 4 or group & taken:
                continue
            taken |= group
            view = await clusters.create_draft(home.id, list(found.neighbour_ids[:4]), name, ada)
            for move in life:
                view = await getattr(clusters, move)(
                    view.id, view.version, bea if move in BY_ANOTHER else ada, "so it is"
                )
            made.append(view)
            break
    return made


def viewer(person: object) -> Viewer:
    return Viewer(person_id=person.id, email=person.email, name=person.name, role=person.role)  # type: ignore[attr-defined]


def _free(home: Home) -> bool:
    return not any(street in home.address for street in KEPT_FREE)
