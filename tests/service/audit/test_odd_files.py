"""Files of the record that are not what they should be: said in one sentence, never harmed."""

from __future__ import annotations

import io
import os
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from tui.service.audit import compression as audit_pack
from tui.service.audit import files as audit_files
from tui.service.audit.compression import pack_old
from tui.service.audit.files import NoFile, Writer
from tui.service.audit.reader import CannotRead, check_file

DAY = date(2026, 11, 21)


def test_a_file_whose_end_is_no_record_is_left_alone(tmp_path: Path) -> None:
    files = Writer(tmp_path)
    _, path, _, _ = files.open(DAY)
    path.write_bytes(b"x" * 5_000_000)
    with pytest.raises(NoFile, match="move the file away"):
        files.open(DAY)
    assert path.stat().st_size == 5_000_000


@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_a_pipe_in_the_place_of_the_file_holds_up_nothing(tmp_path: Path) -> None:
    files = Writer(tmp_path)
    _, path, _, _ = files.open(DAY)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(NoFile, match="not a regular file"):
        files.open(DAY)


@pytest.mark.parametrize("data", [b"no gzip at all", b"\x1f\x8b\x08 and then nothing"])
def test_a_packed_file_that_cannot_be_unpacked_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    broken = tmp_path / "2026-11-20.jsonl.gz"
    broken.write_bytes(data)
    with pytest.raises(CannotRead, match="it is damaged"):
        check_file(broken)


def test_there_is_room_for_so_many_writers_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_files, "MOST_WRITERS", 2)
    writers = [Writer(tmp_path), Writer(tmp_path)]
    assert [writer.number for writer in writers] == [1, 2]
    with pytest.raises(NoFile, match="2 others write already"):
        Writer(tmp_path)
    for writer in writers:
        writer.close()


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_a_link_among_the_old_files_is_not_packed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("somebody's")
    folder = tmp_path / "audit"
    folder.mkdir()
    link = folder / audit_files.file_name(date(2025, 1, 1), 1)
    link.symlink_to(elsewhere)
    assert pack_old(folder, DAY, Event()) == 0
    assert link.is_symlink()
    assert elsewhere.read_text() == "somebody's"


def test_an_old_file_stays_where_what_was_packed_does_not_come_back_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / audit_files.file_name(date(2025, 1, 1), 1)
    old.write_bytes(b"x" * 1000)
    monkeypatch.setattr(audit_pack.gzip, "open", lambda *_: io.BytesIO(b"something else"))
    assert pack_old(tmp_path, DAY, Event()) == 0
    assert [path.name for path in tmp_path.iterdir()] == [old.name]
    assert old.read_bytes() == b"x" * 1000
