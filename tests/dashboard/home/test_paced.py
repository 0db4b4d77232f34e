"""The brake for updates: the first at once, the last never lost, none after the page has gone."""

import asyncio

from dashboard.home.paced import Paced


async def test_a_burst_acts_at_once_and_once_more_at_the_end() -> None:
    seen: list[int] = []
    value = 0
    paced = Paced(lambda: seen.append(value), period_s=0.01)
    for value in range(1, 51):  # noqa: B007 - the brake reads it
        paced()
    assert seen == [1]
    while len(seen) < 2:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.03)
    assert seen == [1, 50]
    paced.stop()


async def test_a_quiet_spell_is_followed_by_an_immediate_act() -> None:
    seen: list[str] = []
    paced = Paced(lambda: seen.append("acted"), period_s=0.005)
    paced()
    await asyncio.sleep(0.03)
    paced()
    assert seen == ["acted", "acted"]
    paced.stop()


async def test_nothing_acts_after_the_stop_not_even_what_waited() -> None:
    seen: list[str] = []
    paced = Paced(lambda: seen.append("acted"), period_s=0.005)
    paced()
    paced()
    paced.stop()
    paced()
    await asyncio.sleep(0.03)
    assert seen == ["acted"]
