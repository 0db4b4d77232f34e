"""Leases of vendor accounts on both databases: one owner at a time, tokens that only grow, takeover after expiry."""

import asyncio
import random

from sqlmodel import select

from core.clock import MovableClock
from core.db import Database
from core.fleet.holding import Fence, Holder, LeaseBook, stands
from core.fleet.holding.tables import AccountLease

ELM, OAK = "elm@mowthos.example", "oak@mowthos.example"
LASTS_S = 12.0


async def test_two_that_start_together_never_own_the_same_account(database: Database, clock: MovableClock) -> None:
    anna, ben = (Holder(database, clock, owner=name) for name in ("anna", "ben"))

    async def a_turn(of: Holder) -> None:
        for account in (await of.turn([ELM, OAK])).lost:
            await of.let_go(account)

    for _ in range(3):  # whoever came first may take both: the second round gives one back, the third takes it
        await asyncio.gather(a_turn(anna), a_turn(ben))
        assert not anna.all() & ben.all()
    assert anna.all() | ben.all() == {ELM, OAK}
    assert len(anna.all()) == len(ben.all()) == 1


async def test_the_accounts_of_a_killed_owner_are_taken_with_a_newer_token(
    database: Database, clock: MovableClock
) -> None:
    anna, ben = (Holder(database, clock, owner=name) for name in ("anna", "ben"))
    await anna.turn([ELM])
    old = anna.fence(ELM)
    assert old == Fence(ELM, 1)
    clock.move(LASTS_S - 1)
    assert (await ben.turn([ELM])).taken == ()
    clock.move(1)
    assert (await ben.turn([ELM])).taken == (ELM,)
    assert ben.fence(ELM) == Fence(ELM, 2)


async def test_whoever_did_not_renew_in_time_stops_by_itself_and_takes_nothing_back(
    database: Database, clock: MovableClock
) -> None:
    anna, ben = (Holder(database, clock, owner=name) for name in ("anna", "ben"))
    await anna.turn([ELM])
    clock.move(LASTS_S)
    assert not anna.mine(ELM), "it asks nobody: its own clock says so"
    assert anna.fence(ELM) is None
    await ben.turn([ELM])
    assert (await anna.turn([ELM])).lost == ()
    assert not anna.mine(ELM)
    assert ben.mine(ELM)


async def test_a_write_with_an_older_token_is_refused(database: Database, clock: MovableClock) -> None:
    anna, ben = (Holder(database, clock, owner=name) for name in ("anna", "ben"))
    await anna.turn([ELM])
    old = anna.fence(ELM)
    assert old is not None
    clock.move(LASTS_S)
    await ben.turn([ELM])
    new = ben.fence(ELM)
    assert new is not None
    async with database.session() as session:
        assert (await session.exec(select(AccountLease.account).where(stands(old)))).all() == []
        assert (await session.exec(select(AccountLease.account).where(stands(new)))).all() == [ELM]


async def test_an_orderly_stop_lets_nobody_wait(database: Database, clock: MovableClock) -> None:
    anna, ben = (Holder(database, clock, owner=name) for name in ("anna", "ben"))
    await anna.turn([ELM, OAK])
    await anna.give_up()
    assert not anna.mine(ELM)
    assert (await ben.turn([ELM, OAK])).taken == (ELM, OAK)


async def test_what_is_given_back_stands_until_it_is_used_no_longer(database: Database, clock: MovableClock) -> None:
    anna, ben = (Holder(database, clock, owner=name) for name in ("anna", "ben"))
    await anna.turn([ELM, OAK])
    await ben.turn([ELM, OAK])
    assert (await anna.turn([ELM, OAK])).lost == (OAK,)
    assert (await ben.turn([ELM, OAK])).taken == (), "its link is not closed yet"
    await anna.let_go(OAK)
    assert (await ben.turn([ELM, OAK])).taken == (OAK,)


async def test_one_that_is_alone_and_was_killed_waits_for_nothing(database: Database, clock: MovableClock) -> None:
    await Holder(database, clock).turn([ELM])
    again = Holder(database, clock)
    assert (await again.turn([ELM])).taken == (ELM,)
    assert again.fence(ELM) == Fence(ELM, 2)


async def test_one_that_is_alone_keeps_everything_however_long_its_machine_slept(
    database: Database, clock: MovableClock
) -> None:
    alone = Holder(database, clock)
    await alone.turn([ELM])
    clock.move(3_600)
    assert alone.mine(ELM)
    turned = await alone.turn([ELM])
    assert (turned.taken, turned.lost) == ((), ())
    assert alone.fence(ELM) == Fence(ELM, 1)


async def test_whatever_happens_tokens_only_grow_and_nobody_shares(
    sqlite_database: Database, clock: MovableClock
) -> None:
    chance, names, accounts = random.Random(7), ("anna", "ben", "cleo"), (ELM, OAK, "ash@mowthos.example")
    holders = {name: Holder(sqlite_database, clock, owner=name) for name in names}
    newest: dict[str, int] = dict.fromkeys(accounts, 0)
    for _ in range(120):
        clock.move(chance.choice((0.5, 1, 2, 5, 13)))
        name = chance.choice(names)
        match chance.random():
            case number if number < 0.1:  # killed, and started anew under a new name
                holders[name] = Holder(sqlite_database, clock, owner=f"{name}-{chance.random()}")
            case number if number < 0.15:
                await holders[name].give_up()
            case _:
                for account in (await holders[name].turn(accounts)).lost:
                    await holders[name].let_go(account)
        held = [account for holder in holders.values() for account in holder.all()]
        assert len(held) == len(set(held))
        for one in await LeaseBook(sqlite_database).all():
            assert one.token >= newest[one.account]
            newest[one.account] = one.token
    assert min(newest.values()) > 1
