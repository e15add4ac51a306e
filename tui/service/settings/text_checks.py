"""Which texts are acceptable as a name, a contract or a path; addresses are in `endpoints`."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from tui.core.sanitize import sanitize

LONGEST_NAME = 40
SHOWN_CHARS = 60


class ValueRefused(ValueError):
    """A text that is not acceptable: what was expected, and what of the text may be shown."""

    def __init__(self, expected: str, got: str = "") -> None:
        super().__init__(expected)
        self.got = got


def quoted(value: str) -> str:
    """A text from a file as a message may show it."""
    return f'"{sanitize(value, SHOWN_CHARS)}"'


def account_name(name: str) -> str:
    """`name` if an account can be called so. Raises ValueRefused."""
    if not name:
        raise ValueRefused("is empty; expected a name such as main-desk")
    if not name.isprintable() or name != name.strip() or name.startswith("-"):
        raise ValueRefused(
            "expected printable characters, no space at either end and no dash in front",
            quoted(name),
        )
    if len(name) > LONGEST_NAME:
        raise ValueRefused(f"expected at most {LONGEST_NAME} characters", str(len(name)))
    return name


def contract_code(code: str) -> str:
    """`code` if it is parts of capital letters and digits, of any script, with `-` between.

    Raises ValueRefused.
    """
    parts = code.split("-")
    if len(parts) < 2 or code != code.upper() or not all(map(_is_word, parts)):
        raise ValueRefused("expected codes such as BTC-USDT", quoted(code))
    return code


def full_path(text: str) -> str:
    """A full path, with a leading ~ resolved. Raises ValueRefused."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        path = Path()
    if not path.is_absolute() or "\0" in text:
        raise ValueRefused("expected a full path such as /run/bot.beat", quoted(text))
    return str(path)


def _is_word(text: str) -> bool:
    return bool(text) and all(unicodedata.category(char)[0] in "LMN" for char in text)
