"""What counts as shown: the same banners, after the same seconds, as the live map draws."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from core.drills import Sign, Witness, link_states, mower_states
from core.drills.witness import BROKER_PATIENCE_S, SILENT_S
from core.fleet.model import LinkState, MowerSnapshot, MowerState
from tests.core.fleet.cast import LUBA, NOON, Stage, mowing
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import healthy

TROUBLES = Path(__file__).parents[3] / "dashboard" / "components" / "js" / "troubles.js"


@pytest.mark.parametrize(
    ("state", "lasted_s", "holds"),
    [
        (LinkState.UP, 0, {(Sign.LINK_UP, ELM_STREET, "")}),
        (LinkState.BLOCKED, 0, {(Sign.BANNER, ELM_STREET, "blocked")}),
        (LinkState.REAUTH_NEEDED, 0, {(Sign.BANNER, ELM_STREET, "reauth_needed")}),
        (LinkState.BROKER_DOWN, BROKER_PATIENCE_S - 1, set()),
        (LinkState.BROKER_DOWN, BROKER_PATIENCE_S, {(Sign.BANNER, ELM_STREET, "broker_down")}),
        (LinkState.CLOUD_DOWN, BROKER_PATIENCE_S, {(Sign.BANNER, ELM_STREET, "cloud_down")}),
        (LinkState.CONNECTING, 60, set()),
    ],
)
def test_an_account_has_the_banner_of_its_state(state: LinkState, lasted_s: float, holds: set[object]) -> None:
    assert link_states([healthy(ELM_STREET, NOON, state=state)], NOON + timedelta(seconds=lasted_s)) == holds


def test_a_silent_mower_fades_then_has_a_banner_and_none_while_its_account_has_one() -> None:
    luba = Stage.luba()
    for second in range(4):
        luba.hears(mowing(second, north=second))
    now = NOON + timedelta(seconds=3)
    assert mower_states(luba.snapshot, None, now) == set()
    later = NOON + timedelta(seconds=3 + SILENT_S)
    faded, silent = (Sign.FADED, LUBA, "unknown"), (Sign.BANNER, LUBA, "silent")
    assert mower_states(luba.at(3 + SILENT_S), None, later) == {faded, silent}
    down = healthy(ELM_STREET, now, state=LinkState.BROKER_DOWN)
    assert mower_states(luba.snapshot, down, later) == {faded}
    docked = MowerSnapshot(number=1, device_name=LUBA, state=MowerState.DOCKED, received_at=NOON)
    assert mower_states(docked, None, later) == {(Sign.FADED, LUBA, "docked")}


def test_the_seconds_are_those_of_the_browsers_banners() -> None:
    told = dict(re.findall(r"const (SILENT_S|BROKER_PATIENCE_S) = (\d+);", TROUBLES.read_text()))
    assert told == {"SILENT_S": f"{SILENT_S:.0f}", "BROKER_PATIENCE_S": f"{BROKER_PATIENCE_S:.0f}"}


def test_what_holds_is_dated_where_it_begins_and_again_when_it_comes_back() -> None:
    witness, up = Witness(), (Sign.LINK_UP, ELM_STREET, "")
    for second, holding in enumerate([{up}, {up}, set(), {up}]):
        witness.looks(holding, NOON + timedelta(seconds=second))
    assert [(one.at - NOON).total_seconds() for one in witness.seen] == [0, 3]
    witness.hears(Sign.ASKED, LUBA, NOON)
    witness.hears(Sign.ASKED, LUBA, NOON)
    assert [one.sign for one in witness.seen].count(Sign.ASKED) == 1
