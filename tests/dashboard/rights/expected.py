"""What every mounted route asks for: one of the rights that stand above it. The route's own check must say the same,
and the answers to each role must show it. A route that stands nowhere here fails the test by its name."""

from core.accounts import Right

type Needed = frozenset[Right] | None
"""One of these; none of them named: whoever is signed in; ``None``: anybody, or who knows a secret."""

NEEDS: dict[tuple[Right, ...], str] = {
    (): """
        GET /account/keys
        GET /account/notices
        GET /account/security
        PUT /api/v1/account/language
        PUT /api/v1/account/measures
        DELETE,GET /api/v1/account/notices
        PUT /api/v1/account/notices/choices
        PUT /api/v1/account/notices/limit
        PUT /api/v1/account/notices/quiet-hours
        PUT /api/v1/account/notices/time-zone
        DELETE,POST /api/v1/account/phone
        POST /api/v1/account/phone/verify
        GET,POST /api/v1/api-keys
        DELETE /api/v1/api-keys/{key_id}
        POST /api/v1/auth/logout
        GET /api/v1/auth/me
        GET /api/v1/auth/session
        DELETE,GET /api/v1/auth/sessions
        DELETE /api/v1/auth/sessions/{session_id}
        GET /api/v1/exports
        GET /api/v1/exports/{name}.{form}
        GET /api/v1/notices
        POST /api/v1/notices/read
        GET /exports
        GET /exports/{name}.{form}
        GET /live/own-layer/{name}
        GET /live/roster
        GET /live/spec
        GET /live/trails
    """,
    (Right.COMMAND_MOWERS,): """
        POST /api/v1/bulk-commands
        POST /api/v1/bulk-commands/preview
        POST /api/v1/bulk-commands/{bulk_id}/abort
        POST /api/v1/commands
        POST /api/v1/mowers/{name}/commands/{kind}
        GET /api/v1/mowers/{name}/guard
        DELETE,POST /api/v1/mowers/{name}/lease
        POST /api/v1/mowers/{name}/lease/take-over
        POST /api/v1/mowers/{name}/plans/{plan_id}/run
        GET /api/v1/mowers/{name}/start-options
        POST /live/commands
        POST /live/control/bulk
        POST /live/control/bulk/preview
        POST /live/control/bulk/{bulk_id}/abort
        POST /live/control/lease
    """,
    (Right.DRAW_CLUSTERS,): """
        POST /api/v1/clusters
        POST /api/v1/clusters/changes/apply
        POST /api/v1/clusters/changes/preview
        POST /api/v1/clusters/proposals/{proposal_id}/accept
        POST /api/v1/clusters/proposals/{proposal_id}/cancel
        POST /api/v1/clusters/propose
        POST /api/v1/clusters/recheck
        PUT /api/v1/clusters/{cluster_id:uuid}
        DELETE,PUT /api/v1/clusters/{cluster_id:uuid}/invite
        POST /clusters/data/proposals
        POST /clusters/data/proposals/{proposal_id}/accept
        POST /clusters/data/proposals/{proposal_id}/cancel
        POST /clusters/data/save
        POST /clusters/data/{cluster_id}/submit
        GET /clusters/new
        GET /clusters/propose
        GET /clusters/{cluster_id}/edit
    """,
    (Right.EDIT_ALARM_RULES,): """
        GET /alarms/rota
        GET /alarms/rules
        POST /api/v1/alarm-rules
        DELETE,PATCH /api/v1/alarm-rules/{key}
        POST /api/v1/alarm-rules/{key}/preview
        PUT /api/v1/on-call
    """,
    (Right.EDIT_DEVICE_MAPS,): """
        PUT /api/v1/mowers/{name}/map/shown
        POST /api/v1/mowers/{name}/map/sync
        POST /api/v1/mowers/{name}/no-go
        POST /api/v1/mowers/{name}/plans
        POST /api/v1/mowers/{name}/plans/read
        DELETE,PATCH /api/v1/mowers/{name}/plans/{plan_id}
        POST /api/v1/mowers/{name}/plans/{plan_id}/copy
        PUT /api/v1/mowers/{name}/zones/{zone_hash}/tie
        DELETE /api/v1/no-go/{no_go_id}
    """,
    (Right.EDIT_LAWNS,): """
        GET /api/v1/lots/{lot_id}
        PUT /api/v1/lots/{lot_id}/lawns
        POST /api/v1/lots/{lot_id}/lawns/check
        GET /api/v1/lots/{lot_id}/lawns/export.{kind}
        POST /api/v1/lots/{lot_id}/lawns/read
        POST /api/v1/lots/{lot_id}/lawns/repair
        GET /api/v1/lots/{lot_id}/lawns/versions
        POST /lots/data/{lot_id}/autosave
        POST /lots/data/{lot_id}/check
        POST /lots/data/{lot_id}/drop
        GET /lots/data/{lot_id}/export.{kind}
        POST /lots/data/{lot_id}/import
        GET /lots/data/{lot_id}/others
        POST /lots/data/{lot_id}/repair
        POST /lots/data/{lot_id}/save
        GET /lots/data/{lot_id}/start
        GET /lots/{lot_id}/lawns
    """,
    (Right.HANDLE_ALARMS,): """
        GET /alarms
        GET /api/v1/alarm-rules
        GET /api/v1/alarms
        GET /api/v1/alarms/handlers
        GET /api/v1/alarms/{alarm_id}
        POST /api/v1/alarms/{alarm_id}/acknowledge
        POST /api/v1/alarms/{alarm_id}/assign
        POST /api/v1/alarms/{alarm_id}/clear
        POST /api/v1/alarms/{alarm_id}/comments
        POST /api/v1/incidents/{incident_id}/end
        GET /api/v1/on-call
        POST /live/control/incidents/{incident_id}/end
    """,
    (Right.LINK_VENDOR_ACCOUNTS,): """
        POST /api/v1/fleet/accounts
    """,
    (Right.LOG_SERVICE,): """
        POST /api/v1/mowers/{name}/service
        POST /api/v1/mowers/{name}/service/log
        POST /api/v1/mowers/{name}/service/usual
        DELETE,PATCH /api/v1/service/{item_id}
    """,
    (Right.MANAGE_BILLING,): """
        POST /api/v1/billing/differences/{drift_id}/fix
        POST /api/v1/billing/invoices/{invoice_id}/approve
        POST /api/v1/billing/minutes/{entry_id}/assign
        POST /api/v1/billing/plans
        DELETE /api/v1/billing/plans/{code}
        POST /api/v1/billing/provider/events/{event_id}/replay
        POST /api/v1/billing/provider/failed/{row_id}/again
        POST /api/v1/problems/{problem_id}/book
    """,
    (Right.MANAGE_PEOPLE,): """
        GET /admin/notices
        GET /admin/areas
        GET /admin/people/{person_id}
        GET /admin/people/{person_id}/export
        GET,POST /api/v1/areas
        DELETE,GET,PATCH /api/v1/areas/{area_id}
        GET,PUT /api/v1/people/{person_id}/areas
        GET /api/v1/notices/given-up
        POST /api/v1/notices/given-up/{delivery_id}/retry
        GET,POST /api/v1/people
        PATCH /api/v1/people/{person_id}
        GET /api/v1/people/{person_id}/consents
        POST /api/v1/people/{person_id}/erase
        GET /api/v1/people/{person_id}/export
        DELETE,GET /api/v1/people/{person_id}/sessions
        DELETE /api/v1/sessions/{session_id}
    """,
    (Right.MANAGE_WEBHOOKS,): """
        GET /admin/webhooks
        GET,POST /api/v1/webhooks
        POST /api/v1/webhooks/deliveries/{delivery_id}/replay
        GET /api/v1/webhooks/event-types
        DELETE,PATCH /api/v1/webhooks/{webhook_id}
        GET /api/v1/webhooks/{webhook_id}/deliveries
        POST /api/v1/webhooks/{webhook_id}/rotate
        POST /api/v1/webhooks/{webhook_id}/test
    """,
    (Right.OVERRIDE_GUARD,): """
        POST /api/v1/clusters/{cluster_id:uuid}/weather/decisions
        PUT /api/v1/clusters/{cluster_id:uuid}/weather/limits
        PUT /api/v1/mowers/{name}/quiet-hours
    """,
    (Right.PLAN_VISITS,): """
        PUT /api/v1/lots/{lot_id}/service-plan
        POST /api/v1/problems/{problem_id}/close
        POST /api/v1/problems/{problem_id}/credit
        POST /api/v1/problems/{problem_id}/extra-visit
        POST /api/v1/problems/{problem_id}/remow
        POST /api/v1/visits/exceptions/{exception_id}/fix
        POST /api/v1/visits/generate
        GET,POST /api/v1/visits/rain-out
        GET /api/v1/visits/{visit_id}/clashes
        POST /api/v1/visits/{visit_id}/move
        POST /api/v1/visits/{visit_id}/pin
    """,
    (Right.REGISTER_HOMES,): """
        GET,POST /api/v1/addresses/imports
        GET /api/v1/addresses/imports/{import_id}
        POST /api/v1/addresses/imports/{import_id}/undo
        POST /api/v1/addresses/register-host
        POST /api/v1/addresses/register-neighbor
        POST /api/v1/lots/import
        POST /homes/data/file
        GET /homes/data/template.csv
        GET /homes/import
        GET /register
    """,
    (Right.SHARE_LINKS,): """
        GET,POST /api/v1/share-links
        DELETE /api/v1/share-links/{link_id}
    """,
    (Right.VIEW_AS,): """
        POST /view-as/{person_id}
    """,
    (Right.SEE_AUDIT,): """
        GET /admin/audit.csv
        GET /admin
        GET /api/v1/audit
    """,
    (Right.SEE_BILLING,): """
        GET /api/v1/billing/differences
        GET /api/v1/billing/households
        GET /api/v1/billing/invoices
        GET /api/v1/billing/minutes
        GET /api/v1/billing/plans
        GET /api/v1/billing/provider/events
        GET /api/v1/billing/provider/failed
        GET /billing
        GET /billing/households/{subscription_id}
        GET /billing/invoices
        GET /billing/journal.{form}
        GET /billing/minutes
        GET /billing/plans
        GET /billing/sandbox
        GET /billing/webhooks
    """,
    (Right.SEE_CLUSTERS,): """
        GET /api/v1/clusters
        GET /api/v1/clusters/addressable-market
        POST /api/v1/clusters/best-host
        POST /api/v1/clusters/check
        GET /api/v1/clusters/coverage
        GET /api/v1/clusters/existing-neighbors
        GET /api/v1/clusters/feasibility
        GET /api/v1/clusters/market-analysis
        GET /api/v1/clusters/market-analysis/{table}.{form}
        POST /api/v1/clusters/next-homes
        POST /api/v1/clusters/optimize
        GET /api/v1/clusters/proposals
        GET /api/v1/clusters/proposals/{proposal_id}
        GET /api/v1/clusters/scorecard
        GET /api/v1/clusters/stats
        GET /api/v1/clusters/suggest-clusters
        POST /api/v1/clusters/validate
        GET /api/v1/clusters/{cluster_id:uuid}
        GET /api/v1/clusters/{cluster_id:uuid}/consents
        GET /api/v1/clusters/{cluster_id:uuid}/diff
        GET /api/v1/clusters/{cluster_id:uuid}/events
        GET /api/v1/clusters/{cluster_id:uuid}/feasibility
        GET /api/v1/clusters/{cluster_id:uuid}/versions
        GET /api/v1/clusters/{cluster_id:uuid}/waiting
        GET /api/v1/clusters/{cluster_id:uuid}/weather
        GET /api/v1/clusters/{cluster_id:uuid}/weather/decisions
        GET /api/v1/clusters/{cluster_id:uuid}/week-plan
        GET /clusters
        POST /clusters/data/best-host
        POST /clusters/data/check
        GET /clusters/data/homes
        GET /clusters/data/map
        GET /clusters/data/proposals/{proposal_id}
        GET /clusters/data/proposals/{proposal_id}/next
        GET /clusters/data/{cluster_id}
        GET /clusters/market
        GET /clusters/market/{table}.{form}
        GET /clusters/rounds
        GET /clusters/{cluster_id}
    """,
    (Right.SEE_FLEET,): """
        GET /api/v1/bulk-commands/{bulk_id}
        GET /api/v1/commands/{command_id}
        GET /api/v1/fleet/stop-figures
        GET /api/v1/incidents
        GET /api/v1/mowers/{name}/commands
        GET /api/v1/mowers/{name}/counters
        GET /api/v1/mowers/{name}/device-hours
        GET /api/v1/mowers/{name}/geofence
        GET /api/v1/mowers/{name}/history
        GET /api/v1/mowers/{name}/incidents
        GET /api/v1/mowers/{name}/lease
        GET /api/v1/mowers/{name}/map
        GET /api/v1/mowers/{name}/map/diff
        GET /api/v1/mowers/{name}/map/sync
        GET /api/v1/mowers/{name}/map/versions
        GET /api/v1/mowers/{name}/map/versions/{version_id}
        GET /api/v1/mowers/{name}/no-go
        GET /api/v1/mowers/{name}/notes
        GET /api/v1/mowers/{name}/plans
        GET /api/v1/mowers/{name}/quiet-hours
        GET /api/v1/mowers/{name}/service
        GET /api/v1/mowers/{name}/service/log
        GET /api/v1/mowers/{name}/sessions
        GET /api/v1/mowers/{name}/sessions/{started_ms}/coverage
        GET /api/v1/mowers/{name}/settings
        GET /api/v1/mowers/{name}/stop-figures
        GET /api/v1/mowers/{name}/zones
        GET /api/v1/mowers/{name}/zones/{zone_hash}/history
        GET,POST /api/v1/reports
        GET /api/v1/reports/sent
        DELETE /api/v1/reports/{report_id}
        GET /api/v1/service/due
        GET /api/v1/service/reliability
        GET /api/v1/zones
        GET /fleet
        GET /live/commands
        GET /live/control/bulk/{bulk_id}
        GET /live/control/mower
        GET /live/layer/{name}
        GET /live/missed
        GET /live/path
        GET /mowers
        GET /mowers.csv
        GET /mowers/data/ground
        GET /mowers/{name}
        GET /mowers/{name}/sessions.csv
        GET /past/frame
        GET /past/series
        GET /past/span
        GET /service
        GET /service.csv
        GET /zones
    """,
    (Right.SEE_NEIGHBOURS,): """
        GET /api/v1/addresses/neighbors
        GET /api/v1/neighbors
        POST /api/v1/neighbors/batch
        GET /live/homes
        GET /live/neighbours
        GET /live/search
    """,
    (Right.SEE_OPERATIONS,): """
        GET /drill
        GET /api/v1/operations/figures
        GET /api/v1/operations/jobs
        GET /api/v1/operations/jobs/{name}
        POST /api/v1/operations/jobs/{name}/run
        GET /operations
    """,
    (Right.SEE_OWN_BILL,): """
        POST /api/v1/addresses/claim
        POST /api/v1/clusters/join-near
        POST /api/v1/payments/came-by
        GET /join/done
    """,
    (Right.SEE_OWN_LOT,): """
        GET /api/v1/clusters/mine
        GET /billing/evidence-key.pem
        GET /billing/invoices/{invoice_id}
        GET /billing/invoices/{invoice_id}/evidence-{line}.json
        GET /home
        POST /home/data/photo
        GET /home/data/photo/{problem_id}
        GET /home/problem
        GET /home/visits/{visit_id}
    """,
    (Right.SEE_SCHEDULE,): """
        GET /api/v1/keep-offs
        GET /api/v1/problems
        GET /api/v1/visits/exceptions
        GET /requests
        GET /schedule
    """,
    (Right.SEE_VENDOR_ACCOUNTS,): """
        GET /api/v1/fleet/accounts
    """,
    (Right.APPROVE_CLUSTERS, Right.DRAW_CLUSTERS): """
        PUT /api/v1/clusters/{cluster_id:uuid}/confirmations
        PUT /api/v1/clusters/{cluster_id:uuid}/consents
        DELETE /api/v1/clusters/{cluster_id:uuid}/consents/{home_id}
        POST /api/v1/clusters/{cluster_id:uuid}/{move}
    """,
    (Right.EDIT_LAWNS, Right.SEE_CLUSTERS): """
        GET /api/v1/lots
    """,
    (Right.HANDLE_ALARMS, Right.SEE_OWN_BILL): """
        GET /bell
        POST /bell/read
    """,
    (Right.REGISTER_HOMES, Right.SEE_NEIGHBOURS): """
        GET /api/v1/addresses/search
        POST /api/v1/addresses/validate
    """,
    (Right.SEE_BILLING, Right.SEE_OWN_BILL): """
        GET /api/v1/billing/invoices/{invoice_id}
        POST /api/v1/payments/billing-portal
        POST /api/v1/payments/cancel
        POST /api/v1/payments/checkout/session
        GET /api/v1/payments/homes
        GET /api/v1/payments/payment-methods
        GET /api/v1/payments/plans
        POST /api/v1/payments/subscriptions/pre-join
        GET /api/v1/payments/subscriptions/{subscription_id}
        POST /api/v1/payments/update-plan
    """,
    (Right.SEE_CLUSTERS, Right.SEE_OWN_LOT): """
        POST /api/v1/clusters/join
        GET /api/v1/clusters/qualified-clusters
        POST /api/v1/clusters/{cluster_id:uuid}/leave
    """,
    (Right.SEE_FLEET, Right.SEE_OWN_LOT): """
        GET /api/v1/live/events
        GET /api/v1/mowers
        GET /api/v1/mowers/{name}/battery
        GET /api/v1/mowers/{name}/location
        GET /api/v1/mowers/{name}/status
        GET /api/v1/mowers/{name}/work-mode
    """,
    (Right.SEE_OWN_LOT, Right.SEE_SCHEDULE): """
        GET,POST /api/v1/calendar-feeds
        DELETE /api/v1/calendar-feeds/{feed_id}
        DELETE /api/v1/keep-offs/{keep_off_id}
        GET /api/v1/lots/{lot_id}/bans
        GET,POST /api/v1/lots/{lot_id}/keep-off
        GET,PUT /api/v1/lots/{lot_id}/notes
        GET,POST /api/v1/lots/{lot_id}/pauses
        GET,POST /api/v1/lots/{lot_id}/problems
        GET /api/v1/lots/{lot_id}/service-plan
        DELETE /api/v1/pauses/{pause_id}
        GET /api/v1/problems/{problem_id}/photo
        GET /api/v1/visits
        GET /api/v1/visits/rules
        GET /api/v1/visits/{visit_id}
        PUT /api/v1/visits/{visit_id}/rating
        GET /api/v1/visits/{visit_id}/report
        POST /api/v1/visits/{visit_id}/skip
        POST /api/v1/visits/{visit_id}/unskip
    """,
}
"""Methods and path, by the rights that their own check names."""

