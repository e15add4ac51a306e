"""A key is one record: no module beside it has a text of a key, or a table of keys with texts."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.ui.keys.bindings import ALL_KEYS, Key

UI = Path(__file__).resolve().parents[3] / "tui" / "ui"
RECORDS = UI / "keys" / "bindings.py"
TEXTS = {
    text.casefold(): key.id
    for key in ALL_KEYS
    for text in (key.help, key.palette, key.palette_other)
    if len(text.split()) > 2
}
"""Shorter ones are words that anybody may use."""


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(UI.rglob("*.py")):
        if path != RECORDS:
            yield path.relative_to(UI), ast.parse(path.read_text())


def texts(found: ast.AST) -> Iterator[str]:
    """The literals below, an f-string as the pattern that it is."""
    for one in ast.walk(found):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value.casefold()
        elif isinstance(one, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in one.values
            ).casefold()


def blank(text: str) -> str:
    """With each placeholder empty: `Cancel everything on {}`."""
    return "".join(
        words + ("" if name is None else "{}")
        for words, name, _, _ in string.Formatter().parse(text)
    )


def test_no_text_of_a_key_stands_beside_its_record() -> None:
    known = {blank(text): id_ for text, id_ in TEXTS.items()} | TEXTS
    found = {
        f"{path}: {text!r} is of {known[text]}"
        for path, module in modules()
        for text in texts(module)
        if text in known
    }
    assert not found, "\n".join(sorted(found))


def test_no_table_gives_keys_a_text_or_a_state_of_their_own() -> None:
    ids = {key.id for key in ALL_KEYS if "." in key.id}  # others are words of everywhere
    found = {
        f"{path}:{table.lineno}"
        for path, module in modules()
        for table in ast.walk(module)
        if isinstance(table, ast.Dict)
        for name, value in zip(table.keys, table.values, strict=True)
        if isinstance(name, ast.Constant) and name.value in ids
        if any(text.strip() and len(text) > 1 for text in texts(value))
    }
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("key", ALL_KEYS, ids=lambda key: key.id)
def test_a_record_is_whole(key: Key) -> None:
    assert key.help
    assert not key.leaves_bar or key.word, "only what stands in the bar can leave it"
    assert not key.palette_other or key.palette
    for title in (key.palette, key.palette_other):
        names = {name for _, name, _, _ in string.Formatter().parse(title) if name is not None}
        assert names <= {"account", "what", "s"}


def test_no_two_keys_leave_the_bar_at_once() -> None:
    places = [key.leaves_bar for key in ALL_KEYS if key.leaves_bar]
    assert sorted(places) == list(range(1, len(places) + 1))
