"""How often, and how long apart, a message is tried. Pure."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRules:
    """The wait doubles from ``first`` up to ``most``; after ``attempts`` the message is dead and a person is asked.

    The defaults give up after about six hours. ``lease`` is how long one attempt may take before another may begin.
    """

    first: timedelta = timedelta(seconds=10)
    most: timedelta = timedelta(hours=1)
    attempts: int = 14
    lease: timedelta = timedelta(minutes=2)

    def __post_init__(self) -> None:
        if not timedelta() < self.first <= self.most or self.attempts < 1 or self.lease <= timedelta():
            raise ValueError("expected 0 < first <= most, attempts of 1 or more, and a lease above 0")


DEFAULT_RETRIES = RetryRules()


def wait_after(attempts: int, rules: RetryRules = DEFAULT_RETRIES) -> timedelta | None:
    """How long to wait after that many attempts have failed; ``None``: give up."""
    if attempts >= rules.attempts:
        return None
    doubled = rules.first * (1 << min(max(attempts - 1, 0), 30))
    return min(doubled, rules.most)
