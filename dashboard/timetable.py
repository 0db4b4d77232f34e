"""The timetable: every job of the house with its period, one line each. A new job is a new line here.

Each is idempotent and never overlaps itself, also over a restart (`core.jobs`). Loops that must not miss a second are
no jobs: ageing of snapshots, flushing of telemetry, the following of commands, the live push.
"""

from core.accounts import forget_old_sessions
from core.clock import Clock
from core.db import Database
from core.fleet import FleetService, check_sign_ins
from core.jobs import Job, JobBook
from core.neighbourhood.clusters import Clusters
from core.neighbourhood.land_events import ChangedLand
from core.texts import N_
from dashboard.billing.parts import Billing
from dashboard.care import Care
from dashboard.lawn_desks import LawnDesks

MINUTE, HOUR = 60.0, 3_600.0


def timetable(
    *,
    database: Database,
    clock: Clock,
    fleet: FleetService,
    clusters: Clusters,
    care: Care,
    land: ChangedLand,
    runs: JobBook,
    lawns: LawnDesks,
    billing: Billing,
) -> tuple[Job, ...]:
    """Every job, in the order in which people read them."""
    accounts, refresh = fleet.accounts, fleet.refresh
    return (
        # device refresh
        Job("fleet.ask_silent_mowers", 10, lambda: refresh.ask_silent(accounts.links()),
            N_("Asks mowers that fell silent for a report, within the vendor's request budget")),
        Job("fleet.fetch_missing_maps", 10, lambda: refresh.fetch_missing_maps(accounts.links()),
            N_("Fetches the lawn map of every mower that has none yet")),
        # notices
        Job("notices.deliver", 10, care.outbox.flush,
            N_("Delivers notices that wait, and tries those again that a channel could not take")),
        # counters of service, and how mowers hold up
        Job("service.count", 5 * MINUTE, care.maintenance.count,
            N_("Counts blade hours, distance, charge cycles and faults from stored readings")),
        # sign-ins and tokens
        Job("fleet.check_sign_ins", MINUTE, lambda: check_sign_ins(accounts),
            N_("Checks that every vendor account is signed in; one that needs a person is told as a task")),
        # land and clusters
        Job("clusters.recheck_changed_land", 5, land.drain,
            N_("Judges clusters anew where lots, lawns or homes changed")),
        Job("clusters.recheck_after_import", 30, clusters.recheck_after_import,
            N_("Judges clusters anew after an import of addresses or roads")),
        # lawn maps
        Job("maps.judge_zones", 5, lawns.ties.drain,
            N_("Judges whose lot each zone is, where a map or a lot changed")),
        Job("maps.watch_no_go", 10, lawns.look,
            N_("Looks for mowers inside a temporary no-go that has just begun")),
        # history
        Job("fleet.sum_up_minutes", 30, fleet.minutes.turn,
            N_("Sums stored readings up by minute, for the charts of weeks and seasons")),
        # billing
        Job("billing.minutes", 30, billing.feed.drain,
            N_("Attributes the minutes of mowing sessions that ended to the lots they were mowed on")),
        Job("billing.turn", 20, billing.turn,
            N_("Takes in what the payment provider told, closes bills that are due, and tells the provider")),
        Job("billing.power", 5 * MINUTE, billing.power.run,
            N_("Counts the power that hosts' docks drew for visits which ended more than an hour ago")),
        Job("billing.sweep_minutes", HOUR, billing.feed.sweep,
            N_("Attributes the sessions of the last two days once more: late readings, and what a stop lost")),
        Job("billing.reconcile", 24 * HOUR, billing.reconcile,
            N_("Compares the provider's books with ours, and lists what differs")),
        # retention
        Job("fleet.thin_history", HOUR, fleet.thinning.run,
            N_("Thins old readings to one a minute; those of mowing sessions are kept whole")),
        Job("accounts.forget_old_sessions", HOUR, lambda: forget_old_sessions(database, clock),
            N_("Forgets sign-in sessions that ended more than 30 days ago")),
        Job("operations.thin_runs", HOUR, runs.thin,
            N_("Forgets old runs of these jobs; failures and the newest of each stay longest")),
    )  # fmt: skip
