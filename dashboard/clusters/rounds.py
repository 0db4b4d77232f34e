"""Rounds on the screen: what the address asks for, what is assumed, and how a plan reads. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from uuid import UUID

from starlette.datastructures import QueryParams

from core.neighbourhood.clusters import ClusterState, ClusterView, MemberView
from core.neighbourhood.routes import Pace, RoundPlan, RouteStop
from dashboard.i18n import _, ngettext, told
from dashboard.measures import length_words

MOWED_M2_H = 500
MOWED_M2_S = MOWED_M2_H / 3600
"""An assumption, told wherever it is used: a robot mower cuts about 500 m² an hour."""
UNKNOWN_LAWN_S = 3600
MOWER = Pace(speed_m_s=0.5, work_s=UNKNOWN_LAWN_S, battery_s=10_800, charge_s=7_200)
CREW_M_S, CREW_WORK_S = 8.0, 600
MOST_CLUSTERS = 30
VISITED = frozenset({ClusterState.APPROVED, ClusterState.ACTIVE, ClusterState.SUSPENDED})
"""Clusters that people or mowers go to."""


@dataclass(frozen=True, slots=True)
class CrewAsked:
    """A crew's round as its address tells it; what cannot be read is left out."""

    cluster_ids: tuple[UUID, ...] = ()
    start: str = ""
    minutes: int = CREW_WORK_S // 60
    """At each home."""

    @classmethod
    def from_query(cls, query: QueryParams) -> "CrewAsked":
        ids = [_uuid(part) for part in query.getlist("cluster")]
        minutes = query.get("minutes", "")
        return cls(
            tuple(dict.fromkeys(one for one in ids if one))[:MOST_CLUSTERS],
            query.get("start", "").strip()[:200],
            min(600, int(minutes)) if minutes.isascii() and minutes.isdigit() and len(minutes) < 4 else cls().minutes,
        )

    @property
    def pace(self) -> Pace:
        return Pace(speed_m_s=CREW_M_S, work_s=self.minutes * 60)


def mower_stops(view: ClusterView, lawns: Mapping[UUID, float]) -> dict[int, RouteStop]:
    """How long the mower works at each home whose lawn is measured (m²)."""
    known = {member.home_id: lawns.get(member.lot_id) for member in view.members if member.lot_id}
    return {home: RouteStop(work_s=round(area / MOWED_M2_S)) for home, area in known.items() if area}


def round_html(plan: RoundPlan, members: Mapping[int, MemberView]) -> str:
    """The visits in order with their times, what the order saves, and why a home is left out."""
    visits = "".join(
        f"<li><b>{escape(members[visit.home_id].address)}</b>"
        f'<span class="m-muted m-small m-number">{_clock(visit.begins_s)} - {_clock(visit.leaves_s)}'
        f"{' · ' + escape(_('charged before')) if visit.charged_before else ''}</span></li>"
        for visit in plan.visits
    )
    left = "".join(
        f"<li><b>{escape(members[one.home_id].address)}</b> {escape(told(one.words))}</li>" for one in plan.unvisited
    )
    return (
        f'<p class="m-row">{_proof(plan)}<span>{escape(figures_words(plan))}</span></p>'
        f'<p class="m-small">{escape(saving_words(plan))}</p>'
        f'<ol class="c-round">{visits}</ol>'
        + (f"<h3>{escape(_('Left out'))}</h3><ul class='c-round-left'>{left}</ul>" if left else "")
    )


def figures_words(plan: RoundPlan) -> str:
    visits = ngettext("{n} home", "{n} homes", plan.figures.visits).format(n=plan.figures.visits)
    return _("{visits}, {length} on the way, done after {time}").format(
        visits=visits, length=length_words(plan.figures.length_m), time=_clock(plan.figures.ends_s)
    )


def saving_words(plan: RoundPlan) -> str:
    if plan.before.visits < plan.figures.visits:
        more = plan.figures.visits - plan.before.visits
        return _("In the order of the list {n} fewer would be visited.").format(n=more)
    if plan.saved_m <= 0:
        return _("The order of the list is as short.")
    share = round(100 * plan.saved_m / plan.before.length_m)
    return _("Saves {length} of {before} ({share} %) against the order of the list.").format(
        length=length_words(plan.saved_m), before=length_words(plan.before.length_m), share=share
    )


def all_members(views: Sequence[ClusterView]) -> dict[int, MemberView]:
    """Every home of these clusters by its key."""
    return {member.home_id: member for view in views for member in view.members}


def _proof(plan: RoundPlan) -> str:
    kind, words = ("good", _("Proven best")) if plan.proven else ("info", _("Best found"))
    return f'<span class="m-chip m-chip-{kind}">{escape(words)}</span>'


def _clock(seconds: int) -> str:
    """Hours and minutes since the start."""
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02} h"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
