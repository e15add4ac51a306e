"""Files of the record that are not what they should be: said in one sentence, never harmed."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from tui.service.audit_files import NoFile, Writer
from tui.service.audit_read import CannotRead, check_file

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
