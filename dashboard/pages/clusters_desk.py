"""What a person may do with a cluster on its page: decide, consent, confirm, invite, join, leave. One desk a page."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.errors import NotFound
from core.neighbourhood import NeighbourFinder
from core.neighbourhood.clusters import (
    Clusters,
    ClusterState,
    ClusterView,
    Finding,
    Level,
    MemberView,
    Part,
    Rule,
    VersionView,
)
from core.neighbourhood.clusters.life import DONE_WORDS, MOVES, Action
from core.texts import Moment, Text
from dashboard.components.ages import age_text
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.notices import still_signed_in
from dashboard.components.text import text
from dashboard.i18n import N_, _, told

WORDS = {
    Action.SUBMIT: (N_("Submit"), N_("Another person will be asked to approve it.")),
    Action.APPROVE: (N_("Approve"), N_("Its homes are held by this cluster from now on.")),
    Action.REJECT: (N_("Reject"), N_("It goes back to its author. Say what must change.")),
    Action.ACTIVATE: (N_("Activate"), N_("The mower may begin its visits.")),
    Action.SUSPEND: (N_("Suspend"), N_("Visits pause; the homes stay held. Say why.")),
    Action.RETIRE: (N_("Retire"), N_("It ends for good and its homes are free for others. This cannot be undone.")),
}
DANGEROUS = frozenset({Action.REJECT, Action.SUSPEND, Action.RETIRE})
FIRST = frozenset({Action.APPROVE, Action.SUBMIT, Action.ACTIVATE})


class Desk:
    """Buttons and the dialogs behind them; ``changed`` is awaited after each deed."""

    def __init__(self, clusters: Clusters, people: People, neighbours: NeighbourFinder, viewer: Viewer) -> None:
        self._clusters = clusters
        self._people = people
        self._neighbours = neighbours
        self._viewer = viewer
        self.changed: Callable[[], Awaitable[None]]

    def actions(self, view: ClusterView, *, own_work: bool) -> None:
        """Every move the machine has from here; what this person may not do is shown with the reason."""
        rows = [move for move in MOVES if view.state in move.origin and not (move.only_stale and not view.stale_reason)]
        reasons: dict[str, None] = {}
        with ui.element("div").classes("c-actions"):
            for action in WORDS:
                move = next((row for row in rows if row.action is action), None)
                if move is None:
                    continue
                reason = ""
                if not self._viewer.may(move.right):
                    reason = _("Your role does not include this.")
                elif move.by_another and own_work:
                    reason = _("You drew, changed or submitted it: another person must approve it.")
                elif action is Action.ACTIVATE and view.stale_reason:
                    reason = _("The stale approval must be renewed first.")
                if reason:
                    reasons[reason] = None
                self._button(view, action, reason, must_say=move.comment)
            if any(row.action is Action.REVISE for row in rows) and self._viewer.may(Right.DRAW_CLUSTERS):
                ui.link(_("Edit on the map"), f"/clusters/{view.id}/edit").classes("m-button m-button-quiet")
            for reason in reasons:
                text("p", reason).classes("m-muted m-small c-reason")

    def _button(self, view: ClusterView, action: Action, reason: str, *, must_say: bool) -> None:
        word, meaning = WORDS[action]
        button = text("button", _(word)).props('type="button"').classes("m-button")
        button.classes("m-button-danger" if action in DANGEROUS else "" if action in FIRST else "m-button-quiet")
        if reason:
            button.props["disabled"] = True
            button.props["title"] = reason
            return

        async def act(comment: str) -> None:
            if await still_signed_in(self._people, self._viewer):
                await getattr(self._clusters, action.value)(view.id, view.version, self._viewer, comment)
                await self.changed()

        question = Question(_("Comment") if must_say else _("Comment (optional)"), lines=2)
        button.on(
            "click",
            lambda _event: ask(
                title=f"{_(word)}: {view.code}", words=_(meaning), act_word=_(word), act=act,
                done=_("{code}: {done}").format(code=view.code, done=_(DONE_WORDS[action])), questions=(question,),
                danger=action in DANGEROUS,
            ),
            args=[],
        )  # fmt: skip

    def member_acts(self, view: ClusterView, member: MemberView) -> None:
        """A neighbour can be taken out where clusters are drawn."""
        if member.part is Part.HOST or view.state is ClusterState.RETIRED or not self._viewer.may(Right.DRAW_CLUSTERS):
            return

        async def act(comment: str) -> None:
            await self._clusters.leave(view.id, member.home_id, self._viewer, comment)
            await self.changed()

        self._small(
            _("Take out"), _("Take {address} out").format(address=member.address),
            title=_("Take {address} out of {code}?").format(address=member.address, code=view.code),
            words=_("Its place is held for the first in the waiting list. A live cluster needs approval anew."),
            act=act, done=_("The home has left"), questions=(Question(_("Comment (optional)")),), danger=True,
        )  # fmt: skip

    def finding_acts(self, view: ClusterView, finding: Finding) -> None:
        """A missing consent can be recorded, a way under review confirmed."""
        if finding.level is not Level.WARN or not finding.blocks_approval or finding.home_id is None:
            return
        home_id = finding.home_id
        if not self._viewer.may(Right.DRAW_CLUSTERS) or view.state is ClusterState.RETIRED:
            return

        async def consented(given_by: str, note: str) -> None:
            await self._clusters.consent(view.id, view.version, home_id, self._viewer, given_by=given_by, note=note)
            await self.changed()

        async def confirmed(reason: str) -> None:
            await self._clusters.confirm_reach(view.id, view.version, home_id, self._viewer, reason)
            await self.changed()

        if finding.rule is Rule.CONSENT:
            self._small(
                _("Record consent"), "", title=_("Record consent"),
                words=_("Who of the household said that the mower may cross the lot, and when or how?"),
                act=consented, done=_("Consent recorded"),
                questions=(Question(_("Given by")), Question(_("Note (optional)"), lines=2)),
            )  # fmt: skip
        elif finding.rule is Rule.REACH:
            self._small(
                _("Confirm the way"), "", title=_("Confirm the way"),
                words=_("You have looked at the way on site or on pictures, and it is sound. Say how you know."),
                act=confirmed, done=_("Way confirmed"), questions=(Question(_("How you know"), lines=2),),
            )  # fmt: skip

    async def consents(self, view: ClusterView) -> None:
        """What households outside have allowed."""
        told_ = await self._clusters.consents(view.id)
        if not told_:
            return
        with ui.element("section").classes("m-card m-stack"):
            text("h2", _("Consents"))
            with ui.element("ul").classes("m-list"):
                for consent in told_:
                    with ui.element("li"):
                        with ui.element("div"):
                            text("b", consent.address)
                            words = _("given by {who}, recorded by {name}").format(
                                who=consent.given_by, name=consent.recorded_by
                            )
                            text("span", words).classes("m-sub")
                        if consent.withdrawn_at is not None:
                            text("span", _("withdrawn")).classes("m-chip m-chip-warn")
                        elif self._viewer.may(Right.DRAW_CLUSTERS) and view.state is not ClusterState.RETIRED:
                            self._withdraw(view, consent.home_id, consent.address)

    def _withdraw(self, view: ClusterView, home_id: int, address: str) -> None:
        async def act(note: str) -> None:
            await self._clusters.withdraw_consent(view.id, view.version, home_id, self._viewer, note=note)
            await self.changed()

        self._small(
            _("Withdraw"), _("Withdraw the consent of {address}").format(address=address),
            title=_("Withdraw the consent of {address}?").format(address=address),
            words=_("The approval of a live cluster goes stale until another way or consent is found."),
            act=act, done=_("Consent withdrawn"), questions=(Question(_("Note (optional)")),), danger=True,
        )  # fmt: skip

    async def joining(self, view: ClusterView) -> None:
        """Invite code, joining by hand, and who waits."""
        waiting = await self._clusters.waiting(view.id)
        draws = self._viewer.may(Right.DRAW_CLUSTERS)
        open_ = view.state not in {ClusterState.RETIRED, ClusterState.REJECTED, ClusterState.SUBMITTED}
        if draws and open_:
            shown = await self._invite_place(view)

            async def join(address: str) -> None:
                home = (await self._neighbours.find_by_address(address)).home
                if home.id is None:
                    raise NotFound(Text("no home has the address “{address}”", address=address))
                await self._clusters.join(view.id, home.id, self._viewer)
                await self.changed()

            with ui.element("div").classes("m-actions"):
                self._invite(view, shown)
                self._small(
                    _("Join a home"), "", title=_("Join a home"),
                    words=_("The home takes a free place, or one in the waiting list of a full cluster."),
                    act=join, done=_("Done"), questions=(Question(_("Address")),),
                )  # fmt: skip
        if waiting:
            text("h3", _("Waiting list"))
            with ui.element("ol").classes("m-list"):
                for one in waiting:
                    with ui.element("li"):
                        text("span", f"{one.position}. {one.address}")
                        age_text(one.asked_at)
                        if one.offered_until is not None:
                            words = told(
                                Text(N_("a place is held until {until:when}"), until=Moment(one.offered_until))
                            )
                            text("span", words).classes("m-chip m-chip-info")

    async def _invite_place(self, view: ClusterView) -> ui.element:
        """Where a new code is told, and that one is in force."""
        invite = await self._clusters.invite(view.id)
        shown = ui.element("div").classes("m-stack c-told")
        if invite is not None:
            with shown, ui.element("p").classes("m-small m-muted"):
                text("span", _("An invite code is in force, made by {name}").format(name=invite.made_by) + " ")
                age_text(invite.made_at)
        return shown

    def _invite(self, view: ClusterView, shown: ui.element) -> None:
        async def make() -> None:
            made = await self._clusters.invite_code(view.id, self._viewer)
            shown.clear()
            with shown:
                with ui.element("div").classes("c-invite"):
                    text("code", made.code)
                    copy = (
                        text("button", _("Copy"))
                        .props('type="button"')
                        .classes("m-button m-button-quiet m-button-small")
                    )
                    copy.props["data-copy"] = made.code
                text("p", _("Told only now. It works for 30 days; an earlier code stops working.")).classes(
                    "m-small m-muted"
                )

        self._small(
            _("Make an invite code"), "", title=_("Make an invite code"),
            words=_("A neighbour who has it can join from the home page. An earlier code stops working."),
            act=make, done="", questions=(),
        )  # fmt: skip

    def version_word(self, version: VersionView) -> str:
        return _("{n}: {done} by {name}").format(
            n=version.version, done=_(DONE_WORDS[Action(version.action)]), name=version.by
        )

    def _small(self, word: str, label: str, **dialog: Any) -> None:
        button = text("button", word).props('type="button"').classes("m-button m-button-quiet m-button-small")
        if label:
            button.props["aria-label"] = label
        button.on("click", lambda _event: ask(act_word=word, **dialog), args=[])
