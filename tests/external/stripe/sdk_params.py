"""What each endpoint of Stripe takes, read from the source of the SDK's services and parameters."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.external.stripe.sdk_types import ROOT

PATH = re.compile(r"\{\w+\}")


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse((ROOT.parent / (module.replace(".", "/") + ".py")).read_text())


@cache
def params_by_route() -> dict[tuple[str, str], tuple[str, str]]:
    """(method, path with ``{id}``) -> (module, class) of the parameters."""
    found = {}
    for path in [*ROOT.glob("_*_service.py"), *ROOT.glob("[a-z]*/_*_service.py")]:
        if path.parent.name in {"v2", "reserve"}:
            continue
        tree = ast.parse(path.read_text())
        modules = {
            alias.name: node.module or ""
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for method in (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)):
            calls = [one for one in ast.walk(method) if isinstance(one, ast.Call)]
            request = next((one for one in calls if ast.unparse(one.func) == "self._request_async"), None)
            names = re.findall(r"'(\w+Params)'", ast.unparse(method.args))
            if request is None or not names:
                continue
            verb, url = (ast.literal_eval(_literal(one)) for one in request.args[:2])
            found[verb.upper(), PATH.sub("{id}", url)] = (modules[names[0]], names[0])
    return found


def _literal(node: ast.expr) -> ast.expr:
    """``"...{x}".format(x=...)`` without the call."""
    return node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node


@cache
def _fields(module: str, name: str) -> dict[str, str]:
    for node in _tree(module).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return {
                entry.target.id: ast.unparse(entry.annotation)
                for entry in node.body
                if isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name)
            }
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:  # names that are Python's own words
            table = node.value.args[1]  # type: ignore[attr-defined]
            return {
                ast.literal_eval(key): ast.unparse(value) for key, value in zip(table.keys, table.values, strict=True)
            }
    raise LookupError(name)


def unknown_parameters(method: str, route: str, given: dict[str, Any]) -> list[str]:
    """Parameters of a request that the SDK, and so Stripe, does not know there."""
    module, name = params_by_route()[method, route]
    return list(_unknown(module, name, given, route))


def _unknown(module: str, name: str, given: dict[str, Any], where: str) -> Iterator[str]:
    fields = _fields(module, name)
    for key, value in given.items():
        if key not in fields:
            yield f"{where}: {key}"
            continue
        inner = [one for one in re.findall(rf"\b{name}\w+", fields[key])]
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict) and inner:
                tries = [list(_unknown(module, one, row, f"{where}[{key}]")) for one in inner]
                if all(tries):
                    yield from min(tries, key=len)
