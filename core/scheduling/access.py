"""Whose visits a person may see and change: dispatchers everyone's, a household its own until the cut-off."""

from uuid import UUID

from core.accounts import Right, Viewer
from core.errors import NotAllowed, NotFound
from core.scheduling.model import SchedulingRules, VisitSite
from core.texts import N_, Text


def no_such_lot(lot_id: UUID) -> NotFound:
    return NotFound(Text("no lot {id}", id=lot_id))


def owns(viewer: Viewer, site: VisitSite) -> bool:
    """Whether it is the lot of one of the viewer's households."""
    return viewer.may(Right.SEE_OWN_LOT) and site.household_id is not None and site.household_id in viewer.household_ids


def may_see(viewer: Viewer, site: VisitSite) -> None:
    """``NotFound`` for what is out of sight, in the words for what does not exist."""
    staff = viewer.may(Right.SEE_SCHEDULE) or viewer.may(Right.PLAN_VISITS)
    if not (owns(viewer, site) or (staff and viewer.sight.lot(site.lot_id))):
        raise no_such_lot(site.lot_id)


def may_plan(viewer: Viewer, site: VisitSite) -> None:
    """Only those who plan visits; ``NotFound`` for a lot that is out of sight at all."""
    may_see(viewer, site)
    if not viewer.may(Right.PLAN_VISITS):
        raise NotAllowed(N_("your role does not include planning visits"))


def as_household(viewer: Viewer, site: VisitSite) -> bool:
    """Whether the viewer acts as the household, to whom the cut-off applies; a planner does not. ``NotAllowed`` for
    those who only look on."""
    may_see(viewer, site)
    if viewer.may(Right.PLAN_VISITS):
        return False
    if not owns(viewer, site):
        raise NotAllowed(N_("your role does not include planning visits"))
    return True


def billing_rule(rules: SchedulingRules) -> str:
    """What skipping does to the bill and until when it may be done: said before anybody skips."""
    return Text(
        "A skipped visit mows no minutes: it uses none of your included minutes and adds nothing to your bill."
        " The price of your plan stays the same. You can skip or restore a visit until {n} hours before it begins.",
        n=rules.cutoff_hours,
    )


def too_late(rules: SchedulingRules) -> str:
    return Text("it begins in less than {n} hours: ask your operator to change it", n=rules.cutoff_hours)
