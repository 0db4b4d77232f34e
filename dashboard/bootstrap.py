"""Settings to object graph: the one module that sees ``core`` and ``external``. Each part gets only what it uses."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from core.accounts import (
    IdentityProvider,
    People,
    Role,
    SignOn,
    SignOnRules,
    ViewAs,
)
from core.areas import AreaDesk
from core.backups import BackupDesk
from core.billing.ports import PaymentProvider
from core.bus import Bus, NoBus
from core.clock import Clock, SystemClock
from core.control.service import Control
from core.db import Database
from core.db.reads.area_owners import Belongings
from core.db.reads.cluster_scores import cluster_scores
from core.db.reads.own_ground import own_ground
from core.distant import Answering, DistantLinks
from core.errors import Invalid
from core.fleet import FleetService, StateLimits, VendorAccounts
from core.fleet.holding import Holder, HoldRules
from core.household.places import PlaceNotices
from core.jobs import JobBook, JobRunner, Run
from core.neighbourhood import UPSTREAM, BookReach, NeighbourFinder, households_of_person
from core.neighbourhood.clusters import ClusterRules, Clusters
from core.neighbourhood.land_events import ChangedLand
from core.neighbourhood.market import MarketDesk
from core.neighbourhood.partition import HeldHomes, Proposals
from core.neighbourhood.registration import Geocoder
from core.neighbourhood.routes import RouteDesk
from core.notices import Channel, Sender
from core.privacy import Privacy
from core.scheduling.ahead import AheadRules
from core.scheduling.service import Scheduling
from core.settings import Settings
from core.shares import ShareDesk
from dashboard.api.programs import ApiLimits, Programs, make_programs
from dashboard.billing.parts import Billing, make_billing
from dashboard.care import Care, make_care
from dashboard.exports.parts import Exports, make_exports
from dashboard.exports.sources import ExportSources
from dashboard.homeassistant import commands_of
from dashboard.hook_source import HookSource
from dashboard.households import Households, all_held, make_households
from dashboard.land import Land, make_land
from dashboard.lawn_desks import LawnDesks, make_lawn_desks
from dashboard.metrics import Metrics
from dashboard.notices.parts import Outside
from dashboard.notices.routes import sms_status_url
from dashboard.people_parts import make_people, make_sights
from dashboard.roles import Duty, process_name
from dashboard.scheduler import Scheduler
from dashboard.shares.parts import Shares
from dashboard.sky import Sky, lot_ways, make_sky
from dashboard.timetable import backup_job, timetable
from dashboard.visits.running import run_visits_with
from external.backups import dumper_for
from external.bus import RedisBus
from external.cluster_logic.engine import ClusterLogic
from external.homeassistant import HomeAssistantBridge, MqttAccess
from external.identity import OidcProvider
from external.mail.client import SmtpPost, TlsMode
from external.mammotion import LIFT_CODES, MammotionCloud, MammotionLexicon
from external.mapbox import MapboxGeocoder
from external.sealing import FernetBox
from external.sms.callbacks import TwilioCallbacks
from external.sms.client import TwilioSms
from external.stripe import StripePayments
from external.weather import OpenMeteo
from external.webhooks import HookSender


@dataclass(frozen=True, slots=True)
class Parts:
    """What the running process is made of, for the start alone; pages and jobs are handed the parts they use."""

    settings: Settings
    clock: Clock
    database: Database
    people: People
    fleet: FleetService
    care: Care
    neighbours: NeighbourFinder
    clusters: Clusters
    proposals: Proposals
    market: MarketDesk
    routes: RouteDesk
    land: Land
    lawns: LawnDesks
    billing: Billing
    sky: Sky
    scheduler: Scheduler
    control: Control
    scheduling: Scheduling
    households: Households
    bus: Bus
    sign_on: SignOn | None
    programs: Programs
    hooks: HookSource
    metrics: Metrics
    view_as: ViewAs
    privacy: Privacy
    shares: Shares
    distant: DistantLinks
    answering: Answering | None
    exports: Exports
    areas: AreaDesk
    belongings: Belongings

    @property
    def accounts(self) -> VendorAccounts:
        return self.fleet.accounts


def build(settings: Settings, database: Database, clock: Clock, duty: Duty = Duty.HOUSE) -> Parts:
    """Make every part; nothing is started and nothing connects yet."""
    name, shared = process_name(duty), settings.redis is not None
    owns_links = settings.mammotion_link_accounts and duty.owns_links
    key = settings.secret_key.get_secret_value()
    cloud = MammotionCloud(
        login_url=settings.mammotion_login_url,
        api_url=settings.mammotion_api_url,
        clock=clock,
        request_ceiling=settings.mammotion_request_ceiling,
    )
    sights = make_sights(database, clock)
    people = make_people(database, clock, settings, sights)
    neighbours = make_neighbours(database, settings)
    clusters = Clusters(
        database=database,
        clock=clock,
        reach=BookReach(neighbours),
        books=neighbours,
        audit=people.audit,
        rules=cluster_rules(settings),
        hold=timedelta(hours=settings.place_hold_hours),
        tell_place=PlaceNotices(clock),
    )
    billing = make_billing(
        database=database,
        clock=clock,
        audit=people.audit,
        secret=key,
        provider=make_provider(settings, clock),
        full_charge_wh=settings.full_charge_wh,
        referral_minor=settings.referral_credit_cents,
        tax=settings.stripe_tax,
    )
    runs = JobBook(database, clock)
    scheduling = Scheduling(
        database=database,
        clock=clock,
        audit=people.audit,
        household_ids=partial(households_of_person, database),
        sight_of=sights,
        ahead=AheadRules(hours=settings.visit_notice_hours),
    )
    limits = StateLimits(stale_after_s=settings.stale_after_minutes * 60)
    control = Control(
        database=database, clock=clock, audit=people.audit, clusters=clusters, unpaid=billing.standing.stops
    )
    fleet = FleetService(
        database=database,
        cloud=cloud if owns_links else None,
        secret_box=FernetBox(*settings.secret_keys),
        clock=clock,
        limits=limits,
        coverage_cell_m=settings.coverage_cell_m,
        raw_days=settings.history_raw_days,
        location_days=settings.location_days,
        guard=control.guard,
        holder=Holder(database, clock, owner=name, rules=hold_rules(settings)),
        shared=shared,
    )
    distant = DistantLinks(database, clock, fleet.accounts, others=shared and not duty.owns_links)
    control.attach(fleet, lift_codes=LIFT_CODES, limits=limits)
    if duty.owns_links:
        billing.hear(fleet.session_keeper.ended)
    care = make_care(
        database=database,
        clock=clock,
        fleet=fleet,
        people=people,
        lexicon=MammotionLexicon(),
        outside=make_outside(settings, clock),
        sight_of=sights,
    )
    geocoder = make_geocoder(settings, clock)
    land = make_land(database=database, clock=clock, books=neighbours, audit=people.audit, geocoder=geocoder)
    lawns = make_lawn_desks(
        database=database,
        clock=clock,
        fleet=fleet,
        lots=land.shelf,
        audit=people.audit,
        land=land.changed,
        distant=distant,
    )
    lawns.ties.changed.subscribe(billing.feed.retied)
    routes = RouteDesk(clusters, BookReach(neighbours), neighbours)
    sky = make_sky(
        database=database,
        clock=clock,
        audit=people.audit,
        live=fleet.live,
        routes=routes,
        provider=OpenMeteo(clock=clock, base_url=settings.weather_url),
    )
    scheduling.rain.ways = partial(lot_ways, database, routes)
    control.guard.raining = sky.weather.raining
    if settings.mammotion_link_accounts:
        run_visits_with(scheduling, fleet=fleet, ties=lawns.ties, weather=sky.weather, distant=distant)
    households = make_households(
        database=database,
        clock=clock,
        audit=people.audit,
        fleet=fleet,
        scheduling=scheduling,
        billing=billing,
        weather=sky.weather,
        maintenance=care.maintenance,
        ways=partial(BookReach(neighbours).pairs, radius_m=settings.cluster_radius_m),
        sight_of=sights,
    )
    control.guard.held_areas = all_held(lawns.no_go.held_areas, households.keep_off.held_areas)
    changed = ChangedLand(land.changed, lambda box: clusters.recheck(bbox=box))
    programs = make_programs(
        database=database,
        clock=clock,
        people=people,
        box=FernetBox(*settings.secret_keys),
        limits=ApiLimits(
            user_a_minute=settings.user_calls_a_minute,
            address_an_hour=settings.address_calls_an_hour,
            cors_origins=settings.cors_origin_list,
        ),
        post=HookSender(),
        redis=settings.redis,
    )
    hooks = HookSource(
        programs.hook_outbox,
        fleet.live,
        clock,
        commands=fleet.commands.storing,
        alarms=care.alarms.keeper.storing,
        sessions=fleet.session_keeper.storing,
    )
    exports = make_exports(
        database=database,
        clock=clock,
        people=people,
        telling=care.telling,
        sources=ExportSources(
            live=fleet.live,
            roster=fleet.roster.all,
            own_ground=partial(own_ground, database),
            history=fleet.telemetry,
            sessions_of=fleet.sessions.sessions,
            clusters_desk=clusters,
            alarm_service=care.alarms,
            billing=billing,
            audit_book=people.audit,
            clock=clock,
        ),
        most_megabytes=settings.report_megabytes,
    )
    backups = make_backups(settings, clock)
    metrics = Metrics()
    fleet.commands.changed.subscribe(metrics.command_moved)
    scheduler = Scheduler(
        timetable(
            database=database,
            clock=clock,
            fleet=fleet,
            clusters=clusters,
            care=care,
            land=changed,
            runs=runs,
            lawns=lawns,
            billing=billing,
            scheduling=scheduling,
            sky=sky,
            households=households,
            programs=programs,
            exports=exports,
            backups=None if backups is None else backup_job(backups, settings.backup_hours),
        ),
        clock,
        runs,
        process=name if shared else "",
        runs=duty.runs,
    )
    scheduler.runner.ended.subscribe(metrics.job_ended)
    return Parts(
        settings=settings,
        clock=clock,
        database=database,
        people=people,
        fleet=fleet,
        care=care,
        neighbours=neighbours,
        clusters=clusters,
        proposals=Proposals(
            database=database,
            clock=clock,
            graphs=BookReach(neighbours),
            books=neighbours,
            drafts=clusters,
            fixed=HeldHomes(clusters),
        ),
        market=MarketDesk(
            database=database,
            clock=clock,
            books=neighbours,
            graphs=BookReach(neighbours),
            clusters=clusters,
            scores=partial(cluster_scores, database),
        ),
        routes=routes,
        land=land,
        lawns=lawns,
        billing=billing,
        sky=sky,
        scheduler=scheduler,
        control=control,
        scheduling=scheduling,
        households=households,
        sign_on=make_sign_on(settings, database, clock, people),
        programs=programs,
        hooks=hooks,
        metrics=metrics,
        view_as=ViewAs(database, clock, people),
        privacy=Privacy(database, clock, people, clusters.leave),
        shares=Shares(
            database=database,
            clock=clock,
            desk=ShareDesk(database, clock, people.audit),
            live=fleet.live,
            clusters=clusters,
            limits=limits,
        ),
        exports=exports,
        areas=AreaDesk(database, clock, people.audit, people),
        belongings=Belongings(database),
        bus=make_bus(settings, clock),
        distant=distant,
        answering=Answering(database, clock, fleet.accounts) if shared and owns_links else None,
    )


def hold_rules(settings: Settings) -> HoldRules:
    return HoldRules(lasts_s=settings.lease_seconds, renew_s=settings.lease_seconds / 4)


def make_bus(settings: Settings, clock: Clock) -> Bus:
    """What events cross on, if there are several processes."""
    return NoBus(clock.now()) if settings.redis is None else RedisBus(settings.redis, clock)


def make_backups(settings: Settings, clock: Clock) -> BackupDesk | None:
    """The backups of the configured database, if there is a folder for them; ``Invalid`` without a key."""
    if settings.backup_dir is None:
        return None
    key = settings.backup_key.get_secret_value() if settings.backup_key else ""
    return BackupDesk(
        dumper=dumper_for(settings.database),
        clock=clock,
        folder=settings.backup_dir,
        passphrase=_needed(key, "MOWTHOS_BACKUP_KEY", "MOWTHOS_BACKUP_DIR"),
        keep_days=settings.backup_keep_days,
    )


async def back_up(database: Database, settings: Settings) -> Run | None:
    """The timetable's job, once, from the command line; ``None`` while another process is at it."""
    clock = SystemClock()
    desk = needed_backups(settings, clock)
    return await JobRunner(JobBook(database, clock), clock).turn(backup_job(desk, settings.backup_hours))


