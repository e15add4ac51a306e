"""Keys of other keyboard layouts: what is meant, and what nobody can tell."""

from __future__ import annotations

import pytest

from tui.ui.keys.layouts import foreign_letter, meant_key


@pytest.mark.parametrize(
    ("character", "position", "meant"),
    [
        ("Ч", "X", "X"),
        ("Ч", "x", "X"),  # caps lock
        ("ч", "x", "x"),
        ("Χ", "X", "X"),  # noqa: RUF001  Greek
        ("Ч", None, None),
        ("Ｘ", None, "X"),  # noqa: RUF001  full-width
        ("&", "1", "1"),
        ("é", "2", "2"),
        ("j", "c", None),  # Dvorak
        (".", "e", None),
        ("ö", ";", None),
        ("X", "X", None),
        ("ㅌ", "x", "x"),
    ],
)
def test_what_is_meant(character: str, position: str | None, meant: str | None) -> None:
    assert meant_key(character, character, position) == meant


def test_a_chord_is_known_by_its_place() -> None:
    assert meant_key("ctrl+з", None, "ctrl+p") == "ctrl+p"
    assert meant_key("ctrl+r", None, "ctrl+p") is None


def test_which_letters_are_of_another_alphabet() -> None:
    assert all(map(foreign_letter, "ЧчΧㅌ中"))
    assert not any(map(foreign_letter, "Xxéöß1&?"))
