"""Every page there is, by the address its route stands at: who may open it, and the sides of it that are looked at."""

from dataclasses import dataclass

OFFICE = ("admin", "dispatcher", "technician")
DRAWERS, PLANNERS, HOMES = ("admin",), ("admin", "dispatcher"), ("neighbour", "host")
EVERYBODY = (*OFFICE, *HOMES)
NOBODY = ("",)


@dataclass(frozen=True, slots=True)
class Place:
    """A page. ``sides`` are addresses with the names of ``/test/samples`` in braces; the route's own if
    empty; ``office_only`` are further ones that no household sees."""

    who: tuple[str, ...]
    sides: tuple[str, ...] = ()
    office_only: tuple[str, ...] = ()

    def looks(self, route: str) -> list[tuple[str, str]]:
        """Everybody with each side they see."""
        shown = [(who, side) for who in self.who for side in self.sides or (route,)]
        return shown + [(who, side) for who in self.who if who in OFFICE for side in self.office_only]


PLACES: dict[str, Place] = {
    "/": Place(NOBODY),
    "/sign-in": Place(NOBODY, ("/sign-in", "/sign-in?ended=1&next=/mowers")),
    "/verify/{secret}": Place(NOBODY, ("/verify/{secret}", "/verify/no-such-secret")),
    "/forgot": Place(NOBODY),
    "/reset/{secret}": Place(NOBODY, ("/reset/no-such-secret",)),
    "/s/{secret}": Place(NOBODY, ("/s/{share}", "/s/no-such-link")),
    "/unsubscribe/{token}": Place(NOBODY, ("/unsubscribe/{token}", "/unsubscribe/no-such-token")),
    "/n/{short}": Place(("neighbour",), ("/n/nothing",)),
    "/join": Place((*NOBODY, "admin", *HOMES), ("/join", "/join?q=Birch", "/join?home={home_id}")),
    "/join/done": Place(("neighbour",), ("/join/done?subscription={subscription_id}",)),
    "/sign-in/second": Place(NOBODY),
    "/account/notices": Place(EVERYBODY),
    "/account/security": Place(EVERYBODY),
    "/account/keys": Place(EVERYBODY),
    "/admin": Place(
        DRAWERS,
        (
            "/admin",
            "/admin?tab=rights",
            "/admin?tab=accounts",
            "/admin?tab=data",
            "/admin?tab=audit",
            "/admin?tab=audit&who=nobody",
        ),
    ),
    "/admin/areas": Place(DRAWERS),
    "/admin/notices": Place(DRAWERS),
    "/admin/people/{person_id}": Place(DRAWERS),
    "/admin/webhooks": Place(DRAWERS),
    "/fleet": Place(OFFICE, ("/fleet", "/fleet?mower={name}")),
    "/mowers": Place(OFFICE, ("/mowers", "/mowers?q=no-such-mower")),
    "/mowers/{name}": Place(
        OFFICE,
        tuple(
            "/mowers/{name}?tab=" + tab
            for tab in ("now", "map", "history", "sessions", "alarms", "service", "plans", "commands", "settings")
        ),
    ),
    "/alarms": Place(OFFICE),
    "/alarms/rules": Place(PLANNERS),
    "/alarms/rota": Place(PLANNERS),
    "/service": Place(OFFICE, ("/service", "/service?view=mowers")),
    "/clusters": Place(PLANNERS),
    "/clusters/new": Place(DRAWERS),
    "/clusters/{cluster_id}/edit": Place(DRAWERS, ("/clusters/{draft_id}/edit",)),
    "/clusters/propose": Place(DRAWERS),
    "/clusters/market": Place(PLANNERS),
    "/clusters/rounds": Place(PLANNERS),
    "/clusters/{cluster_id}": Place(PLANNERS, ("/clusters/{cluster_id}", "/clusters/{draft_id}")),
    "/lots/{lot_id}/lawns": Place(PLANNERS),
    "/register": Place(DRAWERS),
    "/homes/import": Place(DRAWERS),
    "/billing": Place(DRAWERS),
    "/billing/households/{subscription_id}": Place(DRAWERS),
    "/billing/invoices": Place(DRAWERS),
    "/billing/invoices/{invoice_id}": Place((*DRAWERS, "neighbour"), office_only=("/billing/invoices/{held_id}",)),
    "/billing/minutes": Place(DRAWERS),
    "/billing/plans": Place(DRAWERS),
    "/billing/webhooks": Place(DRAWERS),
    "/billing/sandbox": Place(DRAWERS),
    "/home": Place(EVERYBODY),
    "/home/visits/{visit_id}": Place(("admin", "dispatcher", "neighbour")),
    "/home/problem": Place(HOMES),
    "/requests": Place(OFFICE),
    "/schedule": Place(OFFICE, ("/schedule", "/schedule?view=day&by=mower")),
    "/zones": Place(OFFICE),
    "/exports": Place(EVERYBODY, ("/exports", "/exports?from=2026-06-02&to=2026-06-01")),
    "/reports/off/{token}": Place(NOBODY, ("/reports/off/{report_token}", "/reports/off/no-such-token")),
    "/operations": Place(PLANNERS),
    "/drill": Place(PLANNERS),
}

NO_PAGES = (
    "/health", "/ready", "/metrics", "/live/", "/past/", "/clusters/data/", "/mowers/data/", "/homes/data/",
    "/lots/data/",
    "/home/data/", "/bell", "/calendar/", "/session", "/language/", "/mowers.csv", "/mowers/{name}/sessions.csv",
    "/service.csv", "/admin/audit.csv", "/clusters/market/{table}", "/billing/journal.", "/billing/evidence-key.pem",
    "/billing/invoices/{invoice_id}/evidence", "/admin/people/{person_id}/export", "/exports/{name}.",
    "/favicon.ico", "/api/",
)  # fmt: skip
"""How the addresses begin that answer with data, files or another address."""
