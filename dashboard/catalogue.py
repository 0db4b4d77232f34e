"""Keeps the catalogues of other languages in step with the texts in the source; run by people, never by the server.

``python -m dashboard.catalogue`` writes what is new into every catalogue, untranslated, and drops what is gone.
"""

from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from dashboard.i18n import LANGUAGES, SOURCE_LANGUAGE, catalogue_path

ROOT = Path(__file__).parents[1]
EXTRACTED = (
    "core", "dashboard", "external/mammotion", "external/cluster_logic", "external/stripe", "external/mail",
    "external/sms", "external/identity", "external/backups",
)  # fmt: skip
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "Text": None, "ngettext": (1, 2)}


def extract() -> Catalog:
    """Every text the screens can show, found in the source."""
    catalog = Catalog(project="MowthosOS", version="1", charset="utf-8")
    for folder in EXTRACTED:
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=KEYWORDS)
        for filename, _line, message, _comments, context in found:
            catalog.add(message, locations=[(f"{folder}/{filename}", 0)], context=context)
    return catalog


def untranslated(language: str) -> list[str]:
    """The source texts a language lacks, or has marked as doubtful."""
    with catalogue_path(language).open("rb") as file:
        known = {message.id: message for message in read_po(file, locale=language)}
    return [
        str(message.id)
        for message in extract()
        if message.id
        and (message.id not in known or not _complete(known[message.id].string) or known[message.id].fuzzy)
    ]


def refresh(language: str) -> None:
    """Merge the texts of the source into a language's catalogue, sorted, so that changes read well."""
    path = catalogue_path(language)
    with path.open("rb") as file:
        old = {message.id: message.string for message in read_po(file, locale=language)}
    merged = Catalog(locale=language, project="MowthosOS", version="1", charset="utf-8", fuzzy=False)
    merged.header_comment = "# Texts of MowthosOS. Placeholders in braces stay as they are."
    merged.last_translator, merged.language_team, merged.msgid_bugs_address = "", "", ""
    for message in sorted((message for message in extract() if message.id), key=lambda message: str(message.id)):
        files = sorted({(name, 0) for name, _line in message.locations})
        merged.add(message.id, old.get(message.id, ""), locations=files)
    out = BytesIO()
    write_po(out, merged, width=120, include_lineno=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(('"POT-Creation', '"PO-Revision'))))


def _complete(translation: object) -> bool:
    return bool(translation) and (isinstance(translation, str) or all(translation))  # type: ignore[arg-type]


if __name__ == "__main__":
    for code in LANGUAGES:
        if code != SOURCE_LANGUAGE:
            refresh(code)
            for text in untranslated(code):
                print(f"{code}: {text}")
