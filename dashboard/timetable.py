"""The timetable: every job of the house with its period, one line each. A new job is a new line here.

Where several processes share the work, Celery starts what is to run once; what belongs to links or to what a process
has in memory (`Where`), each runs by its own clock. Each is idempotent and never overlaps itself, also over a restart
(`core.jobs`). Loops that must not miss a second are no jobs: ageing of snapshots, flushing of telemetry, the following
of commands, the live push.
"""

from core.accounts import (
    KeptAnswers,
    forget_account_mails,
    forget_old_sessions,
    forget_sign_in_traces,
    seal_lines,
)
from core.backups import BackupDesk
from core.clock import Clock
from core.db import Database
from core.fleet import FleetService, check_sign_ins
from core.jobs import Job, JobBook, Where
from core.neighbourhood.clusters import Clusters
from core.neighbourhood.land_events import ChangedLand
from core.scheduling.service import Scheduling
from core.texts import N_
from dashboard.api.programs import Programs
from dashboard.billing.parts import Billing
from dashboard.care import Care
from dashboard.exports.parts import Exports
from dashboard.households import Households
from dashboard.lawn_desks import LawnDesks
from dashboard.sky import Sky

MINUTE, HOUR = 60.0, 3_600.0
BACKUP_JOB = "operations.back_up"


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
    scheduling: Scheduling,
    sky: Sky,
    households: Households,
    programs: Programs,
    exports: Exports,
    backups: Job | None = None,
) -> tuple[Job, ...]:
    """Every job, in the order in which people read them."""
    accounts, refresh = fleet.accounts, fleet.refresh
    return (
        # device refresh
        Job("fleet.ask_silent_mowers", 10, lambda: refresh.ask_silent(accounts.links()),
            N_("Asks mowers that fell silent for a report, within the vendor's request budget"), Where.LINKS),
        Job("fleet.fetch_missing_maps", 10, lambda: refresh.fetch_missing_maps(accounts.links()),
            N_("Fetches the lawn map of every mower that has none yet"), Where.LINKS),
        # notices
        Job("notices.deliver", 10, care.telling.turn,
            N_("Delivers notices that wait, and tries those again that a channel could not take")),
        Job("hooks.deliver", 5, programs.hook_outbox.run,
            N_("Tells other people's servers what happened, and tries those again that did not answer")),
        Job("reports.send", MINUTE, exports.outbox.run,
            N_("Makes the reports that people get by mail as their periods end, and sends each once")),
        # counters of service, and how mowers hold up
        Job("service.count", 5 * MINUTE, care.maintenance.count,
            N_("Counts blade hours, distance, charge cycles and faults from stored readings")),
        # sign-ins and tokens
        Job("fleet.check_sign_ins", MINUTE, lambda: check_sign_ins(accounts),
            N_("Checks that every vendor account is signed in; one that needs a person is told as a task"),
            Where.LINKS),
        # land and clusters
        Job("clusters.recheck_changed_land", 5, land.drain,
            N_("Judges clusters anew where lots, lawns or homes changed"), Where.PAGES),
        Job("clusters.recheck_after_import", 30, clusters.recheck_after_import,
            N_("Judges clusters anew after an import of addresses or roads")),
        Job("clusters.offer_places", MINUTE, clusters.offer_all,
            N_("Holds places that became free for who waits in line first, and passes on those nobody took in time")),
        # lawn maps
        Job("maps.judge_zones", 5, lawns.ties.drain,
            N_("Judges whose lot each zone is, where a map or a lot changed"), Where.LINKS),
        Job("maps.watch_no_go", 10, lawns.look,
            N_("Looks for mowers inside a temporary no-go that has just begun"), Where.LINKS),
        # households
        Job("home.keep_off", 10, households.keep_off.look,
            N_("Sends mowers off lawns that their households keep clear, and lets those go that are over"),
            Where.LINKS),
        Job("home.remind_of_gates", 5 * MINUTE, households.gates.remind,
            N_("Reminds households whose notes name a gate, pets or a way in, shortly before a mower comes")),
        Job("home.close_mown_again", 5 * MINUTE, households.problems.close_mown,
            N_("Closes reported problems whose promised visit is done, and tells the household")),
        # weather
        Job("weather.refresh", 10 * MINUTE, sky.weather.refresh,
            N_("Reads the weather of every cluster's place, and judges whether its mower may start")),
        # history
        Job("fleet.sum_up_minutes", 30, fleet.minutes.turn,
            N_("Sums stored readings up by minute, for the charts of weeks and seasons"), Where.LINKS),
        # billing
        Job("billing.minutes", 30, billing.feed.drain,
            N_("Attributes the minutes of mowing sessions that ended to the lots they were mowed on"), Where.LINKS),
        Job("billing.turn", 20, billing.turn,
            N_("Takes in what the payment provider told, closes bills that are due, and tells the provider")),
        Job("billing.fetch_missed_events", 30, billing.fetch_missed,
            N_("Fetches events of the payment provider that no webhook has brought, and tells of it")),
        Job("billing.referrals", 5 * MINUTE, billing.referrals.run,
            N_("Credits homes that brought a neighbour, and the neighbour, once the first bill is paid")),
        Job("billing.power", 5 * MINUTE, billing.power.run,
            N_("Counts the power that hosts' docks drew for visits which ended more than an hour ago")),
        Job("billing.sweep_minutes", HOUR, billing.feed.sweep,
            N_("Attributes the sessions of the last two days once more: late readings, and what a stop lost")),
        Job("billing.reconcile", 24 * HOUR, billing.reconcile,
            N_("Compares the provider's books with ours, and lists what differs")),
        # visits
        Job("visits.generate", 15 * MINUTE, scheduling.generate,
            N_("Makes the visits of the next weeks from service plans, pauses and bans")),
        Job("visits.run", 15, scheduling.run_visits,
            N_("Starts visits that are due through the start guard, follows them, and tells what needs a person")),
        Job("visits.catch_up", 10 * MINUTE, scheduling.rain.catch_up,
            N_("Gives visits that the weather took another time, longest since the last cut first")),
        Job("visits.write_hours", 10 * MINUTE, scheduling.write_hours,
            N_("Lets mowers hold the hours themselves in which mowing is never allowed, and reads them back"),
            Where.LINKS),
        Job("visits.tell_ahead", 5 * MINUTE, scheduling.ahead.tell_ahead,
            N_("Tells households of visits that come, the evening before or some hours ahead, once for each time")),
        Job("visits.settle", 10 * MINUTE, scheduling.settling.settle,
            N_("Tells of visits whose time is over whether they ran, from the minutes mowed on the lot that day")),
        # retention
        Job("weather.forget", 24 * HOUR, sky.weather.forget,
            N_("Forgets decisions of the weather gate that no visit asked for, after 90 days")),
        Job("fleet.thin_history", HOUR, fleet.thinning.run,
            N_("Thins old readings to one a minute; those of mowing sessions are kept whole")),
        Job("fleet.forget_places", HOUR, fleet.forgetting.run,
            N_("Forgets where mowers were, once that is older than the setting says, also within mowing sessions")),
        Job("accounts.forget_old_sessions", HOUR, lambda: forget_old_sessions(database, clock),
            N_("Forgets sign-in sessions that ended more than 30 days ago")),
        Job("accounts.forget_mails", 24 * HOUR, lambda: forget_account_mails(database, clock),
            N_("Forgets who asked for a mail to sign up or for a new password, after a week")),
        Job("accounts.seal_audit", 15, lambda: seal_lines(database),
            N_("Seals new lines of the audit, so that any later change to one shows")),
        Job("accounts.forget_sign_in_traces", 24 * HOUR, lambda: forget_sign_in_traces(database, clock),
            N_("Forgets sign-ins that were left half done, and browsers not used for half a year")),
        Job("accounts.rotate_keys", 24 * HOUR, programs.tokens.keys.rotate,
            N_("Makes a new key for access tokens every 90 days, and forgets those that no token can name any more")),
        Job("accounts.forget_answers", HOUR, KeptAnswers(database, clock, programs.box).forget,
            N_("Forgets what repeated calls of programs were answered, after a day")),
        Job("reports.forget", 24 * HOUR, exports.reports.forget,
            N_("Forgets which reports were sent by mail, after a year")),
        Job("hooks.forget", 24 * HOUR, programs.hook_outbox.forget,
            N_("Forgets what other people's servers were told, after 30 days")),
        Job("operations.thin_runs", HOUR, runs.thin,
            N_("Forgets old runs of these jobs; failures and the newest of each stay longest")),
        *(() if backups is None else (backups,)),
    )  # fmt: skip


def backup_job(desk: BackupDesk, every_hours: float) -> Job:
    """The job that `mowthos backup` runs, too."""
    words = N_("Backs the database up, encrypted, and restores each backup to prove it")
    return Job(BACKUP_JOB, every_hours * HOUR, desk.run, words)
