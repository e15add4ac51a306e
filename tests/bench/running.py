"""Runs a row in a process of its own, for a limited time, and leaves nothing of it behind."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.bench.figures import Effort, Failed, Line
from tests.bench.rows import Row
from tests.bench.table import Measured

ROOT = Path(__file__).resolve().parents[2]
TAG = "BENCH_RUN"
"""Names the run in the environment of all that it starts."""
LOOK_S = 0.1
END_S = 25.0
_LONGEST = 300


def run(row: Row, effort: str, limit_s: float, told: Callable[[Line], None]) -> Measured:
    """Measures one row; `told` is given each line as soon as it is there. Never raises but by hand.

    What it was ends with it: asked at first, so that it can end its own programs, then by force.
    """
    one = Measured(row)
    tag = secrets.token_hex(8)
    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        into, complaints = Path(folder, "lines"), Path(folder, "complaints")
        into.touch()
        command = [sys.executable, "-m", "tests.bench", "--only", row.name]
        command += ["--effort", effort, "--into", str(into)]
        with complaints.open("wb") as errors:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, TAG: tag},
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
            )
        try:
            while process.poll() is None and time.monotonic() - begun_s < limit_s:
                time.sleep(LOOK_S)
                _take(one, into, told)
        finally:
            late = process.poll() is None
            _end(process, tag)
        _take(one, into, told)
        if late:
            one.error = f"ended after its limit of {limit_s:g} s"
        elif process.returncode:
            one.error = _last_words(complaints.read_text(errors="replace"), process.returncode)
        elif not one.lines:
            one.error = "it measured nothing"
    one.took_s = time.monotonic() - begun_s
    return one


def measure(row: Row, effort: Effort, into: Path) -> int:
    """In the row's own process: writes its lines as they come. A SIGTERM ends it in good order."""

    def ended(_number: int, _frame: object) -> None:
        sys.exit("ended from outside")

    signal.signal(signal.SIGTERM, ended)
    try:
        with into.open("a") as file:
            for line in row.lines(effort):
                file.write(line.as_json() + "\n")
                file.flush()
    except Failed as failed:
        sys.exit(str(failed))
    return 0


def _take(one: Measured, into: Path, told: Callable[[Line], None]) -> None:
    whole = into.read_text().rpartition("\n")[0].splitlines()
    for text in whole[len(one.lines) :]:
        line = Line.from_json(text)
        one.lines.append(line)
        told(line)


def _last_words(said: str, code: int) -> str:
    words = [line.strip() for line in said.splitlines() if line.strip()]
    return words[-1][:_LONGEST] if words else f"it ended with {code}"


def _end(process: subprocess.Popen[bytes], tag: str) -> None:
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_S)
    for pid in left_behind(tag):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def left_behind(tag: str) -> list[int]:
    """The processes that a run has started and that are still there."""
    found = []
    wanted = f"{TAG}={tag}".encode()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found
