"""The weather of real clusters on each database: one question a place, decisions kept with their numbers, limits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlmodel import select

from core.accounts.tables import AuditEntry
from core.clock import MovableClock
from core.control import QuietWindow
from core.control.tables import QuietHours
from core.db import Database
from core.db.reads.cluster_sites import cluster_lawns, cluster_sites
from core.errors import Invalid, NeedsHuman, NotFound, Unavailable
from core.fleet.tables import Mower
from core.ids import new_id
from core.neighbourhood.tables import Lot, LotMower
from core.scheduling.feasibility import Level
from core.scheduling.planner_desk import WeekDesk
from core.scheduling.weather_data import Hour, Place, PlaceWeather
from core.scheduling.weather_desk import WeatherDesk
from core.scheduling.weather_model import Basis, CheckKind, MowerRain, Verdict
from tests.core.neighbourhood.clusters.elm_row import Office, open_office

HOUR = timedelta(hours=1)


@dataclass
class FakeProvider:
    """Dry weather, or ``rain`` in the coming hour; counts questions."""

    clock: MovableClock
    rain: float = 0.0
    down: bool = False
    asked: list[Sequence[Place]] = field(default_factory=list)
    name: str = "elm weather"

    async def weather(self, places: Sequence[Place]) -> Sequence[PlaceWeather]:
        self.asked.append(tuple(places))
        if self.down:
            raise Unavailable("the sky does not answer")
        now = self.clock.now().replace(minute=0, second=0, microsecond=0)
        hours = tuple(
            Hour(now + number * HOUR, self.rain if number == 1 else 0.0, 5, 15, 3) for number in range(-90, 70)
        )
        return [PlaceWeather(place, self.clock.now(), self.name, hours) for place in places]


@dataclass
class House:
    office: Office
    provider: FakeProvider
    desk: WeatherDesk
    database: Database
    clock: MovableClock
    sensor: dict[str, MowerRain] = field(default_factory=dict)


def house(database: Database, clock: MovableClock, *, provider: bool = True) -> House:
    office, fake, sensor = open_office(database, clock), FakeProvider(clock), {}
    desk = WeatherDesk(
        database=database,
        clock=clock,
        audit=office.audit,
        sites=partial(cluster_sites, database),
        rain=lambda name: sensor.get(name, MowerRain()),
        provider=fake if provider else None,
    )
    return House(office, fake, desk, database, clock, sensor)


async def with_mower(on: House, cluster_id: UUID) -> UUID:
    """The host's home of Elm Row has a lot with a mower; whose id is told."""
    cluster = await on.office.clusters.get(cluster_id)
    host = cluster.host
    lot, mower = new_id(), new_id()
    async with on.database.session() as session:
        session.add(
            Lot(
                id=lot, address=host.address, city=host.city, longitude=host.longitude, latitude=host.latitude,
                source="drawn", home_id=None, lawns=[square(host.longitude, host.latitude, 30)],
            )
        )  # fmt: skip
        session.add(Mower(id=mower, number=1, device_name="Luba-ELM", created_at=on.clock.now()))
        await session.flush()
        session.add(LotMower(lot_id=lot, mower_id=mower, part="host"))
    return lot


def square(longitude: float, latitude: float, side_m: float) -> dict[str, object]:
    east, north = side_m / 80_000, side_m / 111_195
    ring = [
        [longitude, latitude],
        [longitude + east, latitude],
        [longitude + east, latitude + north],
        [longitude, latitude + north],
        [longitude, latitude],
    ]
    return {"type": "Polygon", "coordinates": [ring]}


