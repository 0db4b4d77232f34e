import pytest
from pymammotion.utility.constant.device_enums import WorkMode

from core.fleet.model import MowerState
from external.mammotion.work_modes import WORK_MODES, mower_state, told_by_mode_alone

S = MowerState


@pytest.mark.parametrize(
    ("work_mode", "charge_state", "battery", "state"),
    [
        (13, 0, 60, S.MOWING),
        (20, 0, 60, S.MOWING),
        (19, 0, 60, S.PAUSED),
        (14, 0, 20, S.RETURNING),
        (15, 1, 40, S.CHARGING),
        (15, 1, 100, S.DOCKED),
        (11, 1, 100, S.DOCKED),
        (11, 1, 99, S.CHARGING),
        (11, 2, 100, S.DOCKED),
        (11, 0, 100, S.IDLE),
        (1, 0, 50, S.IDLE),
        (19, 1, 100, S.DOCKED),
        (19, 1, 70, S.CHARGING),
        (39, 1, 55, S.CHARGING),
        (39, 0, 55, S.CHARGING),
        (13, 1, 100, S.MOWING),  # just leaving the dock
        (16, 1, 100, S.UPDATING),
        (17, 0, 60, S.FAULT),
        (18, 1, 60, S.FAULT),
        (37, 0, 60, S.FAULT),
        (38, 0, 60, S.FAULT),
        (2, 0, 60, S.OFFLINE),
        (48, 1, 100, S.DOCKED),
        (48, 0, 60, S.IDLE),
        (99, 1, 60, S.UNKNOWN),
        (-1, 0, 60, S.UNKNOWN),
    ],
)
def test_a_work_mode_in_our_words(work_mode: int, charge_state: int, battery: int, state: MowerState) -> None:
    assert mower_state(work_mode, charge_state, battery) is state


def test_every_mode_the_vendor_names_is_in_the_table() -> None:
    assert {mode.value for mode in WorkMode} - {WorkMode.UNKNOWN.value} == set(WORK_MODES)


def test_a_mode_that_needs_the_contacts_tells_nothing_without_them() -> None:
    assert told_by_mode_alone(11) is None
    assert told_by_mode_alone(19) is None
    assert told_by_mode_alone(13) is S.MOWING
    assert told_by_mode_alone(99) is None
