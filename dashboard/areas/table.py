"""Every address that somebody bounded by areas may open. What does not stand here is refused to them, so that a new
page or endpoint tells nobody of what lies elsewhere before someone has thought of it.

``OWN``: tells of the asker's own account, or of nothing. ``NAMED``: about one thing, which the path or query names and
the gate looks up (`THINGS`). ``NARROWED``: the handler leaves out what `Viewer.sight` does not see.
"""

import re
from collections.abc import Iterator, Mapping

from core.db.reads.area_owners import Thing

THINGS: Mapping[str, Thing] = {
    "cluster_id": Thing.CLUSTER,
    "lot_id": Thing.LOT,
    "visit_id": Thing.VISIT,
    "exception_id": Thing.VISIT_PROBLEM,
    "pause_id": Thing.PAUSE,
    "keep_off_id": Thing.KEEP_OFF,
    "problem_id": Thing.PROBLEM,
    "alarm_id": Thing.ALARM,
    "alarm": Thing.ALARM,
    "command_id": Thing.COMMAND,
    "bulk_id": Thing.BULK,
    "incident_id": Thing.INCIDENT,
    "no_go_id": Thing.NO_GO,
    "item_id": Thing.SERVICE_ITEM,
    "mower": Thing.MOWER,
}
"""What a parameter of a path or query names, on every address alike; ``{name}`` names a mower after ``/mowers/``."""

WORDS = frozenset(
    {
        "bulk_id", "delivery_id", "feed_id", "form", "key_id", "kind", "language", "move", "plan_id", "session_id",
        "started_ms", "version_id", "zone_hash", "home_id", "name", "short",
    }
)  # fmt: skip
"""Other parameters: part of what another one names, a word, or the asker's own."""

OWN = """
    GET /account/keys
    GET /account/notices
    GET /account/security
    PUT /api/v1/account/language
    PUT /api/v1/account/measures
    GET,DELETE /api/v1/account/notices
    PUT /api/v1/account/notices/choices
    PUT /api/v1/account/notices/limit
    PUT /api/v1/account/notices/quiet-hours
    PUT /api/v1/account/notices/time-zone
    POST,DELETE /api/v1/account/phone
    POST /api/v1/account/phone/verify
    GET,POST /api/v1/api-keys
    DELETE /api/v1/api-keys/{key_id}
    POST /api/v1/auth/logout
    GET /api/v1/auth/me
    GET /api/v1/auth/session
    GET,DELETE /api/v1/auth/sessions
    DELETE /api/v1/auth/sessions/{session_id}
    GET /api/v1/exports
    GET /api/v1/alarms/handlers
    GET /api/v1/visits/rules
"""