async def test_every_place_is_asked_once_and_every_live_cluster_is_judged(
    database: Database, clock: MovableClock
) -> None:
    on = house(database, clock)
    first = await on.office.active(2, (1, 3, 4))
    second = await on.office.approved(8, (7, 9, 10))
    await on.office.submitted(12, (11,))
    assert await on.desk.refresh() == 2
    assert on.provider.asked == [(Place(44.0, -92.5),)]
    for cluster in (first, second):
        newest = await on.desk.newest(cluster.id)
        assert newest is not None and newest.about is None
        decision = newest.decision
        assert (decision.verdict, decision.basis, decision.source) == (Verdict.GO, Basis.WEATHER, "elm weather")
        assert [check.kind for check in decision.checks] == list(CheckKind) and decision.read_at == clock.now()


async def test_a_stored_decision_reads_back_as_it_was_taken(database: Database, clock: MovableClock) -> None:
    on = house(database, clock)
    cluster = await on.office.active()
    on.provider.rain = 3.0
    await on.desk.refresh()
    visit = new_id()
    clock.move(600)
    taken = await on.desk.decide(cluster.id, work=timedelta(minutes=45), latest=clock.now() + 3 * HOUR, about=visit)
    assert taken.decision.verdict is Verdict.WAIT
    assert (await on.desk.decisions(cluster.id, about=visit)) == [taken]
    newest, look = await on.desk.decisions(cluster.id)
    assert newest == taken and look.about is None
    assert (await on.desk.newest(cluster.id)) == taken


async def test_a_look_that_says_nothing_new_is_kept_once_an_hour(database: Database, clock: MovableClock) -> None:
    on = house(database, clock)
    cluster = await on.office.active()
    kept = []
    for _ in range(8):
        kept.append(await on.desk.refresh())
        clock.move(600)
    assert kept == [1, 0, 0, 0, 0, 0, 1, 0]
    on.provider.rain = 3.0
    assert await on.desk.refresh() == 1
    assert (await on.desk.decisions(cluster.id))[0].decision.verdict is Verdict.WAIT


async def test_a_provider_that_is_silent_is_told_and_its_old_weather_is_seen_to_be_old(
    database: Database, clock: MovableClock
) -> None:
    on = house(database, clock)
    cluster = await on.office.active()
    await on.desk.refresh()
    on.provider.down = True
    clock.move(3 * 3_600 + 60)
    with pytest.raises(Unavailable, match="does not answer"):
        await on.desk.refresh()
    newest = await on.desk.newest(cluster.id)
    assert newest is not None
    assert (newest.decision.verdict, newest.decision.basis) == (Verdict.WAIT, Basis.NOTHING)
    assert CheckKind.AGE in [check.kind for check in newest.decision.against]


async def test_without_a_provider_a_person_is_needed_and_the_mowers_sensor_decides(
    database: Database, clock: MovableClock
) -> None:
    on = house(database, clock, provider=False)
    cluster = await on.office.active()
    lot = await with_mower(on, cluster.id)
    await tie(on, cluster.id, lot)
    on.sensor["Luba-ELM"] = MowerRain(False, clock.now())
    with pytest.raises(NeedsHuman, match="MOWTHOS_WEATHER_URL"):
        await on.desk.refresh()
    newest = await on.desk.newest(cluster.id)
    assert newest is not None and (newest.decision.verdict, newest.decision.basis) == (Verdict.GO, Basis.MOWER)


async def tie(on: House, cluster_id: UUID, lot: UUID) -> None:
    """The member of the host's home knows its lot."""
    from core.neighbourhood.clusters.tables import ClusterMember

    async with on.database.session() as session:
        rows = await session.exec(select(ClusterMember).where(ClusterMember.cluster_id == cluster_id))
        host = next(row for row in rows if row.part == "host")
        host.lot_id = lot
        session.add(host)


async def test_rain_of_this_hour_holds_the_mower_at_its_dock(database: Database, clock: MovableClock) -> None:
    on = house(database, clock)
    cluster = await on.office.active()
    await tie(on, cluster.id, await with_mower(on, cluster.id))
    on.provider.rain = 3.0
    await on.desk.refresh()
    assert on.desk.raining("Luba-ELM") and not on.desk.raining("Luba-OAK")
    clock.move(3_600)
    assert not on.desk.raining("Luba-ELM")
    clock.move(3 * 3_600)
    assert not on.desk.raining("Luba-ELM")  # what is stale is no rain either: the start guard claims nothing


