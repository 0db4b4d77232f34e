"""The demo town, made once: generating it takes seconds, so what each start needs of it is kept by the database."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from core.clock import Clock
from core.db import Database
from core.neighbourhood.town import Town, generate_town, town_sites
from dashboard.demo_seed import is_seeded, seed_demo, town_fingerprint

SEED = 1
MADE_BY = ("core/neighbourhood/town", "dashboard/demo_rows.py", "dashboard/demo_seed.py", "dashboard/demo_town.py")
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class KeptTown:
    """``recipe`` names the source code and seed that made it: other code makes another town."""

    recipe: str
    fingerprint: str
    sites: dict[str, Any]


class DemoTown:
    """The town of a data folder, from what is kept there or made anew."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "demo-town.json"

    @cached_property
    def town(self) -> Town:
        """The whole town: seconds of work, so only where it cannot be helped."""
        return generate_town(seed=SEED)

    @cached_property
    def kept(self) -> KeptTown:
        """What was kept, if the same code made it; else a fresh town, kept for the next start."""
        recipe = town_recipe()
        try:
            found = KeptTown(**json.loads(self._path.read_text()))
        except (OSError, ValueError, TypeError):  # absent, cut short, or of an earlier form
            found = None
        if found is None or found.recipe != recipe:
            found = KeptTown(recipe, town_fingerprint(self.town), town_sites(self.town))
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(asdict(found)))
        return found

    def sites_file(self, mowers: int) -> Path:
        """A sites file for the simulated cloud with the first ``mowers`` clusters."""
        path = self._path.with_name("demo-sites.json")
        path.write_text(json.dumps(first_sites(self.kept.sites, mowers)))
        return path

    async def seed(self, database: Database, clock: Clock) -> None:
        """Fill the database, unless this town lies in it already."""
        if not await is_seeded(database, self.kept.fingerprint):
            await seed_demo(database, self.town, clock)


def first_sites(sites: dict[str, Any], mowers: int) -> dict[str, Any]:
    """The same sites with the first ``mowers`` mowers, and no account without any."""
    accounts, left = [], mowers
    for account in sites["accounts"]:
        kept = account["mowers"][: max(0, left)]
        left -= len(kept)
        if kept:
            accounts.append(account | {"mowers": kept})
    return sites | {"accounts": accounts}


def town_recipe() -> str:
    """A digest of the seed and of everything that makes and stores the town."""
    digest = hashlib.sha256(str(SEED).encode())
    for place in MADE_BY:
        path = ROOT / place
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()
