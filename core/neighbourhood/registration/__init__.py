"""Registering homes and their people, one by one or from a file."""

from core.neighbourhood.registration.claiming import Claiming
from core.neighbourhood.registration.customers import WrongField
from core.neighbourhood.registration.desk import Registration
from core.neighbourhood.registration.geocode_cache import CachedGeocoder
from core.neighbourhood.registration.home_csv import HomeCsv
from core.neighbourhood.registration.model import (
    AddressCheck,
    AddressMatch,
    AddressVerdict,
    Customer,
    HomeImportReport,
    HomePart,
    HomeRegistered,
    HomeRequest,
    HomeRow,
    RegisteredHome,
    RowOutcome,
    UndoReport,
)
from core.neighbourhood.registration.ports import GeocodedPlace, Geocoder

__all__ = [
    "AddressCheck",
    "AddressMatch",
    "AddressVerdict",
    "CachedGeocoder",
    "Claiming",
    "Customer",
    "GeocodedPlace",
    "Geocoder",
    "HomeCsv",
    "HomeImportReport",
    "HomePart",
    "HomeRegistered",
    "HomeRequest",
    "HomeRow",
    "RegisteredHome",
    "Registration",
    "RowOutcome",
    "UndoReport",
    "WrongField",
]
