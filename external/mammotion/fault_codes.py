"""Mammotion's error numbers in plain words: what is wrong, why as a rule, and what a person does about it.

The numbers and their meaning are the vendor's (its table ships with PyMammotion, ``data/error_codes.csv``); the words
of the usual ones are ours, in both our languages. For the rest the vendor's own table speaks, in the reader's language
where it has it. Devices tell a number negative or positive, which means the same.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from core.fleet import FaultWords, Severity, unknown_fault
from core.texts import N_


@dataclass(frozen=True, slots=True)
class _Words:
    what: str
    cause: str
    remedy: str
    severity: Severity = Severity.WARNING
    hands_on: bool = True


_BATTERY_SERVICE = N_("Switch it off and on. If it comes back, call the service.")
_POSITION_WAIT = N_("Wait until the position is good again; nothing needs to be done at the mower.")
_DISK = N_("Switch it off, free the cutting disk of grass and sticks, or raise the cutting height.")
_GRASS = N_("Grass that is too high or wet, a stick, or a toy in the blades.")
_TASK_LONG = N_("A long task; nothing is wrong.")
_SKY = N_("Trees, walls or a roof between it and the satellites.")
_WAY = N_("Something blocks the way, or the channel on its map is too narrow.")
_STATION = N_("The reference station is switched off, moved, or its radio is disturbed.")
_OLD_BATTERY = N_("A battery that ages, is cold, or is damaged.")
_INSIDE = N_("A part inside the mower.")

FAULT_WORDS: dict[int, _Words] = {
    313: _Words(N_("The left cutting disk is overloaded"), _GRASS, _DISK),
    314: _Words(N_("The left cutting disk is blocked"), _GRASS, _DISK),
    323: _Words(N_("The right cutting disk is overloaded"), _GRASS, _DISK),
    324: _Words(N_("The right cutting disk is blocked"), _GRASS, _DISK),
    1003: _Words(
        N_("It is raining"),
        N_("Rain, or a wet rain sensor."),
        N_("It goes on mowing when the rain has stopped."),
        Severity.INFO,
        hands_on=False,
    ),
    1004: _Words(
        N_("It is tilted"),
        N_("A slope, a hole, or an edge under its wheels."),
        N_("Put it on flat ground and unlock it."),
    ),
    1005: _Words(
        N_("The battery is low"),
        _TASK_LONG,
        N_("It charges and goes on with its task by itself."),
        Severity.INFO,
        hands_on=False,
    ),
    1006: _Words(
        N_("The battery is too low to start"), _TASK_LONG, N_("Let it charge."), Severity.INFO, hands_on=False
    ),
    1008: _Words(
        N_("It is locked"), N_("Somebody locked it, or a safety stop did."), N_("Unlock it with its PIN at the mower.")
    ),
    1010: _Words(
        N_("It lost its position while leaving the dock"), _SKY, N_("See that nothing covers the sky above the dock.")
    ),
    1011: _Words(
        N_("The front bumper is missing"), N_("It fell off or is not pressed home."), N_("Put the front bumper on.")
    ),
    1030: _Words(
        N_("Its front wheels are in the air"),
        N_("An edge, a hose, or somebody lifting it."),
        N_("Put it on flat ground and unlock it."),
    ),
    1032: _Words(
        N_("Its wheels slip"), N_("Wet grass, mud, or a slope that is too steep."), N_("Move it to firm ground.")
    ),
    1033: _Words(
        N_("It does not stand on its lawn"),
        N_("It was carried, or its map no longer fits the ground."),
        N_("Put it on its lawn or into the dock."),
    ),
    1200: _Words(
        N_("It cannot see the dock"),
        N_("The dock is without power, dirty, or turned."),
        N_("See that the dock has power and its front is clean."),
    ),
    1201: _Words(
        N_("It is stuck"),
        N_("A hole, a root, or a corner it cannot get out of."),
        N_("Free it and let it go on."),
        Severity.CRITICAL,
    ),
    1202: _Words(N_("The cutting disk is jammed"), _GRASS, _DISK),
    1203: _Words(
        N_("It did not get home to its dock"), _WAY, N_("Clear the way to the dock, then send it home again.")
    ),
    1204: _Words(
        N_("It found no way across the lawn to its dock"), _WAY, N_("Clear the way to the dock, then send it home.")
    ),
    1205: _Words(
        N_("Parts of the lawn were out of reach"), _WAY, N_("They were left out."), Severity.INFO, hands_on=False
    ),
    1207: _Words(
        N_("Its bumper keeps hitting something"),
        N_("Something new stands on the lawn, or the bumper sticks."),
        N_("See whether the bumper is stuck or something stands there."),
    ),
    1300: _Words(N_("It does not know well enough where it is"), _SKY, _POSITION_WAIT, hands_on=False),
    1301: _Words(
        N_("The dock has been moved"),
        N_("Somebody moved it, or the ground under it."),
        N_("Set the place of the dock anew in the vendor's app."),
    ),
    1302: _Words(N_("It could not find its direction"), _SKY, _POSITION_WAIT, hands_on=False),
    1303: _Words(N_("It does not know well enough where it is"), _SKY, _POSITION_WAIT, hands_on=False),
    1304: _Words(N_("It cannot find its position"), _SKY, N_("Move it to a place under open sky.")),
    1305: _Words(N_("Its positioning does not start"), _INSIDE, _BATTERY_SERVICE),
    1551: _Words(
        N_("The reference station does not answer"),
        _STATION,
        N_("It connects again by itself."),
        Severity.INFO,
        hands_on=False,
    ),
    1552: _Words(
        N_("The reference station's data come late"),
        _STATION,
        N_("It recovers by itself."),
        Severity.INFO,
        hands_on=False,
    ),
    1553: _Words(N_("The reference station is out of reach"), _STATION, N_("See that the station has power.")),
    2700: _Words(N_("The battery is below 15 %: it cannot mow"), _OLD_BATTERY, N_("Let it charge.")),
    2701: _Words(
        N_("The battery is below 15 %"), _TASK_LONG, N_("It goes home to charge."), Severity.INFO, hands_on=False
    ),
    2702: _Words(
        N_("The battery is below 5 %: it is about to switch off"),
        N_("It did not find its dock in time."),
        N_("Put it into its dock."),
        Severity.CRITICAL,
    ),
    2705: _Words(N_("The battery reports a fault"), _OLD_BATTERY, _BATTERY_SERVICE, Severity.CRITICAL),
    2706: _Words(
        N_("The battery reports a fault"),
        _OLD_BATTERY,
        N_("Switch it off and start it after 15 minutes."),
        Severity.CRITICAL,
    ),
    2713: _Words(
        N_("The battery's voltage is too low: charging stopped"), _OLD_BATTERY, _BATTERY_SERVICE, Severity.CRITICAL
    ),
    2714: _Words(
        N_("The battery is too hot"),
        N_("Sun, a hot day, or a battery that ages."),
        N_("Switch it off and start it after 15 minutes."),
    ),
    2800: _Words(
        N_("Somebody pressed its stop button"),
        N_("Somebody near it wanted it to stop."),
        N_("Look at the mower, then unlock it with its PIN."),
        Severity.CRITICAL,
    ),
    2801: _Words(
        N_("It was lifted"),
        N_("Somebody picked it up, or it drove onto an edge."),
        N_("Look at the mower, put it down and unlock it with its PIN."),
        Severity.CRITICAL,
    ),
    11112: _Words(
        N_("It is trapped"),
        N_("A gate closed behind it, or furniture was moved."),
        N_("Free it and let it go on."),
        Severity.CRITICAL,
    ),
}
"""The numbers a fleet meets, in our own words."""

_CAUSES = {
    "motor": N_("A motor, its cable, or something that blocks what it turns."),
    "mcu": N_("The mower's controller, its battery, or one of its keys."),
    "navigation": N_("The task, the map, or the way the mower has to take."),
    "sensor": N_("A sensor that is dirty, covered or broken."),
    "power": N_("The dock, its contacts, or the charging circuit."),
    "system": N_("The mower's own software."),
    "upgrade": N_("An update of the mower's software."),
    "position": N_("Trees, walls or a roof between it and the satellites."),
    "perception": N_("Its cameras: water, dirt, or too little light."),
    "vision": N_("Its cameras: water, dirt, or too little light."),
    "imu": N_("Its motion sensor, or a hard knock."),
}
_CAUSE = N_("The vendor names no cause.")
_REMEDY = N_("Look at the mower. If it comes back, call the service.")
_WEIGHTY = "3"  # the vendor's level of what stops the mower for good


LIFT_CODES = frozenset({2801})
"""Somebody picked it up. (1030, front wheels in the air, happens at every kerb.)"""


class MammotionLexicon:
    """The port `core.fleet.FaultLexicon` for Mammotion's numbers."""

    def explain(self, code: int, language: str = "en") -> FaultWords:
        """Words for a number of either sign; one that nobody has words for is told as its number."""
        number = abs(code)
        ours = FAULT_WORDS.get(number)
        if ours is not None:
            return FaultWords(
                code=number,
                what=ours.what,
                cause=ours.cause,
                next_step=ours.remedy,
                severity=ours.severity,
                hands_on=ours.hands_on,
            )
        theirs = vendor_table().get(str(number))
        return unknown_fault(number) if theirs is None else _vendors(number, theirs, language)


type _Row = Mapping[str, str]


@lru_cache(maxsize=1)
def vendor_table() -> Mapping[str, _Row]:
    """The table of the installed PyMammotion by number. Read as a file: importing the library fixes its addresses."""
    found = find_spec("pymammotion")
    if found is None or found.origin is None:
        return {}
    text = (Path(found.origin).parent / "data" / "error_codes.csv").read_text(encoding="utf-8")
    return {row["code"]: row for row in csv.DictReader(text.splitlines())}


def _vendors(number: int, told: _Row, language: str) -> FaultWords:
    return FaultWords(
        code=number,
        what=_said(told, "implication", language).rstrip("."),
        cause=_CAUSES.get(told["module"], _CAUSE),
        next_step=_said(told, "solution", language) or _REMEDY,
        severity=Severity.CRITICAL if told["level"] == _WEIGHTY else Severity.WARNING,
    )


def _said(told: _Row, part: str, language: str) -> str:
    """The vendor's words, without the places where it puts in numbers that no report carries."""
    words = told.get(f"{language}_{part}") or told[f"en_{part}"]
    return words.replace("(%s)", "").replace("%s", "").strip()
