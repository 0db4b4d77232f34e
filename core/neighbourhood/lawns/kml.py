"""KML to shapes and back, by fastkml. Document types and entities are refused unread: no file needs them."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from pygeoif import Point, Polygon

from core.errors import Invalid
from core.texts import N_, Text

with warnings.catch_warnings():
    # it says so on import where lxml is absent; nothing here wants pretty printing
    warnings.filterwarnings("ignore", message="Package `lxml` missing", category=UserWarning)
    from fastkml import KML, Data, Document, ExtendedData, Placemark
    from fastkml.exceptions import FastKMLError

NAMESPACE = "{http://www.opengis.net/kml/2.2}"


@dataclass(frozen=True, slots=True)
class KmlShape:
    """One feature of a file: its name, what it says it is (``lawn``, ``boundary``, ``dock`` or nothing), its geometry
    as GeoJSON. ``problem`` says why there is none."""

    name: str
    role: str
    geometry: Any
    part: str = ""
    problem: str = ""


def read_kml(text: str, *, name: str) -> Iterator[KmlShape]:
    """Every placemark, however deep in folders. One that is broken is told by itself. ``Invalid``: no KML at all."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Invalid(Text("{name}: holds a document type or entities, which are not read", name=name))
    try:
        root = ElementTree.fromstring(text)  # nosec B314 - no document type or entity gets here: refused above
    except ElementTree.ParseError as error:
        raise Invalid(Text("{name}: not XML ({problem}); the file may be cut off", name=name, problem=error)) from error
    if _local(root.tag) != "kml":
        raise Invalid(Text("{name}: XML, but not KML (it begins with {tag})", name=name, tag=_local(root.tag)[:40]))
    for element in root.iter():
        if isinstance(element.tag, str):  # older files have other namespaces, or none
            element.tag = NAMESPACE + _local(element.tag)
    return (_placemark(element) for element in root.iter(f"{NAMESPACE}Placemark"))


def write_kml(shapes: Sequence[KmlShape], *, title: str) -> str:
    """A KML 2.2 document that `read_kml` gives back corner for corner."""
    placemarks = [
        Placemark(ns=NAMESPACE, name=shape.name, geometry=_geometry(shape.geometry), extended_data=_data(shape))
        for shape in shapes
    ]
    text: str = KML(ns=NAMESPACE, features=[Document(ns=NAMESPACE, name=title, features=placemarks)]).to_string()
    return text


def _placemark(element: ElementTree.Element) -> KmlShape:
    name = (element.findtext(f"{NAMESPACE}name") or "").strip()
    try:
        placemark = Placemark.from_string(ElementTree.tostring(element, encoding="unicode"))
        geometry = placemark.geometry
    except (FastKMLError, ValueError, TypeError, RecursionError) as error:
        return KmlShape(name, "", None, problem=Text("cannot be read ({problem})", problem=str(error)[-120:]))
    if geometry is None:
        return KmlShape(name, "", None, problem=N_("has no geometry"))
    said = {
        data.name: data.value for data in getattr(placemark.extended_data, "elements", ()) if isinstance(data, Data)
    }
    return KmlShape(name, str(said.get("role") or ""), dict(geometry.__geo_interface__), str(said.get("part") or ""))


def _geometry(geometry: dict[str, Any]) -> Point | Polygon:
    places = geometry["coordinates"]
    return Point(*places) if geometry["type"] == "Point" else Polygon(places[0], places[1:])


def _data(shape: KmlShape) -> ExtendedData:
    said = {"role": shape.role, "part": shape.part}
    return ExtendedData(ns=NAMESPACE, elements=[Data(ns=NAMESPACE, name=k, value=v) for k, v in said.items() if v])


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
