"""Holds documents to the SDK's own annotations, read from its source: they cannot be evaluated at run time."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import stripe

ROOT = Path(stripe.__file__).parent
PLAIN: dict[str, Any] = {"str": str, "int": int, "bool": bool, "float": (int, float), "Decimal": str}


@dataclass(frozen=True, slots=True)
class Shape:
    """A class of the SDK: its fields, the classes inside it, and where it stands."""

    name: str
    fields: dict[str, ast.expr]
    inner: dict[str, "Shape"]
    outer: "Shape | None"
    imports: dict[str, tuple[str, str]]


@cache
def _module(path: Path) -> tuple[ast.Module, dict[str, tuple[str, str]]]:
    tree = ast.parse(path.read_text())
    imports = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return tree, imports


def _shape(node: ast.ClassDef, outer: Shape | None, imports: dict[str, tuple[str, str]]) -> Shape:
    fields = {
        entry.target.id: entry.annotation
        for entry in node.body
        if isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name) and entry.target.id != "OBJECT_NAME"
    }
    shape = Shape(node.name, fields, {}, outer, imports)
    for entry in node.body:
        if isinstance(entry, ast.ClassDef):
            shape.inner[entry.name] = _shape(entry, shape, imports)
    return shape


@cache
def _in_module(module: str, name: str) -> Shape:
    path = ROOT.parent / Path(*module.split(".")).with_suffix(".py")
    tree, imports = _module(path)
    node = next(entry for entry in tree.body if isinstance(entry, ast.ClassDef) and entry.name == name)
    return _shape(node, None, imports)


@cache
def resources() -> dict[str, Shape]:
    """Every resource of version 1 by the name its documents carry in ``object``."""
    found = {}
    for path in [*ROOT.glob("_*.py"), *ROOT.glob("[a-z]*/_*.py")]:
        if path.parent.name in {"v2", "params", "events"} or path.name.endswith("_service.py"):
            continue
        text = path.read_text()
        if "OBJECT_NAME" not in text:
            continue
        module = ".".join(["stripe", *path.relative_to(ROOT).with_suffix("").parts])
        for node in _module(path)[0].body:
            if isinstance(node, ast.ClassDef) and (name := _object_name(node)):
                found[name] = _in_module(module, node.name)
    return found


def _object_name(node: ast.ClassDef) -> str | None:
    for entry in node.body:
        if isinstance(entry, ast.AnnAssign) and ast.unparse(entry.target) == "OBJECT_NAME":
            return str(ast.literal_eval(entry.value)) if entry.value else None
    return None


def faults_of(document: dict[str, Any]) -> list[str]:
    """What is wrong with an answer: missing and unknown fields, wrong types, words that are not of the literals."""
    return list(_answer(document))


def _answer(document: dict[str, Any]) -> Iterator[str]:
    if "error" in document:
        yield from _object(document["error"], _in_module("stripe._error_object", "ErrorObject"), "error", partial=True)
    elif document.get("object") == "list":
        yield from _list(document, "list")
    else:
        yield from _resource(document, str(document.get("object")))


def _list(document: dict[str, Any], where: str) -> Iterator[str]:
    if set(document) != {"object", "data", "has_more", "url"}:
        yield f"{where}: a list has {sorted(document)}"
    for number, row in enumerate(document["data"]):
        yield from _resource(row, f"{where}[{number}]")


def _resource(document: dict[str, Any], where: str) -> Iterator[str]:
    kind = document.get("object")
    shape = resources().get(str(kind))
    if shape is None:
        yield f"{where}: no resource is called {kind!r}"
        return
    yield from _object(document, shape, where, partial=document.get("deleted") is True)
    if kind == "event":
        yield from _resource(document["data"]["object"], f"{where}.data.object")


def _object(document: Any, shape: Shape, where: str, *, partial: bool = False) -> Iterator[str]:
    if not isinstance(document, dict):
        yield f"{where}: expected an object, not {document!r}"
        return
    for name in document:
        if name not in shape.fields:
            yield f"{where}.{name}: no such field"
    for name, annotation in shape.fields.items():
        if name in document:
            yield from _value(document[name], annotation, shape, f"{where}.{name}")
        elif not partial and not _optional(annotation):
            yield f"{where}.{name}: is missing"


def _optional(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Optional"


def _value(value: Any, annotation: ast.expr, shape: Shape, where: str) -> Iterator[str]:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.Subscript):
        yield from _generic(value, annotation, shape, where)
    elif isinstance(annotation, ast.Name) and annotation.id in PLAIN:
        good = isinstance(value, PLAIN[annotation.id]) and (annotation.id == "bool" or not isinstance(value, bool))
        if not good:
            yield f"{where}: expected {annotation.id}, not {value!r}"
    elif ast.unparse(annotation) != "Any":
        yield from _object(value, _named(ast.unparse(annotation), shape), where)


def _generic(value: Any, annotation: ast.Subscript, shape: Shape, where: str) -> Iterator[str]:
    kind = ast.unparse(annotation.value)
    if kind not in _GENERICS:
        yield f"{where}: the test does not know {kind}"
        return
    yield from _GENERICS[kind](value, annotation.slice, shape, where)


def _maybe(value: Any, inside: ast.expr, shape: Shape, where: str) -> Iterator[str]:
    if value is not None:
        yield from _value(value, inside, shape, where)


def _literal(value: Any, inside: ast.expr, _shape: Shape, where: str) -> Iterator[str]:
    words = ast.literal_eval(inside)
    if value not in (words if isinstance(words, tuple) else (words,)):
        yield f"{where}: {value!r} is none of {ast.unparse(inside)[:120]}"


def _union(value: Any, inside: ast.expr, shape: Shape, where: str) -> Iterator[str]:
    assert isinstance(inside, ast.Tuple)
    options = inside.elts
    if any(ast.unparse(one).startswith("Literal") for one in options):  # "or any text" is for words yet to come
        options = [one for one in options if ast.unparse(one) != "str"]
    tries = [list(_value(value, one, shape, where)) for one in options]
    if all(tries):
        yield from min(tries, key=len)


def _listed(value: Any, _inside: ast.expr, _shape: Shape, where: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _list(value, where)
    else:
        yield f"{where}: expected a list object, not {value!r}"


def _expandable(value: Any, inside: ast.expr, shape: Shape, where: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield from _value(value, inside, shape, where)


def _untyped(value: Any, inside: ast.expr, shape: Shape, where: str) -> Iterator[str]:
    for name, item in value.items():
        yield from _value(item, inside, shape, f"{where}.{name}")


def _rows(value: Any, inside: ast.expr, shape: Shape, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where}: expected a list, not {value!r}"
        return
    for number, item in enumerate(value):
        yield from _value(item, inside, shape, f"{where}[{number}]")


_GENERICS = {
    "Optional": _maybe,
    "Literal": _literal,
    "Union": _union,
    "List": _rows,
    "ListObject": _listed,
    "ExpandableField": _expandable,
    "UntypedStripeObject": _untyped,
}


def _named(name: str, shape: Shape) -> Shape:
    scope: Shape | None = shape
    while scope is not None:
        if name in scope.inner:
            return scope.inner[name]
        scope = scope.outer
    module, real = shape.imports[name]
    return _in_module(module, real)
