"""A believable suburb from a seed: streets, lots, houses, lawns, and clusters-to-be with known truth."""

from core.neighbourhood.town.generate import GREENFIELD, generate_town
from core.neighbourhood.town.model import Block, Cluster, Feature, Home, Lawn, Link, RoadClass, Street, Town
from core.neighbourhood.town.sites import account_name, account_password, town_sites

__all__ = [
    "GREENFIELD",
    "Block",
    "Cluster",
    "Feature",
    "Home",
    "Lawn",
    "Link",
    "RoadClass",
    "Street",
    "Town",
    "account_name",
    "account_password",
    "generate_town",
    "town_sites",
]
