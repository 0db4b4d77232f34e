"""Limits counted across processes on a real Redis; while it is lost each process counts by itself, and says so once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from limits import RateLimitItemPerMinute
from starlette.requests import HTTPConnection
from structlog.testing import capture_logs

from core.clock import MovableClock
from dashboard.counts import AGAIN_S, Counts
from dashboard.throttle import AskThrottle, SignInThrottle
from tests.scenarios.several.own_redis import OwnRedis


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[OwnRedis]:
    server = OwnRedis(tmp_path)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def two(redis: OwnRedis, clock: MovableClock) -> AsyncIterator[tuple[Counts, Counts]]:
    """The counts of two processes."""
    one, other = Counts(redis.url, clock=clock), Counts(redis.url, clock=clock)
    yield one, other
    await one.close()
    await other.close()


def from_address(host: str) -> HTTPConnection:
    return HTTPConnection({"type": "http", "client": (host, 1), "headers": []})


async def test_what_one_process_counted_the_other_knows(two: tuple[Counts, Counts]) -> None:
    item = RateLimitItemPerMinute(3)
    assert [await counts.hit(item, "call", "person:1") for counts in (*two, *two)] == [True, True, True, False]
    assert [(await counts.stats(item, "call", "person:1")).remaining for counts in two] == [0, 0]
    assert await two[1].hit(item, "call", "person:2"), "each has a count of its own"


async def test_failed_sign_ins_and_asked_mails_are_counted_over_all_processes(two: tuple[Counts, Counts]) -> None:
    guesser, office = from_address("203.0.113.7"), from_address("198.51.100.1")
    one, other = (SignInThrottle(2, counts=counts) for counts in two)
    await one.failed(guesser)
    assert await one.allows(guesser) and await other.allows(guesser)
    await other.failed(guesser)
    assert not await one.allows(guesser) and not await other.allows(guesser)
    assert await one.allows(office)
    first, second = (AskThrottle(1, counts=counts) for counts in two)
    assert await first.hit(guesser), "another limit, another count"
    assert not await second.hit(guesser)


async def test_without_redis_each_counts_by_itself_says_so_once_and_goes_back(
    two: tuple[Counts, Counts], redis: OwnRedis, clock: MovableClock
) -> None:
    item, (one, other) = RateLimitItemPerMinute(1), two
    assert await one.hit(item, "a")
    await redis.stop()
    with capture_logs() as told:
        assert await one.hit(item, "a"), "what Redis knew is not known here"
        assert not await one.hit(item, "a"), "yet nobody goes uncounted"
        clock.move(AGAIN_S)
        assert not await one.hit(item, "a")
        assert await other.hit(item, "a")
    assert [line["event"] for line in told] == ["limits.counted_here"] * 2, "once for each process"
    await redis.start()
    clock.move(AGAIN_S)
    with capture_logs() as told:
        assert await one.hit(item, "a")
        assert not await one.hit(item, "a")
        assert not await other.hit(item, "a")
    assert [line["event"] for line in told] == ["limits.counted_together"] * 2
