"""Is it where it belongs, and who moved it? A pure rule over what was known of a mower's place and one more sight.

| sight | means |
|---|---|
| outside while it drives itself, twice | it left its ground: pause it |
| outside while it stands, twice | it left its ground |
| further than ``taken_m`` from where it came to rest, outside, without driving | taken |
| the device says that it was picked up | lifted |
| inside again | it came back; what a person must end stays open |
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from core.errors import Invalid
from core.texts import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRules:
    """``sights`` outside in a row make a breach (1 to 60); ``taken_m`` is the way without driving that makes a theft
    (5 to 500 m); ``site_m`` bounds a mower without a fence (50 to 5,000 m around its host's door)."""

    sights: int = 2
    taken_m: float = 15.0
    site_m: float = 200.0

    def __post_init__(self) -> None:
        if not (1 <= self.sights <= 60 and 5 <= self.taken_m <= 500 and 50 <= self.site_m <= 5_000):
            raise Invalid(N_("ground rules: expected 1 to 60 sights, 5 to 500 m taken, 50 to 5,000 m of site"))


class Happened(StrEnum):
    LEFT = "left"
    CAME_BACK = "came_back"
    TAKEN = "taken"
    LIFTED = "lifted"
    PUT_DOWN = "put_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look at a mower. ``outside_m``: metres outside its ground beyond the noise of its position, 0 = on it,
    ``None`` = without a fence; ``driving`` by itself; ``moved_m`` from where it came to rest."""

    outside_m: float | None
    driving: bool
    lifted: bool
    moved_m: float
    off_site: bool = False  # without a fence: further than the site reaches


@dataclass(frozen=True, slots=True)
class Ground:
    """What is remembered of a mower."""

    sights: int = 0
    left: bool = False
    taken: bool = False
    lifted: bool = False

    @property
    def notable(self) -> bool:
        """Whether there is anything to remember."""
        return self != Ground()


def look(before: Ground, sight: Sight, rules: GroundRules) -> tuple[Ground, tuple[Happened, ...]]:
    """The ground after one more sight, and what happened."""
    after, happened = replace(before), []
    if sight.lifted != before.lifted:
        happened.append(Happened.LIFTED if sight.lifted else Happened.PUT_DOWN)
        after = replace(after, lifted=sight.lifted)
    outside = sight.off_site if sight.outside_m is None else sight.outside_m > 0
    if not outside:
        if before.left:
            happened.append(Happened.CAME_BACK)
        return replace(after, sights=0, left=False, taken=False), tuple(happened)
    after = replace(after, sights=before.sights + 1)
    if after.sights < rules.sights:
        return after, tuple(happened)
    if not before.left and sight.outside_m is not None:
        happened.append(Happened.LEFT)
        after = replace(after, left=True)
    if not before.taken and not sight.driving and sight.moved_m > rules.taken_m:
        happened.append(Happened.TAKEN)
        after = replace(after, taken=True)
    return after, tuple(happened)
