"""Who may start a mower now, who holds it, and how a refusal is overridden; on both databases."""

import asyncio
from typing import Any

import pytest

from core.control import LeaseChanged
from core.errors import Conflict, Invalid, NotFound
from core.fleet import CommandRefused, CommandView, Reason
from core.fleet.model import CommandKind, CommandStatus
from tests.core.control.cast import Dispatcher, Street, square
from tests.core.fleet.cast import LUBA, YUKA, docked, mowing, report

K, T = CommandKind, CommandStatus
NIGHT = {"days": [0, 1, 2, 3, 4, 5, 6], "begins": "06:00", "ends": "09:00"}
"""Rochester's noon in UTC is 07:00 there in June: quiet."""


async def ask(street: Street, who: Dispatcher, kind: CommandKind = K.START, **fields: Any) -> CommandView:
    return await street.fleet.commands.request(
        device_name=LUBA, kind=kind, asked_by=who.email, person_id=who.person_id, source="web", **fields
    )


async def refused(street: Street, who: Dispatcher, kind: CommandKind = K.START, **fields: Any) -> CommandView:
    with pytest.raises(CommandRefused) as told:
        await ask(street, who, kind, **fields)
    return told.value.command


async def test_quiet_hours_of_the_site_refuse_a_start_in_its_own_time_zone(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, _ = dispatchers
    site = await street.control.quiet.set(LUBA, [NIGHT], ana)
    assert len(site.windows) == 1
    assert (await refused(street, ana)).reasons == (Reason.QUIET_HOURS,)
    street.clock.move(2 * 3600)
    await street.hears(docked(2 * 3600))
    assert (await ask(street, ana)).status is T.QUEUED
    assert ("quiet_hours.set", ana.email, "") in await street.audited()
    await street.control.quiet.set(LUBA, [], ana)
    assert (await street.control.quiet.of(LUBA)).windows == ()


async def test_a_wrong_window_changes_nothing_and_a_mower_without_a_site_has_no_quiet_hours(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, _ = dispatchers
    await street.control.quiet.set(LUBA, [NIGHT], ana)
    with pytest.raises(Invalid, match="ends"):
        await street.control.quiet.set(LUBA, [NIGHT, {**NIGHT, "ends": "soon"}], ana)
    assert len((await street.control.quiet.of(LUBA)).windows) == 1
    with pytest.raises(Conflict, match="no host's lot"):
        await street.control.quiet.set(YUKA, [NIGHT], ana)
    with pytest.raises(NotFound):
        await street.control.quiet.of("Nobody")


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("draft", Reason.UNAPPROVED),
        ("submitted", Reason.UNAPPROVED),
        ("rejected", Reason.UNAPPROVED),
        ("suspended", Reason.SUSPENDED),
        ("approved", None),
        ("active", None),
    ],
)
async def test_the_clusters_state_decides(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher], state: str, reason: Reason | None
) -> None:
    street.clusters.say(state)
    street.control.sites.outdated()
    told = await street.fleet.commands.against(LUBA, K.START, person_id=dispatchers[0].person_id)
    assert told == (() if reason is None else (reason,))


