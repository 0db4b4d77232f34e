"""Who is on billing's screens, where they live, and what is offered to them."""

from core.accounts import Role

PASSWORD = "correct horse battery"
CAST = (
    (Role.ADMIN, "Ada Lind", "en", ""),
    (Role.DISPATCHER, "Dana Reyes", "en", ""),
    (Role.ADMIN, "Greta Vogel", "de", ""),
    (Role.HOMEOWNER, "Hana Ito", "en", "12 ELM ST"),
    (Role.HOMEOWNER, "Ned Moore", "en", "14 ELM ST"),
)
_RING = [[-92.48, 44.02], [-92.4796, 44.02], [-92.4796, 44.0203], [-92.48, 44.0203], [-92.48, 44.02]]
_LAWN_RING = [[-92.4799, 44.0201], [-92.4797, 44.0201], [-92.4797, 44.0202], [-92.4799, 44.0202], [-92.4799, 44.0201]]
LAWN = {
    "city": "BYRON",
    "longitude": -92.48,
    "latitude": 44.02,
    "boundary": {"type": "Polygon", "coordinates": [_RING]},
    "lawns": [{"type": "Polygon", "coordinates": [_LAWN_RING]}],
    "source": "drawn",
}
PLANS = (
    {
        "code": "standard", "name": "Standard", "interval": "month", "price_minor": 2_999, "included_minutes": 240,
        "overage_minor": 15, "area_cap_m2": 1_500, "host_discount_percent": 20,
    },
    {
        "code": "large", "name": "Large", "interval": "month", "price_minor": 4_999, "included_minutes": 480,
        "overage_minor": 12, "priority": 2, "host_discount_percent": 20,
    },
    {
        "code": "standard-year", "name": "Standard, a year", "interval": "year", "price_minor": 29_900,
        "included_minutes": 2_880, "overage_minor": 15, "area_cap_m2": 1_500, "host_discount_percent": 20,
    },
)  # fmt: skip
