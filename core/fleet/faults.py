"""What a fault number means in plain words. The words are the vendor's business: they come through this port."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.texts import N_, Text


class Severity(StrEnum):
    """How bad something is; the order of the members is the order of weight."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def weight(self) -> int:
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultWords:
    """One fault: what is wrong, what usually causes it, what a person does about it, and how bad it is.

    ``hands_on``: somebody has to go to the mower. ``known``: whether the vendor's table has the number at all.
    """

    code: int
    what: str
    cause: str
    next_step: str
    severity: Severity = Severity.WARNING
    hands_on: bool = True
    known: bool = True


class FaultLexicon(Protocol):
    """The vendor's error numbers in words."""

    def explain(self, code: int, language: str = "en") -> FaultWords:
        """Words for a number of either sign, in ``language`` where the vendor has them; never fails."""
        ...


class NoLexicon:
    """Stands where no vendor is."""

    def explain(self, code: int, language: str = "en") -> FaultWords:
        return unknown_fault(code)


def unknown_fault(code: int) -> FaultWords:
    """A number that nobody has words for, told as what it is."""
    return FaultWords(
        code=abs(code),
        what=Text("Unknown code {code}", code=abs(code)),
        cause=N_("No table of the vendor explains this number."),
        next_step=N_("Look at the mower, and look the number up in the vendor's app."),
        known=False,
    )
