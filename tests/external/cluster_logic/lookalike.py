"""A folder of the original's shape with code of our own in it: the same entry points, the same calls to the outside."""

from pathlib import Path

CONFIG = """
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    mapbox_access_token: str


settings = Settings()
"""

CHECK = """
import logging

import matplotlib.pyplot as plt
import osmnx
import requests
import shapely
from geopy.distance import geodesic

log = logging.getLogger(__name__)


def geocode(text):
    answer = requests.get(
        f"https://api.mapbox.com/geocoding/v5/mapbox.places/{text}.json", params={"access_token": "t"}
    )
    answer.raise_for_status()
    found = answer.json()["features"]
    return found[0]["center"][::-1] if found else None


def is_free(host, other):
    try:
        TWIST
        roads = osmnx.graph_to_gdfs(osmnx.graph_from_point(host, dist=300, network_type="drive"), nodes=False)
        roads["geometry"] = roads["geometry"].buffer(0.00005)
        assert not roads.empty and len(roads) == len(list(roads["geometry"]))
        figure, axes = plt.subplots(figsize=(8, 8))
        axes.plot(*roads["geometry"]._shapes[0].exterior.xy, color="grey")
        plt.savefig("sketch.png")
        plt.close(figure)
        line = shapely.LineString([host[::-1], other[::-1]])
        return not any(line.intersects(road) for road in roads["geometry"])
    except Exception as error:
        log.error("check failed: %s", error)
        return True
"""

ENGINE = """
import csv
import os

import numpy as np
from sklearn.neighbors import BallTree

from app.config import settings
from app.services.mapbox_service import geocode, is_free

ADDRESS_CSV, HOSTS_CSV = "addresses.csv", "hosts.csv"
assert settings.mapbox_access_token


def register_host_home(address, city, state, latitude=None, longitude=None):
    with open(HOSTS_CSV, "a", newline="") as out:
        csv.writer(out).writerow([f"{address}, {city}, {state}", latitude, longitude])


def discover_neighbors_for_host(text):
    if geocode(text) is None:
        print("[ERROR] no such host")
        return []
    with open(HOSTS_CSV, newline="") as rows:
        host = next((float(lat), float(lon)) for label, lat, lon in csv.reader(rows) if text in label)
    with open(ADDRESS_CSV, newline="") as rows:
        homes = [
            (f"{row['address']}, {row['city']}, {row['state']}", float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(rows)
        ]
    tree = BallTree(np.radians([home[1:] for home in homes]), metric="haversine")
    near = tree.query_radius(np.radians([host]), r=80 / 6371000)[0]
    return [homes[n][0] for n in near if homes[n][0] != text and is_free(host, homes[n][1:])]
"""


def lookalike(folder: Path, *, twist: str = "pass", at_import: str = "") -> Path:
    """``twist``: a statement at the head of its check, inside its ``try``; ``at_import``: one at the head of a file."""
    services = folder / "app" / "services"
    services.mkdir(parents=True)
    for package in (folder / "app", services):
        (package / "__init__.py").touch()
    (folder / "app" / "config.py").write_text(CONFIG)
    (services / "mapbox_service.py").write_text(CHECK.replace("TWIST", twist))
    (services / "cluster_engine.py").write_text(f"{at_import}\n{ENGINE}")
    return folder
