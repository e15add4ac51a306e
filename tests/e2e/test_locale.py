"""Terminals and pipes of another encoding than UTF-8: nothing fails, and columns stay columns."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui.ui.terminal.encoding import cells

LIMIT_S = 120
ENCODINGS = ("utf-8", "latin-1", "gbk", "big5", "shift_jis", "ascii")
NAMES = ("büro", "desk", "账户一", "naïve-№1")
WORDS = ("READY", "CANCEL ALL 34", "DEAD-MAN", "not covered: 6", "frames", "ctrl+p menu")
"""The one that comes last moves others, so all are waited for."""


def where(text: str) -> dict[str, tuple[int, int]]:
    """Row and column of each word."""
    rows = text.splitlines()
    found = {}
    for word in WORDS:
        row = next((number for number, line in enumerate(rows) if word in line), -1)
        found[word] = (row, rows[row].index(word) if row >= 0 else -1)
    return found


@pytest.fixture
def names(home: Path) -> str:
    path = home / "names.toml"
    tables = (f'[[accounts]]\nname = "{name}"\nvenue = "okx"\n' for name in NAMES)
    path.write_text("".join(tables), "utf-8")
    return str(path)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_columns_of_a_command(clean_env: dict[str, str], names: str, encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "accounts", "list", "--config", names],
        env={**clean_env, "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode(encoding).splitlines()
    assert len(lines) == len(NAMES)
    assert len({cells(line.partition(" okx ")[0], encoding) for line in lines}) == 1


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_the_same_in_each(clean_env: dict[str, str], names: str, encoding: str) -> None:
    def run(told: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-m", "tui", "accounts", "list", "--json", "--config", names],
            env={**clean_env, "PYTHONIOENCODING": told},
            capture_output=True,
            timeout=LIMIT_S,
            check=True,
        ).stdout

    assert run(encoding) == run("utf-8")


@pytest.mark.parametrize("locale", ["C", "POSIX", "de_DE.ISO-8859-1", "zh_CN.GBK"])
def test_a_cancel_under_a_locale_of_another_encoding(
    clean_env: dict[str, str], configured: str, locale: str
) -> None:
    """With Python's own help against such locales switched off."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", "cancel", "bitget-uta", "--yes", "--config", configured],
        env={**clean_env, "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"bitget-uta orders: confirmed, 0")


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
def test_the_dashboard_has_every_word_where_it_has_it_in_utf_8(
    terminal: Callable[..., Any], bitget_desk: Callable[..., str]
) -> None:
    config = bitget_desk()
    places = {}
    for encoding in ENCODINGS:
        desk = terminal("--config", config, PYTHONIOENCODING=encoding)
        text = desk.wait_for(lambda text: all(word in text for word in WORDS))
        places[encoding] = where(text)
        drawn = bytes(desk.received)
        assert ("─".encode() in drawn) == (encoding == "utf-8")
        assert b"\\u2" not in drawn
        assert drawn.isascii() == (encoding != "utf-8")
        desk.press("q")
        desk.wait_end()
    assert places == dict.fromkeys(ENCODINGS, places["utf-8"])