def needed_backups(settings: Settings, clock: Clock) -> BackupDesk:
    """The backups; ``Invalid`` where there is no folder for them."""
    desk = make_backups(settings, clock)
    if desk is None:
        raise Invalid("settings: MOWTHOS_BACKUP_DIR is missing: the folder that backups go to")
    return desk


def make_provider(settings: Settings, clock: Clock) -> PaymentProvider | None:
    """The payment provider, if there is a key for one."""
    if settings.stripe_secret_key is None or not settings.stripe_secret_key.get_secret_value():
        return None
    return StripePayments(
        secret_key=settings.stripe_secret_key.get_secret_value(),
        api_url=settings.stripe_api_url,
        webhook_secrets=settings.webhook_secrets,
        clock=clock,
    )


def make_outside(settings: Settings, clock: Clock) -> Outside:
    """Mail and text messages, as far as the settings name them; ``Invalid`` says what is missing beside what is set."""
    senders: dict[Channel, Sender] = {}
    callbacks = None
    if settings.smtp_host:
        senders[Channel.MAIL] = SmtpPost(
            host=settings.smtp_host,
            port=settings.smtp_port,
            tls=TlsMode(settings.smtp_tls),
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
            sender=_needed(settings.smtp_from, "MOWTHOS_SMTP_FROM", "MOWTHOS_SMTP_HOST"),
            clock=clock,
        )
    if settings.twilio_account_sid:
        secret = settings.twilio_auth_token.get_secret_value() if settings.twilio_auth_token else ""
        token = _needed(secret, "MOWTHOS_TWILIO_AUTH_TOKEN", "MOWTHOS_TWILIO_ACCOUNT_SID")
        senders[Channel.SMS] = TwilioSms(
            account_sid=settings.twilio_account_sid,
            auth_token=token,
            sender=_needed(settings.twilio_from, "MOWTHOS_TWILIO_FROM", "MOWTHOS_TWILIO_ACCOUNT_SID"),
            api_url=settings.twilio_api_url,
            callback=partial(sms_status_url, settings.base_url),
        )
        callbacks = TwilioCallbacks(token)
    return Outside(
        base_url=settings.base_url,
        secret=settings.secret_key.get_secret_value(),
        former_secrets=settings.secret_keys[1:],
        senders=senders,
        callbacks=callbacks,
    )


