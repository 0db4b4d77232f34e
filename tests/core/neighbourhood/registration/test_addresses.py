"""An address is known, or like one that is known, or nobody knows it; a provider's silence is never a "no"."""

import pytest

from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid, NeedsHuman, Unavailable
from core.neighbourhood.registration import AddressVerdict, CachedGeocoder, GeocodedPlace, Registration
from tests.core.neighbourhood.registration.conftest import FakeGeocoder

NEW_HOUSE = GeocodedPlace("7 Birch Ln", "Rochester", "MN", "55901", -92.49, 44.001, exact=True)


async def test_a_home_of_the_book_is_found_however_it_is_written(registration: Registration) -> None:
    answer = await registration.check_address("  2 elm street NE,  Rochester MN 55901 ")
    assert (answer.verdict, answer.provider) == (AddressVerdict.FOUND, "off")
    (match,) = answer.matches
    assert match.home.label == "2 ELM ST NE, ROCHESTER, MN 55901" and match.likeness == 100
    assert match.registered is None


async def test_an_address_of_two_towns_lists_both(registration: Registration) -> None:
    answer = await registration.check_address("1 Elm St NE")
    assert answer.verdict is AddressVerdict.SEVERAL
    assert {match.home.city for match in answer.matches} == {"ROCHESTER", "BYRON"}


async def test_a_typing_error_finds_the_home_meant_first(registration: Registration) -> None:
    answer = await registration.check_address("2 Elmm Sreet NE Rochester")
    assert answer.verdict is AddressVerdict.SIMILAR
    assert answer.matches[0].home.address == "2 ELM ST NE" and 80 < answer.matches[0].likeness < 100


async def test_what_nobody_knows_is_unknown(registration: Registration) -> None:
    answer = await registration.check_address("Qxzzy Wvjk 99999")
    assert (answer.verdict, answer.matches) == (AddressVerdict.UNKNOWN, ())


@pytest.mark.parametrize("text", ["", "   ", "x" * 201])
async def test_an_empty_or_endless_text_is_refused(registration: Registration, text: str) -> None:
    with pytest.raises(Invalid, match="1 to 200 characters"):
        await registration.check_address(text)


async def test_the_provider_is_asked_only_where_the_book_does_not_know(
    asking: Registration, geocoder: FakeGeocoder
) -> None:
    assert (await asking.check_address("2 Elm St NE Rochester")).provider == "not_asked"
    assert geocoder.asked == []
    geocoder.places = (NEW_HOUSE,)
    answer = await asking.check_address("7 Birch Lane, Rochester")
    assert (answer.verdict, answer.provider, geocoder.asked) == (
        AddressVerdict.FOUND, "asked", ["7 Birch Lane, Rochester"],
    )  # fmt: skip
    assert answer.matches[0].source == "mapbox" and answer.matches[0].attribution == "© Mapbox"
    assert answer.matches[0].home.id is None


async def test_a_place_of_the_provider_that_the_book_holds_is_the_book_s_home(
    asking: Registration, geocoder: FakeGeocoder
) -> None:
    geocoder.places = (GeocodedPlace("2 Elm Street NE", "Rochester", "MN", "55901", -92.5, 44.0003, exact=True),)
    answer = await asking.check_address("two elm")
    assert answer.matches[0].home.id is not None and answer.verdict is AddressVerdict.SIMILAR


@pytest.mark.parametrize("failure", [Unavailable("no answer"), NeedsHuman("the token is refused")])
async def test_a_provider_that_does_not_answer_makes_try_again_and_never_a_no(
    asking: Registration, geocoder: FakeGeocoder, failure: Unavailable
) -> None:
    geocoder.fails = failure
    answer = await asking.check_address("7 Birch Lane, Rochester")
    assert (answer.verdict, answer.provider) == (AddressVerdict.TRY_AGAIN, "unavailable")
    assert "try again" in answer.words


async def test_the_same_question_is_not_asked_twice_within_a_month_and_a_failure_is_not_kept(
    database: Database, clock: MovableClock, geocoder: FakeGeocoder
) -> None:
    cached = CachedGeocoder(geocoder, database=database, clock=clock)
    geocoder.fails = Unavailable("no answer")
    with pytest.raises(Unavailable):
        await cached.find("7 Birch Lane")
    geocoder.fails, geocoder.places = None, (NEW_HOUSE,)
    assert await cached.find("7 Birch Lane") == (NEW_HOUSE,)
    geocoder.places = ()
    assert await cached.find("7  birch LN") == (NEW_HOUSE,)
    assert len(geocoder.asked) == 2
    clock.move(31 * 86_400)
    assert await cached.find("7 Birch Lane") == ()
    clock.move(86_401)  # that there is no such place is believed for a day
    geocoder.places = (NEW_HOUSE,)
    assert await cached.find("7 Birch Lane") == (NEW_HOUSE,)


async def test_the_cache_does_not_grow_without_bound(
    database: Database, clock: MovableClock, geocoder: FakeGeocoder
) -> None:
    cached = CachedGeocoder(geocoder, database=database, clock=clock, most_entries=10)
    for number in range(40):
        clock.move(1)
        await cached.find(f"{number} Birch Lane")
    async with database.connection() as connection:
        held = (await connection.exec_driver_sql("SELECT COUNT(*) FROM geocode_cache")).scalar_one()
    assert 1 <= held <= 10
    asked = len(geocoder.asked)
    await cached.find("39 Birch Lane")
    assert len(geocoder.asked) == asked
