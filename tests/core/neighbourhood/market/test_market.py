"""The market of Elm Row: twelve homes, one of them out of reach, one active cluster, two households."""

import io
import json
import zipfile
from datetime import timedelta
from functools import partial

import pandas as pd
import pytest

from core.clock import MovableClock
from core.db import Database
from core.db.reads.cluster_scores import cluster_scores
from core.errors import Invalid
from core.neighbourhood import register_lot
from core.neighbourhood.market import Assumptions, MarketDesk
from core.neighbourhood.market.export import to_csv
from core.neighbourhood.tables import Household
from tests.core.neighbourhood.clusters.elm_row import HOMES, Office, open_office
from tests.core.neighbourhood.partition.elm_field import WayGraphs

PRICE = Assumptions(price_cents=4_900, uptake_percent=50)


@pytest.fixture
def office(sqlite_database: Database, clock: MovableClock) -> Office:
    office = open_office(sqlite_database, clock)
    for other in range(1, HOMES):
        office.ways.block(other, HOMES)
    return office


def desk(office: Office) -> MarketDesk:
    return MarketDesk(
        database=office.database,
        clock=office.clock,
        books=office.books,
        graphs=WayGraphs(office.ways),
        clusters=office.clusters,
        scores=partial(cluster_scores, office.database),
    )


async def test_addressable_homes_coverage_and_expected_revenue(office: Office) -> None:
    await office.active(host=2, homes=(1, 3, 4))
    market = await desk(office).market(assumptions=PRICE)
    total = market.total
    assert (total.homes, total.addressable, total.served) == (12, 11, 4)
    assert total.coverage_percent == pytest.approx(100 * 4 / 11, abs=0.01)
    assert total.revenue_cents == 4 * 4_900
    assert total.expected_cents == round(11 * 0.5 * 4_900)
    (place,) = market.places
    assert (place.city, place.postcode, place.homes) == ("ROCHESTER", "55901", 12)


async def test_without_a_price_revenue_is_unknown_and_without_reach_so_is_coverage(office: Office) -> None:
    market = await desk(office).market(bbox=(-93.0, 44.0014, -92.0, 44.1))  # home 12 alone
    assert (market.total.homes, market.total.addressable) == (1, 0)
    assert market.total.coverage_percent is None
    assert market.total.revenue_cents is None
    assert market.total.expected_cents is None


async def test_registered_homes_are_those_with_a_household(office: Office, clock: MovableClock) -> None:
    household = Household(name="The Elms", created_at=clock.now())
    async with office.database.session() as session:
        session.add(household)
    home = office.books.homes[5]
    await register_lot(
        office.database,
        household_id=household.id,
        address=home.address.lower(),
        city=home.city,
        longitude=home.longitude,
        latitude=home.latitude,
        source="drawn",
    )
    table = await desk(office).homes()
    assert table.index[table["registered"] == 1].tolist() == [5]


async def test_the_scorecard_tells_the_trend_and_leaves_unknown_what_nobody_measures(
    office: Office, clock: MovableClock
) -> None:
    cluster = await office.active(host=2, homes=(1, 3, 4))
    clock.move(timedelta(days=40).total_seconds())
    await office.clusters.join(cluster.id, 5, office.ada)
    draft = await office.clusters.create_draft(8, [7, 9], "Young", office.ada)
    first, young = await desk(office).scorecard(assumptions=PRICE)
    assert (first.code, first.homes, first.homes_before, first.trend) == ("C-0001", 5, 4, 1)
    assert first.full_percent == 80
    assert first.corridor_m == pytest.approx(15 + 15 + 30 + 45 + 4 * 2, abs=1)
    assert first.age_days == 40
    assert first.revenue_cents == 5 * 4_900
    assert (first.completion_percent, first.on_time_percent, first.utilisation_percent, first.rating) == (None,) * 4
    assert (young.name, young.homes_before, young.trend, young.revenue_cents) == (draft.name, None, None, 0)


async def test_every_table_comes_as_csv_and_xlsx_and_homes_as_geojson(office: Office) -> None:
    await office.active(host=2, homes=(1, 3, 4))
    market = desk(office)
    for what, rows in (("places", 2), ("homes", 12), ("clusters", 1)):
        csv = await market.export(what, "csv", assumptions=PRICE)
        assert csv.media_type.startswith("text/csv")
        assert len(pd.read_csv(io.BytesIO(csv.content))) == rows
        xlsx = await market.export(what, "xlsx", assumptions=PRICE)
        with zipfile.ZipFile(io.BytesIO(xlsx.content)) as archive:
            book = archive.read("xl/workbook.xml").decode()
            texts = archive.read("xl/sharedStrings.xml").decode()
        assert f'name="{what}"' in book
        assert 'name="assumptions"' in book
        assert "price of a home a month" in texts
    places = pd.read_csv(io.BytesIO((await market.export("places", "csv", assumptions=PRICE)).content))
    assert places["addressable"].tolist() == [11, 11]
    features = json.loads((await market.export("homes", "geojson")).content)["features"]
    served = [one for one in features if one["properties"]["served"]]
    assert {one["id"] for one in served} == {1, 2, 3, 4}
    assert served[0]["geometry"]["coordinates"] == [-92.5, pytest.approx(44.0)]
    with pytest.raises(Invalid, match="only homes"):
        await market.export("places", "geojson")


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    table = pd.DataFrame({"address": ["=1+1", "12 ELM ST"], "homes": [1, -1]})
    assert to_csv(table).decode("utf-8-sig").splitlines()[1:] == ["'=1+1,1", "12 ELM ST,-1"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"price_cents": -1}, "price"), ({"uptake_percent": 101}, "uptake"), ({"currency": "dollar"}, "currency")],
)
def test_impossible_assumptions_are_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        Assumptions(**wrong)  # type: ignore[arg-type]


async def test_a_box_without_extent_is_refused(office: Office) -> None:
    with pytest.raises(Invalid, match="bbox"):
        await desk(office).market(bbox=(1.0, 1.0, 1.0, 1.0))
