"""What an alarm is called, and what to do about it: sentences that a screen says in the reader's language."""

from core.fleet.alarms.kinds import KINDS
from core.fleet.alarms.model import AlarmKind, Subject, SubjectKind
from core.fleet.faults import FaultLexicon, FaultWords
from core.texts import N_, Text, sentence

_SHARED_WORDS = {
    AlarmKind.SILENT: N_("fell silent at once"),
    AlarmKind.UNPROVEN: N_("show no proof of work since the same moment"),
    AlarmKind.OFFLINE: N_("went offline at once"),
}
_SHARED_NEXT = N_("Look at what they have in common before you look at a single mower: account, broker, our own line.")
_SHARED_CAUSE_ACCOUNT = N_("They share this vendor account: its connection, or a change at the vendor.")
_SHARED_CAUSE_VENDOR = N_("Several accounts at once: the vendor's broker, or our own line to it.")


def alarm_title(kind: AlarmKind, subject: Subject, members: int, fault: FaultWords | None = None) -> Text:
    """One line that names who and what."""
    if subject.kind is SubjectKind.MOWER:
        if fault is not None:
            return Text("{subject}: {fault}", subject=subject.name, fault=sentence(fault.what))
        return Text(KINDS[kind].title, subject=subject.name)
    shared = _SHARED_WORDS.get(kind)
    if subject.kind is SubjectKind.VENDOR and shared is None:
        return Text("{n} accounts lost the vendor at once", n=members)
    if shared is None:
        title = Text(KINDS[kind].title, subject=subject.name)
        return Text("{title}; {n} mowers are silent with it", title=title, n=members) if members else title
    if subject.kind is SubjectKind.VENDOR:
        return Text("{n} mowers of several accounts {what}", n=members, what=sentence(shared))
    return Text("{n} mowers of account {account} {what}", n=members, account=subject.name, what=sentence(shared))


def alarm_words(kind: AlarmKind, subject: Subject, fault: FaultWords | None = None) -> tuple[str, str]:
    """(likely cause, next step)."""
    if subject.kind is SubjectKind.VENDOR:
        return _SHARED_CAUSE_VENDOR, _SHARED_NEXT
    if subject.kind is SubjectKind.ACCOUNT and kind in _SHARED_WORDS:
        return _SHARED_CAUSE_ACCOUNT, _SHARED_NEXT
    if fault is not None:
        return fault.cause, fault.next_step
    return KINDS[kind].cause, KINDS[kind].next_step


def fault_of(lexicon: FaultLexicon, kind: AlarmKind, code: int | None, language: str = "en") -> FaultWords | None:
    """The words of the fault an alarm is about, if it is about one with a number."""
    return lexicon.explain(code, language) if kind is AlarmKind.FAULT and code else None
