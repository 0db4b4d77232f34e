"""What stands against putting a bill to a household. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from core.billing.bills import Bill
from core.billing.shadow import ShadowBill
from core.texts import N_, Text


class Hold(StrEnum):
    """Why a bill waits. An outlier may be approved; the others go away only with their cause."""

    SHADOW = "shadow"
    UNATTRIBUTED = "unattributed"
    OUTLIER = "outlier"


HOLD_WORDS = {
    Hold.SHADOW: N_("The shadow bill differs"),
    Hold.UNATTRIBUTED: N_("Minutes without a lot"),
    Hold.OUTLIER: N_("Unusually high"),
}
LEAST_HISTORY = 3
"""So many bills make a median."""


@dataclass(frozen=True, slots=True)
class Held:
    """One reason, in words with figures."""

    hold: Hold
    words: str


def holds(
    bill: Bill,
    shadow: ShadowBill | None,
    *,
    unattributed_minutes: int,
    earlier: Sequence[int],
    times: int,
    approved: bool = False,
) -> list[Held]:
    """``earlier``: totals of the household's bills before this one, in minor units, without negative ones."""
    found = []
    words = shadow_difference(bill, shadow)
    if words:
        found.append(Held(Hold.SHADOW, words))
    if unattributed_minutes:
        found.append(
            Held(
                Hold.UNATTRIBUTED,
                Text(
                    "{minutes} minutes of this mower in the period belong to no lot yet", minutes=unattributed_minutes
                ),
            )
        )
    if not approved and len(earlier) >= LEAST_HISTORY:
        usual = median(earlier)
        if bill.total.minor > times * usual:
            found.append(
                Held(
                    Hold.OUTLIER,
                    Text(
                        "{total} is more than {times} times the household's usual {usual}",
                        total=_plain(bill.total.minor),
                        times=times,
                        usual=_plain(round(usual)),
                    ),
                )
            )
    return found


def shadow_difference(bill: Bill, shadow: ShadowBill | None) -> str:
    """What the shadow says differently; empty when it agrees to the cent, line by line."""
    if shadow is None:
        return Text("the shadow knows no bill {number}", number=bill.number)
    ours = sorted((line.kind.value, line.amount.minor) for line in bill.lines if line.amount.minor)
    theirs = sorted((kind, amount) for kind, amount in shadow.lines if amount)
    mine = (bill.number, int(bill.at.timestamp()), bill.total.minor, bill.credit_used.minor, bill.due.minor)
    if ours == theirs and mine == (shadow.number, shadow.at, shadow.total, shadow.credit_used, shadow.due):
        return ""
    return Text(
        "our engine says {ours} and the shadow {shadow}", ours=_plain(bill.due.minor), shadow=_plain(shadow.due)
    )


def _plain(minor: int) -> str:
    return f"{minor / 100:,.2f}"
