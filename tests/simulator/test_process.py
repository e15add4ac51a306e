"""The simulator as a process: its first line, its ends, and why it may not start."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx
import pytest

from tests.dispositions import from_shell

COMMAND = [sys.executable, "-m", "tui.simulator"]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, ignoring: Sequence[signal.Signals] = ()) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = from_shell([*COMMAND, *arguments], ignoring)
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait(timeout=60)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def first_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def test_the_first_line_tells_where_and_who(start: Start) -> None:
    told = first_line(start("--orders", "12"))
    assert set(told) == {"url", "accounts"}
    by_name = {account["name"]: account for account in told["accounts"]}
    assert {name: account["venue"] for name, account in by_name.items()} == {
        "htx-legacy": "htx",
        "htx-unified": "htx",
        "okx-desk": "okx",
        "bitget-uta": "bitget",
    }
    assert set(by_name["htx-legacy"]) == {"name", "venue", "api_key", "secret_key"}
    assert by_name["okx-desk"]["passphrase"]
    state = httpx.get(f"{told['url']}/sim/state", trust_env=False).json()["accounts"]
    assert {name: account["open"] for name, account in state.items()} == dict.fromkeys(by_name, 12)


def test_accounts_of_ones_own_take_the_place_of_the_demo_ones(start: Start) -> None:
    names = ("a=b", "c d", "-e", "f")
    sorts = ("htx/legacy", "htx/unified", "okx", "bitget")
    named = [f"--account={name}={sort}" for name, sort in zip(names, sorts, strict=True)]
    told = first_line(start("--orders", "6", *named))
    assert tuple(account["name"] for account in told["accounts"]) == names
    state = httpx.get(f"{told['url']}/sim/state", trust_env=False).json()["accounts"]
    assert "isolated" in state["a=b"]["by_kind"] and "unified" in state["c d"]["by_kind"]
    assert [account["open"] for account in state.values()] == [6] * 4


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows knows no such signals between processes"
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("arguments", [(), ("--exit-with-stdin",)], ids=["", "with stdin open"])
def test_a_signal_ends_it_cleanly(
    start: Start, number: signal.Signals, arguments: tuple[str, ...]
) -> None:
    process = start(*arguments)
    told = first_line(process)
    with httpx.Client(base_url=told["url"], trust_env=False) as client:
        assert client.get("/sim/state").status_code == 200
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows knows no such signals between processes"
)
def test_an_interrupt_that_was_ignored_at_the_start_stays_so(start: Start) -> None:
    """As a script starts it in the background: ctrl+c is for what runs in the foreground."""
    process = start(ignoring=[signal.SIGINT])
    told = first_line(process)
    process.send_signal(signal.SIGINT)
    with httpx.Client(base_url=told["url"], trust_env=False) as client:
        assert client.get("/sim/state").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def test_it_ends_with_its_stdin(start: Start) -> None:
    process = start("--exit-with-stdin")
    first_line(process)
    assert process.poll() is None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=60) == 0


def test_a_port_in_use_is_one_sentence(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--port", str(port))
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, "")
    assert errors.count("\n") == 1
    assert f"127.0.0.1 port {port}" in errors


@pytest.mark.parametrize(
    "arguments",
    [("--host", "192.0.2.1"), ("--host", "example.com"), ("--port", "70000"), ("--orders", "-1"),
     ("--account", "a=nowhere"), ("--account", "a=htx/other")],
)  # fmt: skip
def test_what_it_refuses_is_one_sentence(start: Start, arguments: tuple[str, str]) -> None:
    process = start(*arguments)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, "")
    assert errors.count("\n") == 1
    assert "Traceback" not in errors


def test_importing_the_package_is_cheap() -> None:
    code = "import sys, tui.simulator; print('uvicorn' in sys.modules, 'starlette' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"]
