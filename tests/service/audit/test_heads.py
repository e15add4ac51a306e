"""Heads are noted outside the record's folder, and read back unasked."""

from __future__ import annotations

import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from tui.core.audit.heads import NotedHead
from tui.service.audit.heads import HEADS_FILE, MOST_BYTES, HeadNotes, noted_heads
from tui.service.audit.reader import check_file
from tui.service.audit.writer import Audit

FILE = "2026-11-30.jsonl"
NOWHERE = Path("no-such-log")

posix = pytest.mark.skipif(sys.platform == "win32", reason="of POSIX systems")


def head(number: int) -> NotedHead:
    return NotedHead(1_700_000_000_000, FILE, number, f"{number:064x}", "the state folder")


def test_what_is_noted_is_private_and_read_back_for_its_file(tmp_path: Path) -> None:
    notes = HeadNotes(tmp_path / "state", NOWHERE)
    for number in (1, 2):
        notes.note(head(number))
    notes.note(NotedHead(0, "2026-12-01.jsonl", 1, "f" * 64))
    file = tmp_path / "state" / HEADS_FILE
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert noted_heads(Path(FILE), tmp_path / "state") == [head(1), head(2)]
    assert noted_heads(Path(f"{FILE}.gz"), tmp_path / "state") == [head(1), head(2)]


def test_the_file_stays_small_and_keeps_the_newest(tmp_path: Path) -> None:
    notes = HeadNotes(tmp_path, NOWHERE)
    file = tmp_path / HEADS_FILE
    file.write_text("".join(f"{head(n).line}\n" for n in range(MOST_BYTES // 90)))
    for number in range(10**6, 10**6 + 2_000):
        notes.note(head(number))
    assert file.stat().st_size <= MOST_BYTES
    kept = [one.number for one in noted_heads(Path(FILE), tmp_path)]
    assert kept == sorted(kept) and kept[-1] == 10**6 + 1_999


def test_a_place_that_takes_nothing_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    HeadNotes(tmp_path / "file", NOWHERE).note(head(1))
    assert noted_heads(Path(FILE), tmp_path / "file") == []


@posix
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("as it was")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / HEADS_FILE).symlink_to(target)
    HeadNotes(tmp_path / "state", NOWHERE).note(head(1))
    assert target.read_text() == "as it was"


@posix
def test_the_systems_journal_is_read_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "journalctl"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'head 5 {FILE} 7 {7:064x}'\necho nonsense\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    assert noted_heads(Path(FILE), tmp_path) == [
        NotedHead(5, FILE, 7, f"{7:064x}", "the system's journal")
    ]
    program.write_text("#!/bin/sh\nexit 1\n")
    assert noted_heads(Path(FILE), tmp_path) == []


@posix
def test_the_systems_log_is_written_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import syslog

    logged: list[tuple[int, str]] = []
    monkeypatch.setattr(syslog, "syslog", lambda level, text: logged.append((level, text)))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(tmp_path / "log"))
        HeadNotes(tmp_path, tmp_path / "log").note(head(3))
    assert logged == [(syslog.LOG_NOTICE, head(3).line)]
    HeadNotes(tmp_path, NOWHERE).note(head(4))
    assert len(logged) == 1


def test_a_session_notes_the_head_of_each_press_and_its_end(tmp_path: Path) -> None:
    noted: list[NotedHead] = []
    audit = Audit(tmp_path, {"what": "test"}, note_head=noted.append)
    audit.start()
    audit.press("panic")
    audit.close()
    assert audit.path is not None
    assert noted[-1].hash == audit.head
    assert noted[-1].file == audit.path.name
    checked = check_file(audit.path, noted)
    assert checked.noted.vouched == checked.verdict.records == noted[-1].number
    assert checked.noted.wrong is None
