"""Saved frames: whole, private, in a file of their own, or one clear sentence."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path

import pytest

from tui.core.frames import Frame
from tui.service.files.frame_export import NotSaved, save

AT_MS = 1_728_648_201_884
FRAME = Frame(
    7, AT_MS, "okx-desk", "rest", "in", '200  {"msg":"é \\x1b[2J"}', 31, 51, 92.5, 6, True,
    (("x-a", "***"),),
)  # fmt: skip


def test_each_frame_is_a_line_with_all_that_is_known(tmp_path: Path) -> None:
    frames = [Frame(n, AT_MS + n, "a", "ws", "out", f'{{"n":{n}}}') for n in range(1, 1_002)]
    path = save([*frames, FRAME], tmp_path / "state" / "frames", AT_MS)
    assert path == tmp_path / "state" / "frames" / "frames-20241011T120321Z.jsonl"
    read = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [one["frame"] for one in read] == [*range(1, 1_002), 7]
    assert read[-1] == {
        "frame": 7, "at": "2024-10-11T12:03:21.884Z", "account": "okx-desk", "transport": "rest",
        "direction": "in", "error": True, "request": 6, "latency_ms": 92.5, "size": 31,
        "unpacked": 51, "headers": [["x-a", "***"]], "text": '200  {"msg":"é \\x1b[2J"}',
    }  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="rights and links of POSIX")
def test_it_is_private_and_follows_no_link(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    path = save([FRAME], folder, AT_MS)
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (folder / "frames-20241011T120322Z.jsonl").symlink_to(victim)
    assert save([FRAME], folder, AT_MS + 1000).name == "frames-20241011T120322Z-2.jsonl"
    assert victim.read_text() == "mine"
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(NotSaved, match="it is a symbolic link; remove it"):
        save([FRAME], link, AT_MS)


def test_a_file_that_exists_is_never_touched(tmp_path: Path) -> None:
    paths = [save([FRAME], tmp_path, AT_MS) for _ in range(3)]
    assert [path.stem[-2:] for path in paths] == ["1Z", "-2", "-3"]
    assert len({path.read_text("utf-8") for path in paths}) == 1


def test_a_full_disk_leaves_one_sentence_and_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotSaved) as told:
        save([FRAME], tmp_path, AT_MS)
    why = os.strerror(errno.ENOSPC)
    assert str(told.value) == f"The frames cannot be saved in {tmp_path}: {why}."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="a device that is always full")
def test_a_disk_that_fills_up_while_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real error of the system, met in the middle of the writing."""
    monkeypatch.setattr(
        "tui.service.files.frame_export.open_private", lambda path, flags: _full(path)
    )
    with pytest.raises(NotSaved, match="No space left on device"):
        save([FRAME] * 10_000, tmp_path, AT_MS)
    assert list(tmp_path.iterdir()) == []


def _full(path: Path) -> int:
    path.touch()
    return os.open("/dev/full", os.O_WRONLY)


def test_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotSaved, match="cannot be saved in"):
        save([FRAME], tmp_path / "file", AT_MS)
