"""Who may command which mower, when and where: start guard, leases, quiet hours, bulk orders, geofence, incidents."""

from core.control.bulk import BulkDesk, BulkRow, BulkView, PreviewRow
from core.control.fences import Fence, FenceBook, NoFence
from core.control.ground_rules import Ground, GroundRules, Happened, Sight, look
from core.control.incidents import BY_PERSON, Incident, IncidentKind, Incidents
from core.control.leases import Lease, LeaseChanged, LeaseRules, Leases
from core.control.ports import ClusterGround, LotGround, Operator, SiteLot, SiteRow
from core.control.quiet import QuietWindow, quiet_until, window_of
from core.control.quiet_desk import DAYS, QuietDesk, told
from core.control.rights import RIGHT_OF
from core.control.sites import Site, SiteBook
from core.control.starting import Area, SettingsView, StartDesk, StartOptions
from core.control.watch import GroundWatch

__all__ = [
    "BY_PERSON",
    "DAYS",
    "RIGHT_OF",
    "Area",
    "BulkDesk",
    "BulkRow",
    "BulkView",
    "ClusterGround",
    "Fence",
    "FenceBook",
    "Ground",
    "GroundRules",
    "GroundWatch",
    "Happened",
    "Incident",
    "IncidentKind",
    "Incidents",
    "Lease",
    "LeaseChanged",
    "LeaseRules",
    "Leases",
    "LotGround",
    "NoFence",
    "Operator",
    "PreviewRow",
    "QuietDesk",
    "QuietWindow",
    "SettingsView",
    "Sight",
    "Site",
    "SiteBook",
    "SiteLot",
    "SiteRow",
    "StartDesk",
    "StartOptions",
    "look",
    "quiet_until",
    "told",
    "window_of",
]
