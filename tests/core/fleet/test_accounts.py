"""Vendor accounts: linked once, restored on tokens, and never logged in behind anyone's back."""

import asyncio

import pytest
from sqlalchemy import text

from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid, NeedsHuman, NotFound, Unavailable
from core.fleet.model import LinkHealth, LinkState, MowerState
from core.fleet.service import FleetService
from core.texts import Text
from tests.core.fleet.cast import LUBA, YUKA, docked
from tests.core.fleet.conftest import ELM_STREET, service_on
from tests.core.fleet.fakes import FakeCloud, device, healthy


async def connected(fleet: FleetService) -> None:
    """Look at the account table once, and let what it begins come to its end."""
    await fleet.accounts.look()
    for _ in range(200):
        await asyncio.sleep(0.005)
        if not [task for task in asyncio.all_tasks() if task.get_name().startswith("fleet.connect")]:
            break
    await fleet.accounts.handle_messages()


async def row(database: Database) -> dict[str, object]:
    async with database.connection() as connection:
        return dict((await connection.execute(text("SELECT * FROM vendor_account"))).mappings().one())


async def test_linking_logs_in_once_finds_the_mowers_and_keeps_no_password(
    linked: FleetService, cloud: FakeCloud, database: Database
) -> None:
    assert cloud.logins == [(ELM_STREET, "right password")]
    assert [(mower.number, mower.device_name, mower.account) for mower in linked.roster.all()] == [
        (1, LUBA, ELM_STREET),
        (2, YUKA, ELM_STREET),
    ]
    (view,) = await linked.accounts.accounts()
    assert (view.state, view.devices, view.task, view.request_ceiling) == (LinkState.UP, 2, None, 500)
    stored = await row(database)
    assert stored["sealed_password"] is None
    assert stored["sealed_tokens"] == f"sealed:{f'tokens of {ELM_STREET}'[::-1]}"
    assert "password" not in repr(view)


async def test_a_device_that_an_account_lists_twice_is_one_mower(linked: FleetService) -> None:
    await linked.roster.found(ELM_STREET, [device(LUBA), device(YUKA), device("Luba-NEW"), device("Luba-NEW")])
    assert [mower.device_name for mower in linked.roster.all()] == [LUBA, YUKA, "Luba-NEW"]


async def test_a_restart_restores_on_tokens_without_a_login(
    linked: FleetService, cloud: FakeCloud, database: Database, clock: MovableClock
) -> None:
    await linked.accounts.stop()
    assert cloud.link.closed
    again = service_on(database, cloud, clock)
    await again.accounts.start()
    await connected(again)
    assert cloud.restores == [(ELM_STREET, f"tokens of {ELM_STREET}")]
    assert len(cloud.logins) == 1
    assert again.accounts.link_of(LUBA) is cloud.link
    await again.accounts.stop()


async def test_dead_tokens_are_a_task_for_a_person_and_never_a_login(
    linked: FleetService, cloud: FakeCloud, database: Database, clock: MovableClock
) -> None:
    await linked.accounts.stop()
    cloud.errors = [NeedsHuman("the vendor no longer knows these tokens")]
    again = service_on(database, cloud, clock)
    await again.accounts.start()
    await connected(again)
    for _ in range(5):
        clock.move(3_600)
        await connected(again)
    (view,) = await again.accounts.accounts()
    assert view.state is LinkState.REAUTH_NEEDED
    assert view.detail == "the vendor no longer knows these tokens"
    assert view.task == "Give the password of this vendor account again."
    assert (len(cloud.logins), len(cloud.restores)) == (1, 1)
    assert again.accounts.link_of(LUBA) is None

    await again.accounts.link(ELM_STREET, "new password", by="admin")
    assert cloud.logins[1:] == [(ELM_STREET, "new password")]
    assert (await again.accounts.account(ELM_STREET)).state is LinkState.UP
    await again.accounts.stop()