OPEN = """
    GET /health
    GET /ready
    GET /metrics
    GET,HEAD /favicon.ico
    GET,HEAD /live/deck-VERSION.js
    GET /live/look/{language}.js
    GET /_nicegui/VERSION/libraries/{key:path}
    GET /_nicegui/VERSION/components/{key:path}
    GET /_nicegui/VERSION/resources/{key}/{path:path}
    GET /_nicegui/VERSION/dynamic_resources/{name}
    GET /_nicegui/VERSION/esm/{key}/{path:path}
    GET,POST /unsubscribe/{token}
    GET,POST /reports/off/{token}
    GET /s/{secret}
    POST /view-as/end
    GET /calendar/{secret}.ics
    GET /
    GET,POST /sign-in
    POST /sign-out
    POST /account/language
    GET /language/{language}
    GET,POST /sign-in/second
    POST /sign-in/passkey/options
    POST /sign-in/passkey
    GET /sign-on
    GET /sign-on/callback
    POST /sign-up
    GET,POST /verify/{secret}
    GET,POST /forgot
    GET,POST /reset/{secret}
    GET,HEAD /api/v1/openapi.json
    POST /api/v1/auth/register
    POST /api/v1/auth/login
    POST /api/v1/auth/refresh
    GET /api/v1/auth/jwks
    POST /api/v1/payments/webhook
    POST /sms/status/{delivery_id}
"""
"""For anybody: ways in, the machine's own health, libraries, and what proves itself by a secret or a signature."""

