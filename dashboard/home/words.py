"""What the homeowner's page says about a mower: a headline and a sentence. Pure."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from core.fleet.model import Confidence, MowerState
from core.neighbourhood.own_lot import OwnLotView, Whereabouts
from core.scheduling import Visit, VisitState
from dashboard.i18n import _
from dashboard.state_style import state_word
from dashboard.visits.words import day_words, reason_words


@dataclass(frozen=True, slots=True)
class HomeWords:
    """``tone`` is good, calm, warn, bad or quiet."""

    headline: str
    sentence: str
    tone: str


def home_words(view: OwnLotView, *, is_host: bool) -> HomeWords:
    """The words for a view, in the language of the page. Says "last known" wherever proof has run out."""
    if view.received_at is None and view.state in (None, MowerState.UNKNOWN):
        return HomeWords(_("Waiting for the first report"), _("The mower has not been heard from yet."), "quiet")
    if view.whereabouts is Whereabouts.AWAY:
        return HomeWords(_("At a neighbour's"), _("It shows here again as soon as it is back on your lot."), "calm")
    if view.state is MowerState.OFFLINE:
        sentence = _("The mower has no connection. It may still be working; we cannot see it.")
        return HomeWords(_("Offline"), sentence, "quiet")
    if view.whereabouts is Whereabouts.UNKNOWN:
        return HomeWords(_("Somewhere we cannot see"), _("The mower does not know its position just now."), "quiet")
    return _here(view, is_host=is_host)


def _here(view: OwnLotView, *, is_host: bool) -> HomeWords:
    state = view.state or MowerState.UNKNOWN
    if state is MowerState.UNKNOWN:
        sentence = _("Nothing has proven it for a while, so we do not claim it.")
        return HomeWords(state_word(state, view.last_known), sentence, "quiet")
    if view.confidence is Confidence.STALE:
        headline = _("Last known: {state}").format(state=state_word(state).lower())
        return HomeWords(headline, _("No fresh report has come in."), "quiet")
    back = _("It drives back to its dock at your house.") if is_host else _("It is leaving for its dock.")
    words = {
        MowerState.MOWING: (_("Mowing your lawn"), _progress(view), "good"),
        MowerState.PAUSED: (_("Paused on your lawn"), _progress(view), "warn"),
        MowerState.RETURNING: (_("On its way back"), back, "calm"),
        MowerState.CHARGING: (_("Charging"), _("At the dock, getting ready for the next round."), "calm"),
        MowerState.DOCKED: (_("At the dock"), _("Resting until its next round."), "calm"),
        MowerState.UPDATING: (_("Updating"), _("The mower installs new software. This takes a while."), "calm"),
        MowerState.FAULT: (_("Needs attention"), _fault(view), "bad"),
        MowerState.IDLE: (_("Standing still"), _("On your lawn, without a task."), "calm"),
    }
    return HomeWords(*words[state])


def _fault(view: OwnLotView) -> str:
    stopped = _("Stopped with fault {code}.").format(code=view.fault_code) if view.fault_code else _("Stopped.")
    return stopped + " " + _("Your operator sees this, too.")


def _progress(view: OwnLotView) -> str:
    parts = []
    if view.progress_percent is not None:
        parts.append(_("{n} % of this round done").format(n=view.progress_percent))
    if view.minutes_left is not None:
        parts.append(_("about {n} min left").format(n=view.minutes_left))
    return ", ".join(parts)


def visit_sentence(visit: Visit, zone: ZoneInfo) -> str:
    """What became of a visit that was skipped, moved, short or failed, and why, in one plain sentence."""
    day = day_words(visit.begins_at.astimezone(zone).date())
    before = visit.begins_at if visit.moved_from is None else visit.moved_from
    words = {
        VisitState.SKIPPED: _("Nobody comes on {day}: {why}."),
        VisitState.MOVED: _("The visit of {before} comes on {day}: {why}."),
        VisitState.SHORT: _("The visit on {day} was cut short: {why}."),
        VisitState.FAILED: _("The visit on {day} did not take place: {why}."),
    }
    why = reason_words(visit.reason) or _("no reason is on record")
    found = words.get(visit.state, "{day}: {why}.")
    return found.format(day=day, before=day_words(before.astimezone(zone).date()), why=why)


def minutes_text(minutes: float) -> str:
    """``48 min`` or ``3 h 10 min``."""
    whole = round(minutes)
    hours, rest = divmod(whole, 60)
    return _("{h} h {m} min").format(h=hours, m=rest) if hours else _("{n} min").format(n=whole)
