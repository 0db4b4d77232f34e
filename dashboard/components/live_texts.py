"""Every text the live map's browser code shows, in the viewer's language. Gaps in braces are filled in the browser."""

from typing import Any

from core.fleet import OVERRIDABLE, Reason
from dashboard.components.control_texts import control_texts
from dashboard.i18n import N_, _, told

ADVICE: dict[Reason, str] = {
    Reason.OFFLINE: N_("Check its power and its network at the dock."),
    Reason.UNKNOWN: N_("Wait for its next report, or look on site."),
    Reason.STALE: N_("Wait for its next report, or look on site."),
    Reason.FAULT: N_("Somebody has to look at it on site."),
    Reason.UPDATING: N_("Wait until the update has ended."),
    Reason.LOW_BATTERY: N_("Let it charge first."),
    Reason.NO_LINK: N_("Link the account under Admin."),
    Reason.CLOUD_DOWN: N_("Try again once the banner is gone."),
    Reason.BLOCKED: N_("Sign in with the vendor's own app, then link it again."),
    Reason.UNSENT: N_("It was not sent. Try again."),
    Reason.UNSEEN: N_("It may still act on it: look at the map before trying again."),
    Reason.NOT_FOLLOWED: N_("Look on site before trying again."),
    Reason.NOT_PROVEN: N_("Look on site before trying again."),
    Reason.DEVICE_REFUSED: N_("Its own display may say why."),
    Reason.QUIET_HOURS: N_("Wait until they end, or override with a reason."),
    Reason.RAIN_HOLD: N_("Wait until it is dry, or override with a reason."),
    Reason.SUSPENDED: N_("See billing, or override with a reason."),
    Reason.UNAPPROVED: N_("Have the cluster approved, or override with a reason."),
    Reason.NO_GO: N_("Choose areas it leaves free, wait until it ends, or override with a reason."),
    Reason.HELD: N_("Take the mower over first."),
    Reason.MISSING: N_("End the report with a reason first."),
    Reason.INTERRUPTED: N_("Look at the map before trying again."),
}
"""What a person can do about it when a command was refused or failed."""


def state_texts() -> dict[str, Any]:
    return {"last_known": _("Last known: {state}"), "elsewhere": _("At a neighbour's")}


def list_texts() -> dict[str, Any]:
    return state_texts() | {
        "title": _("Mowers"),
        "mowers": _("mowers"),
        "sort_by": _("Sort by"),
        "sorts": {
            "state": _("Worst first"),
            "name": _("Name"),
            "battery": _("Battery"),
            "address": _("Address"),
            "age": _("Last report"),
        },
        "battery": _("Battery"),
        "any_battery": _("Any battery"),
        "batteries": {"low": _("Under 25 %"), "middle": _("25 to 69 %"), "high": _("70 % and more")},
        "filter_by_state": _("Filter by state"),
        "clear": _("Show all"),
        "select": _("Select"),
        "picked": _("{n} selected"),
        "pick_listed": _("All listed"),
        "pick_cluster": _("Add a cluster"),
        "command_picked": _("Command …"),
        "homes": _("Homes"),
        "loading": _("Waiting for the first reports"),
        "no_mowers": _("No mowers yet"),
        "no_mowers_hint": _("Link a vendor account under Admin: its mowers appear here by themselves."),
        "none_found": _("No mower matches"),
        "listed": _("{n} mowers listed"),
        "alarm": _("Alarm"),
        "ages": {"seconds": _("{n} s"), "minutes": _("{n} min"), "hours": _("{n} h"), "days": _("{n} d")},
    }