async def test_a_mower_that_serves_its_host_alone_needs_no_cluster_but_one_that_is_shared_does(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, _ = dispatchers
    assert await street.fleet.commands.against(LUBA, K.START, person_id=ana.person_id) == ()
    await street.lot("14 Elm St", "neighbour", square(30))
    assert await street.fleet.commands.against(LUBA, K.START, person_id=ana.person_id) == (Reason.UNAPPROVED,)


async def test_an_override_needs_words_is_kept_and_takes_away_only_what_may_be_overridden(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, _ = dispatchers
    await street.control.quiet.set(LUBA, [NIGHT], ana)
    await street.hears(docked(1, battery_percent=12))
    assert set((await refused(street, ana)).reasons) == {Reason.QUIET_HOURS, Reason.LOW_BATTERY}
    with pytest.raises(Invalid, match="three characters"):
        await ask(street, ana, override=" a ")
    given = await ask(street, ana, override="The host asked for it on the phone.")
    kept = await street.fleet.commands.get(given.id)
    assert kept.override == "The host asked for it on the phone."
    assert set(kept.overridden) == {Reason.QUIET_HOURS, Reason.LOW_BATTERY}
    await street.hears(mowing(5, north=0.0), mowing(6, north=0.5))
    again = await refused(street, ana, override="Once more.")
    assert again.reasons == (Reason.ALREADY,)
    assert (again.override, set(again.overridden)) == ("Once more.", {Reason.QUIET_HOURS})


async def test_a_second_operator_is_told_who_holds_the_mower_and_takes_over_only_by_saying_so(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, ben = dispatchers
    mower = await street.control.mower_id(LUBA)
    leases, told = street.control.leases, list[LeaseChanged]()
    leases.changed.subscribe(told.append)
    await leases.take(LUBA, mower, ana)
    assert (await refused(street, ben)).reasons == (Reason.HELD,)
    with pytest.raises(Conflict, match=r"ana@.* holds"):
        await leases.take(LUBA, mower, ben)
    assert (await ask(street, ana)).status is T.QUEUED
    await leases.take_over(LUBA, mower, ben)
    assert (await refused(street, ana, K.RETURN)).reasons[-1] == Reason.HELD
    lease = await leases.of(LUBA, mower)
    assert lease is not None and lease.holder == ben.email
    await leases.release(LUBA, mower, ana)
    assert await leases.of(LUBA, mower) == lease
    await leases.release(LUBA, mower, ben)
    assert await leases.of(LUBA, mower) is None
    assert [one.lease and one.lease.holder for one in told] == [ana.email, ana.email, ben.email, None]
    audited = [(action, actor) for action, actor, _ in await street.audited() if action.startswith("lease.")]
    assert audited == [("lease.take", ana.email), ("lease.take_over", ben.email), ("lease.release", ben.email)]


async def test_a_command_holds_the_mower_for_a_while_and_the_lease_ends_by_itself(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, ben = dispatchers
    await ask(street, ana)
    assert (await refused(street, ben)).reasons[-1] == Reason.HELD
    street.clock.move(301)
    await street.hears(mowing(301, north=0.0), mowing(302, north=0.5))
    assert (await ask(street, ben, K.RETURN)).status is T.QUEUED
    lease = street.control.leases.known(LUBA)
    assert lease is not None and lease.holder == ben.email


async def test_whoever_sees_danger_stops_a_mower_that_somebody_else_holds_and_does_not_hold_it_then(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, ben = dispatchers
    await street.control.leases.take(LUBA, await street.control.mower_id(LUBA), ana)
    await street.hears(mowing(1, north=0.0), mowing(2, north=0.5))
    for kind in (K.PAUSE, K.HALT):
        assert (await ask(street, ben, kind)).status is T.QUEUED
    lease = street.control.leases.known(LUBA)
    assert lease is not None and lease.holder == ana.email


async def test_of_two_who_take_at_the_same_moment_one_gets_it(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    mower = await street.control.mower_id(LUBA)
    outcomes = await asyncio.gather(
        *(street.control.leases.take(LUBA, mower, who) for who in dispatchers), return_exceptions=True
    )
    assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True]


async def test_rain_on_the_mower_refuses_and_names_itself(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    await street.hears(report(1, mode="docked", charging=True, battery_percent=100, rain=True, north=0.0))
    told = await street.fleet.commands.against(LUBA, K.START, person_id=dispatchers[0].person_id)
    assert Reason.RAIN_HOLD in told


async def test_rain_that_the_weather_tells_of_holds_a_start_until_it_is_over(
    street: Street, dispatchers: tuple[Dispatcher, Dispatcher]
) -> None:
    ana, _ = dispatchers
    wet = {LUBA}
    street.control.guard.raining = wet.__contains__
    assert (await refused(street, ana)).reasons == (Reason.RAIN_HOLD,)
    wet.clear()
    assert (await ask(street, ana)).status is T.QUEUED
