"""The still part of the map as a pydeck specification: layers, their looks, and where their data is fetched.

The specification differs by theme and is small; the data does not, is fetched by the layers themselves, and is kept by
the browser for ever under an address that changes with its content.
"""

from collections.abc import Mapping
from typing import Any

import pydeck
from pydeck.types import String

from dashboard.live import scenery
from dashboard.live.scenery import Look

FONT = "Roboto, system-ui, sans-serif"


def map_spec(addresses: Mapping[str, str], *, theme: str, view: Mapping[str, float]) -> str:
    """JSON for ``deck.JSONConverter``. ``addresses`` maps a data set's name to its URL; ``theme`` is light or dark.

    ``view`` is where the camera starts: longitude, latitude, zoom. Data sets that are not there draw no layer.
    """
    night = theme == "dark"

    def colour(look: Look, alpha: int | None = None) -> list[int]:
        chosen = list(look.dark if night else look.light)
        return chosen if alpha is None else [*chosen[:3], alpha]

    own = f"properties.{theme}"
    polygons: dict[str, Any] = {"stroked": False, "filled": True, "pickable": False}
    lines: dict[str, Any] = {"filled": False, "stroked": True, "line_joint_rounded": True, "line_cap_rounded": True}
    layers = [
        _layer("ground", addresses, get_fill_color=own, **polygons),
        _layer(
            "road-casings", addresses, "roads", **lines, get_line_color=colour(scenery.ROAD_CASING),
            get_line_width="properties.width + 1.4", line_width_min_pixels=1.5,
        ),
        _layer(
            "roads", addresses, **lines, get_line_color=colour(scenery.ROAD), get_line_width="properties.width",
            line_width_min_pixels=1,
        ),
        _layer("carriageways", addresses, get_fill_color=own, **polygons),
        _layer("yard-ground", addresses, get_fill_color=own, **polygons),
        _layer(
            "lawns", addresses, filled=True, stroked=True, get_fill_color=colour(scenery.LAWN),
            get_line_color=colour(scenery.LAWN_EDGE), get_line_width=0.35, line_width_min_pixels=0.5,
        ),
        _layer("yard", addresses, get_fill_color=own, **polygons),
        _layer(
            "lots", addresses, **lines, get_line_color=colour(scenery.LOT_EDGE), get_line_width=0.3,
            line_width_min_pixels=0.6,
        ),
        _layer("houses", addresses, get_fill_color=own, **polygons),
        _layer("trees", addresses, get_fill_color=colour(scenery.TREE), **polygons),
        _layer(
            "areas", addresses, **lines, get_line_color=colour(scenery.ZONE_EDGE), get_line_width=0.4,
            line_width_min_pixels=1.2,
        ),
        _layer(
            "no-go", addresses, filled=True, stroked=True, get_fill_color=colour(scenery.NO_GO),
            get_line_color=colour(scenery.NO_GO_EDGE), get_line_width=0.25, line_width_min_pixels=1,
        ),
        _layer(
            "road-names", addresses, point_type=String("text"), get_text="properties.name", get_text_size=3.4,
            text_size_units=String("meters"), text_size_min_pixels=10, text_size_max_pixels=15,
            get_text_angle="properties.angle", get_text_color=colour(scenery.ROAD_NAME),
            text_font_family=String(FONT), text_font_weight=500, text_character_set=String("auto"), pickable=False,
        ),
    ]  # fmt: skip
    deck = pydeck.Deck(
        layers=[layer for layer in layers if layer is not None],
        initial_view_state=pydeck.ViewState(**view),
        views=[pydeck.View(type="MapView", controller=True)],
        map_provider=None,
        map_style=None,
        tooltip=False,
    )
    return str(deck.to_json())


def _layer(name: str, addresses: Mapping[str, str], data: str | None = None, **looks: Any) -> pydeck.Layer | None:
    address = addresses.get(data or name)
    return pydeck.Layer("GeoJsonLayer", id=name, data=address, **looks) if address else None