async def test_limits_are_a_clusters_own_checked_audited_and_used(database: Database, clock: MovableClock) -> None:
    on = house(database, clock)
    cluster, other = await on.office.active(2, (1, 3, 4)), await on.office.active(8, (7, 9, 10))
    on.provider.rain = 3.0
    assert (await on.desk.limits(cluster.id)).set_by == ""
    set_ = await on.desk.set_limits(cluster.id, {"rain_now_mm": 4, "forecast_mm": 9}, on.office.dan)
    assert (set_.limits.rain_now_mm, set_.set_by) == (4, "dan@elm.example")
    assert await on.desk.limits(cluster.id) == set_
    await on.desk.refresh()
    verdicts = []
    for one in (cluster, other):
        newest = await on.desk.newest(one.id)
        assert newest is not None
        verdicts.append(newest.decision.verdict)
    assert verdicts == [Verdict.GO, Verdict.WAIT]
    with pytest.raises(Invalid, match="soil_mm 900"):
        await on.desk.set_limits(cluster.id, {"soil_mm": 900}, on.office.dan)
    with pytest.raises(NotFound):
        await on.desk.set_limits(new_id(), {}, on.office.dan)
    async with database.session() as session:
        entries = (await session.exec(select(AuditEntry).where(AuditEntry.action == "weather_limits.set"))).all()
    assert [entry.after["forecast_mm"] for entry in entries if entry.after] == [9]


async def test_old_looks_are_forgotten_and_those_of_visits_stay(database: Database, clock: MovableClock) -> None:
    on = house(database, clock)
    cluster = await on.office.active()
    await on.desk.refresh()
    kept = await on.desk.decide(cluster.id, about=new_id())
    clock.move(91 * 86_400)
    assert await on.desk.forget() == 1
    assert await on.desk.decisions(cluster.id) == [kept]


async def test_sites_know_zone_quiet_hours_and_mower(database: Database, clock: MovableClock) -> None:
    on = house(database, clock)
    cluster = await on.office.active()
    (bare,) = await cluster_sites(database)
    assert (bare.code, bare.device_name, bare.windows) == (cluster.code, None, ())
    lot = await with_mower(on, cluster.id)
    await tie(on, cluster.id, lot)
    async with database.session() as session:
        session.add(
            QuietHours(
                lot_id=lot, position=0, days="06", begins_minute=60, ends_minute=120, set_by="dan", set_at=clock.now()
            )
        )
    (site,) = await cluster_sites(database)
    assert (site.device_name, site.time_zone) == ("Luba-ELM", "America/Chicago")
    assert [sorted(window.days) for window in site.windows] == [[0, 6]]
    assert isinstance(site.windows[0], QuietWindow)


async def test_the_week_of_a_cluster_is_measured_and_planned(database: Database, clock: MovableClock) -> None:
    on = house(database, clock)
    cluster = await on.office.active()
    await tie(on, cluster.id, await with_mower(on, cluster.id))
    from core.neighbourhood.routes import RouteDesk

    routes = RouteDesk(on.office.clusters, on.office.ways, on.office.books)
    week = WeekDesk(
        sites=partial(cluster_sites, database),
        lawns=partial(cluster_lawns, database),
        ways=routes.lengths,
        clock=clock,
    )
    one = await week.meter(cluster.id)
    assert one.meter.level is Level.FITS and len(one.meter.unmeasured) == 3
    assert one.meter.lawns[0].area_m2 == pytest.approx(900, rel=0.02)
    assert await week.meters() == [one]
    plan = await week.plan(cluster.id)
    assert [visit.id for visit in plan.plan.visits] == ["2"] and len(plan.unmeasured) == 3
    assert plan.plan.visits[0].span.begins == clock.now() and plan.plan.plan.proven
    with pytest.raises(NotFound):
        await week.plan(new_id())
