"""The command of the benchmarks works: it measures, it fails in words, and it leaves nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

ROOT = Path(__file__).resolve().parents[2]


def bench(*words: str, mark: str = "", within_s: float = 500) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-m", "tests.bench", "--effort", "least", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "MARK": mark},
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )


def running_with(mark: str) -> list[int]:
    """The processes that have it in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdigit() and mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def test_rows_are_measured_and_made_a_table_of(tmp_path: Path) -> None:
    mark = uuid4().hex
    as_json, as_markdown = tmp_path / "bench.json", tmp_path / "bench.md"
    done = bench(*("--only", "start", "wire"), *("--json", str(as_json)),
                 *("--markdown", str(as_markdown)), mark=mark)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(as_json.read_text())
    assert [(row["name"], row["error"]) for row in told["rows"]] == [("start", ""), ("wire", "")]
    lines = [line for row in told["rows"] for line in row["lines"]]
    assert {line["what"].partition(",")[0] for line in lines} == {
        "start to first paint of the demo desk",
        "press to wire",
        "press to acknowledgement",
    }
    assert all(line["ours"]["least"] > 0 for line in lines)
    for line in lines:
        if line["theirs"]:
            assert line["ratio"] == line["ours"]["median"] / line["theirs"]["median"]
        assert line["what"] in done.stdout
        assert f"| {line['what']} |" in as_markdown.read_text()
    assert told["method"]["python"] in done.stdout
    assert not running_with(mark)


@pytest.mark.timeout(600)
def test_presses_with_something_in_the_way_are_set_beside_quiet_ones(tmp_path: Path) -> None:
    mark = uuid4().hex
    as_json = tmp_path / "bench.json"
    done = bench("--only", "hindered", "--json", str(as_json), mark=mark, within_s=500)
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = json.loads(as_json.read_text())["rows"]
    assert [line["what"] for line in row["lines"]] == [
        "panic to wire, terminal stalled for 4 s",
        "second panic to wire, 0.5 s after the first",
        "press to wire, REST, while 16 reads hang",
    ]
    for line in row["lines"]:
        assert line["ratio"] == line["ours"]["median"] / line["theirs"]["median"]
        assert line["met"] is (line["ours"]["median"] <= 1.5 * line["theirs"]["median"])
        assert line["target"] in done.stdout
    assert not running_with(mark)


def test_a_row_that_takes_too_long_is_ended_whole_and_said(tmp_path: Path) -> None:
    mark = uuid4().hex
    as_json = tmp_path / "bench.json"
    done = bench("--only", "keys", "--limit", "4", "--json", str(as_json), mark=mark)
    assert done.returncode == 1
    assert "FAILED keys: ended after its limit of 4 s" in done.stdout
    assert json.loads(as_json.read_text())["rows"][0]["error"]
    assert not running_with(mark)