def _needed(value: str, variable: str, beside: str) -> str:
    if not value:
        raise Invalid(f"settings: {variable} is missing beside {beside}")
    return value


def make_identity_provider(settings: Settings, clock: Clock) -> IdentityProvider | None:
    """The identity provider, if the settings name one."""
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else ""
    return OidcProvider(
        issuer=settings.oidc_issuer,
        client_id=_needed(settings.oidc_client_id, "MOWTHOS_OIDC_CLIENT_ID", "MOWTHOS_OIDC_ISSUER"),
        client_secret=_needed(secret, "MOWTHOS_OIDC_CLIENT_SECRET", "MOWTHOS_OIDC_ISSUER"),
        clock=clock,
        name=settings.oidc_name,
        role_claim=settings.oidc_role_claim,
    )


def sign_on_rules(settings: Settings) -> SignOnRules:
    """What the provider decides; ``Invalid`` for a role there is none of."""
    roles: dict[str, Role] = {}
    for pair in filter(None, (part.strip() for part in settings.oidc_roles.split(","))):
        group, _equals, role = pair.rpartition("=")
        if not group or role not in set(Role) - {Role.SERVICE}:
            raise Invalid(f"settings: MOWTHOS_OIDC_ROLES is wrong at {pair!r}: expected group=role")
        roles[group.strip()] = Role(role)
    return SignOnRules(create=settings.oidc_create, roles=roles)


