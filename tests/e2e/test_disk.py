"""A disk that is full or read-only: cancels go on, and it is said at once and for as long."""

from __future__ import annotations

import contextlib
import errno
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a small disk of its own")

Open = Callable[..., Any]
Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
FULL = "the record of this session is broken: No space left on device; cancels go on"
READ_ONLY = "the record of this session is broken: Read-only file system; cancels go on"
SAVE = "\x13"


def mount(*options: str) -> bool:
    done = subprocess.run(["mount", *options], capture_output=True, check=False)
    return done.returncode == 0


class SmallDisk:
    """A file system of half a megabyte, where killdesk keeps its state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filling = folder / "filling"

    def fill(self) -> None:
        """Not a byte is left."""
        with self._filling.open("ab", buffering=0) as file:
            for size in (65_536, 4_096, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"x" * size):
                        pass
        with pytest.raises(OSError) as refused:
            (self.folder / "one more").write_bytes(b"x" * 5_000)
        assert refused.value.errno == errno.ENOSPC
        (self.folder / "one more").unlink()

    def make_room(self) -> None:
        self._filling.unlink()

    def protect(self) -> None:
        """Nothing can be written any more."""
        assert mount("-o", "remount,ro", str(self.folder))


@pytest.fixture
def disk(home: Path) -> Iterator[SmallDisk]:
    folder = home / ".local/state"
    folder.mkdir(parents=True)
    if not mount("-t", "tmpfs", "-o", "size=512k,mode=700", "tmpfs", str(folder)):
        pytest.skip("this user may not mount a file system")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def plain(text: str) -> str:
    """Words that the screen has broken into lines, in one."""
    return re.sub(r"[\s█]+", " ", text)


def test_a_disk_that_fills_up_under_a_desk(
    terminal: Open, killdesk: Killdesk, configured: str, disk: SmallDisk, simulator: Any
) -> None:
    desk = terminal("--config", configured, columns=200, rows=46)
    desk.wait_for("4 of 4 ready")
    assert FULL not in desk.text
    disk.fill()
    desk.press("3")
    desk.twice("s")
    desk.wait_for(lambda _: simulator.open("okx-desk", "spread") == 0)
    desk.wait_for(lambda text: FULL in plain(text))
    desk.wait_for("confirmed")
    desk.press(SAVE)
    desk.wait_for(lambda text: "cannot be saved" in plain(text))
    desk.twice("X")
    desk.wait_for("6 of 6 confirmed")
    left = {name: simulator.open(name) for name in ("htx-legacy", "htx-unified", "okx-desk")}
    assert set(left.values()) == {0}
    desk.press("\x1b")
    desk.wait_for(lambda text: "esc close" not in text)
    assert FULL in plain(desk.text), "it is said for as long as it is so"
    disk.make_room()
    desk.wait_for(lambda text: FULL not in plain(text))
    desk.press("q")
    assert desk.wait_end() == 0
    (record,) = disk.folder.glob("killdesk/audit/*.jsonl")
    assert killdesk("audit", "verify", str(record)).returncode == 0
    told = [json.loads(line) for line in record.read_text().splitlines()]
    assert [one["press"] for one in told if one["kind"] == "press"] == ["cancel", "panic"]
    outcomes = [one for one in told if one["kind"] == "outcome"]
    lost = sum(one["others"] for one in told if one["kind"] == "lost")
    assert len(outcomes) + lost >= 7


def test_a_disk_that_stays_full_is_the_last_word(
    terminal: Open, configured: str, disk: SmallDisk, simulator: Any
) -> None:
    disk.fill()
    desk = terminal("--config", configured, columns=200, rows=46)
    desk.wait_for("4 of 4 ready")
    desk.wait_for(lambda text: FULL in plain(text))
    desk.press("3")
    desk.twice("s")
    desk.wait_for(lambda _: simulator.open("okx-desk", "spread") == 0)
    desk.wait_for("confirmed")
    desk.press("q")
    assert desk.wait_end() == 0
    assert FULL.encode() in bytes(desk.received).rpartition(b"\x1b[?1049l")[2]


def test_a_read_only_disk(terminal: Open, configured: str, disk: SmallDisk, simulator: Any) -> None:
    disk.protect()
    desk = terminal("--config", configured, columns=200, rows=46)
    desk.wait_for("4 of 4 ready")
    desk.wait_for(lambda text: READ_ONLY in plain(text))
    desk.press_by_hand(*"4a")
    desk.wait_for("ARMED")
    desk.twice("X")
    desk.wait_for("6 of 6 confirmed")
    assert simulator.timer("bitget-uta", "bitget")["armed"]
    assert simulator.open("okx-desk") == 0
    desk.press("\x1b")
    desk.wait_for(lambda text: "esc close" not in text)
    assert READ_ONLY in plain(desk.text)
    desk.press_by_hand(*"4aa")
    desk.wait_for("OFF")
    desk.press("q")
    assert desk.wait_end() == 0


@pytest.mark.parametrize(
    ("spoil", "sentence"), [(SmallDisk.fill, FULL), (SmallDisk.protect, READ_ONLY)]
)
def test_without_a_screen(
    killdesk: Killdesk,
    configured: str,
    disk: SmallDisk,
    simulator: Any,
    spoil: Callable[[SmallDisk], None],
    sentence: str,
) -> None:
    spoil(disk)
    done = killdesk("cancel", "--all", "--yes", "--json", "--config", configured)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "confirmed"
    assert simulator.open("okx-desk") == 0
    assert done.stderr == f"{sentence}\n"
    drilled = killdesk("drill", "--orders", "2", "--config", configured)
    assert f"problem: it could not be kept: {sentence.split(': ')[1].partition(';')[0]}" in (
        drilled.stdout
    )
