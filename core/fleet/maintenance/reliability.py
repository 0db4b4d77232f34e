"""How mowers held up: availability, time between faults, time to recover, and what broke."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlmodel import select

from core.db import Database
from core.fleet.maintenance.model import Reliability
from core.fleet.maintenance.tables import MowerDay
from core.fleet.roster import MowerIdentity

TOP_CODES = 5


async def reliability(
    database: Database, mowers: Sequence[MowerIdentity], since: date, *, by_model: bool
) -> Sequence[Reliability]:
    """One row a mower, or a model, of the days from ``since`` on; the least available first."""
    async with database.session() as session:
        rows = (await session.exec(select(MowerDay).where(MowerDay.day >= since))).all()
    names = {mower.number: mower.model if by_model else mower.device_name for mower in mowers}
    models = {mower.device_name: mower.model for mower in mowers}
    counts = Counter(mower.model for mower in mowers)
    grouped: dict[str, list[MowerDay]] = {name: [] for name in names.values()}
    for row in rows:
        if row.mower in names:
            grouped[names[row.mower]].append(row)
    board = [
        held_up(name, name if by_model else models[name], counts[name] if by_model else 1, mine)
        for name, mine in grouped.items()
    ]
    return sorted(board, key=lambda row: (2 if row.availability is None else row.availability, row.name))


def held_up(name: str, model: str, mowers: int, days: Sequence[MowerDay]) -> Reliability:
    """Days added up to figures. Pure."""
    observed, available = sum(day.observed_s for day in days), sum(day.available_s for day in days)
    faults, repairs = sum(day.faults for day in days), sum(day.repairs for day in days)
    codes: Counter[int] = Counter()
    for day in days:
        codes.update({int(code): times for code, times in day.codes.items()})
    return Reliability(
        name=name,
        model=model,
        mowers=mowers,
        observed_h=observed / 3_600,
        availability=available / observed if observed else None,
        between_faults_h=available / 3_600 / faults if faults else None,
        to_recover_min=sum(day.repair_s for day in days) / 60 / repairs if repairs else None,
        faults=faults,
        top_codes=sorted(codes.items(), key=lambda one: (-one[1], one[0]))[:TOP_CODES],
    )
