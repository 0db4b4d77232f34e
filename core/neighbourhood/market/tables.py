"""Homes and clusters as pandas tables, and the sums over them: pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

from core.neighbourhood.answers import Home
from core.neighbourhood.clusters import ClusterView, VersionView
from core.neighbourhood.market.model import Assumptions, MarketRow, ScoreRow
from core.neighbourhood.market.scores import Score

COUNTED = ("homes", "addressable", "registered", "served")


def homes_table(
    homes: Sequence[Home], addressable: Collection[int], registered: Collection[int], served: Mapping[int, str]
) -> pd.DataFrame:
    """One row a home, indexed by its key; ``cluster`` is the code of the one that serves it."""
    ids = [home.id for home in homes]
    table = pd.DataFrame(
        {
            "address": [home.address for home in homes],
            "city": [home.city for home in homes],
            "postcode": [home.postcode for home in homes],
            "latitude": np.array([home.latitude for home in homes], dtype=np.float64),
            "longitude": np.array([home.longitude for home in homes], dtype=np.float64),
            "homes": np.ones(len(homes), dtype=np.int64),
            "cluster": [served.get(key, "") if key is not None else "" for key in ids],
        },
        index=pd.Index(ids, name="home_id"),
    )
    table["addressable"] = table.index.isin(list(addressable)).astype(np.int64)
    table["registered"] = table.index.isin(list(registered)).astype(np.int64)
    table["served"] = (table["cluster"] != "").astype(np.int64)
    return table


def place_rows(table: pd.DataFrame, assumptions: Assumptions) -> tuple[MarketRow, tuple[MarketRow, ...]]:
    """The total, and the sums by city and postcode, most addressable homes first."""
    places = table.groupby(["city", "postcode"], as_index=False)[list(COUNTED)].sum()
    places = places.sort_values(["addressable", "city", "postcode"], ascending=[False, True, True])
    rows = tuple(_row(assumptions, **place) for place in places.to_dict("records"))
    total = {name: int(table[name].sum()) for name in COUNTED}
    return _row(assumptions, city="", postcode="", **total), rows


def _row(assumptions: Assumptions, *, city: str, postcode: str, **counts: int) -> MarketRow:
    whole = {name: int(value) for name, value in counts.items()}
    # a served home may lie outside what the rules reach today: a person has approved it
    reach = whole["addressable"]
    return MarketRow(
        city=city,
        postcode=postcode,
        **whole,
        coverage_percent=round(100 * min(whole["served"], reach) / reach, 2) if reach else None,
        revenue_cents=assumptions.revenue_cents(whole["served"]),
        expected_cents=assumptions.revenue_cents(reach * assumptions.uptake_percent / 100),
    )


def score_row(
    cluster: ClusterView,
    versions: Sequence[VersionView],
    served: Score,
    assumptions: Assumptions,
    now: datetime,
    days: int,
) -> ScoreRow:
    """A cluster's card; the trend is told by its own versions."""
    before = _homes_at(versions, now - timedelta(days=days))
    homes = len(cluster.home_ids)
    lengths = [member.length_m for member in cluster.neighbours]
    return ScoreRow(
        cluster_id=cluster.id,
        code=cluster.code,
        name=cluster.name,
        state=cluster.state.value,
        homes=homes,
        homes_before=before,
        trend=None if before is None else homes - before,
        full_percent=round(100 * len(cluster.neighbours) / cluster.max_neighbours, 1),
        waiting=cluster.waiting,
        stale=bool(cluster.stale_reason),
        corridor_m=None if None in lengths else round(sum(length or 0.0 for length in lengths), 1),
        age_days=round((now - cluster.created_at).total_seconds() / 86_400, 2),
        revenue_cents=assumptions.revenue_cents(homes) if cluster.live else assumptions.revenue_cents(0),
        completion_percent=served.completion_percent,
        on_time_percent=served.on_time_percent,
        utilisation_percent=served.utilisation_percent,
        rating=served.rating,
        visits=served.visits,
        ratings=served.ratings,
    )


def _homes_at(versions: Sequence[VersionView], moment: datetime) -> int | None:
    """The homes of the last version that was written by then."""
    known = [version for version in versions if version.at <= moment]
    return 1 + len(known[-1].neighbours) if known else None


def scorecard_table(rows: Sequence[ScoreRow]) -> pd.DataFrame:
    """The cards as a table; unknown is empty."""
    names = list(ScoreRow.__dataclass_fields__)
    columns = {name: [_plain(getattr(row, name)) for row in rows] for name in names}
    return pd.DataFrame(columns, columns=names, dtype=object)


def places_table(total: MarketRow, places: Sequence[MarketRow]) -> pd.DataFrame:
    """The places, and the total as the last row with an empty city."""
    names = list(MarketRow.__dataclass_fields__)
    rows = [*places, total]
    return pd.DataFrame({name: [getattr(row, name) for row in rows] for name in names}, columns=names, dtype=object)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value
