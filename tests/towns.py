"""A small town that tests share; made once a run."""

from functools import cache

from core.neighbourhood.town import Town, generate_town


@cache
def small_town(seed: int = 3) -> Town:
    return generate_town(seed=seed, homes=80, clusters=4)
