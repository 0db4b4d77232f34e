"""Who may do what: one table. Host and neighbour are not roles, they follow from membership of a household."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is to the company."""

    ADMIN = "admin"
    DISPATCHER = "dispatcher"
    TECHNICIAN = "technician"
    HOMEOWNER = "homeowner"
    AUDITOR = "auditor"
    SERVICE = "service"  # a program: it has keys, and never a browser session


class Right(StrEnum):
    """One thing a role may do. Rights on own ground (``see_own_lot``) are bounded by the viewer's households."""

    SEE_FLEET = "see_fleet"
    COMMAND_MOWERS = "command_mowers"
    SEE_NEIGHBOURS = "see_neighbours"
    SEE_OWN_LOT = "see_own_lot"
    SEE_VENDOR_ACCOUNTS = "see_vendor_accounts"
    LINK_VENDOR_ACCOUNTS = "link_vendor_accounts"
    SEE_IMPORTS = "see_imports"
    MANAGE_PEOPLE = "manage_people"
    SEE_AUDIT = "see_audit"
    SEE_CLUSTERS = "see_clusters"
    DRAW_CLUSTERS = "draw_clusters"
    APPROVE_CLUSTERS = "approve_clusters"
    REGISTER_HOMES = "register_homes"
    EDIT_LAWNS = "edit_lawns"
    OVERRIDE_GUARD = "override_guard"
    SERVICE_MOWERS = "service_mowers"
    HANDLE_ALARMS = "handle_alarms"
    EDIT_ALARM_RULES = "edit_alarm_rules"
    LOG_SERVICE = "log_service"
    EDIT_DEVICE_MAPS = "edit_device_maps"
    SEE_OPERATIONS = "see_operations"
    SEE_BILLING = "see_billing"
    MANAGE_BILLING = "manage_billing"
    SEE_OWN_BILL = "see_own_bill"
    SEE_SCHEDULE = "see_schedule"
    PLAN_VISITS = "plan_visits"
    MANAGE_WEBHOOKS = "manage_webhooks"
    VIEW_AS = "view_as"
    SHARE_LINKS = "share_links"


PERMISSIONS: dict[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.DISPATCHER: frozenset(
        {
            Right.SEE_FLEET,
            Right.COMMAND_MOWERS,
            Right.SEE_NEIGHBOURS,
            Right.SEE_OWN_LOT,
            Right.SEE_VENDOR_ACCOUNTS,
            Right.SEE_IMPORTS,
            Right.SEE_CLUSTERS,
            Right.EDIT_LAWNS,
            Right.OVERRIDE_GUARD,
            Right.HANDLE_ALARMS,
            Right.EDIT_ALARM_RULES,
            Right.EDIT_DEVICE_MAPS,
            Right.SEE_OPERATIONS,
            Right.SEE_SCHEDULE,
            Right.PLAN_VISITS,
            Right.SHARE_LINKS,
        }
    ),
    Role.TECHNICIAN: frozenset(
        {
            Right.SEE_FLEET,
            Right.COMMAND_MOWERS,
            Right.SEE_OWN_LOT,
            Right.SEE_VENDOR_ACCOUNTS,
            Right.SERVICE_MOWERS,
            Right.HANDLE_ALARMS,
            Right.LOG_SERVICE,
            Right.EDIT_DEVICE_MAPS,
            Right.SEE_SCHEDULE,
        }
    ),
    Role.HOMEOWNER: frozenset({Right.SEE_OWN_LOT, Right.SEE_OWN_BILL}),
    # Reads all there is and changes nothing. Not one's own bill: that is a household's, which may subscribe.
    Role.AUDITOR: frozenset(
        {
            Right.SEE_FLEET,
            Right.SEE_OWN_LOT,
            Right.SEE_NEIGHBOURS,
            Right.SEE_VENDOR_ACCOUNTS,
            Right.SEE_IMPORTS,
            Right.SEE_AUDIT,
            Right.SEE_CLUSTERS,
            Right.SEE_OPERATIONS,
            Right.SEE_BILLING,
            Right.SEE_SCHEDULE,
        }
    ),
    Role.SERVICE: frozenset(
        {
            Right.SEE_FLEET,
            Right.COMMAND_MOWERS,
            Right.SEE_NEIGHBOURS,
            Right.SEE_VENDOR_ACCOUNTS,
            Right.SEE_CLUSTERS,
            Right.HANDLE_ALARMS,
            Right.SEE_OPERATIONS,
            Right.SEE_BILLING,
            Right.SEE_SCHEDULE,
            Right.PLAN_VISITS,
        }
    ),
}
"""The whole of authorisation by role. What no row grants is refused."""
