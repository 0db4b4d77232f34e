"""From the click on STOP to proven standstill: what is told by mower and by link."""

from datetime import timedelta

from core.fleet import Reason, stop_figures
from core.fleet.command_rules import CommandView
from core.fleet.model import CommandKind, CommandStatus
from core.fleet.stop_figures import percentile
from core.ids import new_id
from tests.core.fleet.cast import LUBA, NOON


def halt(status: CommandStatus, seconds: float, link: str = "cloud", *reasons: str) -> CommandView:
    return CommandView(
        id=new_id(),
        device_name=LUBA,
        kind=CommandKind.HALT,
        status=status,
        parameters={},
        asked_by="dana",
        person_id=None,
        source="web",
        requested_at=NOON,
        finished_at=NOON + timedelta(seconds=seconds),
        link=link,
        reasons=reasons,
    )


def test_only_proven_halts_are_quick_and_the_others_lower_the_chance() -> None:
    halts = [halt(CommandStatus.DONE, seconds) for seconds in (2, 3, 9)]
    halts += [halt(CommandStatus.EXPIRED, 90), halt(CommandStatus.FAILED, 1, "cloud", Reason.REPLACED)]
    figures = stop_figures([*halts, halt(CommandStatus.EXPIRED, 120, "")])
    assert (figures.all.asked, figures.all.proven) == (5, 3)
    assert (figures.all.p50_s, figures.all.p95_s) == (3, 9)
    assert figures.by_link["cloud"].chance == 3 / 4
    assert (figures.by_link[""].proven, figures.by_link[""].p50_s) == (0, None)


def test_nothing_asked_says_nothing() -> None:
    figures = stop_figures([])
    assert (figures.all.chance, figures.all.p95_s, figures.by_link) == (None, None, {})
    assert percentile([1.0, 2.0, 3.0, 4.0], 50) == 2.0
