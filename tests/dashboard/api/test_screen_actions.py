"""The API does everything the screen can do: each call of the screen that acts for its viewer has an operation.

The actions are read from the screen's source: every call of a method that is handed who acts (``by``, ``asked_by``,
``source``, ``viewer``). A page that does something new fails here until the table names its operation.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.dashboard.api.conftest import Api

ROOT = Path(__file__).parents[3]
DASHBOARD = ROOT / "dashboard"
NOT_THE_SCREEN = (
    "api/",
    "demo",
    "drill",
    "bootstrap.py",
    "people_parts.py",
    "cli.py",
    "scheduler.py",
    "command_audit.py",
    "homeassistant.py",
)
SAYS_WHO = {"by", "asked_by", "source", "person_id"}
WHO = {"viewer", "self._viewer", "self.viewer", "Caller(viewer)", "Caller(self._viewer)", "by", "self._by", "person"}

ACTIONS = {
    "alarms/detail.py desk.acknowledge": "POST /alarms/{alarm_id}/acknowledge",
    "alarms/detail.py desk.assign": "POST /alarms/{alarm_id}/assign",
    "alarms/detail.py self._alarms.desk.assign": "POST /alarms/{alarm_id}/assign",
    "alarms/detail.py self._alarms.desk.clear": "POST /alarms/{alarm_id}/clear",
    "alarms/detail.py self._alarms.desk.comment": "POST /alarms/{alarm_id}/comments",
    "alarms/rota.py self._alarms.rules.set_rota": "PUT /on-call",
    "alarms/rules.py self.alarms.rules.add": "POST /alarm-rules",
    "alarms/rules.py self.alarms.rules.change": "PATCH /alarm-rules/{key}",
    "alarms/rules.py self.alarms.rules.remove": "DELETE /alarm-rules/{key}",
    "areas/editor.py self._areas.add": "POST /areas",
    "areas/editor.py self._areas.change": "PATCH /areas/{area_id}",
    "billing/joining.py self._billing.desk.pre_join": "POST /payments/subscriptions/pre-join",
    "billing/steps.py self._billing.desk.tell": "POST /payments/update-plan",
    "clusters/lawn_routes.py desk.autosave": "PUT /lots/{lot_id}/lawns",
    "clusters/lawn_routes.py desk.discard": "PUT /lots/{lot_id}/lawns",
    "clusters/lawn_routes.py desk.open": "GET /lots/{lot_id}",
    "clusters/lawn_routes.py desk.save": "PUT /lots/{lot_id}/lawns",
    "clusters/lawn_routes.py desk.seen": "GET /lots/{lot_id}/lawns/versions",
    "clusters/planning.py proposals.accept": "POST /clusters/proposals/{proposal_id}/accept",
    "clusters/planning.py proposals.start": "POST /clusters/propose",
    "clusters/routes.py clusters.create_draft": "POST /clusters",
    "clusters/routes.py clusters.revise": "PUT /clusters/{cluster_id}",
    "clusters/routes.py clusters.submit": "POST /clusters/{cluster_id}/{move}",
    "components/job_table.py self._operations.run": "POST /operations/jobs/{name}/run",
    "components/no_go_card.py self._desks.no_go.cancel": "DELETE /no-go/{no_go_id}",
    "components/no_go_card.py self._desks.no_go.draw": "POST /mowers/{name}/no-go",
    "components/sky_cards.py self._sky.weather.set_limits": "PUT /clusters/{cluster_id}/weather/limits",
    "components/stop_bar.py commands.request": "POST /commands",
    "components/sync_card.py self._desks.sync.begin": "POST /mowers/{name}/map/sync",
    "components/zone_ties.py self._desks.ties.tie": "PUT /mowers/{name}/zones/{zone_hash}/tie",
    "exports/report_card.py desk.reports": "GET /reports",
    "exports/report_card.py desk.sent": "GET /reports/sent",
    "exports/report_card.py self._exports.reports.end": "DELETE /reports/{report_id}",
    "exports/report_card.py self._exports.reports.subscribe": "POST /reports",
    "home/bill_card.py self._joining.homes": "GET /payments/homes",
    "home/keep_off_card.py self._desk.ask": "POST /lots/{lot_id}/keep-off",
    "home/keep_off_card.py self._desk.end": "DELETE /keep-offs/{keep_off_id}",
    "home/notes_card.py self._desk.write": "PUT /lots/{lot_id}/notes",
    "home/today_card.py self._scheduling.calendar": "GET /visits",
    "home/visit_card.py feeds.make": "POST /calendar-feeds",
    "home/visit_card.py feeds.of": "GET /calendar-feeds",
    "home/visit_card.py feeds.revoke": "DELETE /calendar-feeds/{feed_id}",
    "home/visit_card.py self._scheduling.calendar": "GET /visits",
    "home/visit_card.py self._scheduling.own_sites": "GET /visits",
    "home/visit_card.py self._scheduling.pauses.end": "DELETE /pauses/{pause_id}",
    "home/visit_card.py self._scheduling.pauses.vacation": "POST /lots/{lot_id}/pauses",
    "households.py self._billing.desk.tell": "POST /problems/{problem_id}/credit",
    "join/desk.py self._claiming.claim": "POST /addresses/claim",
    "join/desk.py self._clusters.join_near": "POST /clusters/join-near",
    "join/desk.py self._referrals.name": "POST /payments/came-by",
    "join/desk.py self._clusters.leave": "POST /clusters/{cluster_id}/leave",
    "join/desk.py self._joining.homes": "GET /payments/homes",
    "join/routes.py start.claim": "POST /addresses/claim",
    "join/routes.py start.came_by": "POST /payments/came-by",
    "join/routes.py start.join": "POST /clusters/join-near",
    "join/routes.py start.leave_line": "POST /clusters/{cluster_id}/leave",
    "live/control_routes.py control.bulk.abort": "POST /bulk-commands/{bulk_id}/abort",
    "live/control_routes.py control.bulk.order": "POST /bulk-commands",
    "live/control_routes.py control.bulk.preview": "POST /bulk-commands/preview",
    "live/control_routes.py control.incidents.end": "POST /incidents/{incident_id}/end",
    "live/control_routes.py control.starting.options": "GET /mowers/{name}/start-options",
    "live/control_routes.py leases.release": "DELETE /mowers/{name}/lease",
    "live/routes.py live.fleet.commands.request": "POST /commands",
    "mower_tabs/plans.py self._desks.plans.create": "POST /mowers/{name}/plans",
    "mower_tabs/plans.py self._desks.plans.delete": "DELETE /mowers/{name}/plans/{plan_id}",
    "mower_tabs/plans.py self._desks.plans.rename": "PATCH /mowers/{name}/plans/{plan_id}",
    "mower_tabs/plans.py self._desks.plans.run": "POST /mowers/{name}/plans/{plan_id}/run",
    "mower_tabs/service.py self._maintenance.add_usual_plan": "POST /mowers/{name}/service/usual",
    "mower_tabs/settings.py control.incidents.end": "POST /incidents/{incident_id}/end",
    "mower_tabs/settings.py control.quiet.set": "PUT /mowers/{name}/quiet-hours",
    "notices/phone_form.py self._desk.ask_code": "POST /account/phone",
    "notices/phone_form.py self._desk.forget": "DELETE /account/phone",
    "notices/phone_form.py self._desk.verify": "POST /account/phone/verify",
    "notices/quiet_form.py self._desk.set_limit": "PUT /account/notices/limit",
    "notices/quiet_form.py self._desk.set_quiet": "PUT /account/notices/quiet-hours",
    "notices/quiet_form.py self._desk.set_zone": "PUT /account/notices/time-zone",
    "operations.py self._scheduler.run_now": "POST /operations/jobs/{name}/run",
    "pages/account_keys.py keys.keys": "GET /api-keys",
    "pages/account_keys.py keys.make": "POST /api-keys",
    "pages/account_keys.py keys.revoke": "DELETE /api-keys/{key_id}",
    "pages/account_notices.py people.set_language": "PUT /account/language",
    "pages/account_notices.py people.set_measures": "PUT /account/measures",
    "pages/account_notices.py telling.preferences.choose": "PUT /account/notices/choices",
    "pages/account_notices.py telling.preferences.reset": "DELETE /account/notices",
    "pages/admin_accounts.py self._accounts.link": "POST /fleet/accounts",
    "pages/admin_areas.py self._areas.assign": "PUT /people/{person_id}/areas",
    "pages/admin_areas.py self._areas.remove": "DELETE /areas/{area_id}",
    "pages/admin_notices.py self._telling.deliveries.try_again": "POST /notices/given-up/{delivery_id}/retry",
    "pages/admin_people.py self._people.change_person": "PATCH /people/{person_id}",
    "pages/admin_people.py self._people.create_person": "POST /people",
    "pages/admin_people.py self._people.revoke_session": "DELETE /sessions/{session_id}",
    "pages/admin_person.py privacy.export": "GET /people/{person_id}/export",
    "pages/admin_person.py self._privacy.against": "POST /people/{person_id}/erase",
    "pages/admin_person.py self._privacy.erase": "POST /people/{person_id}/erase",
    "pages/admin_webhooks.py hooks.change": "PATCH /webhooks/{webhook_id}",
    "pages/admin_webhooks.py self._hooks.remove": "DELETE /webhooks/{webhook_id}",
    "pages/admin_webhooks.py self._outbox.put_test": "POST /webhooks/{webhook_id}/test",
    "pages/admin_webhooks.py hooks.rotate": "POST /webhooks/{webhook_id}/rotate",
    "pages/admin_webhooks.py self._hooks.add": "POST /webhooks",
    "pages/admin_webhooks.py self._hooks.replay": "POST /webhooks/deliveries/{delivery_id}/replay",
    "pages/billing.py billing.payments.reconciling.fix": "POST /billing/differences/{drift_id}/fix",
    "pages/billing_invoice.py billing.closing.approve": "POST /billing/invoices/{invoice_id}/approve",
    "pages/billing_minutes.py billing.ledger.assign": "POST /billing/minutes/{entry_id}/assign",
    "pages/billing_plans.py self._billing.plans.save": "POST /billing/plans",
    "pages/billing_plans.py self._billing.plans.withdraw": "DELETE /billing/plans/{code}",
    "pages/clusters_desk.py self._clusters.confirm_reach": "PUT /clusters/{cluster_id}/confirmations",
    "pages/clusters_desk.py self._clusters.consent": "PUT /clusters/{cluster_id}/consents",
    "pages/clusters_desk.py self._clusters.invite_code": "PUT /clusters/{cluster_id}/invite",
    "pages/clusters_desk.py self._clusters.join": "POST /clusters/join",
    "pages/clusters_desk.py self._clusters.leave": "POST /clusters/{cluster_id}/leave",
    "pages/clusters_desk.py self._clusters.withdraw_consent": "DELETE /clusters/{cluster_id}/consents/{home_id}",
    "pages/clusters_reshape.py self._clusters.apply": "POST /clusters/changes/apply",
    "pages/exports.py exports.counts": "GET /exports",
    "pages/home_problem.py self._desk.report": "POST /lots/{lot_id}/problems",
    "pages/home_visit.py households.problems.rating": "GET /visits/{visit_id}/report",
    "pages/home_visit.py self._desk.rate": "PUT /visits/{visit_id}/rating",
    "pages/join.py joining.check_change": "POST /payments/update-plan",
    "pages/join.py joining.homes": "GET /payments/homes",
    "pages/join.py joining.pre_join": "POST /payments/subscriptions/pre-join",
    "pages/lawn_editor.py desk.open": "GET /lots/{lot_id}",
    "pages/register.py self._homes.register_home": "POST /addresses/register-host",
    "pages/register_import.py self._files.apply": "POST /addresses/imports",
    "pages/register_import.py self._files.dry_run": "POST /addresses/imports",
    "pages/register_import.py self._files.undo": "POST /addresses/imports/{import_id}/undo",
    "pages/requests.py self._households.problems.close": "POST /problems/{problem_id}/close",
    "pages/requests.py self._households.problems.mow_again": "POST /problems/{problem_id}/remow",
    "pages/requests.py self._households.problems.offer_credit": "POST /problems/{problem_id}/credit",
    "pages/requests.py self._scheduling.calendar": "GET /visits",
    "pages/requests.py self._scheduling.extras.suggest": "POST /problems/{problem_id}/extra-visit",
    "pages/schedule.py self._scheduling.calendar": "GET /visits",
    "pages/schedule.py self._scheduling.sites": "GET /visits",
    "pages/sign_in.py people.set_language": "PUT /account/language",
    "pages/sign_in.py people.sign_out": "POST /auth/logout",
    "service/dialogs.py self._maintenance.add_item": "POST /mowers/{name}/service",
    "service/dialogs.py self._maintenance.log_service": "POST /mowers/{name}/service/log",
    "shares/button.py self._shares.desk.links": "GET /share-links",
    "shares/button.py self._shares.desk.make": "POST /share-links",
    "shares/button.py self._shares.desk.revoke": "DELETE /share-links/{link_id}",
    "visits/dialogs.py self._scheduling.lots_to_plan": "GET /lots",
    "visits/dialogs.py self._scheduling.visits.move_visit": "POST /visits/{visit_id}/move",
    "visits/dialogs.py self._scheduling.visits.skip": "POST /visits/{visit_id}/skip",
    "visits/exceptions.py self._scheduling.problems.fix": "POST /visits/exceptions/{exception_id}/fix",
    "visits/exceptions.py self._scheduling.problems.lines": "GET /visits/exceptions",
    "visits/moving.py self._scheduling.visits.move_visit": "POST /visits/{visit_id}/move",
    "visits/plan_dialog.py self._scheduling.plans.save": "PUT /lots/{lot_id}/service-plan",
    "visits/rain_out_dialog.py self._scheduling.rain.preview": "GET /visits/rain-out",
    "visits/rain_out_dialog.py self._scheduling.rain.rain_out": "POST /visits/rain-out",
    "visits/rain_out_dialog.py self._scheduling.sites": "GET /visits",
}
"""Which operation does what the screen does there; a draft that only a browser keeps is saved at once over REST."""

IN_PERSON = {
    "account/factor_card.py self._factors.begin_app", "account/factor_card.py self._factors.begin_passkey",
    "account/factor_card.py self._factors.confirm_app", "account/factor_card.py self._factors.finish_passkey",
    "account/factor_card.py self._factors.remove", "account/factor_card.py self._factors.renew_codes",
    "account/proving.py people.prove", "account/sign_on_card.py self._links.ask_tie",
    "account/sign_on_card.py self._links.of", "account/sign_on_card.py self._links.remove",
    "account/session_card.py people.change_password",
    "account/session_card.py self._people.revoke_others", "account/session_card.py self._people.revoke_own",
    "pages/account_security.py people.has_password", "pages/sign_on.py sign_on.link",
    "pages/sign_on.py sign_on.offered", "view_as.py view_as.end", "view_as.py view_as.start",
}  # fmt: skip
"""How somebody signs in is changed by that person in a browser, never by a program that holds their token."""

DRAWS = {
    "live.scope_of", "live.layers", "self.scope_of", "self._scope_of", "self._channel.subscribe", "self._push",
    "self._card",
    "cards.above", "cards.below", "visits.show", "bills.show", "chosen.build", "self._row", "self.ask_edit",
    "parts.user_menu", "parts.sign_in_again", "wish.address", "self._lots.own", "audit.record", "self._audit.record",
    "self._people.audit.record", "self._seen_as", "self._view_as.viewer", "self._referral", "self._share", "share",
}  # fmt: skip
"""Calls that build the page or write the audit line of an action named above."""


def screen_actions() -> Iterator[str]:
    """``<file> <receiver>.<method>`` of every call that says who acts."""
    for path in sorted(DASHBOARD.rglob("*.py")):
        name = path.relative_to(DASHBOARD).as_posix()
        if name.startswith(NOT_THE_SCREEN) or name == "pages/drill.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                says = {keyword.arg for keyword in node.keywords} & SAYS_WHO
                says |= {text for text in map(ast.unparse, node.args) if text in WHO}
                if says and ast.unparse(node.func) not in DRAWS:
                    yield f"{name} {ast.unparse(node.func)}"


def test_every_action_of_the_screen_is_in_the_table() -> None:
    assert sorted(set(screen_actions()) - set(ACTIONS) - IN_PERSON) == []


def test_no_row_of_the_tables_is_left_over() -> None:
    assert sorted({*ACTIONS, *IN_PERSON} - set(screen_actions())) == []


async def test_every_row_of_the_table_names_an_operation_of_the_document(api: Api) -> None:
    document = (await api.client.get("/openapi.json")).json()
    operations = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    assert sorted({operation for operation in ACTIONS.values() if operation not in operations}) == []


async def test_every_mounted_route_is_in_the_document(api: Api) -> None:
    """Read from the routers themselves, so that a route marked as hidden is found, too."""
    document = (await api.client.get("/openapi.json")).json()
    operations = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    (mount,) = [route for route in api.app.routes if hasattr(route, "app")]
    mounted = {
        (method, route.path.replace(":uuid", "").replace(":path", ""))
        for route in mount.app.routes
        for method in getattr(route, "methods", None) or ()
        if method != "HEAD"
    }
    assert mounted - operations == {("GET", "/openapi.json")}
    assert len(operations) > 200


async def test_every_operation_says_what_it_is_for_and_shows_the_limits(api: Api) -> None:
    document = (await api.client.get("/openapi.json")).json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation.get("summary"), (method, path)
            assert operation.get("tags"), (method, path)
            assert "429" in operation["responses"], (method, path)
            if method == "post" and operation.get("security"):
                names = {parameter["name"].lower() for parameter in operation["parameters"]}
                assert "idempotency-key" in names, (method, path)