WITHOUT_THE_SECRET = {
    "GET /ready": 503,
    "GET /sign-in/second": 303,
    "POST /sign-in/second": 303,
    "POST /sign-in/passkey": 401,
    "POST /sign-in/passkey/options": 403,
    "GET /sign-on": 403,
    "GET /sign-on/callback": 403,
    "GET /sign-on/link": 403,
    "GET /sign-on/tie": 403,
    "POST /sign-on/link": 403,
    "POST /sms/status/{delivery_id}": 403,
    "POST /api/v1/payments/webhook": 403,
}
"""What refuses whoever asks without the secret, cookie or signature, and what the machine is not fit for."""

INSIDE: dict[tuple[Right, ...], str] = {
    (): """
        GET /session
        POST /session/again
        GET /n/{short}
        GET /sign-on/tie
        GET,POST /sign-on/link
    """,
    (Right.SEE_OWN_BILL,): """
        POST /join/home
        POST /join/cluster
        POST /join/line/leave
        POST /join/code
    """,
}
"""What looks who asks only once it runs, and carries no mark."""

IN_PERSON = {
    "POST /api/v1/auth/logout",
    "GET /api/v1/auth/session",
    "GET /api/v1/auth/sessions",
    "DELETE /api/v1/auth/sessions",
    "DELETE /api/v1/auth/sessions/{session_id}",
    "GET /api/v1/api-keys",
    "POST /api/v1/api-keys",
    "DELETE /api/v1/api-keys/{key_id}",
}
"""What a key must not do for its owner: a program gets in nowhere here."""

