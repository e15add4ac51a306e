"""What the command line says of the record: whether it is as written, and what stands in it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tui.cli import main
from tui.core.audit import START, Chain

NOON_MS = 1_760_702_400_000
HOSTILE = "\x1b]0;title\x07 =cmd() [/nope] \x7f"


@pytest.fixture
def record(tmp_path: Path) -> Path:
    chain, path = Chain(), tmp_path / "2025-10-17.jsonl"
    written = [
        chain.seal(NOON_MS, "open", {"follows": START}),
        chain.seal(NOON_MS, "start", {"what": "dashboard", "user": "jo"}),
        chain.seal(NOON_MS + 61_000, "press", {"press": "cancel", "account": "okx-desk",
                                               "action": "spreads", "scope": {}}),
        chain.seal(NOON_MS + 61_002, "frame", {"seq": 1, "account": "okx-desk", "transport": "ws",
                                               "direction": "out", "text": HOSTILE}),
        chain.seal(NOON_MS + 61_100, "outcome", {"account": "okx-desk", "action": "spreads",
                                                 "outcome": "confirmed", "open_before": 12,
                                                 "open_after": 0}),
        chain.seal(NOON_MS + 61_200, "picture", {"whole": True, "desk": []}),
        chain.seal(NOON_MS + 7_200_000, "press", {"press": "arm", "account": "=bitget"}),
    ]  # fmt: skip
    path.write_bytes(b"".join(written))
    return path


Output = pytest.CaptureFixture[str]


def run(output: Output, *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    told, complained = output.readouterr()
    assert "\x1b" not in told + complained
    assert "\x7f" not in told + complained
    return code, told, complained


def test_a_file_as_it_was_written(record: Path, capsys: Output) -> None:
    code, told, complained = run(capsys, "audit", "verify", record)
    assert (code, complained) == (0, "")
    assert f"{record}: 7 records, as they were written" in told
    head = json.loads(record.read_bytes().splitlines()[-1])["hash"]
    assert f"head {head}" in told
    assert "cut off at the end cannot be seen" in told


def test_an_altered_file_is_named_with_its_line(record: Path, capsys: Output) -> None:
    record.write_bytes(record.read_bytes().replace(b"confirmed", b"remaining"))
    code, told, complained = run(capsys, "audit", "verify", record)
    assert (code, told) == (1, "")
    assert "line 5: the line was altered" in complained
    assert "the 4 records before it" in complained


def test_a_noted_head_finds_a_file_that_was_cut(record: Path, capsys: Output) -> None:
    lines = record.read_bytes().splitlines(keepends=True)
    noted = json.loads(lines[4])["hash"][:12]
    code, told, _ = run(capsys, "audit", "verify", record, "--head", noted)
    assert code == 0
    assert "the noted head is record 5 of 7" in told
    record.write_bytes(b"".join(lines[:4]))
    assert run(capsys, "audit", "verify", record)[0] == 0
    code, _, complained = run(capsys, "audit", "verify", record, "--head", noted)
    assert code == 1
    assert "no record has that head" in complained
    assert run(capsys, "audit", "verify", record, "--head", "xyz")[0] == 2


def test_a_file_that_is_not_there_or_is_none(tmp_path: Path, capsys: Output) -> None:
    assert run(capsys, "audit", "verify", tmp_path / "none")[0] == 1
    assert run(capsys, "audit", "verify", tmp_path)[0] == 1
    assert run(capsys, "audit", "show", tmp_path / "none")[0] == 2
    (tmp_path / "empty").write_bytes(b"")
    code, _, complained = run(capsys, "audit", "verify", tmp_path / "empty")
    assert code == 1
    assert "the file is empty" in complained


def test_show_says_it_in_lines(record: Path, capsys: Output) -> None:
    code, told, _ = run(capsys, "audit", "show", record)
    assert code == 0
    lines = told.splitlines()
    assert len(lines) == 6, "pictures are shown only when asked for"
    assert lines[2].split() == ["12:01:01.000", "press", "okx-desk", "cancel", "spreads"]
    assert "-> ws \\x1b]0;title" in lines[3]
    assert lines[4].endswith("spreads confirmed, 0 of 12 open")


def test_show_says_what_was_done_at_the_screen(tmp_path: Path, capsys: Output) -> None:
    chain, path = Chain(), tmp_path / "2025-10-17.jsonl"
    done = (("open", {"follows": START}), ("lock", {"text": "unlocked"}),
            ("seen", {"text": "okx-desk was LATE"}))  # fmt: skip
    path.write_bytes(b"".join(chain.seal(NOON_MS, kind, fields) for kind, fields in done))
    _, told, _ = run(capsys, "audit", "show", path)
    assert [line.split("-", 1)[1].strip() for line in told.splitlines()[1:]] == [
        "unlocked",
        "okx-desk was LATE",
    ]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--account", "okx-desk"], 3),
        (["--kind", "picture"], 1),
        (["--kind", "press"], 2),
        (["--from", "12:01", "--to", "12:01"], 3),
        (["--from", "14:00"], 1),
        (["--to", "12:00"], 2),
    ],
)
def test_show_shows_a_part(record: Path, capsys: Output, options: list[str], count: int) -> None:
    code, told, _ = run(capsys, "audit", "show", record, "--json", *options)
    assert code == 0
    assert len([json.loads(line) for line in told.splitlines()]) == count


def test_a_time_that_is_none_is_said(record: Path, capsys: Output) -> None:
    code, _, complained = run(capsys, "audit", "show", record, "--from", "25:00")
    assert code == 2
    assert "--from is a time in UTC, HH:MM" in complained


def test_lines_that_hold_no_record_are_counted(record: Path, capsys: Output) -> None:
    record.write_bytes(b"junk\n\xff\xfe\n" + record.read_bytes())
    code, told, complained = run(capsys, "audit", "show", record)
    assert code == 1
    assert len(told.splitlines()) == 6
    assert "2 lines hold no record" in complained


def test_a_table_for_a_spreadsheet_holds_no_formula(record: Path, capsys: Output) -> None:
    code, told, _ = run(capsys, "audit", "export", record, "--csv")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(told)))
    assert len(rows) == 6
    assert rows[-1]["account"] == "'=bitget"
    assert json.loads(rows[4]["fields"])["open_before"] == 12
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_a_replay_asks_for_a_terminal(record: Path, capsys: Output) -> None:
    code, _, complained = run(capsys, "replay", record)
    assert code == 2
    assert "needs a terminal" in complained
