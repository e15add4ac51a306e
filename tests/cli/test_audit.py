"""What the command line says of the record: whether it is as written, and what stands in it."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest

from tui.cli.main import main
from tui.core.audit.chain import START, Chain
from tui.core.audit.heads import NotedHead
from tui.service.audit.heads import HeadNotes
from tui.service.files.locations import find_locations

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
    assert f"{record}: the chain of 7 records holds" in told
    head = json.loads(record.read_bytes().splitlines()[-1])["hash"]
    assert f"head {head}" in told
    assert "no head of this file is noted on this machine" in told
    assert "as it was written" not in told, "nothing outside the file vouches for it"


def test_an_altered_file_is_named_with_its_line(record: Path, capsys: Output) -> None:
    record.write_bytes(record.read_bytes().replace(b"confirmed", b"remaining"))
    code, told, complained = run(capsys, "audit", "verify", record)
    assert (code, told) == (1, "")
    assert "line 5: the line was altered" in complained
    assert "the chain of the 4 records before it holds" in complained


def test_a_noted_head_finds_a_file_that_was_cut(record: Path, capsys: Output) -> None:
    lines = record.read_bytes().splitlines(keepends=True)
    noted = json.loads(lines[4])["hash"][:12]
    code, told, _ = run(capsys, "audit", "verify", record, "--head", noted)
    assert code == 0
    assert "the head of --head is record 5: up to there as it was written" in told
    assert "records 6 to 7 come after the last noted head" in told
    record.write_bytes(b"".join(lines[:4]))
    assert run(capsys, "audit", "verify", record)[0] == 0
    code, _, complained = run(capsys, "audit", "verify", record, "--head", noted)
    assert code == 1
    assert "no record has the head of --head" in complained
    assert run(capsys, "audit", "verify", record, "--head", "xyz")[0] == 2


def forged(record: Path) -> None:
    """Edited, and hashed anew to its end."""
    chain, lines = Chain(), record.read_bytes().splitlines()
    out = []
    for line in lines:
        fields = json.loads(line.replace(b"confirmed", b"remaining"))
        for name in ("n", "hash"):
            del fields[name]
        at, kind = fields.pop("at"), fields.pop("kind")
        out.append(chain.seal(round(datetime.fromisoformat(at).timestamp() * 1000), kind, fields))
    record.write_bytes(b"".join(out))


@pytest.mark.parametrize("noted_at", [5, 7])
def test_a_file_that_was_forged_to_its_end_does_not_fit_the_heads_of_this_machine(
    record: Path, noted_at: int, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(record.parent))
    seal = json.loads(record.read_bytes().splitlines()[noted_at - 1])["hash"]
    state = find_locations().state_folder
    HeadNotes(state, Path("none")).note(NotedHead(NOON_MS, record.name, noted_at, seal))
    code, told, _ = run(capsys, "audit", "verify", record)
    assert code == 0
    assert f"record {noted_at} has the head noted in the state folder at 2025-10-17T12:00" in told
    assert ("records 6 to 7 come after" in told) is (noted_at == 5)
    forged(record)
    code, told, complained = run(capsys, "audit", "verify", record)
    assert (code, told) == (1, "")
    assert f"record {noted_at} is not the one whose head was noted" in complained
    record.write_bytes(b"".join(record.read_bytes().splitlines(keepends=True)[:4]))
    code, _, complained = run(capsys, "audit", "verify", record)
    assert code == 1
    assert "its end was cut off" in complained


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