def card_texts() -> dict[str, Any]:
    return state_texts() | {
        "title": _("Selected mower"),
        "close": _("Close"),
        "never": _("Never heard of"),
        "heard": _("Last report {age}"),
        "fault_code": _("code {code}"),
        "offline_since": _("Offline since {age}"),
        "follow": _("Follow"),
        "unfollow": _("Following"),
        "centre": _("Centre"),
        "commands": _("Commands"),
        "sources": {
            "push": _("pushed by the mower"),
            "poll": _("asked for"),
            "property": _("vendor property"),
            "status": _("vendor status"),
            "restored": _("from our own records"),
        },
        "confidences": {
            "proven": _("proven"),
            "reported": _("reported"),
            "stale": _("not fresh"),
            "none": _("nothing known"),
        },
        "fields": {
            "battery": _("Battery"),
            "zone": _("Zone"),
            "progress": _("Progress"),
            "time_left": _("Time left"),
            "area": _("Task area"),
            "missed": _("Missed in its last session"),
            "fix": _("Position fix"),
            "satellites": _("Satellites"),
            "correction": _("Correction age"),
            "signal": _("Signal"),
            "blade": _("Blade"),
            "height": _("Blade height"),
            "speed": _("Speed"),
            "last_fault": _("Last fault"),
            "firmware": _("Firmware"),
            "link": _("Vendor link"),
            "address": _("Host"),
        },
        "values": {
            "charging": _("charging"),
            "minutes": _("{n} min"),
            "seconds": _("{n} s"),
            "waiting": _("{n} s …"),
            "missed_one": _("1 patch, {area}"),
            "missed": _("{n} patches, {area}"),
            "dbm": _("{n} dBm"),
            "on": _("On"),
            "off": _("Off"),
            "fixes": {
                "rtk_fixed": _("RTK fixed"),
                "rtk_float": _("RTK float"),
                "gnss": _("GNSS only"),
                "dead_reckoning": _("Dead reckoning"),
                "unknown": _("Unknown"),
            },
            "links": {
                "connecting": _("Connecting"),
                "up": _("Up"),
                "broker_down": _("Broker down"),
                "cloud_down": _("Cloud down"),
                "blocked": _("Blocked"),
                "reauth_needed": _("Password needed"),
                "stopped": _("Not linked"),
            },
        },
        "kinds": {
            "start": _("Start"),
            "pause": _("Pause"),
            "resume": _("Resume"),
            "return": _("Dock"),
            "stop": _("Cancel task"),
            "halt": _("Stop"),
            "leave_dock": _("Leave dock"),
            "restart": _("Restart"),
        },
        "hints": {
            "start": _("Begin the task"),
            "pause": _("Stand and wait where it is"),
            "resume": _("Go on with the paused task"),
            "return": _("Go back to its dock"),
            "stop": _("End the running task"),
            "halt": _("Stand still at once. Not a certified emergency stop: it needs the network and the vendor."),
            "leave_dock": _("Back out of the dock and wait there"),
            "restart": _("Start the mower's own computer anew; a task is interrupted"),
        },
        "steps": {
            "requested": _("Requested"),
            "sent": _("Sent"),
            "acknowledged": _("Acknowledged"),
            "seen_in_telemetry": _("Seen"),
        },
        "outcomes": {
            "refused": _("Refused."),
            "done": _("Done."),
            "failed": _("Failed."),
            "expired": _("Expired."),
        },
        "reasons": {str(reason): told(reason) for reason in Reason}
        | {
            "lost": _("This page has lost the server."),
            "loading": _("Waiting for this mower's details."),
            "unreached": _("The server could not be reached."),
        },
        "held": str(Reason.HELD),
        "overridable": [str(reason) for reason in OVERRIDABLE],
        **control_texts(),
        "advice": {str(reason): _(advice) for reason, advice in ADVICE.items()}
        | {"unreached": _("Nothing was sent. Try again once the page is connected.")},
    }


def time_texts() -> dict[str, str]:
    return {
        "title": _("Time bar"),
        "live": _("Live"),
        "not_live": _("Not live"),
        "look_back": _("Look back"),
        "as_at": _("As at {time}, {day}"),
        "back": _("Back to live"),
        "play": _("Play"),
        "pause": _("Pause"),
        "minute_back": _("One minute back"),
        "minute_on": _("One minute on"),
        "moment": _("Moment"),
        "day": _("Day"),
        "speed": _("Speed"),
        "known": _("As it was known"),
        "known_hint": _("Leaves out reports that came late: the map as people saw it at that moment"),
        "failed": _("The past did not come. The server may be away."),
    }


