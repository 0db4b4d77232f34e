"""What the weather gate is asked and what it answers: frozen values, stored as they are and shown as they were."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.scheduling.weather_limits import WeatherLimits
from core.texts import N_, Text, joined


class Verdict(StrEnum):
    """What the weather means for a start."""

    GO = "go"
    WAIT = "wait"
    SKIP = "skip"


class Basis(StrEnum):
    """What a decision rests on."""

    WEATHER = "weather"  # the provider's hours, and the mower's own rain sensor where it tells
    MOWER = "mower"  # the mower's own rain sensor alone: the weather is stale or has holes
    NOTHING = "nothing"  # neither: nothing starts


class CheckKind(StrEnum):
    """The conditions, each judged by itself."""

    AGE = "age"
    MOWER_RAIN = "mower_rain"
    RAIN_NOW = "rain_now"
    FORECAST = "forecast"
    PROBABILITY = "probability"
    SOIL = "soil"
    WIND = "wind"
    FROST = "frost"


@dataclass(frozen=True, slots=True)
class Check:
    """One condition with its numbers. ``holds`` ``None`` and ``value`` ``None``: not known."""

    kind: CheckKind
    value: float | None
    limit: float
    unit: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class MowerRain:
    """The mower's own rain sensor: ``raining`` ``None`` where it tells nothing."""

    raining: bool | None = None
    told_at: datetime | None = None


UNTOLD = MowerRain()


@dataclass(frozen=True, slots=True)
class Asked:
    """A start that is wanted: now is ``at``; it is to begin at ``begins``, at ``latest`` the last, for ``work``."""

    at: datetime
    begins: datetime
    latest: datetime
    work: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer, with all it rests on."""

    asked: Asked
    verdict: Verdict
    until: datetime | None
    """When to start, or to look again, of a wait."""
    basis: Basis
    source: str
    """Who told the weather; empty if nobody did."""
    read_at: datetime | None
    """When the weather was read."""
    checks: tuple[Check, ...]
    limits: WeatherLimits

    @property
    def against(self) -> tuple[Check, ...]:
        """The conditions that do not hold."""
        return tuple(check for check in self.checks if check.holds is False)

    @property
    def unknown(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.holds is None)

    @property
    def words(self) -> str:
        """One sentence or two: the verdict and why."""
        return joined([*BASIS_WORDS[self.basis], *(AGAINST_WORDS[check.kind] for check in self.against)] or [_DRY])

    def same_as(self, other: "Decision") -> bool:
        """Whether it says the same for the same reasons; numbers may have moved."""
        return (self.verdict, self.until, self.basis, _kinds(self.against), _kinds(self.unknown)) == (
            other.verdict, other.until, other.basis, _kinds(other.against), _kinds(other.unknown),
        )  # fmt: skip


def _kinds(checks: tuple[Check, ...]) -> tuple[CheckKind, ...]:
    return tuple(check.kind for check in checks)


_DRY = N_("Dry enough: every limit holds.")
BASIS_WORDS: dict[Basis, tuple[str, ...]] = {
    Basis.WEATHER: (),
    Basis.MOWER: (N_("The weather is not known, so the mower's own rain sensor decides."),),
    Basis.NOTHING: (N_("Neither the weather nor the mower's rain sensor is known, so nothing starts."),),
}
AGAINST_WORDS: dict[CheckKind, str] = {
    CheckKind.AGE: N_("The weather was read too long ago."),
    CheckKind.MOWER_RAIN: N_("The mower itself reports rain."),
    CheckKind.RAIN_NOW: N_("It rains when it would start."),
    CheckKind.FORECAST: N_("Too much rain is forecast while it would mow."),
    CheckKind.PROBABILITY: N_("Rain is too likely while it would mow."),
    CheckKind.SOIL: N_("The ground is still too wet from the last days."),
    CheckKind.WIND: N_("Too much wind is forecast."),
    CheckKind.FROST: N_("It is too cold: frozen grass breaks."),
}
CHECK_NAMES: dict[CheckKind, str] = {
    CheckKind.AGE: N_("Age of the weather"),
    CheckKind.MOWER_RAIN: N_("The mower's rain sensor"),
    CheckKind.RAIN_NOW: N_("Rain at the start"),
    CheckKind.FORECAST: N_("Rain while it mows"),
    CheckKind.PROBABILITY: N_("Probability of rain"),
    CheckKind.SOIL: N_("Water left in the ground"),
    CheckKind.WIND: N_("Strongest wind"),
    CheckKind.FROST: N_("Coldest air"),
}


def skipped_words(decision: Decision) -> str:
    """Why a visit was skipped, for people who were told of it."""
    return Text("Skipped because of the weather. {why}", why=decision.words)
