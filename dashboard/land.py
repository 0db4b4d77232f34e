"""Everything about lots, lawns and registrations, made once and handed to pages, REST and jobs."""

from dataclasses import dataclass

from core.accounts import Audit
from core.clock import Clock
from core.db import Database
from core.neighbourhood import NeighbourFinder
from core.neighbourhood.land_events import LandEvent, land_changed
from core.neighbourhood.lawns import LawnDesk
from core.neighbourhood.lots import LotImport, LotShelf
from core.neighbourhood.registration import CachedGeocoder, Geocoder, HomeCsv, Registration


@dataclass(frozen=True, slots=True)
class Land:
    """The services of land; ``changed`` tells whoever judges by it."""

    lawns: LawnDesk
    lots: LotImport
    shelf: LotShelf
    registration: Registration
    homes: HomeCsv
    changed: LandEvent


def make_land(
    *, database: Database, clock: Clock, books: NeighbourFinder, audit: Audit, geocoder: Geocoder | None = None
) -> Land:
    """``geocoder`` is asked where the address book does not know; its answers are kept."""
    changed = land_changed()
    cached = None if geocoder is None else CachedGeocoder(geocoder, database=database, clock=clock)
    return Land(
        lawns=LawnDesk(database=database, clock=clock, books=books, audit=audit, changed=changed),
        lots=LotImport(database=database, clock=clock, books=books, changed=changed),
        shelf=LotShelf(database=database, books=books),
        registration=Registration(
            database=database, clock=clock, books=books, audit=audit, geocoder=cached, changed=changed
        ),
        homes=HomeCsv(database=database, clock=clock, books=books, audit=audit, changed=changed),
        changed=changed,
    )