def banner_texts() -> dict[str, Any]:
    return {
        "since": _("since {time}, {age}"),
        "show": _("Show"),
        "server": {
            "title": _("This page has lost the server"),
            "meaning": _(
                "What you see is as it was then, not as it is now, and no command goes out. It reconnects by itself."
            ),
        },
        "cut_off": {
            "title": _("Live reports are cut off between our own servers"),
            "meaning": _(
                "What you see grows old. Commands go out all the same, a second later. It reconnects by itself."
            ),
        },
        "broker_down": {
            "title": _("Live reports of {account} are cut off"),
            "meaning": _(
                "The vendor's message broker does not answer. {n} mowers may have moved on unseen. It is tried again."
            ),
        },
        "cloud_down": {
            "title": _("The vendor's cloud does not answer for {account}"),
            "meaning": _(
                "Commands may not get through, and {n} mowers may be older than they look. It is tried again."
            ),
        },
        "blocked": {
            "title": _("Vendor account {account} is blocked"),
            "meaning": _("Its mowers are neither seen nor steered until somebody signs in with the vendor's own app."),
        },
        "reauth_needed": {
            "title": _("Vendor account {account} needs its password"),
            "meaning": _("Its mowers are neither seen nor steered until somebody gives the password under Admin."),
        },
        "silent": {
            "one": _("{names} is silent"),
            "title": _("{n} mowers are silent: {names}"),
            "meaning": _(
                "They were on the move when last heard. Where they are and whether they still move is unknown."
            ),
        },
    }


def map_texts() -> dict[str, Any]:
    return state_texts() | {
        "title": _("Map of the fleet. Everything it shows stands in the list beside it."),
        "loading": _("Drawing the map"),
        "no_webgl": _("This browser cannot draw the map. The list has every fact."),
        "failed": _("The map could not be loaded. The list has every fact."),
        "retry": _("Try again"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "fit": _("Show the whole fleet"),
        "layers": _("Layers"),
        "base": _("Base map"),
        "bases": {"vector": _("Drawn"), "tiles": _("Tiles")},
        "opacity": _("Opacity"),
        "tiles_down": _("The tile server does not answer; the drawn map stands in."),
        "following": _("Following {name}"),
        "demo": _("Demo data"),
        "legend": _("Legend"),
        "layer_names": {
            "lots": _("Lots"),
            "lawns": _("Lawns"),
            "houses": _("Houses and trees"),
            "roads": _("Roads and names"),
            "areas": _("Mower zones"),
            "no-go": _("No-go zones"),
            "homes": _("Homes"),
            "docks": _("Docks"),
            "path": _("Planned path"),
            "trails": _("Trails"),
            "labels": _("Names"),
            "clusters": _("Cluster outlines"),
            "quality": _("Position fix along trails"),
            "missed": _("Missed patches"),
        },
        "cluster": {
            "suspended": _("{name} (suspended)"),
            "outline": _("Cluster"),
            "outline_suspended": _("Cluster, suspended"),
        },
        "fixes": {
            "fixed": _("RTK fixed"),
            "float": _("RTK float"),
            "single": _("GNSS only"),
            "none": _("No fix, or not told"),
        },
        "missed": _("Missed in the selected mower's last session"),
        "no_go_until": _("Temporary no-go until {time}"),
        "no_go_from": _("Temporary no-go from {time}"),
        "group": _("{n} mowers, worst: {state}"),
        "neighbours": {
            "title": _("Neighbours of {address}"),
            "none": _("No other home lies within 80 m."),
            "close": _("Close"),
            "point": _("this point"),
            "counts": _("{qualified} qualified, {blocked} blocked, {review} to review"),
            "verdicts": {
                "qualified": _("Qualified"),
                "blocked": _("Blocked"),
                "needs_review": _("Needs review"),
            },
            "roads": _("Roads: {name} ({attribution})"),
            "no_roads": _("No road data reaches this home: nobody can be called qualified."),
            "failed": _("The neighbours could not be loaded."),
            "reasons": {
                "no_road_between": _("No road between"),
                "crosses_road": _("Would cross {road}"),
                "touches_road": _("Would touch {road}"),
                "outside_coverage": _("Part of the circle lies outside the road data"),
                "no_roads_known": _("No roads are known here"),
                "corridor_found": _("{length} round {road}"),
                "no_corridor": _("No way round {road}"),
                "corridor_too_long": _("{length} round {road}: too long"),
                "corridor_uncovered": _("The way leaves the road data"),
                "home_on_road": _("An address point stands on {road}"),
            },
        },
    }
