"""Home Assistant's commands, given in the name of the person the settings name, with that person's rights of now."""

from collections.abc import Awaitable, Callable

from core.accounts import HouseholdIds, People, Right, SeenBy, sees_all, viewer_by_id
from core.db import Database
from core.errors import NotAllowed
from core.fleet import FleetService
from core.fleet.model import CommandKind
from core.texts import Text


def commands_of(
    email: str,
    *,
    database: Database,
    people: People,
    fleet: FleetService,
    household_ids: HouseholdIds,
    sight_of: SeenBy = sees_all,
) -> Callable[[str, CommandKind], Awaitable[object]]:
    """``NotAllowed`` at each command unless there is such a person, who may command mowers."""

    async def command(device_name: str, kind: CommandKind) -> object:
        person = next((one for one in await people.people() if one.email == email.strip().lower()), None)
        viewer = None if person is None else await viewer_by_id(database, person.id, household_ids, sight_of)
        if viewer is None or not viewer.may(Right.COMMAND_MOWERS) or not viewer.sight.mower(device_name):
            raise NotAllowed(Text("{person} may not command mowers", person=email))
        return await fleet.commands.request(
            device_name=device_name,
            kind=kind,
            asked_by=viewer.email,
            person_id=viewer.person_id,
            source="homeassistant",
        )

    return command
