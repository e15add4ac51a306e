"""Who holds a timer on this machine: one killdesk, for as long as it lives."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui.service.deadman.timer_lock import TimerLock

KEY = "canary-7781"
HOLDER = """
import sys
from pathlib import Path
from tui.service.deadman.timer_lock import TimerLock
lock = TimerLock(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
print(lock.take() or "taken", flush=True)
for line in sys.stdin:
    lock.release()
    print("released", flush=True)
"""

Holder = subprocess.Popen[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "locks"


@pytest.fixture
def start_holder(folder: Path) -> Iterator[Callable[..., Holder]]:
    """`start_holder(venue, key)`: another process that has tried to take the lock."""
    running: list[Holder] = []

    def start(venue: str = "bitget", key: str = KEY) -> Holder:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder), venue, key],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(holder)
        return holder

    yield start
    for holder in running:
        holder.kill()
        holder.communicate()


def said(holder: Holder) -> str:
    assert holder.stdout is not None
    return holder.stdout.readline().strip()


def held_by(pid: int) -> str:
    return f"another killdesk on this machine (process {pid}) holds this timer"


def test_another_process_is_named_and_its_sudden_end_frees_the_timer(
    folder: Path, start_holder: Callable[..., Holder]
) -> None:
    holder = start_holder()
    assert said(holder) == "taken"
    lock = TimerLock(folder, "bitget", KEY)
    assert lock.take() == held_by(holder.pid)
    assert lock.take() == held_by(holder.pid), "a refused attempt leaves the holder's name"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (lock.take(), lock.note) == ("", "")
    second = start_holder()
    assert said(second) == held_by(os.getpid()), "the dead holder's number is not named"
    lock.release()


def test_a_lock_that_is_given_back_is_free(
    folder: Path, start_holder: Callable[..., Holder]
) -> None:
    lock = TimerLock(folder, "bitget", KEY)
    assert lock.take() == ""
    assert lock.take() == "", "already ours"
    lock.release()
    lock.release()
    holder = start_holder()
    assert said(holder) == "taken"
    assert lock.take() == held_by(holder.pid)
    assert holder.stdin is not None
    holder.stdin.write("\n")
    holder.stdin.flush()
    assert said(holder) == "released"
    assert lock.take() == ""
    lock.release()


def test_two_accounts_of_one_key_in_this_process(folder: Path) -> None:
    first, second = TimerLock(folder, "okx", KEY), TimerLock(folder, "okx", KEY)
    assert first.take() == ""
    assert second.take() == (
        "another account of this killdesk has the same key and holds this timer"
    )
    first.release()
    assert second.take() == ""
    second.release()


@pytest.mark.parametrize(("venue", "key"), [("okx", KEY), ("bitget", f"{KEY}2")])
def test_another_venue_or_key_is_another_timer(folder: Path, venue: str, key: str) -> None:
    locks = TimerLock(folder, "bitget", KEY), TimerLock(folder, venue, key)
    assert [lock.take() for lock in locks] == ["", ""]
    for lock in locks:
        lock.release()


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_the_files_are_private_and_do_not_tell_the_key(folder: Path) -> None:
    lock = TimerLock(folder, "bitget", KEY)
    assert lock.take() == ""
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KEY not in file.name
    assert KEY.encode() not in file.read_bytes()
    lock.release()


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links are not refused here")
@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_file_of_ours_is_left_alone_and_protects_all_the_same(
    folder: Path, tmp_path: Path, kind: str
) -> None:
    lock = TimerLock(folder, "bitget", KEY)
    assert lock.take() == ""
    lock.release()
    (file,) = folder.iterdir()
    file.unlink()
    foreign = tmp_path / "foreign"
    foreign.write_text("theirs")
    foreign.chmod(0o644)
    if kind == "link":
        file.symlink_to(foreign)
    elif kind == "folder":
        file.mkdir()
    else:
        os.mkfifo(file)
    assert lock.take() == ""
    assert lock.note.startswith(
        "a second killdesk on this machine that holds this timer would not be noticed: "
        f"{folder} cannot be used ("
    )
    assert (foreign.read_text(), stat.S_IMODE(foreign.stat().st_mode)) == ("theirs", 0o644)


def test_a_folder_that_cannot_be_made_prevents_nothing(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    folder = tmp_path / "state" / "locks"
    lock = TimerLock(folder, "bitget", KEY)
    assert lock.take() == ""
    assert str(folder) in lock.note
    assert "would not be noticed" in lock.note
    lock.release()
    (tmp_path / "state").unlink()
    assert (lock.take(), lock.note) == ("", ""), "the next attempt looks anew"
    lock.release()


def test_a_file_that_is_swapped_while_it_is_locked_is_not_relied_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import filelock

    real, swapped = filelock.lock_descriptor, []

    def lock_and_lose(descriptor: int, *, blocking: bool) -> bool:
        if not swapped:
            (file,) = folder.iterdir()
            file.unlink()
            swapped.append(file)
        return real(descriptor, blocking=blocking)

    monkeypatch.setattr(filelock, "lock_descriptor", lock_and_lose)
    lock = TimerLock(folder, "bitget", KEY)
    assert (lock.take(), lock.note) == ("", "")
    assert swapped and swapped[0].exists(), "the file that is locked is the one that others find"
    assert TimerLock(folder, "bitget", KEY).take() != ""
    lock.release()


def test_a_longer_number_of_an_earlier_holder_leaves_nothing_behind(folder: Path) -> None:
    lock = TimerLock(folder, "bitget", KEY)
    assert lock.take() == ""
    lock.release()
    (file,) = folder.iterdir()
    file.write_bytes(b"\0" + b"9" * 20)
    assert lock.take() == ""
    assert "another account of this killdesk" in TimerLock(folder, "bitget", KEY).take()
    lock.release()


def test_a_holder_that_left_no_number_is_still_a_holder(folder: Path) -> None:
    first, second = TimerLock(folder, "bitget", KEY), TimerLock(folder, "bitget", KEY)
    assert first.take() == ""
    (file,) = folder.iterdir()
    file.write_bytes(b"")
    assert second.take() == "another killdesk on this machine holds this timer"
    first.release()
