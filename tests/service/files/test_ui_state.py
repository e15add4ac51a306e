"""What the screen remembers: private, whole or not there, and harmless when damaged."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tui.service.files.ui_state import ScreenFile


def test_it_remembers_from_one_start_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "state" / "screen.json"
    first = ScreenFile(path)
    assert first.theme == "" and not path.exists()
    first.theme = "killdesk-light"
    first.write()
    assert ScreenFile(path).theme == "killdesk-light"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\xff\xfe\x00", b"[]", b"null", b'"dark"', b'{"theme": 3}', b'{"other": "x"}',
     b"[" * 9_000, b'{"theme": "' + b"x" * 20_000 + b'"}'],
)  # fmt: skip
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "screen.json"
    path.write_bytes(damage)
    assert ScreenFile(path).theme == ""


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert ScreenFile(folder).theme == ""
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert ScreenFile(tmp_path / "pipe").theme == ""


def test_the_newest_stays_whoever_writes_last(tmp_path: Path) -> None:
    kept = ScreenFile(tmp_path / "screen.json")
    kept.theme = "one"
    late = kept.write  # begun for "one", run after the next choice
    kept.theme = "two"
    kept.write()
    late()
    assert ScreenFile(tmp_path / "screen.json").theme == "two"
