"""Every visible text goes through gettext, and the other language lacks none of them."""

import ast
import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from dashboard.catalogue import ROOT, extract, untranslated
from dashboard.i18n import (
    LANGUAGES,
    _,
    catalogue_path,
    current_language,
    negotiate,
    ngettext,
    set_language,
    use_language,
)

SHOWS_FIRST_ARGUMENT = {
    "label", "button", "link", "input", "select", "textarea", "checkbox", "switch", "radio", "toggle", "notify", "tab",
    "tooltip", "markdown", "page_title", "expansion", "menu_item", "badge", "chip", "number", "date", "item_label",
    "page_head", "page_frame", "empty_face", "error_face", "confirm_done", "tell_problem",
}  # fmt: skip
SHOWS_SECOND_ARGUMENT = {"text", "page_frame", "empty_face", "error_face"}
SHOWS_KEYWORDS = {"label", "placeholder", "hint", "title", "subtitle", "tooltip", "done", "next_step", "what_to_do"}
VISIBLE_PROPS = re.compile(r"""(?:aria-label|placeholder|title|label|hint|alt)=["'](?=[^"']*[A-Za-z])""")
NOT_WORDS = re.compile(r"^(?:[\W\d_]*|kbd|Esc|MowthosOS|mowthos [a-z ]+FILE|OK|\{?[a-z_]*\}?)$")


def screen_files() -> list[Path]:
    return sorted(
        path for folder in ("pages", "components", "home") for path in (ROOT / "dashboard" / folder).rglob("*.py")
    )


def literals(node: ast.expr) -> Iterator[str]:
    """Texts of an expression that reach the screen as they stand: not those inside a call, such as ``_("...")``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.BinOp):
        yield from literals(node.left)
        yield from literals(node.right)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from literals(value)


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def bare_texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a text goes to the screen without passing through ``_``."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name, shown = called(node), []
        if name in SHOWS_FIRST_ARGUMENT and node.args:
            shown.append(node.args[0])
        if name in SHOWS_SECOND_ARGUMENT and len(node.args) > 1:
            shown.append(node.args[1])
        shown += [keyword.value for keyword in node.keywords if keyword.arg in SHOWS_KEYWORDS]
        for expression in shown:
            yield from ((node.lineno, text) for text in literals(expression) if not NOT_WORDS.match(text))
        if name == "props" and node.args:
            yield from ((node.lineno, text) for text in literals(node.args[0]) if VISIBLE_PROPS.search(text))


@pytest.mark.parametrize("path", screen_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_screen_shows_a_text_that_gettext_has_not_seen(path: Path) -> None:
    assert list(bare_texts(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    "source",
    [
        'ui.label("Battery")',
        'text("h2", "Mowers")',
        'ui.input(label="Email")',
        'ui.button("Save" if new else "Change")',
        'ui.icon("x").props(\'aria-label="Close"\')',
        'field.tooltip(f"{n} mowers")',
    ],
)
def test_the_check_above_finds_a_bare_text(source: str) -> None:
    assert list(bare_texts(ast.parse(source))) != []


@pytest.mark.parametrize(
    "source", ['ui.label(_("Battery"))', 'text("td", mower.name)', 'text("kbd", "/")', 'ui.input(label=_("Email"))']
)
def test_the_check_above_leaves_translated_and_wordless_texts_alone(source: str) -> None:
    assert list(bare_texts(ast.parse(source))) == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_a_language_has_every_text_of_the_source(language: str) -> None:
    assert untranslated(language) == [], "python -m dashboard.catalogue lists and adds them"


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_a_language_has_no_text_that_the_source_lost(language: str) -> None:
    with catalogue_path(language).open("rb") as file:
        known = {message.id for message in read_po(file, locale=language) if message.id}
    assert known - {message.id for message in extract()} == set()


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_a_translation_keeps_the_placeholders_of_its_source(language: str) -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"\{[a-z_0-9:.]*\}", text))

    with catalogue_path(language).open("rb") as file:
        for message in read_po(file, locale=language):
            source = message.id if isinstance(message.id, str) else message.id[-1]
            target = message.string if isinstance(message.string, str) else message.string[-1]
            if source and target:  # what is untranslated, the test above tells
                assert places(target) == places(source), source


def test_a_text_is_told_in_the_language_of_the_block() -> None:
    assert _("Sign out") == "Sign out"
    with use_language("de"):
        assert _("Sign out") == "Abmelden"
        assert ngettext("{n} session", "{n} sessions", 1).format(n=1) == "1 Sitzung"
        assert ngettext("{n} session", "{n} sessions", 3).format(n=3) == "3 Sitzungen"
    assert current_language() == "en"


async def test_two_visitors_at_once_each_hear_their_own_language() -> None:
    async def visit(language: str) -> str:
        set_language(language)
        await asyncio.sleep(0)
        return _("Sign out")

    assert await asyncio.gather(visit("de"), visit("en"), visit("de")) == ["Abmelden", "Sign out", "Abmelden"]


def test_an_unknown_language_falls_back_to_english() -> None:
    with use_language("tlh"):
        assert current_language() == "en"


@pytest.mark.parametrize(
    ("wishes", "spoken"),
    [(["de-AT", "en"], "de"), (["fr", "de"], "de"), (["fr"], "en"), ([], "en"), (["*"], "en"), (["-", "x_y_z"], "en")],
)
def test_the_first_wish_that_we_speak_wins(wishes: list[str], spoken: str) -> None:
    assert negotiate(wishes) == spoken
