"""The record on a real disk: whole after crashes, honest about what was lost, private, and never
in the way of a press."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tui.core.actions import Outcome, Report, Scope
from tui.core.audit.chain import Record, Verdict, read_record, verify
from tui.core.clocks import Instant, read_clock
from tui.core.desk import DeskView
from tui.core.frames import Frame
from tui.core.orders import OpenOrder
from tui.service.audit import compression as audit_pack
from tui.service.audit import files as audit_files
from tui.service.audit import queue as audit_queue
from tui.service.audit.files import file_name, list_files
from tui.service.audit.reader import CannotRead, check_file, read_lines
from tui.service.audit.writer import Audit

WAIT_S = 60.0
SESSION = {"what": "dashboard", "user": "jo", "host": "desk-1", "accounts": ("okx-desk (okx)",)}
DAY_S = 86_400.0


class Clock:
    """The real time, on a day of the test's choice."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> Instant:
        now = read_clock()
        return replace(now, wall_s=now.wall_s + self.ahead_s)


class Disk:
    """`os.write` that takes what the test lets it, and no more."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.error = errno.ENOSPC
        self.refused = threading.Event()

    def __call__(self, descriptor: int, data: bytes) -> int:
        if self.left is not None:
            data = data[: self.left]
            self.left -= len(data)
            if not data:
                self.refused.set()
                raise OSError(self.error, os.strerror(self.error))
        return os.write(descriptor, data)


class PatientAudit(Audit):
    """Waits for a busy machine as it closes; what hangs is given a limit by its own test."""

    def close(self, wait_s: float = 60.0) -> None:
        super().close(wait_s)


Open = Callable[..., Audit]


@pytest.fixture
def open_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens records in one folder, and closes them."""
    monkeypatch.setattr("tui.service.audit.writer.RETRY_S", 0.02)
    monkeypatch.setattr("tui.service.audit.writer.GATHER_S", 0.02)
    opened: list[Audit] = []

    def open_one(folder: Path = tmp_path / "audit", **options: Any) -> Audit:
        audit = PatientAudit(folder, SESSION, **options)
        audit.start()
        opened.append(audit)
        return audit

    yield open_one
    for audit in opened:
        audit.close()


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def records(path: Path) -> list[Record]:
    return [read_record(line) for line in path.read_bytes().splitlines()]


def kinds(path: Path) -> list[str]:
    return [record.kind for record in records(path)]


def check(path: Path) -> Verdict:
    with path.open("rb") as file:
        return verify(file)


def frame(seq: int, text: str = "{}", **more: Any) -> Frame:
    return Frame(seq, 1_760_702_602_000 + seq, "okx-desk", "ws", "out", text, **more)


def the_file(audit: Audit) -> Path:
    until(lambda: audit.path is not None)
    assert audit.path is not None
    return audit.path


def test_a_session_is_written_in_order_whole_and_private(open_audit: Open) -> None:
    audit = open_audit()
    chosen = Scope(orders=(OpenOrder("spread", "7", "BTC"),))
    audit.press("cancel", "okx-desk", "spreads", chosen)
    audit.frame(frame(1, headers=(("OK-ACCESS-SIGN", "***"),)))
    audit.outcome(Report("okx-desk", "okx", "spreads", Outcome.CONFIRMED, ended_ms=5_000))
    audit.note("lock", who="jo")
    audit.close()
    path = the_file(audit)
    assert kinds(path) == ["open", "start", "press", "frame", "outcome", "lock", "end"]
    found = records(path)
    assert found[1].fields["user"] == "jo"
    assert found[2].fields == {"press": "cancel", "account": "okx-desk", "action": "spreads",
                               "scope": {"orders": [{"kind": "spread", "order_id": "7",
                                                     "contract": "BTC"}]}}  # fmt: skip
    assert (found[4].at_ms, found[4].fields["outcome"]) == (5_000, "confirmed")
    verdict = check(path)
    assert verdict.intact
    assert verdict.head == audit.head
    assert audit.head[:12] in audit.last_words
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_next_session_of_the_day_goes_on_in_the_same_chain(open_audit: Open) -> None:
    first = open_audit()
    first.close()
    second = open_audit()
    second.close()
    assert the_file(second) == the_file(first)
    path = the_file(second)
    assert kinds(path) == ["open", "start", "end", "resume", "start", "end"]
    assert check(path).intact


