"""How a drill reaches its twins, that it can reach nothing else, and how its score reads."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest
from pydantic import SecretStr

from core.accounts import Audit
from core.clock import MovableClock, SystemClock
from core.db import Database
from core.drills import PAYMENTS, DrillRecord, Fault, Observation, Sign, Target, score, script_named
from core.errors import NotAllowed, Unavailable
from core.jobs import Job, JobBook
from core.settings import Settings
from dashboard.billing.parts import make_billing
from dashboard.drill import HeldDrill
from dashboard.drills.lookouts import PaymentsWatch, books_watch
from dashboard.drills.start import floor_maker
from dashboard.drills.twin import TwinInjector
from dashboard.drills.words import score_json, score_table
from dashboard.scheduler import Scheduler
from external.mammotion.simulator import SimulatorOptions, SimulatorServer
from external.mammotion.simulator.default_sites import default_sites
from external.stripe import StripePayments
from external.stripe.simulator import StripeTwin, StripeTwinOptions
from tests.browsers import ROOT
from tests.core.fleet.cast import LUBA, NOON

KEY = "sk_test_of_a_drill"


@dataclass(frozen=True)
class Address:
    """What a started twin says of itself."""

    http_url: str = "http://127.0.0.1:4001"
    api_url: str = "http://127.0.0.1:4002"
    control_url: str = "http://127.0.0.1:4001/control"


TWIN = Address()


@pytest.fixture
def copy(tmp_path: Path) -> Settings:
    """The settings of a demo on its own twins."""
    return Settings(
        secret_key=SecretStr("k" * 40), data_dir=tmp_path, demo=True, mammotion_login_url=TWIN.http_url,
        mammotion_api_url=TWIN.http_url, stripe_api_url=TWIN.api_url,
    )  # fmt: skip


@pytest.mark.parametrize(
    "real",
    [
        {"mammotion_login_url": "https://id.mammotion.com"},
        {"mammotion_api_url": "https://domestic.mammotion.com"},
        {"stripe_api_url": "https://api.stripe.com"},
        {"database_url": "postgresql://fleet@db.example/mowthos"},
        {"demo": False},
        {"smtp_host": "mail.example"},
        {"twilio_account_sid": "AC1"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_a_drill_on_anything_but_its_own_demo_and_twins_is_refused(copy: Settings, real: dict[str, object]) -> None:
    floor_maker(copy, TWIN, TWIN)
    with pytest.raises(NotAllowed, match="never on a real fleet"):
        floor_maker(copy.model_copy(update=real), TWIN, TWIN)


def test_a_twin_that_is_not_on_this_machine_is_no_twin(copy: Settings) -> None:
    far = "https://id.mammotion.com"
    with pytest.raises(NotAllowed):
        floor_maker(
            copy.model_copy(update={"mammotion_login_url": far, "mammotion_api_url": far}),
            replace(TWIN, http_url=far), TWIN,
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        floor_maker(copy, replace(TWIN, control_url="http://10.0.0.9/control"), TWIN)


def test_the_command_line_has_no_way_around_that(copy: Settings) -> None:
    real = copy.model_copy(update={"mammotion_api_url": "https://domestic.mammotion.com"})
    with pytest.raises(NotAllowed):
        HeldDrill("stuck-mower", as_json=False, once=False).maker(real, TWIN, TWIN)  # type: ignore[arg-type]


def test_there_is_one_way_to_a_drill_and_it_checks(copy: Settings) -> None:
    makers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("core", "dashboard", "external")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"(?<!class )\b(?:DrillFloor|TwinInjector)\(", path.read_text())
    }
    assert makers == {"dashboard/drills/start.py"}
    parts = SimpleNamespace(settings=copy.model_copy(update={"demo": False}))
    with pytest.raises(NotAllowed):  # also when the copy itself runs by other settings than it was made for
        floor_maker(copy, TWIN, TWIN)(parts)  # type: ignore[arg-type]


async def test_the_outage_of_webhooks_is_seen_in_inbox_banner_and_books(sqlite_database: Database) -> None:
    clock = MovableClock(SystemClock().now())
    async with StripeTwin(StripeTwinOptions(secret_key=KEY)) as twin:
        stripe = StripePayments(secret_key=KEY, clock=clock, api_url=twin.url)
        billing = make_billing(
            database=sqlite_database, clock=clock, audit=Audit(sqlite_database, clock), secret="a secret of the tests",
            provider=stripe,
        )  # fmt: skip
        assert billing.payments is not None
        watch, began = PaymentsWatch(billing.payments), clock.now()
        await watch.happens()
        assert await billing.fetch_missed() == 0
        assert await watch.look(began) == []
        clock.move(62)
        assert await billing.fetch_missed() == 1
        seen = await watch.look(began)
        assert [(one.sign, one.subject, one.at) for one in seen] == [
            (Sign.EVENT_TAKEN, PAYMENTS, clock.now()), (Sign.BANNER, PAYMENTS, clock.now()),
        ]  # fmt: skip
        clock.move(1)
        assert [one.sign for one in await watch.look(clock.now())] == [Sign.EVENT_TAKEN]  # its banner is an old one's
        jobs = Scheduler((Job("billing.reconcile", 86_400, billing.reconcile),), clock, JobBook(sqlite_database, clock))
        look = books_watch(jobs)
        assert await look(began) == []
        await jobs.run_now("billing.reconcile", asked_by="dana@elm.example")
        async with asyncio.timeout(10):
            while not (compared := next(iter(await look(began)), None)):
                await asyncio.sleep(0.02)
        assert (compared.sign, compared.by) == (Sign.BOOKS_COMPARED, "dana@elm.example")
        await jobs.stop()
        await stripe.close()


def test_each_copy_begins_anew_and_keeps_its_town(tmp_path: Path) -> None:
    kept, gone = tmp_path / "demo-town.json", [tmp_path / "mowthos.sqlite3", tmp_path / "mowthos.sqlite3-wal"]
    (tmp_path / "stripe").mkdir()
    for file in (kept, *gone, tmp_path / "stripe" / "port"):
        file.write_text("{}")
    HeldDrill("stuck-mower", as_json=False, once=False).clear(tmp_path)
    assert list(tmp_path.iterdir()) == [kept]


@pytest.fixture
async def cloud() -> AsyncIterator[SimulatorServer]:
    server = SimulatorServer(
        SimulatorOptions(sites=default_sites(mowers=2, accounts=1, seed=5), owners=False, embedded_broker=True)
    )
    await server.start()
    yield server
    await server.stop()


async def test_every_fault_is_put_into_its_twin_and_taken_out(cloud: SimulatorServer, tmp_path: Path) -> None:
    async with StripeTwin(StripeTwinOptions(secret_key=KEY)) as stripe:
        payments = StripePayments(secret_key=KEY, clock=SystemClock(), api_url=stripe.url)

        async def happens() -> None:
            await payments.create_customer(reference="d", email="d@mowthos.example", name="Drill", key="d")

        injector = TwinInjector(cloud=cloud.control_url, payments=f"{stripe.url}/control", happens=happens)
        (account, _password), *_ = cloud.accounts
        name = next(iter(cloud.fleet.devices))
        target, device = Target(name, account), cloud.fleet.devices[name]
        await injector.set_to_work(name)
        for fault in Fault:
            await injector.inject(fault, target, for_s=60)
        vendor = cloud.vendor.accounts[account]
        assert (device.spinning, device.deaf, device.feed.value, vendor.blocked) == (True, True, "frozen", True)
        assert device.mower.battery > 90
        assert stripe.courier.mischief.hold
        assert [one["type"] for one in stripe.store.every("event")] == ["customer.created"]
        await injector.mend(Fault.SPINNING, target)
        await injector.heal()
        assert (device.spinning, device.deaf, device.feed.value, vendor.blocked) == (False, False, "live", False)
        assert not stripe.courier.mischief.hold
        await payments.close()


async def test_a_deaf_mower_answers_nothing(cloud: SimulatorServer) -> None:
    name = next(iter(cloud.fleet.devices))
    async with aiohttp.ClientSession() as session:
        url = f"{cloud.control_url}/mowers/{name}"
        async with session.post(url, json={"deaf": True}) as answer:
            assert (await answer.json())["deaf"] is True
        async with session.post(f"{cloud.control_url}/heal", json={}):
            assert cloud.fleet.devices[name].deaf is False


async def test_a_twin_that_is_gone_is_unavailable() -> None:
    async def nothing() -> None:
        return None

    injector = TwinInjector(cloud="http://127.0.0.1:9/control", payments="http://127.0.0.1:9/control", happens=nothing)
    with pytest.raises(Unavailable, match="the simulated vendor did not answer"):
        await injector.inject(Fault.SPINNING, Target(LUBA), for_s=1)


def test_a_score_reads_as_a_table_and_as_json() -> None:
    def at(second: float) -> Observation:
        return Observation(sign=Sign.BANNER, subject=PAYMENTS, at=NOON + timedelta(seconds=second))

    record = DrillRecord(
        script=script_named("webhook-outage"), target=Target(), began_at=NOON, begun_by="dana",
        ended_at=NOON + timedelta(seconds=340),
        observations=(
            Observation(sign=Sign.INJECTED, subject="fault", at=NOON + timedelta(seconds=10)), at(90),
            replace(at(150), sign=Sign.BOOKS_COMPARED, by="dana@elm.example"),
        ),
    )  # fmt: skip
    result = score(record, NOON)
    table = score_table(result)
    assert " 20/20  Product  In time      The billing page says that webhooks stay away: after 80.0 s" in table
    assert "  0/20  Product  Missed " in table
    assert "(dana@elm.example)" in table
    assert table.splitlines()[-1] == "   40/60  Product 20/40, People 20/20"
    told = json.loads(json.dumps(score_json(result)))
    assert (told["drill"], told["points"], told["of"]) == ("webhook-outage", 40, 60)
    assert told["people"] == {"points": 20, "of": 20}
    assert told["lines"][0] | {"what": ""} == {
        "key": "banner", "what": "", "party": "system", "verdict": "in_time", "seconds": 80.0, "within_s": 120.0,
        "points": 20, "of": 20, "by": "", "reason": "after 80.0 s; stated are 120 s",
    }  # fmt: skip
