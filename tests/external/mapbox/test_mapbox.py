"""Geocoding over a real socket: what the provider knows, how it fails, and that no failure reads as "no such place"."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from core.accounts import Audit
from core.clock import MovableClock, SystemClock
from core.db import Database
from core.errors import NeedsHuman, Unavailable
from core.neighbourhood import Home, NeighbourFinder
from core.neighbourhood.registration import AddressVerdict, CachedGeocoder, Registration
from external.mapbox import MapboxGeocoder
from external.mapbox.mapping import Malformed, places_of
from external.mapbox.pace import Pace
from external.mapbox.simulator import Fault, MapboxTwin

BIRCH = (
    Home("7 BIRCH LN NE", "ROCHESTER", "MN", "55906", -92.4321, 44.0456, 1),
    Home("9 BIRCH LN NE", "ROCHESTER", "MN", "55906", -92.4319, 44.0457, 2),
    Home("7 BIRCH ST", "BYRON", "MN", "55920", -92.64, 44.03, 3),
)


@pytest.fixture
async def twin() -> AsyncIterator[MapboxTwin]:
    async with MapboxTwin(BIRCH) as running:
        yield running


def client(twin: MapboxTwin, **more: Any) -> MapboxGeocoder:
    given = {"token": twin.token, "base_url": twin.url, "clock": SystemClock(), "first_wait_s": 0.01} | more
    return MapboxGeocoder(**given)


async def test_an_address_comes_back_with_its_place_and_how_sure_the_provider_is(twin: MapboxTwin) -> None:
    first = (await client(twin).find("7 Birch Lane NE, Rochester MN"))[0]
    assert (first.address, first.city, first.state, first.postcode) == ("7 BIRCH LN NE", "ROCHESTER", "MN", "55906")
    assert (first.longitude, first.latitude, first.exact) == (-92.4321, 44.0456, True)
    vague = await client(twin).find("7 Brich Lan")
    assert vague and not vague[0].exact


async def test_what_the_provider_does_not_know_is_an_empty_answer(twin: MapboxTwin) -> None:
    assert await client(twin).find("Qwzx Vbnk 12345") == ()


async def test_a_text_beyond_the_provider_s_bounds_is_cut_to_them(twin: MapboxTwin) -> None:
    await client(twin).find("7 Birch; Lane " + "x" * 300 + " word" * 30)
    assert len(twin.asked[0]) <= 256 and ";" not in twin.asked[0] and len(twin.asked[0].split()) <= 20
    assert await client(twin).find(" ; ") == () and len(twin.asked) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=500, count=2),
        Fault("status", status=429, retry_after="0", count=2),
        Fault("malformed", count=2),
        Fault("odd", count=2),
        Fault("cut_off", count=1),
        Fault("hang_up", count=1),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_a_passing_failure_is_tried_again_and_nobody_notices(twin: MapboxTwin, fault: Fault) -> None:
    twin.faults.append(fault)
    assert (await client(twin).find("7 Birch Lane NE Rochester"))[0].exact
    assert len(twin.asked) >= 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=503),
        Fault("status", status=429),
        Fault("malformed"),
        Fault("odd"),
        Fault("cut_off"),
        Fault("hang_up"),
        Fault("slow", delay_s=1.0),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_a_lasting_failure_is_unavailable_and_never_an_empty_answer(twin: MapboxTwin, fault: Fault) -> None:
    twin.faults.append(fault)
    with pytest.raises(Unavailable, match="try again") as failure:
        await client(twin, timeout_s=0.15).find("7 Birch Lane")
    assert len(twin.asked) >= 3 and twin.token not in str(failure.value)


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="try again"):
        await MapboxGeocoder(token="pk.x", base_url="http://127.0.0.1:9", clock=SystemClock(), first_wait_s=0.01).find(
            "7 Birch"
        )


async def test_a_refused_token_needs_a_person_is_not_tried_again_and_is_never_printed(twin: MapboxTwin) -> None:
    with capture_logs() as lines, pytest.raises(NeedsHuman) as failure:
        await client(twin, token="pk.secret-and-wrong").find("7 Birch Lane")
    assert len(twin.asked) == 1
    assert "pk.secret" not in str(failure.value) + json.dumps(lines, default=str)


async def test_no_token_is_told_when_every_try_fails(twin: MapboxTwin) -> None:
    twin.faults.append(Fault("hang_up"))
    with capture_logs() as lines, pytest.raises(Unavailable) as failure:
        await client(twin).find("7 Birch Lane")
    context = f"{failure.value!r} {failure.value.__cause__!r} {failure.value.__context__!r}"
    assert twin.token not in context + json.dumps(lines, default=str)


async def test_too_many_questions_at_once_are_told_to_wait_and_not_sent(twin: MapboxTwin) -> None:
    slow = client(twin, per_minute=10)
    done = await asyncio.gather(*(slow.find(f"{n} Birch Lane") for n in range(5)), return_exceptions=True)
    assert sum(isinstance(one, Unavailable) for one in done) == 4 and len(twin.asked) == 1


async def test_the_pace_lets_so_many_through_and_then_waits() -> None:
    clock = MovableClock(datetime(2026, 6, 1, tzinfo=UTC))
    pace = Pace(clock, per_minute=60)
    assert all([await pace.turn() for _ in range(6)])
    waiting = asyncio.create_task(pace.turn())
    await asyncio.sleep(0)
    assert not waiting.done()
    clock.move(1)
    assert await asyncio.wait_for(waiting, 1)


async def test_an_address_check_goes_through_the_provider_and_its_silence_says_try_again(
    twin: MapboxTwin, sqlite_database: Database, clock: MovableClock
) -> None:
    geocoder = CachedGeocoder(client(twin), database=sqlite_database, clock=clock)
    registration = Registration(
        database=sqlite_database, clock=clock, books=NeighbourFinder(sqlite_database),
        audit=Audit(sqlite_database, clock), geocoder=geocoder,
    )  # fmt: skip
    twin.faults.append(Fault("status", status=500, count=3))
    silent = await registration.check_address("7 Birch Lane NE, Rochester")
    assert (silent.verdict, silent.provider) == (AddressVerdict.TRY_AGAIN, "unavailable")
    found = await registration.check_address("7 Birch Lane NE, Rochester")
    assert found.verdict is AddressVerdict.FOUND and found.matches[0].attribution == "© Mapbox"
    asked = len(twin.asked)
    await registration.check_address("7 birch ln NE, Rochester")
    assert len(twin.asked) == asked


def test_an_answer_without_number_street_town_or_place_is_left_out() -> None:
    features: list[Any] = [
        None,
        7,
        {},
        {"properties": []},
        {"properties": {"feature_type": "address", "name": "7 Birch"}},
    ]
    assert places_of({"type": "FeatureCollection", "features": features}) == ()
    with pytest.raises(Malformed):
        places_of({"type": "FeatureCollection"})


JSON = st.recursive(st.none() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["properties", "context", "coordinates", "name", "place", "longitude", "latitude", "match_code", "feature_type"]), inner, max_size=4), max_leaves=12)  # fmt: skip # noqa: E501


@settings(max_examples=100, deadline=None)
@given(st.lists(JSON, max_size=4))
def test_no_answer_however_odd_breaks_the_mapping(features: list[Any]) -> None:
    for place in places_of({"type": "FeatureCollection", "features": features}):
        assert place.address and place.city
