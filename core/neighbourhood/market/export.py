"""Tables as files: CSV, XLSX with the assumptions on a sheet of their own, and GeoJSON of homes."""

import io
import json
from collections.abc import Mapping

import pandas as pd  # type: ignore[import-untyped]

from core.neighbourhood.market.model import Assumptions
from core.spreadsheets import safe_cell


def to_csv(table: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheets need. A text that a spreadsheet would run as a formula is
    quoted with an apostrophe (OWASP, CSV injection)."""
    safe = table.map(safe_cell)
    text: str = safe.to_csv(index=table.index.name is not None, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def to_xlsx(sheets: Mapping[str, pd.DataFrame], assumptions: Assumptions) -> bytes:
    """One sheet a table; texts stay texts."""
    assumed = pd.DataFrame(
        {
            "assumption": ["price of a home a month, cents", "currency", "uptake, percent"],
            "value": [assumptions.price_cents, assumptions.currency, assumptions.uptake_percent],
        },
        dtype=object,
    )
    written = io.BytesIO()
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}}
    with pd.ExcelWriter(written, engine="xlsxwriter", engine_kwargs=options) as writer:
        for name, table in {**sheets, "assumptions": assumed}.items():
            table.to_excel(writer, sheet_name=name, index=table.index.name is not None, freeze_panes=(1, 0))
            writer.sheets[name].autofit()
    return written.getvalue()


def to_geojson(homes: pd.DataFrame) -> bytes:
    """A point a home (WGS84), with what is known of it."""
    names = [name for name in homes.columns if name not in {"latitude", "longitude", "homes"}]
    features = [
        {
            "type": "Feature",
            "id": int(key),
            "geometry": {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]},
            "properties": {name: row[name] for name in names},
        }
        for key, row in zip(homes.index.tolist(), homes.to_dict("records"), strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()