def make_sign_on(settings: Settings, database: Database, clock: Clock, people: People) -> SignOn | None:
    """Signing on, if the settings name a provider."""
    provider = make_identity_provider(settings, clock)
    return None if provider is None else SignOn(database, clock, people, provider, sign_on_rules(settings))


def cluster_rules(settings: Settings) -> ClusterRules:
    return ClusterRules(
        min_neighbours=settings.cluster_min_neighbours,
        max_neighbours=settings.cluster_max_neighbours,
        forming_minimum=settings.cluster_forming_minimum,
        radius_m=settings.cluster_radius_m,
    )


def make_neighbours(database: Database, settings: Settings) -> NeighbourFinder:
    """Our rules, and the original beside them: it says itself when it is not installed."""
    return NeighbourFinder(database, comparisons={UPSTREAM: ClusterLogic(settings.cluster_logic_dir)})


def make_geocoder(settings: Settings, clock: Clock) -> Geocoder | None:
    """The provider of addresses, if there is a token for one."""
    if settings.mapbox_token is None or not settings.mapbox_token.get_secret_value():
        return None
    token = settings.mapbox_token.get_secret_value()
    return MapboxGeocoder(token=token, base_url=settings.mapbox_url, clock=clock)


def make_homeassistant(parts: Parts) -> HomeAssistantBridge | None:
    """The bridge, where the settings name a broker; of several processes the one that owns the vendor links has it."""
    settings = parts.settings
    if not settings.homeassistant_mqtt_host or not settings.mammotion_link_accounts:
        return None
    password = settings.homeassistant_mqtt_password
    access = MqttAccess(
        host=settings.homeassistant_mqtt_host,
        port=settings.homeassistant_mqtt_port,
        username=settings.homeassistant_mqtt_username or None,
        password=password.get_secret_value() if password else None,
        tls=settings.homeassistant_mqtt_tls,
        prefix=settings.homeassistant_prefix,
    )
    command = None
    if settings.homeassistant_person:
        command = commands_of(
            settings.homeassistant_person,
            database=parts.database,
            people=parts.people,
            fleet=parts.fleet,
            household_ids=partial(households_of_person, parts.database),
            sight_of=make_sights(parts.database, parts.clock),
        )
    return HomeAssistantBridge(
        access,
        live=parts.fleet.live,
        models=lambda: {row.device_name: row.model for row in parts.fleet.roster.all()},
        command=command,
        clock=parts.clock,
    )
