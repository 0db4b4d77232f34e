"""For those whose house keeps the dock: what it drew and what that earns, service due, how many lawns today."""

from collections.abc import Sequence

from nicegui import ui

from core.fleet.maintenance import Due, ItemView
from core.household.model import HouseholdLot
from dashboard.billing.words import day, kwh_words, money
from dashboard.components.text import text
from dashboard.home.host_desk import HostDesk, HostView
from dashboard.i18n import _, ngettext


async def host_card(desk: HostDesk, lot: HouseholdLot) -> None:
    """Nothing for a lot that keeps no dock."""
    for view in await desk.of(lot):
        with ui.element("section").classes("m-card h-host") as card:
            card.props["aria-label"] = _("The dock at your house")
            text("h2", _("The dock at your house"))
            with ui.element("dl").classes("m-facts"):
                for label, words in _facts(view):
                    text("dt", label)
                    text("dd", words)


def _facts(view: HostView) -> list[tuple[str, str]]:
    lawns = ngettext("{n} lawn today, by count only", "{n} lawns today, by count only", view.lawns_today)
    rows = [
        (_("Mower"), view.device_name),
        (_("Its tour"), lawns.format(n=view.lawns_today) if view.lawns_today else _("no lawn today")),
        (_("Service"), _service(view.due)),
    ]
    power = view.power
    if power is not None:
        words = _("{kwh} since {date}, {credit} off your next bill").format(
            kwh=kwh_words(power.watt_hours),
            date=day(power.since),
            credit=money(power.credit.minor, power.rate.currency),
        )
        rows.append((_("Power"), words))
    return rows


def _service(due: Sequence[ItemView]) -> str:
    if not due:
        return _("nothing is due")
    late = any(one.due is Due.OVERDUE for one in due)
    names = ", ".join(_(one.name) for one in due)
    return (_("overdue: {names}") if late else _("soon: {names}")).format(names=names)