NAMED = """
    GET /mowers/{name}
    GET /mowers/{name}/sessions.csv
    GET /clusters/{cluster_id}
    GET /clusters/data/{cluster_id}
    GET /live/commands
    GET /live/control/mower
    GET /live/control/bulk/{bulk_id}
    POST /live/control/bulk/{bulk_id}/abort
    POST /live/control/incidents/{incident_id}/end
    GET /home/visits/{visit_id}
    GET /past/series
    GET /live/missed
    GET /live/path
    GET /api/v1/mowers/{name}/battery
    GET /api/v1/mowers/{name}/location
    GET /api/v1/mowers/{name}/status
    GET /api/v1/mowers/{name}/work-mode
    POST /api/v1/mowers/{name}/commands/{kind}
    GET /api/v1/mowers/{name}/commands
    GET /api/v1/mowers/{name}/counters
    GET /api/v1/mowers/{name}/device-hours
    GET /api/v1/mowers/{name}/geofence
    GET /api/v1/mowers/{name}/guard
    GET /api/v1/mowers/{name}/history
    GET /api/v1/mowers/{name}/incidents
    GET,POST,DELETE /api/v1/mowers/{name}/lease
    POST /api/v1/mowers/{name}/lease/take-over
    GET /api/v1/mowers/{name}/map
    GET /api/v1/mowers/{name}/map/diff
    GET,POST /api/v1/mowers/{name}/map/sync
    PUT /api/v1/mowers/{name}/map/shown
    GET /api/v1/mowers/{name}/map/versions
    GET /api/v1/mowers/{name}/map/versions/{version_id}
    GET,POST /api/v1/mowers/{name}/no-go
    GET /api/v1/mowers/{name}/notes
    GET,POST /api/v1/mowers/{name}/plans
    POST /api/v1/mowers/{name}/plans/read
    PATCH,DELETE /api/v1/mowers/{name}/plans/{plan_id}
    POST /api/v1/mowers/{name}/plans/{plan_id}/copy
    POST /api/v1/mowers/{name}/plans/{plan_id}/run
    GET,PUT /api/v1/mowers/{name}/quiet-hours
    GET,POST /api/v1/mowers/{name}/service
    GET,POST /api/v1/mowers/{name}/service/log
    POST /api/v1/mowers/{name}/service/usual
    GET /api/v1/mowers/{name}/sessions
    GET /api/v1/mowers/{name}/sessions/{started_ms}/coverage
    GET /api/v1/mowers/{name}/settings
    GET /api/v1/mowers/{name}/start-options
    GET /api/v1/mowers/{name}/stop-figures
    GET /api/v1/mowers/{name}/zones
    GET /api/v1/mowers/{name}/zones/{zone_hash}/history
    GET /api/v1/commands/{command_id}
    GET /api/v1/bulk-commands/{bulk_id}
    POST /api/v1/bulk-commands/{bulk_id}/abort
    POST /api/v1/incidents/{incident_id}/end
    DELETE /api/v1/no-go/{no_go_id}
    PATCH,DELETE /api/v1/service/{item_id}
    POST /api/v1/alarms/{alarm_id}/acknowledge
    POST /api/v1/alarms/{alarm_id}/comments
    GET /api/v1/clusters/{cluster_id:uuid}
    GET /api/v1/clusters/{cluster_id:uuid}/consents
    GET /api/v1/clusters/{cluster_id:uuid}/diff
    GET /api/v1/clusters/{cluster_id:uuid}/events
    GET /api/v1/clusters/{cluster_id:uuid}/feasibility
    GET /api/v1/clusters/{cluster_id:uuid}/versions
    GET /api/v1/clusters/{cluster_id:uuid}/waiting
    GET /api/v1/clusters/{cluster_id:uuid}/weather
    PUT /api/v1/clusters/{cluster_id:uuid}/weather/limits
    GET,POST /api/v1/clusters/{cluster_id:uuid}/weather/decisions
    GET /api/v1/clusters/{cluster_id:uuid}/week-plan
    GET /api/v1/lots/{lot_id}/bans
    GET,POST /api/v1/lots/{lot_id}/keep-off
    GET,PUT /api/v1/lots/{lot_id}/notes
    GET,POST /api/v1/lots/{lot_id}/pauses
    GET,POST /api/v1/lots/{lot_id}/problems
    GET,PUT /api/v1/lots/{lot_id}/service-plan
    DELETE /api/v1/keep-offs/{keep_off_id}
    DELETE /api/v1/pauses/{pause_id}
    GET /api/v1/problems/{problem_id}/photo
    POST /api/v1/problems/{problem_id}/close
    POST /api/v1/problems/{problem_id}/credit
    POST /api/v1/problems/{problem_id}/extra-visit
    POST /api/v1/problems/{problem_id}/remow
    POST /api/v1/visits/exceptions/{exception_id}/fix
    GET /api/v1/visits/{visit_id}
    GET /api/v1/visits/{visit_id}/clashes
    GET /api/v1/visits/{visit_id}/report
    POST /api/v1/visits/{visit_id}/move
    POST /api/v1/visits/{visit_id}/pin
    POST /api/v1/visits/{visit_id}/skip
    POST /api/v1/visits/{visit_id}/unskip
"""

NARROWED = """
    GET /fleet
    GET /mowers
    GET /mowers.csv
    GET /mowers/data/ground
    GET /clusters
    GET /clusters/data/map
    GET /alarms
    GET /schedule
    GET /bell
    POST /bell/read
    GET /live/roster
    GET /live/spec
    GET /live/layer/{name}
    GET /live/trails
    GET /service
    GET /service.csv
    GET /zones
    GET /api/v1/incidents
    GET /api/v1/service/due
    GET /api/v1/service/reliability
    GET /api/v1/zones
    GET /past/frame
    GET /past/span
    GET /live/homes
    GET /live/neighbours
    GET /live/search
    POST /live/commands
    POST /live/control/bulk
    POST /live/control/bulk/preview
    POST /live/control/lease
    GET /api/v1/mowers
    GET /api/v1/live/events
    POST /api/v1/commands
    POST /api/v1/bulk-commands
    POST /api/v1/bulk-commands/preview
    GET /api/v1/alarms
    GET /api/v1/alarms/{alarm_id}
    POST /api/v1/alarms/{alarm_id}/assign
    POST /api/v1/alarms/{alarm_id}/clear
    GET /api/v1/notices
    POST /api/v1/notices/read
    GET /api/v1/clusters
    GET /api/v1/exports/{name}.{form}
    GET /api/v1/visits
    GET /api/v1/visits/exceptions
    GET,POST /api/v1/visits/rain-out
    GET /api/v1/problems
    GET /api/v1/keep-offs
    GET /requests
"""


def rows(text: str) -> Iterator[str]:
    """``METHOD path``, one of each method of each line."""
    for line in filter(None, map(str.strip, text.splitlines())):
        methods, path = line.split()
        yield from (f"{method} {path}" for method in methods.split(","))


AWARE = frozenset(row for text in (OWN, NAMED, NARROWED) for row in rows(text))


def named_by(path: str) -> Mapping[str, Thing]:
    """What the parameters of a path's template name. ``LookupError`` for one that nobody has thought of."""
    found: dict[str, Thing] = {}
    for parameter in re.findall(r"{(\w+)(?::\w+)?}", path):
        if parameter == "name" and "/mowers/{name}" in path:
            found[parameter] = Thing.MOWER
        elif parameter in THINGS:
            found[parameter] = THINGS[parameter]
        elif parameter not in WORDS:
            raise LookupError(f"{path}: what does {parameter} name?")
    return found


PATHS: Mapping[str, Mapping[str, Thing]] = {row: named_by(row.split()[1]) for row in AWARE}
"""By row: what each parameter of its path names."""
