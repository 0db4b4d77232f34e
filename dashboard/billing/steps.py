"""Steps of a subscription as dialogs: what it costs is shown first; confirming does exactly what was shown."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from nicegui import ui

from core.accounts import People, Viewer
from core.billing import FactKind, Life, PlanTerms, Preview, Status, terms_dict
from core.billing.effects import line_dict
from core.errors import MowthosError
from core.ids import new_id
from core.money import Money
from dashboard.billing.html import bill_lines, lines_table
from dashboard.billing.parts import Billing
from dashboard.billing.words import day, interval_word, money, status_word
from dashboard.components.dialogs import asking
from dashboard.components.notices import attempt, still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.i18n import _, ngettext, told

PERIODS = (1, 2, 3, 6, 12)


class Steps:
    """The buttons of one subscription on one open page."""

    def __init__(self, *, billing: Billing, people: People, viewer: Viewer, subscription_id: UUID, life: Life) -> None:
        self._billing, self._people, self._viewer = billing, people, viewer
        self._id, self._life = subscription_id, life

    def buttons(self, plans: list[PlanTerms]) -> None:
        """What may be done now."""
        life = self._life
        if life.status is Status.CANCELED:
            return
        others = [plan for plan in plans if plan.version_id != life.terms.version_id and plan.currency == life.currency]
        if life.status in (Status.PENDING, Status.TRIALING, Status.ACTIVE) and others and not life.cancel_at:
            self._button(_("Change plan"), lambda: self._choose_plan(others))
        if life.pause is not None:
            self._button(_("End the pause"), lambda: self._ask(_("End the pause"), FactKind.RESUMED, {}))
        elif life.status is Status.ACTIVE and life.cancel_at is None:
            self._button(_("Pause"), self._choose_pause)
        if life.cancel_at is not None:
            self._button(_("Keep the subscription"), lambda: self._ask(_("Keep it"), FactKind.CANCEL_UNDONE, {}))
        else:
            self._button(_("Cancel subscription"), self._choose_cancel)

    def _button(self, word: str, act: Callable[[], Awaitable[None]]) -> None:
        ui.button(word, color=None, on_click=act).props("unelevated no-caps").classes("m-button m-button-quiet")

    async def _choose_plan(self, others: list[PlanTerms]) -> None:
        words = {
            str(plan.version_id): f"{plan.name} - "
            f"{money(plan.price_for(host=self._life.host).minor, plan.currency)} {interval_word(plan)}"
            for plan in others
        }
        by_id = {str(plan.version_id): plan for plan in others}

        async def chosen(value: str) -> None:
            await self._ask(_("Change plan"), FactKind.PLAN_CHANGED, {"terms": terms_dict(by_id[value])})

        self._choose(_("Change plan"), _("New plan"), words, chosen)

    async def _choose_pause(self) -> None:
        words = {str(n): _("{n} periods").format(n=n) for n in PERIODS} | {"0": _("until you end it")}

        async def chosen(value: str) -> None:
            await self._ask(_("Pause"), FactKind.PAUSED, {"periods": int(value)})

        self._choose(_("Pause"), _("For how long"), words, chosen)

    async def _choose_cancel(self) -> None:
        words = {"end": _("At the end of the paid period"), "now": _("Now")}

        async def chosen(value: str) -> None:
            await self._ask(_("Cancel subscription"), FactKind.CANCELLED, {"now": value == "now"})

        self._choose(_("Cancel subscription"), _("When"), words, chosen)

    def _choose(self, title: str, label: str, words: dict[str, str], act: Callable[[str], Awaitable[None]]) -> None:
        with asking() as dialog:
            text("h2", title)
            choice = ui.select(words, label=label, value=next(iter(words))).props("outlined")

            async def go() -> None:
                dialog.close()
                await act(choice.value)

            _actions(dialog, _("Show what it costs"), go)

    async def _ask(self, title: str, kind: FactKind, data: dict[str, Any]) -> None:
        """Show, then confirm."""
        try:
            shown = await self._billing.desk.preview(self._id, kind, data)
        except MowthosError as error:
            tell_problem(told(error.message))
            return
        taxes = await self._taxes(shown)
        with asking() as dialog:
            text("h2", title)
            _preview(shown, taxes)

            async def confirm() -> None:
                dialog.close()
                if not await still_signed_in(self._people, self._viewer):
                    return
                work = self._billing.desk.tell(
                    self._id, kind, data, key=f"web/{new_id()}", by=self._viewer.email, at=shown.at
                )
                if await attempt(work, done=_("Done")):
                    await self._billing.turn()
                    ui.navigate.reload()

            _actions(dialog, _("Confirm"), confirm)

    async def _taxes(self, shown: Preview) -> dict[int, Money]:
        """By the number of each bill that a step shows."""
        row, _life, _usage = await self._billing.desk.life(self._id)
        bills = [*shown.now, *([shown.next] if shown.next else ())]
        found = [(bill.number, await self._billing.tax_on(row.payer_id, bill)) for bill in bills]
        return {number: tax for number, tax in found if tax is not None}

    async def coupon(self) -> None:
        """A coupon: what it takes off, for how long, and why; then what it comes to."""
        with asking() as dialog:
            text("h2", _("Give a coupon"))
            percent = ui.number(_("Percent off the plan's price"), value=10, min=1, max=100, step=1, precision=0)
            percent.props("outlined")
            words = {str(n): ngettext("{n} period", "{n} periods", n).format(n=n) for n in PERIODS}
            periods = ui.select(words | {"0": _("until it is taken away")}, label=_("For how long"), value="1")
            periods.props("outlined")
            reason = ui.input(_("Reason")).props("outlined maxlength=200")

            async def go() -> None:
                if not percent.value or not (reason.value or "").strip():
                    tell_problem(_("Say how much, and why."))
                    return
                dialog.close()
                data = {"percent": round(percent.value), "periods": int(periods.value), "note": reason.value}
                await self._ask(_("Give a coupon"), FactKind.COUPON_GIVEN, data)

            _actions(dialog, _("Show what it comes to"), go)

    async def end_coupon(self) -> None:
        await self._ask(_("Take the coupon away"), FactKind.COUPON_ENDED, {})

    async def give(self, kind: FactKind, *, title: str, number: int | None = None, most: int | None = None) -> None:
        """A credit, an extra or a refund: amount and reason."""
        with asking() as dialog:
            text("h2", title)
            amount = ui.number(
                _("Amount"), value=None if most is None else most / 100, min=0.01, step=0.01, precision=2
            )
            amount.props("outlined")
            reason = ui.input(_("Reason")).props("outlined maxlength=200")
            to = None
            if kind is FactKind.REFUNDED:
                to = ui.select(
                    {"card": _("to the card"), "balance": _("as credit for coming bills")},
                    label=_("Where to"),
                    value="card",
                ).props("outlined")

            async def do() -> None:
                if not amount.value or not (reason.value or "").strip():
                    tell_problem(_("Say how much, and why."))
                    return
                dialog.close()
                if not await still_signed_in(self._people, self._viewer):
                    return
                data: dict[str, Any] = {"minor": round(amount.value * 100)}
                data |= {"note": reason.value} if to is None else {
                    "number": number, "to": to.value, "reason": reason.value
                }  # fmt: skip
                work = self._billing.desk.tell(self._id, kind, data, key=f"web/{new_id()}", by=self._viewer.email)
                if await attempt(work, done=_("Done")):
                    await self._billing.turn()
                    ui.navigate.reload()

            _actions(dialog, _("Confirm"), do)


def _preview(shown: Preview, taxes: Mapping[int, Money]) -> None:
    """What happens now, and what the next bill will be."""
    after = shown.after
    for bill in shown.now:
        text("h3", _("Billed now"))
        ui.html(bill_lines(bill, taxes.get(bill.number)), sanitize=False)
    if shown.next is not None:
        text("h3", _("Next bill, {date}").format(date=day(shown.next.at)))
        ui.html(bill_lines(shown.next, taxes.get(shown.next.number)), sanitize=False)
    elif shown.waiting:
        currency = after.currency
        ui.html(lines_table([line_dict(line) for line in shown.waiting], 0, None, currency), sanitize=False)
    if after.cancel_at is not None:
        text("p", _("Service goes on until {date}; it can be taken back until then.").format(date=day(after.cancel_at)))
    elif after.status is Status.CANCELED:
        text("p", _("Service ends at once."))
    if after.pause is not None:
        until = day(after.pause.until) if after.pause.until else _("you end it")
        text("p", _("No service and no bill from {start} until {end}.").format(start=day(after.pause.start), end=until))
    if shown.next is None and not shown.now and after.status is not Status.CANCELED:
        text("p", _("Nothing is billed for it. Standing: {status}.").format(status=status_word(after.status)))


def _actions(dialog: ui.dialog, word: str, act: Callable[[], Awaitable[None]]) -> None:
    with ui.element("div").classes("m-actions m-dialog-actions"):
        ui.button(_("Back"), color=None, on_click=dialog.close).props("unelevated no-caps").classes(
            "m-button m-button-quiet"
        )
        ui.button(word, color=None, on_click=act).props("unelevated no-caps").classes("m-button")
