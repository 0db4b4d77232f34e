"""Webhooks: signed, tried again, logged, replayable, and never inside our own network."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook, WebhookVerificationError

from core.accounts import Audit, Role, Viewer
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.hooks import HookDesk, HookOutbox, check_url, public
from core.ids import new_id
from tests.core.fleet.fakes import ReversingBox

URL = "https://hooks.example.com/mow"


class TheirServer:
    """Answers what it is told to; keeps what came."""

    def __init__(self) -> None:
        self.answers: list[int | Exception] = []
        self.got: list[tuple[str, bytes, dict[str, str]]] = []

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        self.got.append((url, body, headers))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def ada() -> Viewer:
    return Viewer(new_id(), "ada@elm.example", "Ada", Role.ADMIN)


@pytest.fixture
def server() -> TheirServer:
    return TheirServer()


@pytest.fixture
def desk(database: Database, clock: MovableClock) -> HookDesk:
    return HookDesk(database, clock, Audit(database, clock), ReversingBox())


@pytest.fixture
def outbox(database: Database, clock: MovableClock, server: TheirServer) -> HookOutbox:
    return HookOutbox(database, clock, ReversingBox(), server)


def verified(secret: str, sent: tuple[str, bytes, dict[str, str]]) -> Any:
    return Webhook(secret).verify(sent[1], sent[2])


@pytest.fixture
def their_clock(monkeypatch: pytest.MonkeyPatch, clock: MovableClock) -> None:
    """The library of the other side checks the age of a message by the wall clock: it shall be ours."""
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", _Now(clock))


class _Now:
    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock

    def now(self, tz: object = None) -> Any:
        return self._clock.now()

    def fromtimestamp(self, *args: Any, **more: Any) -> Any:
        from datetime import datetime

        return datetime.fromtimestamp(*args, **more)


async def test_what_is_switched_off_is_not_tried_out(desk: HookDesk, outbox: HookOutbox, ada: Viewer) -> None:
    made = await desk.add(URL, ["alarm.changed"], by=ada)
    await desk.change(made.view.id, by=ada, active=False)
    with pytest.raises(Conflict, match="switched off"):
        await outbox.put_test(made.view.id, asked_by=ada.email)
    await desk.change(made.view.id, by=ada, active=True)
    await outbox.put_test(made.view.id, asked_by=ada.email)
    assert await outbox.run() == 1


async def test_who_asked_is_told_once_with_a_signature_that_their_library_takes(
    desk: HookDesk, outbox: HookOutbox, server: TheirServer, ada: Viewer, their_clock: None
) -> None:
    made = await desk.add(URL, ["alarm.changed"], by=ada)
    await desk.add("https://other.example.com/", ["session.ended"], by=ada)
    assert await outbox.put("alarm.changed", {"kind": "stuck"}) == 1
    assert await outbox.run() == 1
    assert await outbox.run() == 0
    (sent,) = server.got
    assert sent[0] == URL
    assert verified(made.secret, sent)["data"] == {"kind": "stuck"}
    with pytest.raises(WebhookVerificationError):
        verified("whsec_" + "A" * 32, sent)
    with pytest.raises(WebhookVerificationError):
        verified(made.secret, (sent[0], sent[1] + b" ", sent[2]))
    (line,) = await desk.deliveries(made.view.id)
    assert (line.state, line.attempts, line.last_status) == ("done", 1, 200)


async def test_one_that_does_not_answer_is_asked_again_under_the_same_id_with_growing_waits(
    desk: HookDesk, outbox: HookOutbox, server: TheirServer, ada: Viewer, clock: MovableClock
) -> None:
    made = await desk.add(URL, ["alarm.changed"], by=ada)
    await outbox.put("alarm.changed", {})
    server.answers = [Unavailable("no answer: TimeoutError"), 500, 302]
    waits = []
    for _attempt in range(3):
        assert await outbox.run() == 0
        (line,) = await desk.deliveries(made.view.id)
        waits.append(line.due_at - clock.now())
        assert await outbox.run() == 0, "not before its time"
        clock.move(waits[-1].total_seconds())
    assert waits == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert await outbox.run() == 1
    assert len({sent[2]["webhook-id"] for sent in server.got}) == 1 and len({sent[1] for sent in server.got}) == 1
    assert len(server.got) == 4


async def test_one_that_never_answers_is_given_up_and_told_again_when_a_person_asks(
    desk: HookDesk, outbox: HookOutbox, server: TheirServer, ada: Viewer, clock: MovableClock
) -> None:
    made = await desk.add(URL, ["alarm.changed"], by=ada)
    await outbox.put("alarm.changed", {})
    server.answers = [503] * 14
    for _attempt in range(20):
        await outbox.run()
        clock.move(3_600)
    (line,) = await desk.deliveries(made.view.id)
    assert (line.state, line.attempts, line.last_error) == ("dead", 14, "answered 503")
    assert [(one.waiting, one.dead) for one in await desk.endpoints()] == [(0, 1)]
    await desk.replay(line.id, by=ada)
    with pytest.raises(Conflict):
        await desk.replay(line.id, by=ada)
    assert await outbox.run() == 1
    with pytest.raises(NotFound):
        await desk.replay(new_id(), by=ada)


async def test_a_process_that_dies_while_sending_sends_again_later_and_no_second_process_at_once(
    desk: HookDesk, outbox: HookOutbox, server: TheirServer, ada: Viewer, clock: MovableClock, database: Database
) -> None:
    await desk.add(URL, ["alarm.changed"], by=ada)
    await outbox.put("alarm.changed", {})
    server.answers = [RuntimeError("killed")]
    with pytest.raises(RuntimeError):
        await outbox.run()
    second = HookOutbox(database, clock, ReversingBox(), server)
    assert await second.run() == 0, "the first may still be at it"
    clock.move(121)
    assert await second.run() == 1


async def test_after_a_rotation_both_secrets_verify_for_a_day_and_then_the_new_one_alone(
    desk: HookDesk, outbox: HookOutbox, server: TheirServer, ada: Viewer, clock: MovableClock, their_clock: None
) -> None:
    old = await desk.add(URL, ["alarm.changed"], by=ada)
    new = await desk.rotate(old.view.id, by=ada)
    assert new.secret != old.secret
    await outbox.put("alarm.changed", {})
    await outbox.run()
    assert verified(old.secret, server.got[0]) == verified(new.secret, server.got[0])
    clock.move(86_401)
    await outbox.put("alarm.changed", {})
    await outbox.run()
    verified(new.secret, server.got[1])
    with pytest.raises(WebhookVerificationError):
        verified(old.secret, server.got[1])


async def test_one_that_says_it_is_gone_is_told_no_more(
    desk: HookDesk, outbox: HookOutbox, server: TheirServer, ada: Viewer
) -> None:
    await desk.add(URL, ["alarm.changed"], by=ada)
    await outbox.put("alarm.changed", {})
    server.answers = [410]
    await outbox.run()
    assert [one.active for one in await desk.endpoints()] == [False]
    assert await outbox.put("alarm.changed", {}) == 0


async def test_secrets_are_sealed_and_in_no_line_of_the_audit(desk: HookDesk, ada: Viewer, database: Database) -> None:
    made = await desk.add(URL, ["alarm.changed"], by=ada)
    async with database.connection() as connection:
        tables = ("hook_endpoint", "audit_entry")
        stored = [(await connection.execute(text(f"SELECT * FROM {name}"))).all() for name in tables]
    assert made.secret not in str(stored)
    assert [line.action for line in await Audit(database, MovableClock(made.view.created_at)).lines()] == [
        "webhook.add"
    ]


async def test_an_unknown_event_is_refused_and_a_removed_address_takes_its_log_along(
    desk: HookDesk, outbox: HookOutbox, ada: Viewer
) -> None:
    with pytest.raises(Invalid, match="expected some of"):
        await desk.add(URL, ["nothing.happened"], by=ada)
    made = await desk.add(URL, ["alarm.changed"], by=ada)
    await outbox.put("alarm.changed", {})
    await desk.remove(made.view.id, by=ada)
    with pytest.raises(NotFound):
        await desk.deliveries(made.view.id)
    assert await outbox.run() == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:0:1", "2001:db8::1", "198.18.0.1", "192.0.2.1", "not an address", "",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_addresses_outside_are_public(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://db/",
        "https://printer.local/", "https://metadata.google.internal/", "https://user:pass@hooks.example.com/",
        "ftp://hooks.example.com/", "https://", "hooks.example.com", "https://hooks.example.com/#x", "https://[::1",
        "https://hooks.example.com:99999/", "https://a.example/" + "x" * 500, "https://hooks.example.com/a b",
    ],
)  # fmt: skip
def test_urls_that_are_never_called(url: str) -> None:
    with pytest.raises(Invalid):
        check_url(url)
