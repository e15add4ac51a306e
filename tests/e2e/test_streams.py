"""Standard streams that are closed, full or without a reader."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Terminal

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")

LIMIT_S = 120
BASH = shutil.which("bash") or "/bin/bash"
BROKEN = [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", "| true"]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shell(clean_env: dict[str, str]) -> Run:
    """Runs a command with the redirections of a shell: exit code, and what the streams took."""

    def run(redirected: str, *args: str) -> tuple[int, str, str]:
        script = f'"$0" -m tui "$@" {redirected}; echo ${{PIPESTATUS[0]}} >&3'
        reading, writing = os.pipe()
        with os.fdopen(reading) as code:
            done = subprocess.run(
                ["bash", "-c", f"exec 3>&{writing}; {script}", sys.executable, *args],
                env=clean_env,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=LIMIT_S,
                check=False,
                pass_fds=[writing],
            )
            os.close(writing)
            return int(code.read()), done.stdout, done.stderr

    return run


def test_a_cancel_ends_with_the_code_of_its_outcome(
    shell: Run, configured: str, simulator: Any
) -> None:
    for redirected in BROKEN:
        simulator.orders("bitget-uta", "SPOT", 3)
        code, told, complained = shell(
            redirected, "cancel", "bitget-uta", "--yes", "--json", "--config", configured
        )
        assert code == 0, (redirected, complained)
        assert simulator.open("bitget-uta", "SPOT") == 0
        if redirected.startswith("2>"):
            assert json.loads(told)["outcome"] == "confirmed", redirected
        elif "2>" not in redirected:
            assert "record: " in complained, redirected
        assert "Traceback" not in complained
        assert "Exception ignored" not in complained


@pytest.mark.parametrize(
    ("fault", "count", "code"),
    [("accept_only", 99, 1), ("auth_refused", 99, 1), ("ignore", 999, 3)],
)
def test_so_does_one_that_did_not_get_through(
    shell: Run, configured: str, simulator: Any, fault: str, count: int, code: int
) -> None:
    simulator.faults("bitget-uta", fault, count)
    asked = ("cancel", "bitget-uta", "--yes", "--json", "--config", configured)
    assert shell(">&- 2>/dev/full", *asked)[0] == code


@pytest.mark.parametrize("redirected", BROKEN)
def test_other_commands_too(shell: Run, configured: str, home: Path, redirected: str) -> None:
    for command in (
        ["check", "bitget-uta", "--json", "--config", configured],
        ["accounts", "list", "--config", configured],
        ["keys", "--config", configured],
        ["where"],
        ["--help"],
    ):
        code, told, complained = shell(redirected, *command)
        assert code == 0, (command, complained)
        assert "Traceback" not in complained
        assert "Exception ignored" not in complained
        if redirected.startswith("2>"):
            assert told, command


def test_what_a_full_disk_did_not_take_is_named(shell: Run) -> None:
    code, told, complained = shell(">/dev/full", "where")
    assert (code, told) == (0, "")
    assert complained == "killdesk: the output is not complete: No space left on device\n"


def test_a_record_that_could_not_be_printed_is_a_failure(
    shell: Run, configured: str, home: Path
) -> None:
    """Its lines are all that the command is for, and an export may be what is kept of them."""
    assert shell("", "cancel", "bitget-uta", "--yes", "--config", configured)[0] == 0
    (record,) = (home / ".local/state/killdesk/audit").glob("*.jsonl")
    assert shell(">/dev/full", "audit", "verify", str(record))[0] == 0
    for what in ("show", "export"):
        code, _, complained = shell(">/dev/full", "audit", what, str(record))
        assert (code, complained.count("\n")) == (1, 1)
        code, told, complained = shell("| head -n 1", "audit", what, str(record))
        assert (code in (0, 1), told.count("\n"), complained) == (True, 1, "")


def listening_port(process: subprocess.Popen[bytes]) -> int:
    """The port that the process listens on, once it does, as Linux tells it."""
    while process.poll() is None:
        sockets = set()
        for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                sockets.add(str(descriptor.readlink()))
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                return int(fields[1].partition(":")[2], 16)
    pytest.fail(f"it ended with {process.returncode}")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_socket_and_no_file_gets_the_number_of_a_closed_stream(
    clean_env: dict[str, str],
) -> None:
    """And a simulator whose greeting nobody can read serves all the same."""
    process = subprocess.Popen(
        ["bash", "-c", 'exec "$0" -m tui simulate <&- >&- 2>&-', sys.executable], env=clean_env
    )
    try:
        url = f"http://127.0.0.1:{listening_port(process)}/sim/state"
        assert httpx.get(url, trust_env=False, timeout=LIMIT_S).status_code == 200
        for number in (0, 1, 2):
            assert Path(f"/proc/{process.pid}/fd/{number}").readlink() == Path(os.devnull)
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_S) == 0
    finally:
        process.kill()
        process.wait()


def test_a_pipe_that_does_not_block_gets_all_of_it(clean_env: dict[str, str]) -> None:
    """Some parents set their pipes so; Python's own buffer loses what does not fit at once."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    process = subprocess.Popen(
        [sys.executable, "-c", "from tui.cli.console import say_json; say_json('x' * 3_000_000)"],
        env=clean_env,
        stdout=writing,
    )
    os.close(writing)
    with os.fdopen(reading) as output:
        assert len(json.loads(output.read())) == 3_000_000
    assert process.wait(LIMIT_S) == 0


def test_the_question_is_not_part_of_the_output(
    clean_env: dict[str, str], configured: str, home: Path
) -> None:
    output = home / "out.json"
    command = 'exec "$0" -m tui cancel bitget-uta --json --config "$1" > "$2"'
    one = Terminal(
        [BASH, "-c", command, sys.executable, configured, str(output)], clean_env, 100, 20
    )
    try:
        one.wait_for("cancel every order on bitget-uta? [y/N]")
        one.press("y\r")
        assert one.wait_end() == 0
    finally:
        one.close()
    assert json.loads(output.read_text())["outcome"] == "confirmed"


def test_a_dashboard_that_would_draw_into_a_file_says_so(
    clean_env: dict[str, str], home: Path
) -> None:
    """Textual draws on standard error: with that redirected there would be a screen of nothing."""
    for redirected in ('2> "$1"', "2>&-"):
        command = f'exec "$0" -m tui --demo {redirected}'
        log = home / "log"
        one = Terminal([BASH, "-c", command, sys.executable, str(log)], clean_env, 100, 20)
        try:
            assert one.wait_end() == 2
        finally:
            one.close()
    assert "draws on standard error" in log.read_text()
