"""Text for terminals of other encodings: nothing fails, and no column moves."""

# ruff: noqa: RUF001  characters that look like others are what this is about

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.terminal.encoding import cells, encoder

WESTERN = ("latin-1", "cp1252", "iso8859-15", "koi8-r", "cp437", "ascii")
EASTERN = ("gbk", "gb2312", "gb18030", "big5", "shift_jis", "cp932", "euc-jp", "euc-kr", "cp949")
SCREEN = "┌─frames─┐│█▀▄▁▃▆│ ● READY ▲ ✕ … · → ⠿⣿ ╱╲ ⏎ ▸ 账户 büro é ≥ \x1b[1;31m═\x1b[0m"


@pytest.mark.parametrize("encoding", WESTERN + EASTERN)
def test_a_screen_keeps_its_columns(encoding: str) -> None:
    shown = encoder(encoding)(SCREEN).decode(encoding)
    assert cells(shown, encoding) == cells(SCREEN, "utf-8")
    for piece in SCREEN.split():
        assert cells(encoder(encoding)(piece).decode(encoding), encoding) == cells(piece, "utf-8")


@pytest.mark.parametrize("encoding", WESTERN + EASTERN)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_no_text_moves_a_column(encoding: str, text: str) -> None:
    shown = encoder(encoding)(text).decode(encoding)
    assert cells(shown, encoding) == cells(text, "utf-8")


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("utf-8", "─ 账户 ✕", "─ 账户 ✕"),
        ("latin-1", "─│┌█ é · …", "-|+# é · ."),
        ("ascii", "é ≥ 账户 ﬁ", "e ? ???? f"),
        ("gbk", "─│ 账户 …", "-| 账户 ."),
        ("koi8-r", "─ Я", "─ Я"),
        ("shift_jis", "ｱ 口", "ｱ 口"),
    ],
)
def test_what_is_shown_instead(encoding: str, text: str, shown: str) -> None:
    assert encoder(encoding)(text).decode(encoding) == shown


@pytest.mark.parametrize("encoding", ["no-such", "", "utf-16", "utf-7", "rot13", "base64", "cp037"])
def test_an_encoding_that_is_none_for_terminals_is_taken_for_ascii(encoding: str) -> None:
    assert encoder(encoding)("\x1b[1m─ok") == b"\x1b[1m-ok"


def test_nothing_fails() -> None:
    for encoding in ("utf-8", *WESTERN, *EASTERN):
        assert encoder(encoding)("a\ud800\x00\x9b\U0010ffff\u0301")


def test_the_cells_of_an_east_asian_terminal() -> None:
    ask: Callable[[str], list[int]] = lambda text: [cells(text, e) for e in ("utf-8", "gbk")]  # noqa: E731
    assert ask("─") == [1, 2]
    assert ask("账") == [2, 2]
    assert ask("a\u0301") == [1, 1]
