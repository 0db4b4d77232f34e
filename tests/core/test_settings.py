"""Settings name what is wrong and never print a value; the README's table is the class."""

import re
from pathlib import Path

import pytest

from core.errors import Invalid
from core.settings import Settings, load_settings, variable_name

KEY = "k" * 32
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(autouse=True)
def no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_name(field), raising=False)


def test_a_secret_key_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOWTHOS_SECRET_KEY", KEY)
    assert load_settings().database.startswith("sqlite:///")


def test_a_missing_secret_is_named() -> None:
    with pytest.raises(Invalid, match="MOWTHOS_SECRET_KEY is missing"):
        load_settings()


def test_every_wrong_setting_is_named_and_no_value_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOWTHOS_SECRET_KEY", "short-secret")
    monkeypatch.setenv("MOWTHOS_PORT", "eighty-eighty")
    monkeypatch.setenv("MOWTHOS_DATABASE_URL", "mysql://root:hunter2@host/db")
    with pytest.raises(Invalid) as failure:
        load_settings()
    text = failure.value.message
    assert len(failure.value.reasons) == 3
    assert all(name in text for name in ("MOWTHOS_SECRET_KEY", "MOWTHOS_PORT", "MOWTHOS_DATABASE_URL"))
    assert not any(value in text for value in ("short-secret", "eighty-eighty", "hunter2"))


def test_the_readme_documents_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(MOWTHOS_[A-Z_]+)` \| ([^|]*) \|", README.read_text(), re.MULTILINE))
    expected = {
        variable_name(name): "required" if field.is_required() else f"`{field.default}`"
        for name, field in Settings.model_fields.items()
    }
    assert {name: default.strip() for name, default in rows.items()} == expected
