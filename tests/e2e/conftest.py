"""A real terminal: the program in a pseudo-terminal, its screen read back cell by cell."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest

if sys.platform == "win32":
    collect_ignore_glob = ["test_*.py"]
else:
    import fcntl
    import pty
    import struct
    import termios

WAIT_S = 30.0
Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[A-Za-z]|\x1b\[\?[0-9;]*\$p")
"""Keyboard protocols and questions to the terminal, at which pyte stumbles."""
UNFINISHED = re.compile(rb"\x1b(\[[0-?]*[ -/]*)?$")
"""A control sequence of which only the beginning has been read."""


class Terminal:
    """One program in one pseudo-terminal, drained by a thread so that it never has to wait."""

    def __init__(self, args: list[str], env: dict[str, str], columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._lock = threading.Condition()
        self.received = bytearray()
        self._master, slave = pty.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        self.process = subprocess.Popen(
            args,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
            close_fds=True,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def _drain(self) -> None:
        unfinished = b""
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                data = b""
            with self._lock:
                self.received += data
                shown = unfinished + data
                begun = UNFINISHED.search(shown)
                end = begun.start() if begun else len(shown)
                self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", shown[:end]))
                unfinished = shown[end:]
                self._lock.notify_all()
            if not data:
                return

    @property
    def text(self) -> str:
        with self._lock:
            return "\n".join(self.screen.display)

    def wait_for(self, wanted: str | Callable[[str], bool], timeout_s: float = WAIT_S) -> str:
        """The screen's text once it holds what is wanted; fails with the last screen seen."""
        holds = wanted if callable(wanted) else lambda text: wanted in text
        until = time.monotonic() + timeout_s
        with self._lock:
            while True:
                text = "\n".join(self.screen.display)
                if holds(text):
                    return text
                left = until - time.monotonic()
                if left <= 0:
                    what = wanted if isinstance(wanted, str) else "the condition"
                    pytest.fail(f"{what!r} did not appear within {timeout_s:g} s:\n{text}")
                self._lock.wait(left)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait_end(self, timeout_s: float = WAIT_S) -> int:
        code = self.process.wait(timeout_s)
        self._reader.join(timeout_s)
        return code

    def kill(self, sig: int = signal.SIGKILL) -> None:
        self.process.send_signal(sig)

    def close(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
        # The number of a closed descriptor goes to the next terminal: nobody may still read it.
        self._reader.join(WAIT_S)
        with contextlib.suppress(OSError):
            os.close(self._master)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder of its own, so that a test sees nobody's settings."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def clean_env(home: Path) -> dict[str, str]:
    """The environment of a fresh user in a common terminal."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        "KILLDESK_INSECURE_KEYRING": "1",
    }


@pytest.fixture
def terminal(clean_env: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    """Opens terminals and closes them, whatever happened."""
    opened: list[Terminal] = []

    def open_terminal(*args: str, columns: int = 120, rows: int = 40, **env: str) -> Terminal:
        command = [sys.executable, "-m", "tui", *args]
        one = Terminal(command, {**clean_env, **env}, columns, rows)
        opened.append(one)
        return one

    yield open_terminal
    for one in opened:
        one.close()


@pytest.fixture
def killdesk(clean_env: dict[str, str]) -> Killdesk:
    def run(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tui", *args],
            env=clean_env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def configured(simulator: Any, killdesk: Killdesk, home: Path) -> str:
    """A settings file and keyring entries for every account of the simulator."""
    path = home / "config.toml"
    for name, entry in simulator.accounts.items():
        sockets = {"htx": "/linear-swap-trade", "okx": "/ws/v5/business"}
        ws_url = simulator.ws_url + sockets.get(entry["venue"], "")
        more = ["--ws-url", ws_url] if entry["venue"] in sockets else []
        added = killdesk(
            *("accounts", "add", name, "--venue", entry["venue"], "--config", str(path)),
            *("--rest-url", simulator.url, *more),
            stdin=json.dumps(entry),
        )
        assert added.returncode == 0, added.stderr
    return str(path)
