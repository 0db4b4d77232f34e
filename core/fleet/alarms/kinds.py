"""The table of alarm kinds: words, units, limits, and the rule each begins with. Facts, no behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.fleet.alarms.model import AlarmKind, AlarmRule, Limit
from core.fleet.faults import Severity
from core.texts import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """``title`` is told of one mower or account, cause and next step to whoever opens the alarm."""

    word: str
    title: str
    condition: str  # when it holds; ``{limit}`` is the rule's threshold with its unit
    cause: str
    next_step: str
    threshold: Limit | None = None
    threshold_word: str = ""
    replayable: bool = True  # whether stored telemetry can tell when it would have fired


KINDS: Mapping[AlarmKind, KindWords] = {
    AlarmKind.FAULT: KindWords(
        word=N_("Fault"),
        title=N_("{subject} is in fault"),
        condition=N_("It reports a fault that lasts."),
        cause=N_("The mower reports a fault without a number."),
        next_step=N_("Look at the mower; it shows the reason on its display."),
    ),
    AlarmKind.SILENT: KindWords(
        word=N_("Silent at work"),
        title=N_("{subject} fell silent while at work"),
        condition=N_("It was at work, and no report comes; it is asked for one after {limit}."),
        cause=N_("It lost its network, its battery died, or it was switched off."),
        next_step=N_("It was asked for a report and did not answer: send somebody to look at it."),
        threshold=Limit(low=30, high=86_400, unit="s", default=180),
        threshold_word=N_("Ask it after"),
    ),
    AlarmKind.UNPROVEN: KindWords(
        word=N_("Mowing without proof"),
        title=N_("{subject} says it is at work, and nothing proves it"),
        condition=N_("It says it is at work without movement or progress; it is asked after {limit}."),
        cause=N_("It is stuck with its wheels turning, or the feed repeats old reports."),
        next_step=N_("Look where it stands; pause it and send it home."),
        threshold=Limit(low=30, high=86_400, unit="s", default=180),
        threshold_word=N_("Ask it after"),
    ),
    AlarmKind.OFFLINE: KindWords(
        word=N_("Offline"),
        title=N_("{subject} is offline"),
        condition=N_("The vendor says it is offline, and it was not at work."),
        cause=N_("The vendor lost touch with it: no network where it stands, or it was switched off."),
        next_step=N_("Check the network at its place; look at the mower if it should be at work."),
    ),
    AlarmKind.STUCK: KindWords(
        word=N_("Stuck off its dock"),
        title=N_("{subject} stands still away from its dock"),
        condition=N_("It is idle or paused away from its dock."),
        cause=N_("It cannot go on by itself, or somebody paused it and forgot it."),
        next_step=N_("Resume it or send it home; if it does not move, somebody has to go there."),
    ),
    AlarmKind.BATTERY_LOW: KindWords(
        word=N_("Battery low"),
        title=N_("The battery of {subject} is low"),
        condition=N_("Its battery is at {limit} or less, and it does not charge."),
        cause=N_("It does not reach its dock, or charging does not start."),
        next_step=N_("Send it home; carry it to its dock if it does not get there."),
        threshold=Limit(low=1, high=90, unit="%", default=15),
        threshold_word=N_("At or below"),
    ),
    AlarmKind.CORRECTION_LOST: KindWords(
        word=N_("Correction lost"),
        title=N_("{subject} works without position correction"),
        condition=N_("It works without a corrected position, or with a correction older than {limit}."),
        cause=N_("The reference station is out of reach or without power, or the sky is covered."),
        next_step=N_("See that the station has power; wait if the mower stands under trees."),
        threshold=Limit(low=5, high=3_600, unit="s", default=60),
        threshold_word=N_("Correction older than"),
    ),
    AlarmKind.LEFT_GROUND: KindWords(
        word=N_("Left its ground"),
        title=N_("{subject} is outside its lots and corridors"),
        condition=N_("It is outside its own lots and approved corridors."),
        cause=N_("Its position is wrong, its map is out of date, or it was carried."),
        next_step=N_("Stop it and look where it is on the map."),
        replayable=False,
    ),
    AlarmKind.LIFTED: KindWords(
        word=N_("Lifted"),
        title=N_("{subject} was lifted"),
        condition=N_("It says that it was picked up."),
        cause=N_("Somebody picked it up, or it drove onto an edge."),
        next_step=N_("Call whoever is near; put it down and unlock it with its PIN."),
        replayable=False,
    ),
    AlarmKind.TAKEN: KindWords(
        word=N_("Perhaps stolen"),
        title=N_("{subject} leaves its site without a command"),
        condition=N_("It leaves its site without a command."),
        cause=N_("Somebody carries it away."),
        next_step=N_("Call the host, follow it on the map, and call the police if nobody knows of it."),
        replayable=False,
    ),
    AlarmKind.ACCOUNT_BLOCKED: KindWords(
        word=N_("Account blocked"),
        title=N_("The vendor blocks account {subject}"),
        condition=N_("The vendor refuses the account."),
        cause=N_("Too many requests or logins, or a change of the vendor's rules."),
        next_step=N_("Sign in with the vendor's own app, then link the account again."),
        replayable=False,
    ),
    AlarmKind.REAUTH_NEEDED: KindWords(
        word=N_("Password needed"),
        title=N_("Account {subject} needs its password again"),
        condition=N_("The account's stored sign-in is dead."),
        cause=N_("The stored sign-in ran out, or the password was changed."),
        next_step=N_("Give the password of this vendor account again."),
        replayable=False,
    ),
    AlarmKind.BROKER_DOWN: KindWords(
        word=N_("Broker down"),
        title=N_("The connection of account {subject} to the vendor's broker is down"),
        condition=N_("The connection to the vendor's broker is lost."),
        cause=N_("The vendor's message broker or our own line is down."),
        next_step=N_("Nothing is lost at the mowers; check our own line, then wait for the vendor."),
        replayable=False,
    ),
    AlarmKind.CLOUD_DOWN: KindWords(
        word=N_("Cloud down"),
        title=N_("The vendor's cloud does not answer account {subject}"),
        condition=N_("The vendor's cloud does not answer requests."),
        cause=N_("The vendor's cloud is down or refuses requests."),
        next_step=N_("Commands do not go out: whoever is at a mower uses its own buttons."),
        replayable=False,
    ),
}


def _rule(kind: AlarmKind, severity: Severity, duration_s: int, **more: float) -> AlarmRule:
    threshold = KINDS[kind].threshold
    return AlarmRule(
        key=kind.value,
        kind=kind,
        severity=severity,
        duration_s=duration_s,
        threshold=None if threshold is None else threshold.default,
        clear_after_s=int(more.get("clear_after_s", 30)),
        hysteresis=more.get("hysteresis", 0.0),
    )


DEFAULT_RULES: tuple[AlarmRule, ...] = (
    _rule(AlarmKind.FAULT, Severity.WARNING, 0, clear_after_s=10),
    _rule(AlarmKind.SILENT, Severity.CRITICAL, 300, clear_after_s=10),
    _rule(AlarmKind.UNPROVEN, Severity.CRITICAL, 300),
    _rule(AlarmKind.OFFLINE, Severity.WARNING, 300),
    _rule(AlarmKind.STUCK, Severity.WARNING, 900),
    _rule(AlarmKind.BATTERY_LOW, Severity.WARNING, 60, clear_after_s=60, hysteresis=5),
    _rule(AlarmKind.CORRECTION_LOST, Severity.WARNING, 120, clear_after_s=60, hysteresis=20),
    _rule(AlarmKind.LEFT_GROUND, Severity.CRITICAL, 0),
    _rule(AlarmKind.LIFTED, Severity.CRITICAL, 0),
    _rule(AlarmKind.TAKEN, Severity.CRITICAL, 0),
    _rule(AlarmKind.ACCOUNT_BLOCKED, Severity.CRITICAL, 0, clear_after_s=10),
    _rule(AlarmKind.REAUTH_NEEDED, Severity.CRITICAL, 0, clear_after_s=10),
    _rule(AlarmKind.BROKER_DOWN, Severity.CRITICAL, 15),
    _rule(AlarmKind.CLOUD_DOWN, Severity.WARNING, 60),
)
"""What an installation begins with; people change and add rules."""
