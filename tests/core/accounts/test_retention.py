"""Sessions that ended long ago are forgotten, but when somebody was last here stays known."""

from core.accounts import HashCost, Passwords, People, Role, SessionKind, forget_old_sessions
from core.clock import MovableClock
from core.db import Database

DAY_S = 86_400
PASSWORD = "correct horse battery"


async def test_old_sessions_go_but_each_persons_newest(database: Database, clock: MovableClock) -> None:
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    await people.create_person(email="dana@elm.example", role=Role.DISPATCHER, password=PASSWORD)
    for _ in range(3):
        await people.sign_in("dana@elm.example", PASSWORD, kind=SessionKind.TOKEN)
        clock.move(60)
    clock.move(20 * DAY_S)
    assert await forget_old_sessions(database, clock) == 0
    clock.move(20 * DAY_S)
    seen = (await people.people())[0].last_seen_at
    assert await forget_old_sessions(database, clock) == 2
    assert (await people.people())[0].last_seen_at == seen is not None
    assert await forget_old_sessions(database, clock) == 0