TO_NOBODY_AS_WELL = {"GET /join": (Right.SEE_OWN_BILL,)}
"""A page that shows a stranger something else, and asks those who are signed in for a right."""

SOCKETS: dict[str, tuple[Right, ...]] = {
    "/live/ws": (),
    "/api/v1/live/ws": (Right.SEE_FLEET, Right.SEE_OWN_LOT),
}

MOUNTS = {"/api/v1", "", "/_nicegui_ws", "/_nicegui/VERSION/static", "/assets"}
"""Apps within the app, whose routes are listed on their own, and files of libraries."""


def rows(table: str) -> list[str]:
    """``METHOD path`` of every line, one for each of its methods."""
    pairs = [line.split() for line in table.strip().splitlines()]
    return [f"{method} {path}" for methods, path in pairs for method in methods.split(",")]


EXPECTED: dict[str, Needed] = {
    **{row: frozenset(rights) for table in (NEEDS, INSIDE) for rights, text in table.items() for row in rows(text)},
    **dict.fromkeys(rows(OPEN)),
    **{row: frozenset(rights) for row, rights in TO_NOBODY_AS_WELL.items()},
}
MARKED: dict[str, frozenset[Right]] = {row: frozenset(rights) for rights, text in NEEDS.items() for row in rows(text)}
