"""The command of the benchmarks works: it measures, it fails in words, and it leaves nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]


def bench(*words: str, mark: str = "") -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-m", "tests.bench", "--effort", "least", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "MARK": mark},
        capture_output=True,
        text=True,
        timeout=110,
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


def test_a_row_that_takes_too_long_is_ended_whole_and_said(tmp_path: Path) -> None:
    mark = uuid4().hex
    as_json = tmp_path / "bench.json"
    done = bench("--only", "keys", "--limit", "4", "--json", str(as_json), mark=mark)
    assert done.returncode == 1
    assert "FAILED keys: ended after its limit of 4 s" in done.stdout
    assert json.loads(as_json.read_text())["rows"][0]["error"]
    assert not running_with(mark)
