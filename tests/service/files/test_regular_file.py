"""A file is read; what only looks like one is said to be none, and nothing waits for it."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from tui.service.drill.history import read_drills
from tui.service.files.regular_file import MOST_BYTES, read_regular
from tui.service.files.ui_state import ScreenFile
from tui.service.settings.loader import SettingsError, load_settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such files there")


def why(path: Path) -> str:
    with pytest.raises(OSError) as refused:
        read_regular(path)
    assert refused.value.strerror
    return refused.value.strerror


def test_a_file_is_read_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * MOST_BYTES)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert len(read_regular(tmp_path / "link")) == MOST_BYTES


def test_what_is_no_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
    Path("loop").symlink_to("loop")
    Path("large").write_bytes(b"x" * (MOST_BYTES + 1))
    assert why(Path("pipe")) == "it is a pipe, not a file"
    assert why(Path("socket")) == "it is a socket, not a file"
    assert why(tmp_path) == "it is a folder, not a file"
    assert why(Path("/dev/zero")) == "it is a device, not a file"
    assert why(Path("loop")) == "Too many levels of symbolic links"
    assert why(Path("large")) == f"it has more than {MOST_BYTES} bytes"
    with pytest.raises(FileNotFoundError):
        read_regular(Path("nothing"))


@pytest.mark.timeout(60)
def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(SettingsError, match=r"cannot be read: it is a pipe, not a file$"):
        load_settings(pipe)
    with pytest.raises(OSError, match="pipe"):
        read_drills(pipe)
    assert ScreenFile(pipe).theme == ""
