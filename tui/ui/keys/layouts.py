"""Other keyboard layouts: the key that was meant, where that is certain.

A key is known by its letter. Where the terminal also tells its place on the keyboard (kitty's
protocol), a letter of another alphabet means the key at that place: Cyrillic Ч is where X is. By
letter alone that would be a guess, and a wrong one cancels orders: the Cyrillic letter that looks
like X is elsewhere, and phonetic layouts put the letters elsewhere again. A full-width letter is
the letter itself.
"""

from __future__ import annotations

import unicodedata

_DIGITS = frozenset("1234567890")
_FRENCH_DIGITS = frozenset("&\"'(-_")


def meant_key(key: str, character: str | None, position: str | None) -> str | None:
    """The Latin key that is meant by one of another layout; None if it is the key that it says, or
    if nobody can tell.

    `key` and `character` are what the terminal says was typed, `position` what a US keyboard types
    at that place, `ctrl+` before it with that key held. A Latin letter is never taken by its place:
    on a Dvorak keyboard, J is where C is.
    """
    if character is None or not character.isprintable():
        ctrl = position is not None and position.startswith("ctrl+") and not key.isascii()
        return position if ctrl else None
    if character.isascii():
        # The row of digits of a French keyboard has them shifted, and punctuation else.
        return position if character in _FRENCH_DIGITS and position in _DIGITS else None
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) == 1 and plain.isascii() and plain.isprintable():
        return plain
    if position is None or len(position) != 1 or not position.isascii():
        return None
    if position in _DIGITS:
        return position
    if _latin(character) or not position.isalpha():
        return None
    if character.isupper():  # caps lock changes the letter, and not what is said of its place
        return position.upper()
    return position.lower() if character.islower() else position


def foreign_letter(character: str) -> bool:
    """Whether it is a letter of another alphabet than the Latin one."""
    return character.isalpha() and not character.isascii() and not _latin(character)


def _latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith(
        ("LATIN ", "MODIFIER ", "FEMININE", "MASCULINE")
    )
