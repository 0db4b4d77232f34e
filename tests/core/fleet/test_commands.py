"""The life of a command, on both databases: never twice, never lost, and a success only when telemetry shows it."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.fleet.command_rules import CommandView
from core.fleet.commands import CommandRefused
from core.fleet.guard import NoGuard, Reason, StartFacts
from core.fleet.model import CommandKind, CommandStatus, MowerState, Reading, SendReceipt, Source
from core.fleet.service import FleetService
from core.ids import new_id
from core.texts import Text
from tests.core.fleet.cast import LUBA, docked, mowing, report
from tests.core.fleet.conftest import ELM_STREET, service_on
from tests.core.fleet.fakes import FakeCloud, FakeLink, ReversingBox

K, T = CommandKind, CommandStatus


@pytest.fixture
async def ready(linked: FleetService) -> FleetService:
    """A linked fleet whose Luba stands charged at its dock."""
    await hears(linked, docked(0))
    return linked


async def hears(fleet: FleetService, *readings: Reading) -> None:
    fleet.pipeline.enqueue(readings)
    fleet.pipeline.drain()
    await fleet.commands.step()


async def ask(fleet: FleetService, kind: CommandKind = K.START, **fields: Any) -> CommandView:
    return await fleet.commands.request(
        device_name=LUBA, kind=kind, asked_by="dispatcher@mowthos.example", source="web", **fields
    )


def status_word(at_s: float, *, online: bool) -> Reading:
    """The vendor's word that the mower is there, or not."""
    return report(at_s, source=Source.STATUS, online=online)


async def status(fleet: FleetService, command: CommandView) -> CommandStatus:
    return (await fleet.commands.get(command.id)).status


