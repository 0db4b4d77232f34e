"""Zones with the lot each belongs to, and the dialog in which a person says whose one is."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.lawnmaps import TieStatus, TieView
from core.neighbourhood import LotView
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.map_diff_list import area_words
from dashboard.components.notices import still_signed_in
from dashboard.components.text import text
from dashboard.i18n import _, told
from dashboard.lawn_desks import LawnDesks

LOOKS = {TieStatus.TIED: "m-chip-good", TieStatus.UNMAPPED: "m-chip-warn", TieStatus.OVERLAPPING: "m-chip-bad"}
BY_RULE = "rule"


def tie_words() -> dict[TieStatus, str]:
    return {
        TieStatus.TIED: _("Tied"),
        TieStatus.UNMAPPED: _("Unmapped"),
        TieStatus.OVERLAPPING: _("Overlapping"),
    }


class ZoneTieDialogs:
    """Lets one person tie zones; ``done`` is awaited after each."""

    def __init__(
        self, desks: LawnDesks, people: People, viewer: Viewer, *, done: Callable[[], Awaitable[None]]
    ) -> None:
        self._desks, self._people, self._viewer, self._done = desks, people, viewer, done

    @property
    def allowed(self) -> bool:
        return self._viewer.may(Right.EDIT_DEVICE_MAPS)

    async def open(self, tie: TieView) -> None:
        """Ask whose this zone is."""
        lots = await self._desks.ties.lots_around(tie.device_name)
        choices = {BY_RULE: _("Let the rule decide")} | {
            str(lot.id): f"{lot.address}, {lot.city}"
            for lot in lots
            if lot.household_id is not None and self._viewer.sight.lot(lot.id)
        }
        shares = "  ".join(f"{share.address} {share.share:.0%}" for share in tie.shares[:3])
        words = told(tie.reason) + (f" ({shares})" if shares and tie.status is not TieStatus.OVERLAPPING else "")

        async def act(chosen: str, reason: str) -> None:
            if not await still_signed_in(self._people, self._viewer):
                return
            lot_id = None if chosen in ("", BY_RULE) else UUID(chosen)
            await self._desks.ties.tie(
                device_name=tie.device_name, zone_hash=tie.zone_hash, lot_id=lot_id, by=self._viewer, reason=reason
            )
            await self._done()

        ask(
            title=_("Whose is {zone}?").format(zone=tie.zone_name),
            words=words,
            act_word=_("Keep"),
            act=act,
            done=_("{zone} is judged").format(zone=tie.zone_name),
            questions=(
                Question(_("Lot"), choices=choices, value=str(tie.lot_id) if tie.by_person else ""),
                Question(_("Reason"), hint=_("Kept in the audit")),
            ),
        )


def zone_list(ties: Sequence[TieView], lots: dict[UUID, LotView], dialogs: ZoneTieDialogs) -> None:
    """The zones of one map, in the current place."""
    with ui.element("ul").classes("m-list") as listing:
        listing.props["aria-label"] = _("Zones")
        for tie in ties:
            with ui.element("li"):
                with ui.element("div").classes("m-grow"):
                    with ui.element("div").classes("m-row"):
                        text("b", tie.zone_name)
                        text("span", tie_words()[tie.status]).classes(f"m-chip {LOOKS[tie.status]}")
                    text("span", f"{area_words(tie.area_m2)} · {where(tie, lots)}").classes("m-sub")
                if dialogs.allowed:
                    tie_button(tie, dialogs)


def tie_button(tie: TieView, dialogs: ZoneTieDialogs) -> None:
    button = ui.button(_("Tie"), color=None, on_click=lambda: dialogs.open(tie))
    button.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")
    button.props["aria-label"] = _("Tie {zone} to a lot").format(zone=tie.zone_name)


def where(tie: TieView, lots: dict[UUID, LotView]) -> str:
    """Whose the zone is, or why that is not known."""
    if tie.lot_id is None:
        return told(tie.reason)
    lot: Any = lots.get(tie.lot_id)
    address = lot.address if lot is not None else next(
        (share.address for share in tie.shares if share.lot_id == tie.lot_id), _("a lot")
    )  # fmt: skip
    return _("{address}, tied by a person").format(address=address) if tie.by_person else address
