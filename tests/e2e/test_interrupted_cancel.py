"""SIGINT, SIGTERM and SIGHUP while `killdesk cancel` is under way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.dispositions import from_shell
from tests.faults.link import DOWN
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

LIMIT_S = 120
COVERED = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
FINISHING = "killdesk: interrupted: what has left is finished"
Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., Any]


@pytest.fixture
def answers_held(simulator: Any, killdesk: Killdesk, home: Path) -> Iterator[tuple[Proxy, str]]:
    """The Bitget account behind a network that carries requests and no answers."""
    with Proxy(simulator.url) as proxy:
        path = home / "held.toml"
        entry = simulator.accounts["bitget-uta"]
        added = killdesk(
            *("accounts", "add", "bitget-uta", "--venue", "bitget"),
            *("--config", str(path), "--rest-url", proxy.url),
            stdin=json.dumps(entry),
        )
        assert added.returncode == 0, added.stderr
        proxy.blackhole(DOWN)
        yield proxy, str(path)


@contextmanager
def cancelling(
    env: dict[str, str], config: str, ignoring: Sequence[signal.Signals] = ()
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tui", "cancel", "--all", "--yes", "--json"]
    process = subprocess.Popen(
        from_shell([*command, "--config", config], ignoring),
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until_carried_out(simulator: Any, process: subprocess.Popen[str]) -> None:
    while any(simulator.open("bitget-uta", kind) for kind in COVERED):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_has_left_is_finished_and_its_outcome_told(
    clean_env: dict[str, str], simulator: Any, answers_held: tuple[Proxy, str], number: int
) -> None:
    proxy, config = answers_held
    with cancelling(clean_env, config) as process:
        until_carried_out(simulator, process)
        process.send_signal(number)
        assert process.stderr is not None
        assert process.stderr.readline().startswith(FINISHING)
        proxy.clear()
        told, complained = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0
    (report,) = json.loads(told)["reports"]
    assert (report["outcome"], report["open_after"]) == ("confirmed", 0)
    assert complained.startswith("record: ")


def test_a_second_one_ends_at_once_with_what_is_known(
    clean_env: dict[str, str], simulator: Any, answers_held: tuple[Proxy, str]
) -> None:
    _, config = answers_held
    with cancelling(clean_env, config) as process:
        until_carried_out(simulator, process)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.readline().startswith(FINISHING)
        process.send_signal(signal.SIGINT)
        told, complained = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 3
    said = json.loads(told)
    (report,) = said["reports"]
    assert (said["outcome"], report["outcome"]) == ("unresolved", "unresolved")
    assert report["message"].startswith("interrupted before its outcome was known: ")
    assert report["attempts"] >= 1
    assert "Traceback" not in complained


def test_before_anything_was_sent_nothing_is(
    clean_env: dict[str, str], simulator: Any, answers_held: tuple[Proxy, str], home: Path
) -> None:
    """A keyring that is waited for, as one that asks for its password."""
    _, config = answers_held
    asked = home / "asked"
    (home / "waiting_keyring.py").write_text(
        "import pathlib, threading, keyring.backend\n"
        "class Waiting(keyring.backend.KeyringBackend):\n"
        "    priority = 1\n"
        "    def get_password(self, service, username):\n"
        f"        pathlib.Path({str(asked)!r}).touch()\n"
        "        threading.Event().wait()\n"
        "    set_password = delete_password = None\n"
    )
    env = {
        **clean_env,
        "PYTHONPATH": str(home),
        "PYTHON_KEYRING_BACKEND": "waiting_keyring.Waiting",
    }
    with cancelling(env, config) as process:
        while not asked.exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        told, complained = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 130, complained
    (report,) = json.loads(told)["reports"]
    assert (report["outcome"], report["attempts"]) == ("denied", 0)
    assert report["message"] == "interrupted before anything was sent"
    assert any(simulator.open("bitget-uta", kind) for kind in COVERED)


def test_a_signal_that_the_process_was_started_to_ignore_stays_ignored(
    clean_env: dict[str, str], simulator: Any, answers_held: tuple[Proxy, str]
) -> None:
    """`nohup killdesk cancel ...`, or a background job of a script."""
    proxy, config = answers_held
    with cancelling(clean_env, config, ignoring=[signal.SIGHUP]) as process:
        until_carried_out(simulator, process)
        process.send_signal(signal.SIGHUP)
        proxy.clear()
        told, complained = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0
    assert json.loads(told)["outcome"] == "confirmed"
    assert "interrupted" not in complained


def test_at_the_question_it_cancels_nothing(
    terminal: Callable[..., Any], configured: str, simulator: Any
) -> None:
    asked = terminal("cancel", "--all", "--config", configured, controlling=True)
    asked.wait_for("[y/N]")
    asked.press("\x03")
    assert asked.wait_end() == 130
    asked.wait_for("interrupted; nothing was cancelled")
    assert simulator.open("htx-unified") == 40