async def test_a_wrong_password_is_refused_forgotten_and_not_tried_again(
    fleet: FleetService, cloud: FakeCloud, database: Database, clock: MovableClock
) -> None:
    cloud.errors = [NeedsHuman("wrong account or password")]
    with pytest.raises(NeedsHuman, match="wrong account or password"):
        await fleet.accounts.link(ELM_STREET, "wrong", by="admin")
    clock.move(7_200)
    await connected(fleet)
    assert cloud.logins == [(ELM_STREET, "wrong")]
    assert (await row(database))["sealed_password"] is None


async def test_a_cloud_that_does_not_answer_is_tried_again_ever_more_slowly(
    fleet: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    cloud.errors = [Unavailable("no answer") for _ in range(3)]
    view = await fleet.accounts.link(ELM_STREET, "right password", by="admin")
    assert (view.state, view.detail) == (LinkState.CLOUD_DOWN, "no answer")
    attempts = []
    for second in range(60):
        await connected(fleet)
        attempts.append((second, len(cloud.logins)))
        clock.move(1)
    firsts = [next(second for second, count in attempts if count == wanted) for wanted in (2, 3, 4)]
    assert firsts == [5, 15, 35]
    assert (await fleet.accounts.account(ELM_STREET)).state is LinkState.UP
    assert len(cloud.logins) == 4


async def test_a_fault_of_the_adapter_is_seen_tried_again_and_tells_no_secret(
    fleet: FleetService, cloud: FakeCloud, clock: MovableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.errors = [KeyError("login?password=right password")]
    view = await fleet.accounts.link(ELM_STREET, "right password", by="admin")
    assert (view.state, view.detail) == (LinkState.CLOUD_DOWN, "unexpected KeyError")
    shown = capsys.readouterr()
    assert "fleet.connect_failed" in shown.out
    assert "right password" not in shown.out + shown.err
    clock.move(5)
    await connected(fleet)
    assert (await fleet.accounts.account(ELM_STREET)).state is LinkState.UP


async def test_a_link_asked_for_by_the_command_line_is_picked_up_by_the_owner(
    fleet: FleetService, cloud: FakeCloud, database: Database, clock: MovableClock
) -> None:
    command_line = service_on(database, None, clock)
    await command_line.accounts.start()
    view = await command_line.accounts.link(ELM_STREET, "right password", by="operator")
    assert view.state is LinkState.CONNECTING
    stored = await row(database)
    assert "right password" not in str(stored)
    assert stored["sealed_password"] is not None
    await connected(fleet)
    assert cloud.logins == [(ELM_STREET, "right password")]
    assert (await command_line.accounts.account(ELM_STREET)).state is LinkState.UP
    assert len(fleet.live) == 2


async def test_an_unlinked_account_is_closed_by_its_owner_and_its_secrets_are_gone(
    linked: FleetService, cloud: FakeCloud, database: Database, clock: MovableClock
) -> None:
    await service_on(database, None, clock).accounts.unlink(ELM_STREET, by="operator")
    await connected(linked)
    assert cloud.link.closed
    stored = await row(database)
    assert (stored["sealed_password"], stored["sealed_tokens"]) == (None, None)
    assert await linked.accounts.accounts() == []


async def test_one_link_an_account_even_when_linked_again(linked: FleetService, cloud: FakeCloud) -> None:
    await linked.accounts.link(ELM_STREET, "right password", by="admin")
    assert [link.closed for link in cloud.links] == [True, False]
    assert len(linked.accounts.links()) == 1


async def test_a_roster_that_did_not_change_keeps_its_epoch(linked: FleetService, cloud: FakeCloud) -> None:
    epoch = linked.live.epoch
    cloud.link.listener.device_found(ELM_STREET, device(LUBA))
    await linked.accounts.handle_messages()
    assert linked.live.epoch == epoch


async def test_devices_found_one_by_one_make_one_new_roster(linked: FleetService, cloud: FakeCloud) -> None:
    epoch = linked.live.epoch
    for number in range(20):
        cloud.link.listener.device_found(ELM_STREET, device(f"Luba-{number:04d}"))
    await linked.accounts.handle_messages()
    assert (len(linked.live), linked.live.epoch) == (22, epoch + 1)


async def test_a_removed_device_leaves_the_roster_and_comes_back_with_its_number(
    linked: FleetService, cloud: FakeCloud
) -> None:
    linked.pipeline.enqueue([docked(0, device_name=YUKA)])
    linked.pipeline.drain()
    listener, epoch = cloud.link.listener, linked.live.epoch
    listener.device_removed(ELM_STREET, LUBA)
    await linked.accounts.handle_messages()
    assert [snapshot.device_name for snapshot in linked.live.all()] == [YUKA]
    assert linked.live.epoch == epoch + 1
    assert linked.live.get(YUKA).state is MowerState.DOCKED
    with pytest.raises(NotFound):
        linked.roster.identity(LUBA)
    listener.device_found(ELM_STREET, device("Luba-NEW"))
    listener.device_found(ELM_STREET, device(LUBA))
    await linked.accounts.handle_messages()
    assert [(mower.number, mower.device_name) for mower in linked.roster.all()] == [
        (1, LUBA),
        (2, YUKA),
        (3, "Luba-NEW"),
    ]


async def test_a_device_shared_by_two_accounts_stays_with_the_first(linked: FleetService, cloud: FakeCloud) -> None:
    cloud.devices["second@mowthos.example"] = [device(LUBA)]
    await linked.accounts.link("second@mowthos.example", "password", by="admin")
    assert linked.roster.identity(LUBA).account == ELM_STREET


async def test_health_is_told_stored_when_it_changes_and_kept_for_its_mowers(
    linked: FleetService, cloud: FakeCloud, database: Database, clock: MovableClock
) -> None:
    told: list[LinkHealth] = []
    linked.accounts.health_changed.subscribe(told.append)
    down = healthy(ELM_STREET, clock.move(30), state=LinkState.BROKER_DOWN, detail="connection refused")
    cloud.link.listener.health_changed(down)
    await linked.accounts.handle_messages()
    assert told == [down]
    assert linked.accounts.health_of(LUBA) == down
    assert (await row(database))["state"] == "broker_down"


async def test_mowers_come_back_after_a_restart_with_their_last_reading_never_as_fresh(
    linked: FleetService, database: Database, clock: MovableClock, cloud: FakeCloud
) -> None:
    linked.pipeline.enqueue([docked(0)])
    linked.pipeline.drain()
    await linked.telemetry.close()
    await linked.accounts.stop()
    clock.move(120)
    again = service_on(database, cloud, clock)
    await again.accounts.load()
    luba = again.live.get(LUBA)
    assert (luba.state, luba.confidence, luba.age_s(clock.now())) == (MowerState.DOCKED, "stale", 120)
    assert again.live.get(YUKA).state is MowerState.UNKNOWN


@pytest.mark.parametrize(("account", "password"), [("", "x"), ("  ", "x"), ("a" * 300, "x"), ("a@b", "")])
async def test_an_empty_account_or_password_is_invalid(fleet: FleetService, account: str, password: str) -> None:
    with pytest.raises(Invalid, match="expected"):
        await fleet.accounts.link(account, password, by="admin")


async def test_stopping_leaves_no_task(linked: FleetService) -> None:
    await linked.accounts.stop()
    await linked.commands.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("fleet.")]


async def test_why_an_account_waits_for_a_person_is_known_after_a_restart_with_what_it_is_made_of(
    fleet: FleetService, cloud: FakeCloud, database: Database, clock: MovableClock
) -> None:
    cloud.errors.append(NeedsHuman(Text("login of {account}", account=ELM_STREET)))
    await fleet.accounts.start()
    with pytest.raises(NeedsHuman):
        await fleet.accounts.link(ELM_STREET, "wrong", by="test")
    await fleet.accounts.stop()
    (view,) = await service_on(database, None, clock).accounts.accounts()
    assert isinstance(view.detail, Text)
    assert (view.detail, view.detail.template) == (f"login of {ELM_STREET}", "login of {account}")
    assert (await row(database))["state"] == LinkState.REAUTH_NEEDED
