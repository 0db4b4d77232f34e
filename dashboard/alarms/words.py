"""Alarms in the reader's language: titles, causes, spans of time, and the shape, colour and word of a severity."""

from html import escape

from core.fleet import FaultLexicon, Severity
from core.fleet.alarms import KINDS, AlarmKind, AlarmRule, AlarmView, alarm_title, alarm_words, fault_of
from dashboard.frame_parts import icon
from dashboard.i18n import N_, _, current_language, told

SEVERITY_WORDS = {
    Severity.CRITICAL: N_("Critical"),
    Severity.WARNING: N_("Warning"),
    Severity.INFO: N_("Information"),
}
SEVERITY_ICONS = {Severity.CRITICAL: "o_report", Severity.WARNING: "o_warning_amber", Severity.INFO: "o_info"}
SEVERITY_CHIPS = {Severity.CRITICAL: "m-chip-bad", Severity.WARNING: "m-chip-warn", Severity.INFO: "m-chip-info"}
TIMELINE_WORDS = {
    "raised": N_("Raised"),
    "joined": N_("{words} joined"),
    "left": N_("{words} recovered"),
    "merged": N_("Told by a common alarm from here on"),
    "changed": N_("Changed: {words}"),
    "asked": N_("The mower was asked for a report"),
    "acknowledged": N_("Acknowledged"),
    "taken": N_("Taken"),
    "assigned": N_("Given to {words}"),
}


def title_of(alarm: AlarmView, lexicon: FaultLexicon) -> str:
    """One line that names who and what."""
    fault = fault_of(lexicon, alarm.kind, alarm.code, current_language())
    return told(alarm_title(alarm.kind, alarm.subject, alarm.member_count, fault))


def advice_of(alarm: AlarmView, lexicon: FaultLexicon) -> tuple[str, str]:
    """(likely cause, next step)."""
    cause, step = alarm_words(alarm.kind, alarm.subject, fault_of(lexicon, alarm.kind, alarm.code, current_language()))
    return told(cause), told(step)


def kind_word(kind: AlarmKind) -> str:
    return _(KINDS[kind].word)


def rule_word(rule: AlarmRule) -> str:
    return rule.name or kind_word(rule.kind)


def severity_word(severity: Severity) -> str:
    return _(SEVERITY_WORDS[severity])


def severity_mark(severity: Severity) -> str:
    """The shape in its colour, for a list; its word is for who cannot see it."""
    return (
        f'<span class="a-mark a-{severity}">{icon(SEVERITY_ICONS[severity])}'
        f'<span class="m-visually-hidden">{escape(severity_word(severity))}</span></span>'
    )


def severity_chip(severity: Severity) -> str:
    """Shape, colour and word."""
    return (
        f'<span class="m-chip {SEVERITY_CHIPS[severity]} a-chip">{icon(SEVERITY_ICONS[severity])}'
        f"{escape(severity_word(severity))}</span>"
    )


def timeline_words(kind: str, actor: str, words: str) -> str:
    """One line of an alarm's life."""
    if kind == "cleared":
        return _("Cleared: {reason}").format(reason=words) if actor else _("Cleared: the cause is over")
    if kind == "comment":
        return words
    template = TIMELINE_WORDS.get(kind)
    return told(words) if template is None else _(template).format(words=told(words))


def span_words(seconds: float) -> str:
    """A span of time with its unit."""
    if seconds < 120:
        return _("{n} s").format(n=round(seconds))
    if seconds < 7_200:
        return _("{n} min").format(n=round(seconds / 60))
    if seconds < 172_800:
        return _("{n} h").format(n=f"{seconds / 3600:.3g}")
    return _("{n} days").format(n=round(seconds / 86_400))
