"""A person's commands on their way: each goes out once, and the mower's answer finds its way back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.clock import Clock
from core.errors import Invalid, MowthosError
from core.fleet import start_settings
from core.fleet.model import CommandKind, SendReceipt
from core.ports import CloudListener
from core.texts import Text
from external.mammotion.acknowledgements import Acknowledgements
from external.mammotion.commands import ORDERS, RUN_PLAN
from external.mammotion.devices import KnownDevice
from external.mammotion.routes import plan_route
from external.mammotion.web import Purpose

if TYPE_CHECKING:
    from external.mammotion.link import MammotionLink

LINK_NAME = "mammotion cloud"
_REMEMBERED_COMMANDS = 500


class Sender:
    """The commands of one account."""

    def __init__(self, link: "MammotionLink", listener: CloudListener, clock: Clock) -> None:
        self._link, self._clock = link, clock
        self._answers = Acknowledgements(listener.acknowledged)
        self._receipts: dict[str, SendReceipt] = {}

    async def send(
        self, device_name: str, kind: CommandKind, parameters: Mapping[str, Any], *, command_id: str
    ) -> SendReceipt:
        """See `core.ports.CloudLink.send`."""
        if command_id in self._receipts:
            return self._receipts[command_id]
        self._link.known(device_name)
        plan = start_settings(parameters) if kind is CommandKind.START else None
        if plan is None and parameters:
            raise Invalid(
                Text("{kind}: takes no parameters, not {given}", kind=kind, given=", ".join(map(str, parameters)))
            )
        if plan is not None and plan.chosen:  # a start alone would ignore every setting without a word (W12)
            await plan_route(self._link, device_name, plan)
        order = ORDERS[kind]
        if plan is not None and plan.plan:
            order = replace(RUN_PLAN, fields={"plan_id": plan.plan})
        purpose = Purpose.HALT if kind is CommandKind.HALT else Purpose.COMMAND
        sent_at = self._clock.now()
        self._answers.expect(device_name, kind, sent_at)
        try:
            await self._link.tell_device(
                device_name, order.key, purpose=purpose, priority=order.priority, **order.fields
            )
        except MowthosError:
            self._answers.drop(device_name, kind)
            raise
        receipt = self._receipts[command_id] = SendReceipt(sent_at=sent_at, link=LINK_NAME)
        while len(self._receipts) > _REMEMBERED_COMMANDS:
            self._receipts.pop(next(iter(self._receipts)))
        return receipt

    def heard_back(self, device: KnownDevice, action: int, result: int) -> None:
        """A device answered a task action."""
        self._answers.heard(device.device_name, action, result, self._clock.now())