def test_two_killdesks_write_two_files(open_audit: Open) -> None:
    first, second = open_audit(), open_audit()
    assert the_file(first).name != the_file(second).name
    second.close()
    first.close()
    assert check(the_file(first)).intact
    assert check(the_file(second)).intact


def test_a_new_day_begins_a_file_that_follows_the_last_one(open_audit: Open) -> None:
    clock = Clock()
    audit = open_audit(clock=clock)
    yesterday = the_file(audit)
    until(lambda: "start" in kinds(yesterday))
    before = check(yesterday).head
    clock.ahead_s = DAY_S
    audit.note("lock")
    until(lambda: audit.path != yesterday)
    audit.close()
    today = the_file(audit)
    assert check(today).follows == before
    assert kinds(today) == ["open", "start", "lock", "end"]
    third = open_audit(clock=clock)
    clock.ahead_s = 2 * DAY_S
    third.note("lock")
    third.close()
    assert check(the_file(third)).intact


def test_a_fresh_process_follows_the_file_of_the_day_before(open_audit: Open) -> None:
    first = open_audit()
    first.close()
    clock = Clock()
    clock.ahead_s = DAY_S
    second = open_audit(clock=clock)
    second.close()
    assert check(the_file(second)).follows == first.head


def test_files_of_days_long_ago_go_and_others_stay(open_audit: Open, tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    folder.mkdir()
    old, young = folder / file_name(date(2020, 1, 1), 1), folder / "notes of mine.txt"
    odd = folder / "2020-13-45.jsonl"
    for path in (old, young, odd):
        path.write_text("x")
    kept = open_audit(keep_days=0)
    kept.close()
    assert old.exists()
    audit = open_audit(keep_days=90)
    audit.close()
    assert not old.exists()
    assert young.exists()
    assert odd.exists()
    assert [path for *_, path in list_files(folder)] == [the_file(audit)]


@pytest.mark.parametrize("torn", [b'{"n":4,"at":"20', b"", b'{"n":4,\n{"n', b"\xff\xfe"])
def test_what_a_crash_cut_short_is_told_of_and_the_chain_goes_on(
    open_audit: Open, torn: bytes
) -> None:
    first = open_audit()
    first.close()
    path = the_file(first)
    with path.open("ab") as file:
        file.write(torn)
    second = open_audit()
    second.close()
    verdict = check(path)
    assert verdict.intact
    assert verdict.cuts == ((4,) if torn else ())


def test_a_crash_that_cost_only_the_end_of_the_line_costs_nothing(open_audit: Open) -> None:
    first = open_audit()
    first.close()
    path = the_file(first)
    path.write_bytes(path.read_bytes()[:-1])
    open_audit().close()
    assert check(path).intact
    assert not check(path).cuts


def test_a_crash_within_the_first_line_of_all(open_audit: Open) -> None:
    first = open_audit()
    first.close()
    path = the_file(first)
    path.write_bytes(path.read_bytes()[:20])
    open_audit().close()
    assert check(path).intact
    assert check(path).cuts == (1,)


def test_a_full_disk_is_said_and_nothing_is_torn_when_there_is_room_again(
    open_audit: Open,
) -> None:
    disk = Disk()
    audit = open_audit(write=disk)
    path = the_file(audit)
    until(lambda: "start" in kinds(path))
    said: list[str] = []
    audit.changed = lambda: said.append(audit.fault)
    disk.left = 100
    audit.press("cancel", "okx-desk")
    until(lambda: audit.fault)
    assert said == ["the record of this session is broken: No space left on device; cancels go on"]
    assert path.read_bytes()[-1:] != b"\n"
    disk.left = None
    until(lambda: not audit.fault)
    audit.close()
    assert check(path).intact
    assert "press" in kinds(path)


def test_a_press_is_written_before_all_that_waits_and_returns_with_it(
    open_audit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.service.audit.writer.PRESS_S", WAIT_S)
    audit = open_audit()
    path = the_file(audit)
    until(lambda: "start" in kinds(path))
    audit.held_s = lambda: 0.01  # cancels are going out all the while
    for seq in range(1, 101):
        audit.frame(frame(seq))
    for press in ("cancel", "panic"):
        audit.press(press)
        assert records(path)[-1].fields["press"] == press
    audit.held_s = lambda: 0.0
    audit.close()
    assert kinds(path) == ["open", "start", "press", "press", *["frame"] * 100, "end"]
    assert check(path).intact


def test_what_was_lost_meanwhile_is_counted_where_it_is_missing(
    open_audit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_queue, "MOST_FRAMES", 10)
    disk = Disk()
    audit = open_audit(write=disk)
    path = the_file(audit)
    until(lambda: "start" in kinds(path))
    disk.left = 0
    audit.note("lock")
    assert disk.refused.wait(WAIT_S)
    for seq in range(1, 31):
        audit.frame(frame(seq))
        if seq == 20:
            audit.outcome(Report("okx-desk", "okx", "spreads", Outcome.REMAINING))
            audit.frame(replace(frame(99, "timer bitget fired"), direction="note"))
    disk.left = None
    audit.close()
    found = kinds(path)[3:]
    assert found == ["frame"] * 10 + ["lost", "outcome", "note", "lost", "end"]
    lost = [record.fields for record in records(path) if record.kind == "lost"]
    assert [fields["frames"] for fields in lost] == [10, 10]
    assert check(path).intact


def test_threads_that_are_not_to_be_had_cost_no_record(
    open_audit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def refused(thread: threading.Thread) -> None:
        if thread.name == "killdesk record, old":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refused)
    audit = open_audit()
    audit.press("panic")
    audit.close()
    assert not audit.fault
    assert kinds(the_file(audit)) == ["open", "start", "press", "end"]


def test_a_fault_of_our_own_while_opening_loses_no_record(
    open_audit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_file = audit_files.Writer.open

    def broken(*_: object) -> None:
        raise RuntimeError("a text that is not to be shown")

    monkeypatch.setattr(audit_files.Writer, "open", broken)
    audit = open_audit()
    audit.press("panic")
    until(lambda: audit.fault)
    assert audit.fault.startswith("the record has a fault of killdesk's own: RuntimeError at ")
    assert audit.fault.endswith("; cancels go on")
    monkeypatch.setattr(audit_files.Writer, "open", open_file)
    until(lambda: not audit.fault)
    audit.close()
    assert kinds(the_file(audit)) == ["open", "start", "press", "end"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_lock_that_fails_again_and_again_leaves_no_file_open(
    open_audit: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tried: list[int] = []

    def refused(descriptor: int, **_: object) -> bool:
        tried.append(descriptor)
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("filelock.lock_descriptor", refused)
    audit = open_audit(folder := tmp_path / "locked")
    until(lambda: len(tried) > 5)
    assert "No locks available" in audit.fault
    audit.close()  # until then one is open now and then, while it is tried
    open_now = []
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed by another thread since it was listed
            open_now.append(path.readlink())
    assert not [path for path in open_now if path.parent == folder]


def test_a_flood_of_frames_is_all_there_or_counted(open_audit: Open) -> None:
    audit = open_audit()
    for seq in range(1, 5_001):
        audit.frame(frame(seq, "x" * 200))
    audit.outcome(Report("okx-desk", "okx", "spreads", Outcome.CONFIRMED))
    audit.close()
    found = records(the_file(audit))
    counts = [record.fields.get("frames", 0) for record in found if record.kind == "lost"]
    written = sum(record.kind == "frame" for record in found)
    assert written + sum(int(str(count)) for count in counts) == 5_000
    assert "outcome" in kinds(the_file(audit))


def test_a_folder_that_cannot_be_made_stops_nothing(open_audit: Open, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    audit = open_audit(tmp_path / "file" / "audit")
    audit.press("panic")
    until(lambda: audit.fault)
    assert "broken" in audit.fault
    assert "broken" in audit.last_words
    (tmp_path / "file").unlink()
    until(lambda: not audit.fault)
    audit.close()
    assert kinds(the_file(audit)) == ["open", "start", "press", "end"]


@pytest.mark.skipif(os.name != "posix", reason="links and rights of POSIX")
def test_a_link_is_not_followed(open_audit: Open, tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    folder.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("mine")
    clock = Clock()
    clock.ahead_s = -read_clock().wall_s + 10
    (folder / file_name(date(1970, 1, 1), 1)).symlink_to(victim)
    audit = open_audit(clock=clock)
    until(lambda: audit.fault)
    assert "symbolic link" in audit.fault
    audit.close()
    assert victim.read_text() == "mine"


def test_a_deleted_file_is_followed_by_a_new_one(open_audit: Open) -> None:
    audit = open_audit()
    path = the_file(audit)
    until(lambda: "start" in kinds(path))
    head = audit.head
    path.unlink()
    audit.note("lock")
    until(lambda: path.exists() and "lock" in kinds(path))
    audit.close()
    assert check(path).follows == head
    assert kinds(path) == ["open", "start", "lock", "end"]


def test_what_has_no_plain_form_stops_nothing(open_audit: Open) -> None:
    audit = open_audit()
    audit.note("odd", value=b"bytes")
    audit.note("lock")
    audit.close()
    assert kinds(the_file(audit))[2:] == ["lost", "lock", "end"]


def test_a_disk_that_hangs_holds_up_neither_a_press_nor_the_end(
    open_audit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.service.audit.writer.CLOSE_S", 0.1)
    hangs, go_on = threading.Event(), threading.Event()

    def write(descriptor: int, data: bytes) -> int:
        hangs.set()
        go_on.wait(WAIT_S)
        return os.write(descriptor, data)

    audit = open_audit(write=write)
    assert hangs.wait(WAIT_S)
    audit.press("panic")  # returns, or this test ends at its time limit
    audit.picture(DeskView(()))
    audit.close(0.1)
    go_on.set()


LIMITED = """
import resource, signal, sys, time
from pathlib import Path
from tui.service import audit as module
from tui.service.audit.writer import Audit
module.RETRY_S = 0.02
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))
audit = Audit(Path(sys.argv[1]), {"what": "test"})
audit.start()
for _ in range(40):
    audit.press("panic")
while not audit.fault:
    time.sleep(0.01)
print(audit.fault, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
while audit.fault:
    time.sleep(0.01)
audit.close()
print(audit.path)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_real_file_that_may_not_grow_is_whole_once_it_may(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "audit")],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    fault, path = ran.stdout.splitlines()
    assert "too large" in fault
    assert check(Path(path)).intact
    assert kinds(Path(path)).count("press") == 40


def test_files_of_days_gone_by_are_packed_and_still_checked(
    open_audit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pack, "_PAUSE_S", 0)
    clock = Clock()
    first = open_audit(clock=clock)
    first.close()
    old = the_file(first)
    written = old.read_bytes()
    clock.ahead_s = DAY_S
    open_audit(clock=clock).close()
    assert old.exists(), "today's file goes on from it"
    clock.ahead_s = 3 * DAY_S
    third = open_audit(clock=clock)
    packed = old.with_name(f"{old.name}.gz")
    until(lambda: packed.exists() and not old.exists())
    third.close()
    assert b"".join(read_lines(packed)) == written
    checked = check_file(packed, typed=first.head[:12]).verdict
    assert checked.intact
    assert checked.head == first.head
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600
    assert not [path for path in packed.parent.iterdir() if path.name.startswith(".")]
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(CannotRead, match="damaged"):
        check_file(packed)
    clock.ahead_s = 100 * DAY_S
    open_audit(clock=clock).close()
    assert not packed.exists()


def test_packing_that_is_stopped_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    old = tmp_path / file_name(date(2025, 1, 1), 1)
    old.write_bytes(b"x" * 3_000_000)
    stop = threading.Event()
    stop.set()
    assert audit_pack.pack_old(tmp_path, date(2025, 2, 1), stop) == 0
    assert [path.name for path in tmp_path.iterdir()] == [old.name]
    assert old.stat().st_size == 3_000_000