async def test_a_command_walks_from_queued_to_done_and_tells_each_step(
    ready: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    told: list[CommandView] = []
    ready.commands.changed.subscribe(told.append)
    command = await ask(ready, parameters={"areas": ["7"]})
    assert command.status is T.QUEUED
    clock.move(1)
    await ready.commands.step()
    assert cloud.link.sent == [(LUBA, K.START, {"areas": [7]}, str(command.id))]
    assert await status(ready, command) is T.SENT
    clock.move(1)
    cloud.link.listener.acknowledged(LUBA, K.START, True, "")
    await ready.accounts.handle_messages()
    await ready.commands.step()
    assert await status(ready, command) is T.ACKNOWLEDGED
    clock.move(4)
    await hears(ready, mowing(5, north=0))
    assert await status(ready, command) is T.SEEN
    clock.move(1)
    await hears(ready, mowing(6, north=0.5))
    final = await ready.commands.get(command.id)
    assert final.status is T.DONE
    steps = (final.requested_at, final.sent_at, final.acknowledged_at, final.seen_at, final.finished_at)
    assert list(steps) == sorted(step for step in steps if step is not None)
    walked = [view.status for view in told]
    assert [step for step, before in zip(walked, [None, *walked], strict=False) if step != before] == [
        T.QUEUED,
        T.SENT,
        T.ACKNOWLEDGED,
        T.SEEN,
        T.DONE,
    ]


async def test_a_refused_command_is_kept_with_its_reasons(ready: FleetService, cloud: FakeCloud) -> None:
    with pytest.raises(CommandRefused) as refused:
        await ask(ready, K.RETURN)
    assert isinstance(refused.value, Conflict)
    assert refused.value.reasons == (Reason.ALREADY,)
    kept = await ready.commands.get(refused.value.command.id)
    assert (kept.status, kept.reasons) == (T.REFUSED, (Reason.ALREADY,))
    await ready.commands.step()
    assert cloud.link.sent == []


async def test_the_same_id_is_one_command(ready: FleetService, cloud: FakeCloud) -> None:
    command_id = new_id()
    first = await ask(ready, command_id=command_id)
    await ready.commands.step()
    again = await ask(ready, command_id=command_id)
    assert (again.id, again.status) == (first.id, T.SENT)
    with pytest.raises(Invalid, match="exists already"):
        await ask(ready, K.HALT, command_id=command_id)
    await ready.commands.step()
    assert len(cloud.link.sent) == 1


async def test_the_same_id_at_the_same_moment_is_one_command(ready: FleetService, cloud: FakeCloud) -> None:
    command_id = new_id()
    answers = await asyncio.gather(*(ask(ready, K.HALT, command_id=command_id) for _ in range(4)))
    assert {answer.id for answer in answers} == {command_id}
    await ready.commands.step()
    assert len(cloud.link.sent) == len(await ready.commands.recent(LUBA)) == 1


async def test_a_refused_id_stays_refused(ready: FleetService) -> None:
    command_id = new_id()
    with pytest.raises(CommandRefused):
        await ask(ready, K.PAUSE, command_id=command_id)
    await hears(ready, mowing(1))
    with pytest.raises(CommandRefused) as again:
        await ask(ready, K.PAUSE, command_id=command_id)
    assert again.value.command.id == command_id
    assert len(await ready.commands.recent(LUBA)) == 1


async def test_a_cloud_that_does_not_answer_is_tried_again_until_the_command_expires(
    ready: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    cloud.link.send_errors = [Unavailable("no answer"), Unavailable("no answer")]
    command = await ask(ready)
    for _ in range(3):
        await ready.commands.step()
        clock.move(3)
    assert await status(ready, command) is T.SENT
    assert len(cloud.link.sent) == 1

    cloud.link.send_errors = [Unavailable("no answer") for _ in range(100)]
    await hears(ready, mowing(10, north=0), mowing(11, north=1))
    lost = await ask(ready, K.PAUSE)
    for _ in range(130):
        clock.move(1)
        await ready.commands.step()
    ended = await ready.commands.get(lost.id)
    assert (ended.status, ended.reasons) == (T.EXPIRED, (Reason.UNSENT,))
    assert len(cloud.link.sent) == 1


async def test_any_other_answer_of_the_cloud_ends_it_with_the_clouds_words(
    ready: FleetService, cloud: FakeCloud
) -> None:
    cloud.link.send_errors = [NotFound("the device left the account")]
    command = await ask(ready)
    await ready.commands.step()
    ended = await ready.commands.get(command.id)
    assert (ended.status, ended.reasons) == (T.FAILED, ("the device left the account",))


async def test_a_refusal_by_the_device_fails_the_command(ready: FleetService, cloud: FakeCloud) -> None:
    command = await ask(ready)
    await ready.commands.step()
    cloud.link.listener.acknowledged(LUBA, K.START, False, "blade lifted")
    await ready.accounts.handle_messages()
    await ready.commands.step()
    ended = await ready.commands.get(command.id)
    assert (ended.status, ended.reasons) == (T.FAILED, (Reason.DEVICE_REFUSED, "blade lifted"))


async def test_an_answer_before_the_clouds_receipt_is_not_lost(
    ready: FleetService, cloud: FakeCloud, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, answered = cloud.link, asyncio.Event()

    async def slow(
        device_name: str, kind: CommandKind, parameters: Mapping[str, Any], *, command_id: str
    ) -> SendReceipt:
        await answered.wait()
        return SendReceipt(sent_at=clock.now(), link="mqtt")

    monkeypatch.setattr(link, "send", slow)
    command = await ask(ready)
    working = asyncio.create_task(ready.commands.step())
    await asyncio.sleep(0.05)
    link.listener.acknowledged(LUBA, K.START, True, "")
    await ready.accounts.handle_messages()
    await asyncio.sleep(0.05)
    answered.set()
    await working
    await ready.commands.step()
    assert await status(ready, command) is T.ACKNOWLEDGED


async def test_what_telemetry_never_shows_is_no_success(
    ready: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    cloud.link.acknowledges = True
    command = await ask(ready)
    await ready.commands.step()
    for second in range(1, 91):
        clock.move(1)
        await hears(ready, docked(second))
    ended = await ready.commands.get(command.id)
    assert (ended.status, ended.reasons) == (T.FAILED, (Reason.NOT_FOLLOWED,))


async def test_a_later_command_takes_the_place_of_an_earlier_one(
    ready: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    start = await ask(ready)
    await ready.commands.step()
    clock.move(3)
    await hears(ready, mowing(3, north=0))
    pause = await ask(ready, K.PAUSE)
    ended = await ready.commands.get(start.id)
    assert (ended.status, ended.reasons) == (T.FAILED, (Reason.REPLACED,))
    await ready.commands.step()
    assert await status(ready, pause) is T.SENT


async def test_a_halt_does_not_wait_behind_a_slow_command(
    ready: FleetService, cloud: FakeCloud, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, release, order = cloud.link, asyncio.Event(), list[CommandKind]()

    async def send(
        device_name: str, kind: CommandKind, parameters: Mapping[str, Any], *, command_id: str
    ) -> SendReceipt:
        order.append(kind)
        if kind is K.START:
            await release.wait()
        return SendReceipt(sent_at=clock.now(), link="mqtt")

    monkeypatch.setattr(link, "send", send)
    await ask(ready)
    starting = asyncio.create_task(ready.commands.step())
    await asyncio.sleep(0.05)
    halt = await ask(ready, K.HALT)
    halting = asyncio.create_task(ready.commands.step())
    await asyncio.sleep(0.1)
    assert order == [K.START, K.HALT]
    assert await status(ready, halt) is T.SENT
    release.set()
    await asyncio.gather(starting, halting)


async def test_what_came_about_by_itself_is_not_sent(ready: FleetService, cloud: FakeCloud) -> None:
    command = await ask(ready)
    ready.pipeline.enqueue([mowing(1, north=0)])
    ready.pipeline.drain()
    await ready.commands.step()
    ended = await ready.commands.get(command.id)
    assert (ended.status, ended.reasons) == (T.REFUSED, (Reason.ALREADY,))
    assert cloud.link.sent == []


async def restarted(fleet: FleetService, database: Database, cloud: FakeCloud, clock: MovableClock) -> FleetService:
    """The process dies without a word; another starts on the same database."""
    await fleet.telemetry.flush()
    await fleet.accounts.stop()
    await fleet.commands.stop()
    again = service_on(database, cloud, clock)
    await again.accounts.start()
    await again.accounts.look()
    for _ in range(100):
        await asyncio.sleep(0.005)
        if again.accounts.link_of(LUBA) is not None:
            break
    await again.accounts.handle_messages()
    await again.commands.resume()
    return again


async def test_after_a_restart_a_queued_command_is_sent_once(
    ready: FleetService, database: Database, cloud: FakeCloud, clock: MovableClock
) -> None:
    command = await ask(ready)
    again = await restarted(ready, database, cloud, clock)
    await again.commands.step()
    assert [sent[3] for link in cloud.links for sent in link.sent] == [str(command.id)]
    assert await status(again, command) is T.SENT
    await again.accounts.stop()


async def test_after_a_restart_a_sent_command_is_followed_and_not_sent_again(
    ready: FleetService, database: Database, cloud: FakeCloud, clock: MovableClock
) -> None:
    command = await ask(ready)
    await ready.commands.step()
    clock.move(5)
    again = await restarted(ready, database, cloud, clock)
    await again.commands.step()
    await hears(again, mowing(5, north=0), mowing(6, north=1))
    assert await status(again, command) is T.DONE
    assert len([sent for link in cloud.links for sent in link.sent]) == 1
    await again.accounts.stop()


async def test_a_command_caught_while_being_handed_over_is_followed_and_never_sent_again(
    ready: FleetService, database: Database, cloud: FakeCloud, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[str] = []

    async def dies(
        self: FakeLink, device_name: str, kind: CommandKind, parameters: Mapping[str, Any], *, command_id: str
    ) -> SendReceipt:
        handed.append(command_id)
        await asyncio.sleep(3_600)
        raise AssertionError("the process died here")

    monkeypatch.setattr(FakeLink, "send", dies)
    command = await ask(ready)
    dying = asyncio.create_task(ready.commands.step())
    await asyncio.sleep(0.1)
    dying.cancel()
    again = await restarted(ready, database, cloud, clock)
    await again.commands.step()
    followed = await again.commands.get(command.id)
    assert (followed.status, followed.reasons) == (T.SENT, (Reason.INTERRUPTED,))
    assert handed == [str(command.id)]
    clock.move(3)
    await hears(again, mowing(2, north=0), mowing(3, north=1))
    assert await status(again, command) is T.DONE
    assert handed == [str(command.id)]
    await again.accounts.stop()


async def test_after_a_long_stop_a_queued_command_expires_instead_of_surprising_anyone(
    ready: FleetService, database: Database, cloud: FakeCloud, clock: MovableClock
) -> None:
    command = await ask(ready)
    clock.move(600)
    again = await restarted(ready, database, cloud, clock)
    await again.commands.step()
    assert await status(again, command) is T.EXPIRED
    assert [sent for link in cloud.links for sent in link.sent] == []
    await again.accounts.stop()


async def test_an_unknown_mower_or_command_is_not_found(ready: FleetService) -> None:
    with pytest.raises(NotFound):
        await ready.commands.request(device_name="stranger", kind=K.START, asked_by="x", source="web")
    with pytest.raises(NotFound):
        await ready.commands.get(new_id())


async def test_the_running_service_does_all_of_it_by_itself(
    database: Database, cloud: FakeCloud, clock: MovableClock
) -> None:
    fleet = service_on(database, cloud, clock)
    await fleet.start()
    await fleet.accounts.link("elm.street@mowthos.example", "right password", by="admin")
    cloud.link.listener.readings([docked(0)])
    await asyncio.sleep(0.02)
    command = await ask(fleet)
    for second in range(1, 30):
        clock.move(1)
        if second > 2:
            cloud.link.listener.readings([mowing(second, north=second)])
        await asyncio.sleep(0.15)  # the service's own tasks write between two seconds, on a loaded machine too
        if await status(fleet, command) is T.DONE:
            break
    assert await status(fleet, command) is T.DONE
    assert fleet.live.get(LUBA).state is MowerState.MOWING
    history = await fleet.history(LUBA, hours=1)
    await fleet.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("fleet.")]
    with pytest.raises(Invalid, match="hours"):
        await fleet.history(LUBA, hours=0)
    assert len(await fleet.history(LUBA, hours=1)) >= len(history)


async def test_a_reason_that_the_vendors_side_gave_is_stored_with_what_it_is_made_of(
    ready: FleetService, cloud: FakeCloud
) -> None:
    cloud.link.send_errors.append(Conflict(Text("the link of {account} is closed", account="elm")))
    command = await ask(ready)
    await ready.commands.step()
    (reason,) = (await ready.commands.get(command.id)).reasons
    assert isinstance(reason, Text)
    assert (reason, reason.template) == ("the link of elm is closed", "the link of {account} is closed")


async def test_a_halt_goes_out_again_until_telemetry_shows_standstill_and_not_once_more(
    ready: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    await hears(ready, mowing(1, north=0), mowing(2, north=1))
    halt = await ask(ready, K.HALT)
    await ready.commands.step()
    for second in range(3, 15):
        clock.move(1)
        await hears(ready, mowing(second, north=second))
    ids = [command_id for _, kind, _, command_id in cloud.link.sent if kind is K.HALT]
    assert ids == [str(halt.id), f"{halt.id}/2", f"{halt.id}/3"]
    assert cloud.link.asked == [LUBA, LUBA]
    assert (await ready.commands.get(halt.id)).sends == 3
    assert await status(ready, halt) is T.SENT
    for second in (15, 16):
        clock.move(1)
        await hears(ready, report(second, mode=MowerState.PAUSED, north=14.0, battery_percent=80))
    assert await status(ready, halt) is T.DONE
    clock.move(30)
    await ready.commands.step()
    assert len(cloud.link.sent) == 3


async def test_a_mower_that_refuses_to_pause_because_it_stands_still_confirms_a_halt(
    ready: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    halt = await ask(ready, K.HALT)
    await ready.commands.step()
    cloud.link.listener.acknowledged(LUBA, K.HALT, False, "the mower answered with 1")
    await ready.accounts.handle_messages()
    await ready.commands.step()
    assert await status(ready, halt) is T.SENT
    clock.move(5)
    await hears(ready, docked(5), docked(6))
    assert await status(ready, halt) is T.DONE
    figures = await ready.commands.stop_figures(LUBA)
    assert (figures.all.asked, figures.all.proven) == (1, 1)
    assert list(figures.by_link) == ["mqtt"]


async def test_a_halt_whose_standstill_nobody_sees_is_never_a_success(
    ready: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    await hears(ready, mowing(1, north=0), mowing(2, north=1))
    halt = await ask(ready, K.HALT)
    for second in range(3, 110):
        clock.move(1)
        await hears(ready, mowing(second, north=second))
    assert await status(ready, halt) is T.EXPIRED
    assert (await ready.commands.stop_figures()).all.proven == 0


async def test_leaving_the_dock_and_restarting_are_done_only_when_the_mower_shows_it(
    ready: FleetService, cloud: FakeCloud, clock: MovableClock
) -> None:
    leaving = await ask(ready, K.LEAVE_DOCK)
    await ready.commands.step()
    clock.move(2)
    off = {"mode": MowerState.IDLE, "charging": False, "battery_percent": 100}
    await hears(ready, report(2, north=1.0, **off))
    assert await status(ready, leaving) is T.SEEN
    await hears(ready, report(3, north=1.2, **off))
    assert await status(ready, leaving) is T.DONE

    restart = await ask(ready, K.RESTART)
    await ready.commands.step()
    clock.move(2)
    await hears(ready, report(4, north=1.2, **off))
    assert await status(ready, restart) is T.SENT
    await hears(ready, status_word(6, online=False))
    assert await status(ready, restart) is T.SEEN
    clock.move(4)
    await hears(ready, report(9, north=1.3, **off))
    assert await status(ready, restart) is T.DONE


async def test_the_last_chosen_settings_are_remembered_for_the_next_start(
    ready: FleetService, cloud: FakeCloud
) -> None:
    assert await ready.commands.last_start(LUBA) is None
    await ask(ready, parameters={"areas": [7], "blade_height_mm": 45})
    await ready.commands.step()
    last = await ready.commands.last_start(LUBA)
    assert last is not None
    assert last.parameters == {"areas": [7], "blade_height_mm": 45}
    with pytest.raises(Invalid, match="takes no parameters"):
        await ask(ready, K.PAUSE, parameters={"areas": [7]})


class StuckGuard(NoGuard):
    """Facts that never come: a database that hangs."""

    async def facts(self, device_name: str, *, person_id: UUID | None) -> StartFacts:
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_halt_waits_for_no_fact_of_the_guard(
    sqlite_database: Database, cloud: FakeCloud, clock: MovableClock
) -> None:
    fleet = FleetService(
        database=sqlite_database, cloud=cloud, secret_box=ReversingBox(), clock=clock, guard=StuckGuard()
    )
    await fleet.accounts.start()
    await fleet.accounts.link(ELM_STREET, "right password", by="admin@mowthos.example")
    await fleet.commands.resume()
    await hears(fleet, mowing(1, north=0), mowing(2, north=1))
    async with asyncio.timeout(5):
        halt = await ask(fleet, K.HALT)
        await fleet.commands.step()
    assert [command_id for *_, command_id in cloud.link.sent] == [str(halt.id)]
    await fleet.accounts.stop()
    await fleet.commands.stop()
